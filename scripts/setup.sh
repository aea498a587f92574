#!/usr/bin/env bash
# Make .venv hold exactly what a lock file says, and the package itself: scripts/setup.sh requirements.lock
#
# Does nothing when it already does. PYTHON chooses the interpreter for a new .venv; otherwise the newest of 3.13, 3.12
# and 3.11 that runs. uv installs it where it can be had, pip where it cannot; both check every hash.
set -euo pipefail
cd "$(dirname "$0")/.."
lock=$1

find_python() {
    for name in ${PYTHON:-python3.13 python3.12 python3.11 python3 python}; do
        if "$name" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1; then
            echo "$name"
            return
        fi
    done
    echo "make: no Python 3.11, 3.12 or 3.13 with venv was found (looked for: ${PYTHON:-python3.13 python3.12 python3.11 python3 python})." >&2
    echo "make: install one (Debian: apt install python3.11-venv), or name it: make demo PYTHON=/path/to/python3.12" >&2
    return 1
}

digest() { .venv/bin/python -c 'import hashlib, sys; print(hashlib.sha256(b"".join(open(f, "rb").read() for f in sys.argv[1:])).hexdigest())' "$@"; }

is_installed() { [ -f ".venv/.installed-$1" ] && [ "$(cat ".venv/.installed-$1")" = "$(digest "$1" pyproject.toml)" ]; }

add_packages() { # with what: the command that installs
    echo "Installing $lock with ${1##*/} ..."
    "$@" --quiet --require-hashes -r "$lock" && "$@" --quiet --no-deps -e .
}

if [ ! -x .venv/bin/python ] || ! .venv/bin/python -c 'import pip' 2>/dev/null; then
    python=$(find_python)
    echo "Making .venv with $("$python" --version) ..."
    "$python" -m venv --clear .venv
fi
# the development set holds all of the other: who has it needs nothing more
if is_installed "$lock" || { [ "$lock" = requirements.lock ] && is_installed requirements-dev.lock; }; then
    exit 0
fi

pip=(.venv/bin/python -m pip --disable-pip-version-check)
uv=uv
if ! uv --version >/dev/null 2>&1; then
    uv=.venv/bin/uv
    [ -x "$uv" ] || "${pip[@]}" install --quiet uv || uv=
fi
# compiled once here (as pip does by itself), a command starts in a third of the time, also where Python may not write
if [ -z "$uv" ] || ! add_packages "$uv" pip install --compile-bytecode --python .venv/bin/python; then
    add_packages "${pip[@]}" install
fi
digest "$lock" pyproject.toml >".venv/.installed-$lock"
