"""One target under atheris until its time is over: python -m fuzz.one TARGET libFuzzer's arguments."""

import contextlib
import logging
import random
import sys

import atheris

with atheris.instrument_imports(include=["pipelines"]):
    from fuzz.mutate import changed
    from fuzz.targets import Target, targets

    KNOWN = targets()  # which imports the formats


def main() -> None:
    """Fuzz; libFuzzer ends the process, with a code that is not 0 at a find."""
    logging.disable()
    target = KNOWN[sys.argv.pop(1)]
    more = {"custom_mutator": _mutator(target)} if target.specimen.load else {}
    atheris.Setup(sys.argv, lambda content: target.read(content) and None, **more)
    atheris.Fuzz()


def _mutator(target: Target):  # type: ignore[no-untyped-def]
    """Return what changes bytes half of the time, and records the other half."""
    load, dump = target.specimen.load, target.specimen.dump

    def mutate(content: bytes, size: int, seed: int) -> bytes:
        chance = random.Random(seed)  # noqa: S311
        if load and chance.random() < 0.5:
            with contextlib.suppress(Exception):  # it is no export any more
                written = dump(changed(load(content), chance))
                if len(written) <= size:
                    return written
        return atheris.Mutate(content, size)  # type: ignore[no-any-return]

    return mutate


if __name__ == "__main__":
    main()
