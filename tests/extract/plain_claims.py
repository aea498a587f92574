"""What a text claims, by the plain search over the whole of it: what the search around signs is held against."""

import re
import unicodedata

from pipelines.extract.claims import claimed_emails, claimed_handles, claimed_phones, claims
from pipelines.extract.values import identifiers


def plain_claims(text, source, signature=""):
    """Return the claims of a text, as ``claims_of`` does."""
    read = f"{text}\n{signature}" if signature else text
    references, rest = plain_references(read, source)
    found = [
        *references,
        *claimed_emails.emails_of(read),
        *plain_phones(rest, source.region),
        *plain_handles(text, signature),
    ]
    own = identifiers.Own.of(source)
    return [claim for claim in dict.fromkeys(found) if not own.matches(claim)][: claims.AT_MOST]


def plain_references(text, source):
    """Return the references, and the text without them."""
    found = []
    for reference in source.references:
        pattern = re.compile(reference, re.IGNORECASE)
        mentioned = [match[pattern.groups and 1] or "" for match in pattern.finditer(text)]
        found += [one for each in mentioned if (one := identifiers.reference(each, "claimed"))]
        text = pattern.sub(" | ", text)
    return found, text


def plain_phones(text, region):
    """Return the numbers: the whole text is searched."""
    western = "".join(str(unicodedata.decimal(each, each)) for each in text).translate(claimed_phones.WIDE_SIGNS)
    return claimed_phones.find_phones(western, region, 0, len(western))


def plain_handles(text, signature):
    """Return the handles: every word of every line is read."""
    found = []
    for read, is_signed in ((text, False), (signature, True)):
        of_read = []
        for line in read.split("\n"):
            is_label = is_signed or claimed_handles._is_label(line)
            if len(of_read) < claimed_handles.AT_MOST and (is_label or claimed_handles._HAS_ONE.search(line.lower())):
                of_read += claimed_handles._read_all(line, is_signed=is_signed, is_own=is_label)
        found += of_read
    return list(dict.fromkeys(found))[: claimed_handles.AT_MOST]
