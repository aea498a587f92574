"""What the receiving server found out about a mail's sender, and how far that vouches for the address in From."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pipelines.extract.parts.mail.headers import TOKEN, Headers, without_comments
from pipelines.extract.values.identifiers import Own

Verdict = Literal["pass", "fail", "none"]

_HEADER = "authentication-results"
LENGTH_LIMIT = 10_000
_CACHED_LENGTH = 400
RESULTS_LIMIT = 50
_FAILED = frozenset(("fail", "softfail", "hardfail"))
# A value may be quoted, in whole or in part: what a sender put between quotes ("x; dmarc=pass"@…) is no result.
_PROPERTY = re.compile(r'([A-Za-z][\w.-]*+)\s*+=\s*+((?:"(?:[^"\\]|\\.)*+"|[^\s";])++)', re.DOTALL)
_PROTOCOL = re.compile(r"\bwith\s++(\S++)", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z][a-z0-9-]+")


@dataclass(frozen=True, slots=True)
class _Result:
    """What one method found: ``spf``, ``pass``, and on which names (``smtp.mailfrom``)."""

    method: str
    result: str
    about: dict[str, str]


def authentication(headers: Headers, domain: str, own: Own) -> Verdict:
    """Return whether the receiving server vouches for ``domain``, that of the address in From; "none": it did not say.

    The topmost Authentication-Results is read, the last server's, and others that this server surely wrote beside it (one
    for each filter). Those below, and ARC-Authentication-Results, may be anybody's: a chain of ARC is as good as whoever
    began it, and a gateway's results could be written by who goes around it. A fail always counts. A pass counts for the
    domain that it was found for: DMARC's for From's, SPF's and DKIM's where ``domain`` is theirs, above it or below it.
    """
    value = headers.first(_HEADER)
    server, results = _usual_results(value) if len(value) <= _CACHED_LENGTH else _results(value)
    if server and len(headers.hops_above(_HEADER)) > 1:
        results = [*results, *_beside(server, headers)]
    verdict = _dmarc(results, domain) or _spf_and_dkim(results or [], headers, domain)
    return "none" if verdict == "pass" and not _is_believed(server, headers, own) else verdict


def _beside(server: str, headers: Headers) -> list[_Result]:
    """Return what the same server, or another filter of its house, found in further headers.

    Only those count that stand above the Received by which it took the mail in. A server puts that on top of all that a
    sender wrote (RFC 5321, 4.4), so nobody else wrote what is above. The first Received is that one, but for those of a
    delivery within the house (LMTP), and has to be there.
    """
    received = headers.all("received")[:RESULTS_LIMIT]
    hops = next((number for number, hop in enumerate(received) if not _is_delivery(hop)), None)
    if hops is None:
        return []
    above = list(zip(headers.all(_HEADER), headers.hops_above(_HEADER), strict=True))[1:RESULTS_LIMIT]
    read = [_results(value) for value, hops_above in above if hops_above <= hops]
    return [result for name, results in read if name == server or _is_sibling(name, server) for result in results]


def _is_sibling(name: str, server: str) -> bool:
    """Tell whether two filters are of one house: dkim-verifier.icloud.com stands beside dmarc.icloud.com."""
    house = server.partition(".")[2]
    return "." in house and name.partition(".")[2] == house


def _is_delivery(received: str) -> bool:
    """Tell whether a mail was only handed on to its mailbox: no protocol but LMTP is named, in comments neither.

    Whatever a sender greeted with stands in there too, so anything else that is named counts against it.
    """
    protocols = _PROTOCOL.findall(received[:LENGTH_LIMIT])
    return bool(protocols) and all(protocol.upper().startswith("LMTP") for protocol in protocols)


def _dmarc(results: list[_Result], domain: str) -> Verdict | None:
    """Return DMARC's verdict; None where there is none, or none that is final (temperror, bestguesspass)."""
    found = [result for result in results if result.method == "dmarc" and result.result in ("pass", "fail")]
    if not found:
        return None
    if any(result.result == "fail" for result in found):
        return "fail"
    return "pass" if all(_is_aligned(result.about.get("header.from", domain), domain) for result in found) else "none"


