"""What became of a pair, and why, in words; never with what a record says, only with ids, kinds and numbers."""

from dataclasses import dataclass, field

from pipelines.resolve.clusters import guard
from pipelines.resolve.clusters.replay import CutLink, HeldLink, Replay
from pipelines.resolve.explaining.waterfall import Scored
from pipelines.resolve.scoring.model import CORROBORATED
from pipelines.resolve.settings import Linkage

ROUNDED = 0.01  # bits by which a weight may differ from the stored one without another reason than its digits
LINKED, SAME_CUSTOMER, NOT_LINKED = "linked", "same customer", "not linked"

GUARD_WORDS = {
    guard.JUDGED: "a steward has told two apart who would come together in it",
    guard.UNIQUE_IDS: "it would have two ids of one issuer that gives a person only one",
    guard.BIRTHS: "it would have two dates of birth that rule each other out",
    guard.NAMES: "it would have two names that rule each other out",
    guard.TOO_LARGE: "it would be more identities than linkage.yml allows without a steward's word",
    guard.FITS_TWO: "one of the two fits two people almost alike, and stays with neither",
    guard.NAME_ALONE: "nothing but the name speaks for it, and somebody else of that name may be meant",
}


@dataclass(frozen=True)
class Verdict:
    """What became of a pair.

    Attributes:
        verdict: "linked" (this pair holds), "same customer" (joined through others), "not linked".
        cause: one of the words that docs/explain.md lists.
        why: one sentence.
        path: where they are joined through others, the links from the left to the right.
        between: links between the two customers that were not taken.
        rivals: identities of others that may be meant by the name.
    """

    verdict: str
    cause: str
    why: str
    path: list[HeldLink] = field(default_factory=list)
    between: list[CutLink] = field(default_factory=list)
    rivals: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Case:
    """All that the verdict on a pair goes by.

    Attributes:
        left, right: the identities, the smaller first.
        is_together: they are one customer in the version at hand.
        rules: the blocking rules in which they meet.
        stored: the weight at which an edge between them is kept, in bits; None where none is.
        claim: why what the one claims of the other is no proof, in words; empty where nothing is claimed.
        replay: the clustering around them; None where it is too large to be run again.
    """

    left: str
    right: str
    scored: Scored
    linkage: Linkage
    is_together: bool
    rules: list[str]
    stored: float | None
    claim: str
    replay: Replay | None

    @property
    def is_named(self) -> bool:
        """Say whether nothing but the name speaks for it, near enough to the threshold for a name that is rare here."""
        near = self.linkage.threshold - self.linkage.unique_name
        return self.scored.other_weight < CORROBORATED and self.scored.match_weight >= near

    @property
    def short(self) -> float:
        """Return the bits that are missing to the threshold."""
        return self.linkage.threshold - self.scored.match_weight


def judge(case: Case) -> Verdict:
    """Say what became of the pair; where the settings of today would decide otherwise than the version did, say that."""
    verdict = SAME_CUSTOMER if case.is_together else NOT_LINKED
    if case.stored is not None and abs(case.stored - case.scored.match_weight) > ROUNDED:
        why = f"this was decided at {case.stored:+.1f} bits, by another model or other settings; the next night decides anew"
        return Verdict(verdict, "decided otherwise", why)
    if case.replay is not None and case.replay.are_one(case.left, case.right) != case.is_together:
        why = "settings or judgements have changed since this was decided; the next night decides anew"
        return Verdict(verdict, "decided otherwise", why)
    return _together(case) if case.is_together else _apart(case)


def _together(case: Case) -> Verdict:
    held = case.replay.held() if case.replay else []
    path = path_between(held, case.left, case.right)
    link = path[0] if len(path) == 1 else None
    if (link and link.by_steward) or _judged(case) == "same":
        return Verdict(LINKED, "judged same", "a steward has said that they are one", path)
    if case.stored is not None and case.short <= 0:
        return Verdict(LINKED, "evidence", "the evidence is above the threshold", path)
    if link:
        why = f"equal names, {case.short:.1f} bits short of the threshold; enough because nobody else here bears the name"
        return Verdict(LINKED, "rare name", why, path)
    steps = f", over {len(path)} links" if path else ""
    return Verdict(
        SAME_CUSTOMER, "through others", f"this pair alone is no link; others that both are linked to join them{steps}", path
    )


def _apart(case: Case) -> Verdict:
    between = _between(case)
    if _judged(case) == "different":
        return Verdict(NOT_LINKED, "judged different", "a steward has said that they are two", between=between)
    if not case.rules and case.claim:
        return Verdict(NOT_LINKED, "claim not believed", f"{case.claim}; nothing else lets them meet", between=between)
    if not case.rules:
        why = "they were never compared: they have no identifier, name or address in common that would let them meet"
        return Verdict(NOT_LINKED, "never compared", why, between=between)
    if case.stored is None and case.scored.match_weight >= case.linkage.keep_above:
        rules = ", ".join(case.rules)
        why = f"they were never compared: too many share what they have in common (rule {rules}; meta.block tells how many)"
        return Verdict(NOT_LINKED, "block left out", why, between=between)
    if case.short <= 0:
        return _refused(case, between)
    return _below(case, between)


