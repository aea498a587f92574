import errno
import os
import subprocess
import sys
import textwrap
from io import FileIO

import pytest

from pipelines.errors import LockHeld
from pipelines.lock import hold, holder
from pipelines.settings import Home
from pipelines.warehouse import writer_lock

HOLDER = textwrap.dedent("""
    import sys, time
    from pathlib import Path
    from pipelines.lock import hold
    with hold(Path(sys.argv[1])):
        print("held", flush=True)
        time.sleep(60)
""")


@pytest.fixture
def other_process(tmp_path):
    """Another process that holds the lock file of ``tmp_path``."""
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path / "writer.lock")], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.wait()


def test_a_second_writer_is_told_who_holds_the_lock(tmp_path, other_process):
    with pytest.raises(LockHeld, match=str(other_process.pid)), hold(tmp_path / "writer.lock"):
        pytest.fail("two writers")
    assert holder(tmp_path / "writer.lock") == other_process.pid


def test_a_disk_without_a_byte_left_is_locked_all_the_same(tmp_path, monkeypatch):
    class Full(FileIO):
        def write(self, words):
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("pipelines.lock._opened", lambda path: Full(path, "a+"))
        with hold(tmp_path / "writer.lock"):
            assert holder(tmp_path / "writer.lock") is None
            ended = subprocess.run(
                [sys.executable, "-c", HOLDER, tmp_path / "writer.lock"], capture_output=True, check=False
            )
            assert b"LockHeld" in ended.stderr


def test_the_lock_goes_with_the_process_even_one_killed(tmp_path, other_process):
    other_process.kill()
    other_process.wait()
    with hold(tmp_path / "writer.lock"):
        assert holder(tmp_path / "writer.lock") == os.getpid()
    assert holder(tmp_path / "writer.lock") is None


def test_the_process_that_holds_a_lock_may_take_it_again(tmp_path):
    with hold(tmp_path / "a.lock"):
        with hold(tmp_path / "a.lock"):
            pass
        assert holder(tmp_path / "a.lock") == os.getpid()


def test_spill_files_of_a_killed_writer_are_wiped_and_the_folder_is_ours_alone(tmp_path):
    home = Home(tmp_path)
    home.tmp.mkdir()
    (home.tmp / "duckdb_temp_storage.tmp").write_text("a person's words")
    with writer_lock(home):
        assert list(home.tmp.iterdir()) == []
        assert home.tmp.stat().st_mode & 0o777 == 0o700


def test_spill_files_may_lie_on_another_disk(tmp_path):
    home, scratch = Home(tmp_path / "home"), tmp_path / "scratch"
    (scratch / "trial").mkdir(parents=True)
    (scratch / "trial" / "goldthread.duckdb").write_text("a person's words")
    home.path.mkdir()
    home.tmp.symlink_to(scratch)
    with writer_lock(home):
        assert list(scratch.iterdir()) == []
        assert home.tmp.is_symlink()
        assert scratch.stat().st_mode & 0o777 == 0o700
