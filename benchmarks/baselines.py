"""The simplest way to read each kind of export, which ours is held against: every record is read, and nothing is made of it.

Each function takes the night's folder and returns how many messages it saw.
"""

import email.policy
import mailbox
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import orjson

FETCHED = 10_000  # rows that DuckDB hands to Python at a time

Counted = Callable[[Any], int]


def files_of(folder: Path, ending: str = "") -> Iterator[Path]:
    """Yield the files below a folder."""
    return (path for path in sorted(folder.rglob(f"*{ending}")) if path.is_file())


def json_lines(folder: Path, count: Counted = lambda _: 1) -> int:
    """Load each line."""
    found = 0
    for path in files_of(folder):
        with path.open("rb") as lines:
            for line in lines:
                found += count(orjson.loads(line))
    return found


def json_documents(folder: Path, count: Counted) -> int:
    """Load each file as the one document that it is."""
    return sum(count(orjson.loads(path.read_bytes())) for path in files_of(folder))


def json_scripts(folder: Path, count: Counted) -> int:
    """Load each file of an X archive, behind its assignment."""
    return sum(count(orjson.loads(path.read_bytes().partition(b"=")[2])) for path in files_of(folder, ".js"))


def json_run_together(folder: Path, count: Counted) -> int:
    """Load documents that stand one behind the other without a line's end."""
    contents = (path.read_bytes().replace(b"}{", b"}\n{") for path in files_of(folder))
    return sum(count(orjson.loads(line)) for content in contents for line in content.splitlines())


def mbox(folder: Path) -> int:
    """Read each message of a mailbox: headers, sender, recipients, date and text."""
    return sum(_read_mail(message) for path in files_of(folder) for message in mailbox.mbox(path, factory=_parsed))


def maildir(folder: Path) -> int:
    """Read each message of a Maildir likewise."""
    return sum(map(_read_mail, mailbox.Maildir(folder, factory=_parsed, create=False)))


def eml(folder: Path) -> int:
    """Read each file as a message likewise."""
    found = 0
    for path in files_of(folder, ".eml"):
        with path.open("rb") as stream:
            found += _read_mail(_parsed(stream))
    return found


def _parsed(stream: Any) -> Any:
    return email.message_from_binary_file(stream, policy=email.policy.default)


def _read_mail(message: Any) -> int:
    mail = cast(EmailMessage, message)
    _ = mail["from"].addresses, mail["to"].addresses, mail["date"].datetime, str(mail["subject"])
    body = mail.get_body(("plain", "html"))
    _ = body.get_content() if body else ""
    return 1


def csv(folder: Path, columns: list[str], *, has_header: bool = True) -> int:
    """Have DuckDB read CSV in a dialect that is told, and hand the rows to Python."""
    dialect = f"""all_varchar = true, header = {has_header}, auto_detect = false, delim = ',', quote = '"', escape = '"'"""
    names = dict.fromkeys(columns, "VARCHAR")
    return _rows(f"read_csv('{folder}/*', {dialect}, columns = {names})")


def parquet(folder: Path) -> int:
    """Have DuckDB read Parquet, and hand the rows to Python."""
    return _rows(f"read_parquet('{folder}/*')")


def _rows(relation: str) -> int:
    import duckdb

    with duckdb.connect(config={"threads": 1}) as con:
        cursor = con.execute(f"SELECT * FROM {relation}")
        found = 0
        while rows := cursor.fetchmany(FETCHED):
            found += len(rows)
        return found


def xml_elements(folder: Path, names: frozenset[str]) -> int:
    """Parse XML element by element, each forgotten when the next begins."""
    from xml.etree import ElementTree

    found = 0
    for path in files_of(folder):
        events = ElementTree.iterparse(path, events=("start", "end"))  # noqa: S314 (we have written it)
        _, root = next(iter(events))
        for event, element in events:
            if event == "end" and element.tag in names:
                found += 1
                root.clear()
    return found


def text_lines(folder: Path) -> int:
    """Read the lines of text files."""
    found = 0
    for path in files_of(folder):
        with path.open(encoding="utf-8") as lines:
            found += sum(1 for _ in lines)
    return found
