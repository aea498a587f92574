"""What our own side says about a person: the order and ticket numbers in our answers."""

from dataclasses import replace

from pipelines.contract import Interaction, Record
from pipelines.extract.claims.claims import references_of
from pipelines.settings import Source


def with_references(record: Record, source: Source) -> Record:
    """Return our answer with the order and ticket numbers that it mentions in the party; other records as they are.

    Their evidence is ``reference``: whoever answered has looked them up in our records.
    """
    if not isinstance(record, Interaction) or record.direction != "outbound" or not (record.party and source.references):
        return record
    if not (mentioned := references_of(record.text or "", source, "reference")):
        return record
    known = {each.value for each in record.party if each.kind == "reference"}
    found = [each for each in mentioned if each.value not in known]
    return replace(record, party=[*record.party, *found]) if found else record
