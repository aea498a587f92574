"""Fuzz the formats, one after the other: python -m fuzz [--seconds 60] [--keep] [FORMAT …]. See docs/hostile-input.md."""

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from fuzz.targets import CORPUS, FINDS, HERE, TARGETS, Target, targets

TraceFunction = Callable[[FrameType, str, object], object]

KEPT, KEPT_SIZE = 20, 8 << 10  # files of a corpus in the tree, and the bytes of each
LONGEST = 16 << 10  # bytes that are tried
SECONDS_EACH, MEGABYTES = 5, 1_500  # for one content; above is a find, too


def main() -> int:
    """Fuzz what is asked for; return how many finds there were."""
    options = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    options.add_argument("targets", nargs="*", metavar="FORMAT", help=f"one of {', '.join(TARGETS)}; all where left out")
    options.add_argument("--seconds", type=int, default=60, help="for each format")
    options.add_argument("--keep", action="store_true", help="put what reaches new code into fuzz/corpus, at its smallest")
    given = options.parse_args()
    if unknown := set(given.targets) - set(TARGETS):
        options.error(f"no such format: {', '.join(sorted(unknown))}")
    known = targets()
    finds = 0
    for name in given.targets or known:
        finds += _fuzz(name, known[name], given.seconds, is_kept=given.keep)
    return finds


def _fuzz(name: str, target: Target, seconds: int, *, is_kept: bool) -> int:
    """Fuzz one target and say in a line what came of it; return the number of finds."""
    FINDS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        shutil.copytree(CORPUS / name, corpus) if (CORPUS / name).is_dir() else corpus.mkdir()
        for seed in target.seeds:
            _write(corpus, seed)
        done = _run(
            name, str(corpus), f"-max_total_time={seconds}", f"-max_len={LONGEST}", "-print_final_stats=1",
            f"-timeout={SECONDS_EACH}", f"-rss_limit_mb={MEGABYTES}", f"-artifact_prefix={FINDS}/{name}-",
        )  # fmt: skip
        finds = [Path(path) for path in re.findall(r"Test unit written to (.+)", done.stdout)]
        tried = re.search(r"number_of_executed_units:\s*(\d+)", done.stdout)
        reached = re.findall(r"cov: (\d+)", done.stdout)
        counts = f"{tried[1] if tried else '?':>8} tried, {reached[-1] if reached else '?':>6} places reached"
        sys.stdout.write(f"{name:<15} {counts}, {len(finds)} finds\n")
        for find in finds:
            _tell(find, done.stdout)
        if done.returncode and not finds:
            sys.stdout.write(done.stdout[-3000:])
            return 1
        if is_kept:
            _keep(name, target, corpus)
    return len(finds)


def _tell(find: Path, log: str) -> None:
    find.with_suffix(".log").write_text(log, errors="replace")
    raised = log.partition("Uncaught Python exception: ===")[2].strip().splitlines()
    sys.stdout.write(f"  {find.relative_to(HERE.parent)}: {raised[0] if raised else 'see the log beside it'}\n")


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "fuzz.one", *arguments]
    return subprocess.run(
        command, cwd=HERE.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False
    )


def _keep(name: str, target: Target, corpus: Path) -> None:
    """Put those into the tree that together reach most of the code: the small ones first, as many as there is room for."""
    (CORPUS / name).mkdir(parents=True, exist_ok=True)
    for file in set(CORPUS.glob(f"{name}/*")) - set(CORPUS.glob(f"{name}/find-*")):  # a find stays
        file.unlink()
    contents = sorted((file.read_bytes() for file in corpus.iterdir() if file.stat().st_size <= KEPT_SIZE), key=len)
    reached = {content: _reached(target, content) for content in contents if content not in target.seeds}
    covered = {line for seed in target.seeds for line in _reached(target, seed)}
    for _ in range(KEPT):
        best = max(reached, key=lambda content: len(reached[content] - covered), default=None)
        if best is None or reached[best] <= covered:
            return
        covered |= reached.pop(best)
        _write(CORPUS / name, best)


def _reached(target: Target, content: bytes) -> set[tuple[str, int]]:
    """Return the lines of our code that reading it comes by."""
    lines = set()

    def trace(frame: FrameType, event: str, argument: object) -> TraceFunction | None:
        if "/pipelines/" not in frame.f_code.co_filename:
            return None
        lines.add((frame.f_code.co_filename, frame.f_lineno))
        return trace

    sys.settrace(trace)
    try:
        target.read(content)
    except Exception:  # a find
        return set()
    finally:
        sys.settrace(None)
    return lines


def _write(folder: Path, content: bytes) -> None:
    (folder / hashlib.sha256(content).hexdigest()[:12]).write_bytes(content)


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
