"""What every test may ask for."""

import os
from pathlib import Path

import pytest

from tests.thorough import load_profile

load_profile()
# Two tests run side by side on two cores, over tables of a few rows; what runs as a command of its own has all of them.
os.environ.setdefault("GOLDTHREAD_THREADS", "1")
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
