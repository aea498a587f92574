"""Text whose lines were broken for the way only (``format=flowed``): https://www.rfc-editor.org/rfc/rfc3676."""


def unflowed(text: str, *, has_added_spaces: bool) -> str:
    """Return the text with its paragraphs as they were written.

    A line that ends with a space goes on in the next of the same depth of quotation; the signature's dashes do not. The
    space that was put before a line, to keep it from looking like something else, is taken off.

    Args:
        has_added_spaces: ``delsp=yes``, the space at a broken line's end was added to it, as languages without spaces need.
    """
    lines: list[str] = []
    depth_before, goes_on = 0, False
    for line in text.replace("\r\n", "\n").split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        rest = line[depth:].removeprefix(" ")
        if goes_on and depth == depth_before and rest != "-- ":
            lines[-1] += rest
        else:
            lines.append("> " * depth + rest if depth else rest)
        goes_on = rest.endswith(" ") and rest != "-- "
        if goes_on and has_added_spaces:
            lines[-1] = lines[-1][:-1]
        depth_before = depth
    return "\n".join(lines)