def _refused(case: Case, between: list[CutLink]) -> Verdict:
    """The evidence is over the threshold, and something stands against it."""
    pair = (case.left, case.right)
    cut = next((cut for cut in between if (cut.identity_l, cut.identity_r) == pair), None)
    if cut is None:
        return Verdict(
            NOT_LINKED, "refused", "the evidence is above the threshold, but it was not taken (meta.guard_cut tells why)",
            between=between,
        )  # fmt: skip
    if cut.reason == guard.NAME_ALONE and case.replay is not None:
        return _by_name_alone(case, case.replay, between, guard.NAME_ALONE, "nothing but the name speaks for it")
    if cut.reason == guard.FITS_TWO and case.replay is not None:
        return _torn(cut, case.replay, between)
    return Verdict(NOT_LINKED, cut.reason, f"the guard keeps them apart: {guard_words(cut)}", between=between)


def _torn(cut: CutLink, replay: Replay, between: list[CutLink]) -> Verdict:
    """One of the two fits others as well, who cannot be one with the other of them."""
    loose = [other for other in replay.cuts() if other.reason == guard.FITS_TWO]
    ends = {side: {end for other in loose if side in other[:2] for end in other[:2]} - {*cut[:2]} for side in cut[:2]}
    torn, rivals = max(ends.items(), key=lambda end: (len(end[1]), end[0]))
    others = f" (the other: {', '.join(sorted(rivals))})" if rivals else ""
    why = f"the guard keeps them apart: identity {torn} fits two people almost alike, and stays with neither{others}"
    return Verdict(NOT_LINKED, cut.reason, why, between=between, rivals=sorted(rivals))


def _below(case: Case, between: list[CutLink]) -> Verdict:
    short = f"{case.short:.1f} bits short of the threshold"
    if case.claim:
        return Verdict(NOT_LINKED, "claim not believed", f"{case.claim}; the evidence is {short}", between=between)
    if case.is_named and case.replay is not None:
        lead = f"equal names alone, {short}; that is enough only for a name that nobody else bears"
        return _by_name_alone(case, case.replay, between, "name not rare enough", lead)
    return Verdict(NOT_LINKED, "below the threshold", f"the evidence is {short}", between=between)


def _by_name_alone(case: Case, replay: Replay, between: list[CutLink], cause: str, lead: str) -> Verdict:
    are_two, rivals = replay.namesakes(case.left, case.right)
    if are_two:
        why = f"{lead}, and they may be two people of it: both have identifiers of one kind, and none in common"
    elif rivals:
        others = "somebody else" if len(rivals) == 1 else f"{len(rivals)} others"
        why = f"{lead}, and {others} of that name may be meant as well ({', '.join(rivals)})"
    else:
        why = f"{lead}, and somebody of that name here is in doubt"
    return Verdict(NOT_LINKED, cause, why, between=between, rivals=rivals)


def guard_words(cut: CutLink) -> str:
    """Say in words why a link was not taken: what the customer would be, had it been."""
    allowed = "than linkage.yml allows without a steward's word"
    words = GUARD_WORDS.get(cut.reason) or f"it would have {cut.reason}, more {allowed}"
    if cut.reason in (guard.FITS_TWO, guard.NAME_ALONE):
        return words
    shown = f" (identities {cut.witness_l} and {cut.witness_r})" if cut.witness_l and cut.witness_r else ""
    return f"were they one customer, {words}{shown}"


def _judged(case: Case) -> str:
    """Return what a steward has said of this very pair, empty where none has."""
    judged = case.replay.judged if case.replay else []
    return next((one.verdict for one in judged if one[:2] == (case.left, case.right)), "")


def _between(case: Case) -> list[CutLink]:
    """Return the links between the two customers that were not taken, the strongest first."""
    replay = case.replay
    if replay is None:
        return []
    found = [
        cut
        for cut in replay.cuts()
        if any(
            replay.are_one(cut.identity_l, one) and replay.are_one(cut.identity_r, other)
            for one, other in ((case.left, case.right), (case.right, case.left))
        )
    ]
    return sorted(found, key=lambda cut: (-cut.match_weight, cut.identity_l, cut.identity_r))


def path_between(tree: list[HeldLink], left: str, right: str) -> list[HeldLink]:
    """Return the links that lead from the one to the other along a tree, in order; none where it does not connect them."""
    near: dict[str, list[tuple[str, HeldLink]]] = {}
    for link in tree:
        near.setdefault(link.identity_l, []).append((link.identity_r, link))
        near.setdefault(link.identity_r, []).append((link.identity_l, link))
    came_by: dict[str, tuple[str, HeldLink] | None] = {left: None}
    front = [left]
    while front and right not in came_by:
        here = front.pop(0)
        for other, link in near.get(here, []):
            if other not in came_by:
                came_by[other] = (here, link)
                front.append(other)
    path: list[HeldLink] = []
    step = came_by.get(right)
    while step is not None:
        path.append(step[1])
        step = came_by[step[0]]
    return path[::-1]
