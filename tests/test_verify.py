"""The check that follows each publish notices any change to a published file."""

import hashlib
import json

import pytest

from pipelines.errors import ConfigurationError, GoldthreadError
from pipelines.load.versions.verify import verify_current

FILES = {"customers.duckdb": b"rows", "report.html": b"<p>"}


@pytest.fixture
def version(tmp_path):
    """A published version, as the manifest describes it, in use."""
    folder = tmp_path / "published" / "versions" / "20260302T013000000000Z-2026-03-01"
    folder.mkdir(parents=True)
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    manifest = {
        "night": "2026-03-01",
        "published_at": "2026-03-02T01:30:00Z",
        "checks": {},
        "files": {name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in FILES.items()},
        "counts": {"golden.customer": 2, "golden.membership": 5, "meta.edge": 1},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "published" / "current").symlink_to(folder)
    return folder


def home_of(version):
    return str(version.parents[2])


def test_an_untouched_version_is_verified_with_its_counts(version):
    assert verify_current(home_of(version)) == {
        "version": version.name,
        "night": "2026-03-01",
        "files": 2,
        "customers": 2,
        "records": 5,
    }


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda path: path.unlink(), id="missing"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:-1]), id="cut short"),
        pytest.param(lambda path: path.write_bytes(b"x" * path.stat().st_size), id="other bytes of the same length"),
    ],
)
def test_a_spoiled_file_is_named(version, name, spoil):
    spoil(version / name)
    with pytest.raises(GoldthreadError, match=name):
        verify_current(home_of(version))


def test_nothing_published_is_said_so(tmp_path):
    with pytest.raises(ConfigurationError, match="nothing is published yet"):
        verify_current(str(tmp_path))
