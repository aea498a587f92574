"""The stewards' pages in the terminal: the queue, both sides of a pair, the history, and where things stand."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.commands.pair import show_pair
from pipelines.load.terminal.layout import outside, plain_table, print_facts
from pipelines.resolve.stewards.audit import Audit, Estimate

if TYPE_CHECKING:
    from pipelines.load.stewards.deciding import Written
    from pipelines.load.stewards.past import PastJudgement, ReviewStatus
    from pipelines.load.stewards.queue import Question
    from pipelines.load.stewards.sides import Side
    from pipelines.resolve.explaining.explain import PairExplanation

TEXT = 160  # characters of a message that are shown
COUNTED = {  # a judgement's state, as one and as several are counted
    "stands": ("stands", "stand"),
    "an undo": ("undo", "undos"),
    "its records are gone": ("without its records", "without their records"),
    "its records show one identity": ("of one identity by now", "of one identity by now"),
}
NEXT = "customers change with the next resolve (goldthread run --night YYYY-MM-DD)"


def show_queue(queue: "list[Question]", limit: int, console: Console) -> None:
    """Print the first questions as a table, and what to type next."""
    if not queue:
        console.print("Nothing waits for an answer.")
        return
    numbers = ("no", "bits", "wrong", "touches", "cost")
    table = plain_table("no", "why it is asked", "bits", "wrong", "touches", "cost", "now", numbers=numbers)
    for question in queue[:limit]:
        if question.is_blind:
            table.add_row(str(question.rank), Text(f"{question.cause}: one person or two?"), *[Text("")] * 5, style="cyan")
            continue
        cause = f"{question.cause} (a steward was unsure)" if question.is_unsure else question.cause
        table.add_row(
            str(question.rank), cause, _number(question.match_weight, "+.1f"), _number(question.error_probability, ".0%"),
            str((question.conversation_count or 0) + (question.consent_count or 0)), _number(question.cost, ".2f"),
            "one customer" if question.is_linked else "two customers",
        )  # fmt: skip
    console.print(table)
    console.print()
    more = f"{len(queue):,} pairs wait" + (f", the first {limit} are shown (--limit)" if len(queue) > limit else "")
    console.print(f"{more}. goldthread review show {queue[0].rank} shows both sides of the first.")


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def show_question(
    question: "Question | None", sides: "tuple[Side, Side]", explained: "PairExplanation | None", console: Console
) -> None:
    """Print both sides beside each other, what they share marked, and the weights where they may be told."""
    is_blind = explained is None
    if question is not None:
        console.print(Text(f"{question.rank}. {question.cause}", style="bold"))
    console.print(_beside(*sides, is_blind=is_blind))
    console.print()
    if explained is None:
        console.print("Drawn by lot: judge by what you see; how it was decided is told when you have.")
    else:
        show_pair(explained, console)
    console.print()
    name = str(question.rank) if question else " ".join(side.identity_id for side in sides)
    print_facts({verdict: f"goldthread review {verdict} {name}" for verdict in ("same", "different", "unsure")}, console)


def _beside(left: "Side", right: "Side", *, is_blind: bool) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("")
    for name, side in (("one", left), ("other", right)):
        table.add_column(name if is_blind else f"{name}: {side.customer_id}", overflow="fold", ratio=1)
    for word in dict.fromkeys([*left.shows, *right.shows]):
        table.add_row(Text(word, style="dim"), *_cells(left.shows.get(word, []), right.shows.get(word, [])))
    if not is_blind and left.customer_id != right.customer_id and (left.also or right.also):
        table.add_row(Text("the rest of each customer", style="dim italic"), "", "")
        for word in dict.fromkeys([*left.also, *right.also]):
            table.add_row(Text(word, style="dim"), *_cells(left.also.get(word, []), right.also.get(word, [])))
    table.add_row("", "", "")
    table.add_row(Text("records", style="dim"), *(f"{side.records} of {', '.join(side.sources)}" for side in (left, right)))
    table.add_row(Text("seen", style="dim"), *(_seen(side) for side in (left, right)))
    for place in range(max(len(left.messages), len(right.messages))):
        table.add_row(Text("message", style="dim"), *(_message(side, place) for side in (left, right)))
    return table


def _cells(left: list[str], right: list[str]) -> list[Text]:
    """Return both cells, a value that both have in green."""
    cells = []
    for mine, theirs in ((left, right), (right, left)):
        cell = Text("\n").join(outside(value, "bold green" if value in theirs else "") for value in mine)
        cells.append(cell)
    return cells


def _seen(side: "Side") -> str:
    if side.first_at is None:
        return "a reference row only"
    return side.first_at if side.first_at == side.last_at else f"{side.first_at} to {side.last_at}"


def _message(side: "Side", place: int) -> Text:
    if place >= len(side.messages):
        return Text("")
    message = side.messages[place]
    words = " ".join(message.text.split())
    words = words[: TEXT - 1] + "…" if len(words) > TEXT else words
    cell = Text(f"{message.at} {message.channel}, {message.direction}\n", style="dim")
    return cell.append_text(outside(words, "not dim"))


def show_written(written: "Written", console: Console) -> None:
    """Print what was written, what it means, and when it takes effect."""
    console.print(f"[b]{written.judgement.judgement_id}[/b]: {written.words}; {NEXT}.", soft_wrap=True)
    if written.customers and written.judgement.audit is None:
        console.print(f"About {' and '.join(written.customers)}. Take it back: goldthread review undo "
                      f"{written.judgement.judgement_id}", soft_wrap=True)  # fmt: skip
    else:
        console.print(f"Take it back: goldthread review undo {written.judgement.judgement_id}", soft_wrap=True)


def show_history(found: "list[PastJudgement]", limit: int, console: Console) -> None:
    """Print judgements as a table, the latest first."""
    if not found:
        console.print("Nothing was judged yet. goldthread review list shows what is asked.")
        return
    table = plain_table("judgement", "said", "at (UTC)", "by", "why", "about", "state")
    for past in found[:limit]:
        one = past.judgement
        said = f"undo {one.undoes}" if one.undoes else str(one.verdict)
        table.add_row(
            one.judgement_id, said + (" (by lot)" if one.audit else ""), f"{one.at:%Y-%m-%d %H:%M}", outside(one.by),
            outside(one.why), "\n".join(past.customers), past.state,
        )  # fmt: skip
    console.print(table)
    if len(found) > limit:
        console.print(f"\n{len(found):,} judgements, the last {limit} are shown (--limit).")


def show_review_status(found: "ReviewStatus", console: Console) -> None:
    """Print what waits, what stands and what the audit says."""
    table = plain_table("waiting", "pairs", numbers=("pairs",), title=f"the queue of night {found.version_night}")
    for cause, count in found.waiting.items():
        table.add_row(cause, f"{count:,}")
    if found.unsure:
        table.add_row("a steward was unsure", f"{found.unsure:,}")
    console.print(table if found.waiting or found.unsure else "Nothing waits for an answer.")
    console.print()
    states = ", ".join(f"{count:,} {_counted(state, count)}" for state, count in found.states.items())
    facts = {
        "judgements": f"{found.judgements:,}" + (f": {states}" if states else ""),
        "not applied yet": f"{found.pending:,}" + (f"; {NEXT}" if found.pending else ""),
        "overruled": f"{found.overruled:,} by a later judgement on the same pair",
        "contradicted": f"{found.contradicted:,} times stewards say same and different of one customer",
        "links not taken": ", ".join(f"{count:,} {reason}" for reason, count in found.cuts.items()) or "none",
    }
    print_facts(facts, console)
    if found.audit is not None:
        console.print()
        _show_audit(found.audit, console)


def _counted(state: str, count: int) -> str:
    one, several = COUNTED.get(state, (state, state))
    return one if count == 1 else several


def _show_audit(audit: Audit, console: Console) -> None:
    numbers = ("pairs", "same", "different", "unsure")
    table = plain_table("stratum", *numbers, numbers=numbers, title="the audit: pairs drawn by lot")
    for stratum in audit.strata:
        counts = (stratum.pairs, stratum.same, stratum.different, stratum.unsure)
        table.add_row(stratum.name, *(f"{count:,}" for count in counts))
    console.print(table)
    facts = {"precision": _interval(audit.precision), "recall": _interval(audit.recall)}
    if audit.unanswered:
        facts["no answers yet"] = "; ".join(audit.unanswered)
    console.print()
    print_facts(facts, console)


def _interval(estimate: Estimate | None) -> str:
    if estimate is None:
        return "not known yet: more of the pairs drawn by lot want an answer"
    return f"{estimate.value:.3f}, between {estimate.low:.3f} and {estimate.high:.3f} (95 %)"
