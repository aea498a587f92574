"""Header blocks that the ``email`` package would read only to their first odd line."""

import re

# One header a line, with its folded lines; possessive, so that the match takes one pass.
_REGULAR = re.compile(rb"(?:[!-9;-~]++:[^\n]*+\n(?:[ \t]+[^\r\n][^\n]*+\n)*+)*+\r?\n?")
_HEADER = re.compile(rb"([!-9;-~]+)[ \t]*:")
_END_OF_HEAD = re.compile(rb"\r?\n[ \t]*\r?\n")


def repair_headers(raw: bytes) -> bytes:
    """Return the message with a header block that reads to its end.

    Lines that are no header, and headers behind them (``From `` lines of an older mailbox, a broken gateway's
    remarks), would make everything below them body text; they are left out where real headers follow. White space
    before a colon (RFC 822) goes. A message whose headers are regular comes back as it is.
    """
    end = _END_OF_HEAD.search(raw)
    head = raw[: end.start() + 1] if end else raw
    if _REGULAR.fullmatch(head):
        return raw
    lines = (raw[: end.start()] if end else raw).split(b"\n")
    headers_from = max((at for at, line in enumerate(lines) if _HEADER.match(line)), default=-1) + 1
    kept: list[bytes] = []
    keeping = False
    for at, line in enumerate(lines):
        header = _HEADER.match(line)
        if header:
            kept.append(header[1] + b":" + line[header.end() :])
            keeping = True
        elif line[:1] in (b" ", b"\t") and keeping:
            kept.append(line)
        elif at >= headers_from:  # no header below: the body began without an empty line
            return b"\n".join([*kept, b"", *lines[at:]]) + raw[end.start() if end else len(raw) :]
        else:
            keeping = False
    return b"\n".join(kept) + raw[end.start() if end else len(raw) :]