def _spf_and_dkim(results: list[_Result], headers: Headers, domain: str) -> Verdict:
    """Return what SPF and DKIM say, as DMARC would read them: a pass on another domain says nothing of this one."""
    found = [result for result in results if result.method in ("spf", "dkim")]
    if all(result.method != "spf" for result in found):
        found += _received_spf(headers)
    if any(result.result == "pass" and _is_aligned(_checked_domain(result), domain) for result in found):
        return "pass"
    return "fail" if any(result.result in _FAILED for result in found) else "none"


def _checked_domain(result: _Result) -> str:
    names = ("smtp.mailfrom", "smtp.mail", "envelope-from") if result.method == "spf" else ("header.d", "header.i")
    return next((result.about[name] for name in names if name in result.about), "")


def _is_aligned(checked: str, domain: str) -> bool:
    """Tell whether the domain that was checked is From's, or one above it or below it; a top-level domain is none."""
    checked = checked.rpartition("@")[2].strip('"<>. ').lower()
    if "." not in checked or "." not in domain:
        return False
    return checked == domain or domain.endswith("." + checked) or checked.endswith("." + domain)


def _received_spf(headers: Headers) -> list[_Result]:
    """Return what the older Received-SPF says."""
    value = headers.first("received-spf")
    if not value:
        return []
    about = {name.lower(): text for name, text in _PROPERTY.findall(without_comments(value[:LENGTH_LIMIT]))}
    return [_Result("spf", headers.word("received-spf"), about)]


@lru_cache(maxsize=4096)
def _usual_results(value: str) -> tuple[str, list[_Result]]:
    """The same as ``_results``, cached: one server finds much the same about the same few senders."""
    return _results(value)


def _results(value: str) -> tuple[str, list[_Result]]:
    """Split Authentication-Results (RFC 8601) into the server's name and what it found; Exchange leaves out its name."""
    if not value:
        return "", []
    segments = _segments(value)
    server = segments[0].split()[0].lower() if segments[0].split() else ""
    is_named = "=" not in segments[0]
    found: list[_Result] = []
    for segment in segments[is_named : RESULTS_LIMIT + 1]:
        first, *rest = _PROPERTY.findall(segment) or [("", "")]
        found.append(_Result(first[0].lower(), first[1].lower(), {name.lower(): text for name, text in rest}))
    return server if is_named else "", found


def _segments(value: str) -> list[str]:
    value = without_comments(value[:LENGTH_LIMIT])
    if '"' not in value:
        return value.split(";")
    segments = [""]
    for piece in TOKEN.findall(value):
        if piece == ";":
            segments.append("")
        else:
            segments[-1] += piece
    return segments


def _is_believed(server: str, headers: Headers, own: Own) -> bool:
    """Tell whether a pass in the topmost header counts.

    Where ``own`` lists the names of servers ("mx.google.com"), theirs alone do. Where it does not, and a server of our
    own domains has signed below, nobody else's does above it.
    """
    listed, ours = _servers(own)
    if _is_below(server, listed or ours):
        return True
    if listed:
        return False
    others = headers.all(_HEADER)[1:RESULTS_LIMIT]
    return not any(_is_below(_results(other)[0], ours) for other in others)


def _is_below(server: str, hosts: frozenset[str]) -> bool:
    return server in hosts or any(server.endswith("." + host) for host in hosts)


@lru_cache(maxsize=64)
def _servers(own: Own) -> tuple[frozenset[str], frozenset[str]]:
    """Return the servers that ``own`` lists by name, and the domains of our addresses."""
    listed = frozenset(word for word in own.words if _HOST.fullmatch(word))
    return listed, own.domains | {address.rpartition("@")[2] for address in own.emails}
