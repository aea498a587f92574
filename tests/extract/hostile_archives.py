"""Archives made to overwhelm, mislead or escape whoever opens them."""

import gzip
import struct

from tests.extract.hostile import AFTER, BEFORE, GOOD, MB, Hostile, case
from tests.extract.raw_zips import Raw, deflated, many, raw_zip, stored
from tests.extract.test_landing import CALLS

LINK, DEVICE, PIPE = (kind << 16 for kind in (0o120777, 0o020666, 0o010666))
BOTH = stored(b"a.jsonl", BEFORE + AFTER)


def zipped(name, make, told="", *, good=(), others=1, file="a.zip"):
    return case(name, Hostile(CALLS, lambda: {file: make()}, good, others, told))


def beside(name, make, told="", *, others=1):
    """A case of one entry beside a good one."""
    return zipped(name, lambda: raw_zip(BOTH, make()), told, good=GOOD, others=others)


def nested(depth):
    content = BEFORE
    for level in range(depth):
        content = raw_zip(deflated(b"%d.zip" % level, content))
    return content


def overlapping():
    """Every entry's packed bytes are those of the one kernel (as in zbsm.zip)."""
    kernel = deflated(b"0", BEFORE * 1000)
    again = {"size": kernel.size, "packed_size": len(kernel.packed), "crc": kernel.crc, "method": 8, "offset": 0}
    return raw_zip(kernel, *(Raw(b"%d" % number, **again) for number in range(1, 200)))


def wide(entry_offset=0, size=0):
    """A zip64 extra field in the place of what is said to be too large."""
    return struct.pack("<HHQQ", 1, 16, size, entry_offset)


def cut(content, share):
    return content[: int(len(content) * share)]


def gz(make, told="", *, good=GOOD, others=1):
    return Hostile(CALLS, lambda: {"a.jsonl.gz": make()}, good, others, told)


def damaged_locally():
    """The list of entries says that all is well, the entry itself is something else."""
    content = bytearray(raw_zip(BOTH, stored(b"b.jsonl", BEFORE)))
    at = content.rindex(b"PK\3\4")
    content[at : at + 4] = b"PK\7\7"
    return bytes(content)


