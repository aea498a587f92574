"""What resolve keeps from night to night, and whether it may be relied on tonight.

Every table of staging, and those of resolve up to the edges (``LINKS``), are functions of the lake, the settings, the model
and our code; customers (``CUSTOMERS``) of these, of what stewards have said and of the ids given so far. While settings,
model and code are what they were, only rows that the night's records touch are made again; when one has changed, all are.
"""

import hashlib
from pathlib import Path

import duckdb
import phonenumbers
from splink import __version__ as splink_version

from pipelines.resolve.evidence.normalise import NAME_FILES
from pipelines.resolve.relations import has_table, run
from pipelines.resolve.scoring.model import Model
from pipelines.resolve.settings import Linkage
from pipelines.settings import PACKAGE_ROOT, Home

_OURS = Path(__file__).parent
LINKS, CUSTOMERS = "links", "customers"
_SCHEMAS = ("staging", "resolve", "scratch")  # of scratch the rows of staging are made as well
_MOVES_NOBODY = {"review", "change_budget"}


def rules_digest(home: Home, linkage: Linkage, model: Model) -> str:
    """Return sixteen hex digits that change with whatever the kept rows depend on beside the lake."""
    files = sorted((path.relative_to(PACKAGE_ROOT) for schema in _SCHEMAS for path in _sql_of(schema)), key=str)
    said = [linkage.digest, model.version, duckdb.__version__, phonenumbers.__version__, splink_version]
    contents = [home.find(str(name)).read_bytes() for name in files]
    contents += [path.read_bytes() for path in sorted(_OURS.rglob("*.py"))]
    contents += [(PACKAGE_ROOT / name).read_bytes() for name in NAME_FILES]
    digest = hashlib.sha256("\n".join(said).encode())
    for content in contents:
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()[:16]


def customers_digest(home: Home, linkage: Linkage, rules: str) -> str:
    """Return sixteen hex digits that change with what kept customers depend on: what decides over links, too."""
    decided = linkage.model_dump_json(exclude=_MOVES_NOBODY).encode()
    digest = hashlib.sha256(rules.encode() + hashlib.sha256(decided).digest())
    digest.update(home.find("config/linkage_model.json").read_bytes())  # its curves say how sure a customer is
    return digest.hexdigest()[:16]


def _sql_of(schema: str) -> list[Path]:
    return list((PACKAGE_ROOT / "sql" / schema).glob("*.sql"))


def is_kept(con: duckdb.DuckDBPyConnection, kept: str, rules: str) -> bool:
    """Whether ``kept`` (LINKS or CUSTOMERS) of the last run are there, whole, and made by the same rules."""
    if not has_table(con, "resolve", "kept"):
        return False
    return run(con, "SELECT rules FROM resolve.kept WHERE kept = $kept", {"kept": kept}) == [(rules,)]


def note_kept(con: duckdb.DuckDBPyConnection, kept: str, rules: str) -> None:
    """Say by which rules the tables were made; in the transaction that made them."""
    run(con, "CREATE TABLE IF NOT EXISTS resolve.kept (kept VARCHAR, rules VARCHAR)")
    run(con, "DELETE FROM resolve.kept WHERE kept = $kept", {"kept": kept})
    run(con, "INSERT INTO resolve.kept VALUES ($kept, $rules)", {"kept": kept, "rules": rules})
