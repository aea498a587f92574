"""All exports of the benchmark, by name."""

from benchmarks.exports import centres, chats, helpdesks, mail, phones, social, tables
from benchmarks.exports.case import Case

CASES: dict[str, Case] = {
    case.name: case for room in (mail, tables, helpdesks, chats, social, phones, centres) for case in room.CASES
}