CASES = [
    zipped("a zip bomb", lambda: raw_zip(deflated(b"a.jsonl", bytes(100 * MB))), "a bomb"),
    zipped(
        "a bomb of many small bombs",
        lambda: raw_zip(*[deflated(b"%d" % n, bytes(60 * MB)) for n in range(4)]),
        "the zip unpacks",
    ),
    zipped("entries that lie over one another", overlapping, "lie over"),
    zipped("an entry that lies behind the end", lambda: raw_zip(BOTH, stored(b"b", b"", offset=2**31)), "outside"),
    zipped(
        "an entry longer than its zip", lambda: raw_zip(BOTH, stored(b"b", BEFORE, packed_size=2**25, size=2**25)), "outside"
    ),
    zipped("an entry before the beginning", lambda: raw_zip(BOTH, stored(b"b", b""), directory_offset=5_000), ""),
    zipped("a list of entries far away", lambda: raw_zip(BOTH, directory_offset=2**31), "lie over"),
    zipped("a hundred thousand entries and one", lambda: many(100_001), "more than 100000 entries"),
    zipped(
        "a million entries, said to be three",
        lambda: many(1_000_000).replace(struct.pack("<QQ", 10**6, 10**6), struct.pack("<QQ", 3, 3)),
        "more than",
    ),
    zipped("a hundred thousand empty entries", lambda: many(100_000), "is empty", others=100_000),
    zipped("two thousand entries of a record", lambda: many(2_000, BEFORE), good=GOOD[:1], others=1_999),
    zipped(
        "a list of one entry with a name of 64 kB, a thousand times",
        lambda: raw_zip(*[stored(b"x" * 65_000, b"")] * 1_000),
        "more than",
    ),
    zipped("zips in zips, ten deep", lambda: nested(10), "no header"),
    zipped(
        "a zip that holds a bomb in a zip",
        lambda: raw_zip(stored(b"b.zip", raw_zip(deflated(b"a", bytes(60 * MB))))),
        others=None,
    ),
    zipped("a gzip bomb in a zip", lambda: raw_zip(deflated(b"a.gz", gzip.compress(bytes(MB)) * 5_000)), "a bomb in a bomb"),
    zipped("a list of entries that is cut", lambda: cut(raw_zip(BOTH, *[stored(b"b", b"x")] * 50), 0.9), "damaged"),
    zipped("a zip cut in its middle", lambda: cut(raw_zip(stored(b"a", BEFORE * 100)), 0.5), "damaged"),
    zipped("an end without a beginning", lambda: b"PK\5\6" + bytes(18), others=0),
    zipped("an end that is cut", lambda: b"PK\5\6" + b"\xff" * 18, "damaged"),
    zipped("signatures only", lambda: b"PK\3\4PK\1\2PK\5\6" * 10_000, "damaged"),
    zipped("junk before a zip", lambda: raw_zip(BOTH, prefix=b"#!/bin/sh\n"), "column"),
    zipped("a zip of once more than one part", lambda: raw_zip(BOTH, prefix=b"PK\7\x08"), good=GOOD, others=0),
    zipped("a comment that looks like an end", lambda: raw_zip(BOTH, comment=b"PK\5\6" + bytes(18)), others=None),
    zipped(
        "the bits of a bomb in the extra field",
        lambda: raw_zip(BOTH, stored(b"b", b"", size=2**32 - 1, packed_size=2**32 - 1, extra=wide(2**64 - 1, 2**64 - 1))),
        "bomb",
    ),
    zipped(
        "a place of 2^64 in the extra field",
        lambda: raw_zip(BOTH, stored(b"b", b"", offset=2**32 - 1, extra=struct.pack("<HHQ", 1, 8, 2**64 - 1))),
        "outside",
    ),
    zipped(
        "an extra field that is cut",
        lambda: raw_zip(BOTH, stored(b"b", b"", size=2**32 - 1, extra=b"\1\0\x08\0")),
        "damaged",
    ),
    beside("an entry that is larger than said", lambda: deflated(b"b.jsonl", BEFORE * 100, size=50), "damaged"),
    beside("an entry that is smaller than said", lambda: deflated(b"b.jsonl", BEFORE, size=5_000)),
    beside("an entry whose bytes are wrong", lambda: stored(b"b.jsonl", BEFORE, crc=1), "damaged"),
    beside("an entry that is not packed as said", lambda: stored(b"b.jsonl", BEFORE, method=8), "damaged"),
    beside("an entry with a password", lambda: stored(b"b.jsonl", BEFORE, flags=1), "password"),
    beside("an entry encrypted strongly", lambda: stored(b"b.jsonl", BEFORE, flags=0x40), "damaged"),
    beside("an entry that is a patch", lambda: stored(b"b.jsonl", BEFORE, flags=0x20), "damaged"),
    beside("an entry packed in an unknown way", lambda: stored(b"b.jsonl", BEFORE, method=99), "packed in a way"),
    beside("an entry packed with LZMA", lambda: stored(b"b.jsonl", BEFORE, method=14), "packed in a way"),
    beside("two entries of one name", lambda: stored(b"a.jsonl", BEFORE * 2), "another one has"),
    beside("two entries of one name, but for a NUL", lambda: stored(b"a.jsonl\0.txt", BEFORE), "name that can be shown"),
    beside("an entry without a name", lambda: stored(b"", BEFORE), "without a name"),
    beside("an entry that is named by a dot", lambda: stored(b".", BEFORE), "without a name"),
    beside("an entry that goes up", lambda: stored(b"../../etc/cron.d/a", BEFORE), "leaves"),
    beside("an entry that goes up within", lambda: stored(b"a/../../b", BEFORE), "leaves"),
    beside("an entry at the root", lambda: stored(b"/etc/passwd", BEFORE), "leaves"),
    beside("an entry on a drive", lambda: stored(b"C:\\windows\\a", BEFORE), "leaves"),
    beside("an entry that goes up by backslashes", lambda: stored(b"..\\..\\a", BEFORE), "leaves"),
    beside("an entry of another machine", lambda: stored(b"\\\\host\\share", BEFORE), "leaves"),
    beside("a name that controls the terminal", lambda: stored(b"\x1b[2Ja", BEFORE), "name that can be shown"),
    beside("a name of two lines", lambda: stored(b"a\nb", BEFORE), "name that can be shown"),
    beside(
        "a name that reads backwards",
        lambda: stored("a\u202egpj.exe".encode(), BEFORE, flags=0x800),
        "name that can be shown",
    ),
    beside("another name than the list says", lambda: stored(b"b", BEFORE, local_name=b"../b"), "damaged"),
    zipped("a name that is no text", lambda: raw_zip(BOTH, stored(b"\xff\xfe", BEFORE, flags=0x800)), "damaged"),
    beside("a link", lambda: stored(b"b", b"/etc/passwd", attributes=LINK), "link or a device"),
    beside("a device", lambda: stored(b"b", b"", attributes=DEVICE), "link or a device"),
    beside("a pipe", lambda: stored(b"b", b"", attributes=PIPE), "link or a device"),
    beside("a folder that has content", lambda: stored(b"b/", BEFORE), "a folder that has content"),
    zipped("an entry that is not where it should be", damaged_locally, "damaged", good=GOOD),
    case("a gzip bomb", gz(lambda: gzip.compress(BEFORE + AFTER) + gzip.compress(bytes(MB)) * 200, "a bomb")),
    case("a gzip of a million empty members", gz(lambda: gzip.compress(BEFORE + AFTER) + gzip.compress(b"") * 1_000_000)),
    case("a gzip of many members", gz(lambda: gzip.compress(BEFORE) + gzip.compress(AFTER), others=0)),
    case("junk behind a gzip", gz(lambda: gzip.compress(BEFORE + AFTER) + b"junk", "damaged")),
    case("zeros behind a gzip", gz(lambda: gzip.compress(BEFORE + AFTER) + bytes(1_000), others=0)),
    case("a gzip whose sum is wrong", gz(lambda: gzip.compress(BEFORE + AFTER)[:-8] + bytes(8), "damaged", good=())),
    case("a gzip with a name of 10 MB", gz(lambda: named_gzip(b"x" * 10 * MB, BEFORE + AFTER), others=0)),
    case("a gzip in a gzip", gz(lambda: gzip.compress(gzip.compress(BEFORE, mtime=0), mtime=0), "column", good=())),
]


def named_gzip(name, content):
    return b"\x1f\x8b\x08\x08" + bytes(6) + name + b"\0" + gzip.compress(content)[10:]
