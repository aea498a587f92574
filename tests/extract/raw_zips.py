"""Zips as no honest program writes them: every field of an entry can lie."""

import struct
import zlib
from dataclasses import dataclass


@dataclass
class Raw:
    """One entry; what is None is what it should be.

    Attributes:
        packed: the bytes in the zip, as they are.
        offset: where the list of entries says that it lies.
        local_name: the name where it lies, if it is not the one of the list.
    """

    name: bytes
    packed: bytes = b""
    size: int | None = None
    packed_size: int | None = None
    crc: int | None = None
    method: int = 0
    flags: int = 0
    attributes: int = 0
    offset: int | None = None
    local_name: bytes | None = None
    extra: bytes = b""


def stored(name: bytes, content: bytes, **lies) -> Raw:
    return Raw(name, content, **({"size": len(content), "crc": zlib.crc32(content)} | lies))


def deflated(name: bytes, content: bytes, **lies) -> Raw:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(content) + packer.flush()
    return Raw(name, packed, **({"size": len(content), "crc": zlib.crc32(content), "method": 8} | lies))


def raw_zip(
    *entries: Raw, count: int | None = None, directory_offset: int = 0, prefix: bytes = b"", comment: bytes = b""
) -> bytes:
    written, directory = bytearray(prefix), bytearray()
    for entry in entries:
        name = entry.name if entry.local_name is None else entry.local_name
        packed_size = len(entry.packed) if entry.packed_size is None else entry.packed_size
        size = len(entry.packed) if entry.size is None else entry.size
        crc = entry.crc or 0
        offset = len(written) - len(prefix) if entry.offset is None else entry.offset
        facts = struct.pack("<HHHHIII", entry.flags, entry.method, 0, 0x21, crc, packed_size, size)
        written += b"PK\3\4" + struct.pack("<H", 20) + facts + struct.pack("<HH", len(name), 0) + name + entry.packed
        lengths = struct.pack("<HHHHHII", len(entry.name), len(entry.extra), 0, 0, 0, entry.attributes, offset)
        directory += b"PK\1\2" + struct.pack("<HH", 0x0314, 20) + facts + lengths + entry.name + entry.extra
    number = min(len(entries) if count is None else count, 0xFFFF)
    end = struct.pack(
        "<HHHHIIH", 0, 0, number, number, len(directory), len(written) - len(prefix) + directory_offset, len(comment)
    )
    return bytes(written + directory + b"PK\5\6" + end + comment)


def many(number: int, content: bytes = b"") -> bytes:
    """A zip of very many entries, written faster than one by one."""
    body, directory = bytearray(), bytearray()
    facts = struct.pack("<HHHHIII", 0, 0, 0, 0x21, zlib.crc32(content), len(content), len(content))
    for each in range(number):
        name = b"%07d" % each
        directory += b"PK\1\2\x14\3\x14\0" + facts + struct.pack("<HHHHHII", 7, 0, 0, 0, 0, 0, len(body)) + name
        body += b"PK\3\4\x14\0" + facts + b"\7\0\0\0" + name + content
    shown = min(number, 0xFFFF)
    wide = struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, number, number, len(directory), len(body))
    place = struct.pack("<IQI", 0, len(body) + len(directory), 1)
    end = struct.pack("<HHHHIIH", 0, 0, shown, shown, len(directory), 0xFFFFFFFF, 0)
    return bytes(body + directory) + b"PK\6\6" + wide + b"PK\6\7" + place + b"PK\5\6" + end
