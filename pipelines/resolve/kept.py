"""What resolve keeps from night to night, and whether it may be relied on tonight.

Every table of staging and most of resolve are functions of the lake, the settings, the model and our code. While the last
three are what they were, only rows that the night's records touch are made again; when one has changed, all are.
"""

import hashlib
from pathlib import Path

import duckdb
import phonenumbers
from splink import __version__ as splink_version

from pipelines.resolve.model import Model
from pipelines.resolve.relations import has_table, run
from pipelines.resolve.settings import Linkage
from pipelines.settings import PACKAGE_ROOT, Home

_OURS = Path(__file__).parent


def rules_digest(home: Home, linkage: Linkage, model: Model) -> str:
    """Return sixteen hex digits that change with whatever the kept rows depend on beside the lake."""
    files = sorted(
        {path.relative_to(PACKAGE_ROOT) for schema in ("staging", "resolve") for path in _sql_of(schema)}, key=str
    )
    said = [linkage.digest, model.version, duckdb.__version__, phonenumbers.__version__, splink_version]
    contents = [home.find(str(name)).read_bytes() for name in files]
    contents += [path.read_bytes() for path in sorted(_OURS.glob("*.py"))]
    contents.append((PACKAGE_ROOT / "config" / "nicknames.yml").read_bytes())
    digest = hashlib.sha256("\n".join(said).encode())
    for content in contents:
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()[:16]


def _sql_of(schema: str) -> list[Path]:
    return list((PACKAGE_ROOT / "sql" / schema).glob("*.sql"))


def is_kept(con: duckdb.DuckDBPyConnection, rules: str) -> bool:
    """Whether the tables of the last run are there, whole, and made by the same rules."""
    return has_table(con, "resolve", "kept") and run(con, "SELECT rules FROM resolve.kept") == [(rules,)]


def note_kept(con: duckdb.DuckDBPyConnection, rules: str) -> None:
    """Say by which rules the tables were made; in the transaction that made them."""
    run(con, "CREATE OR REPLACE TABLE resolve.kept AS SELECT $rules AS rules", {"rules": rules})
