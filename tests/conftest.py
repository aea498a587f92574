"""What every test may ask for."""

import os
import shutil
from pathlib import Path

import pytest

from tests.thorough import load_profile

load_profile()
_PASSED = pytest.StashKey[bool]()
ROOT = Path(__file__).resolve().parent.parent


def samples_folder() -> Path:
    """The folder of public export samples: ``GOLDTHREAD_SAMPLES``, else ``../shared/samples`` beside the repository."""
    return Path(os.environ.get("GOLDTHREAD_SAMPLES") or ROOT.parent / "shared" / "samples")


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of public export samples; a test that needs it is skipped, saying so, where it is absent."""
    folder = samples_folder()
    if not folder.is_dir():
        pytest.skip(f"no export samples at {folder}; set GOLDTHREAD_SAMPLES to their folder")
    return folder


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call":
        item.stash[_PASSED] = report.passed
    return report


@pytest.fixture(autouse=True)
def swept(request):
    """Empties the folder of a test that passed: all worlds together are some 8 GB.

    The folder stays, so that no other test gets its name: our processes hold what they read from a path, which is never
    used twice.
    """
    folder = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    yield
    if folder and request.node.stash.get(_PASSED, False):
        for left in folder.iterdir():
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() and not left.is_symlink() else left.unlink()
