"""Commands of the stewards: what is asked, both sides of it, and the answer."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from pipelines.commands.options import HomeOption, JsonOption, out, place, tell, user
from pipelines.commands.review_show import show_history, show_question, show_queue, show_review_status, show_written
from pipelines.errors import ConfigurationError
from pipelines.load.stewards import deciding
from pipelines.load.stewards.deciding import Said
from pipelines.load.stewards.past import history as read_history
from pipelines.load.stewards.past import review_status
from pipelines.load.stewards.queue import opened, question_about, read_queue
from pipelines.load.stewards.sides import read_side
from pipelines.resolve.judgements import Verdict, read_judgements

app = typer.Typer(
    name="review",
    help=(
        "Decide by hand who is who: what the model is unsure of, and what it got wrong.\n\n"
        "A judgement outranks the model and lasts through every rebuild; it is a line of judgements/judgements.jsonl in the "
        "home, which no export can bring back: back it up. Customers change with the next resolve.\n\n"
        "A side is a customer id (c…), an identity id, or a record written source:source_ref."
    ),
    epilog=(
        "goldthread review list\n\ngoldthread review show 1\n\n"
        'goldthread review same 1 --why "same order, same street"\n\n'
        "goldthread review merge c0123456789abcdef cfedcba9876543210"
    ),
    no_args_is_help=True,
    rich_markup_mode="rich",
)

PairArgument = Annotated[
    list[str], typer.Argument(metavar="NUMBER | SIDE SIDE", help="The pair: its number in the list, or both sides.")
]
ByOption = Annotated[str | None, typer.Option("--by", help="Who decides.", show_default="the user of this machine")]
WhyOption = Annotated[str, typer.Option("--why", help="For what reason, for whoever asks later.", show_default=False)]
CandidateOption = Annotated[
    bool, typer.Option("--candidate", help="Look at the candidate that validation stopped, not at the version in use.")
]


def _said(by: str | None, why: str) -> Said:
    """Take who and when from the edge: the machine's user and clock."""
    by = user() if by is None else by
    if by is None:
        raise ConfigurationError("this machine does not tell who you are: say it with --by")
    if not by.strip():
        raise ConfigurationError("--by is empty: who decides?")
    return Said(by.strip(), datetime.now(UTC), why.strip())


@app.command("list")
def list_(
    home: HomeOption = None,
    limit: Annotated[int, typer.Option("--limit", help="The most pairs to show.", min=1)] = 20,
    candidate: CandidateOption = False,
    json_: JsonOption = False,
) -> None:
    """List the pairs that wait for an answer, those first where a wrong one would cost most.

    Cost is how likely the pair is decided wrongly now, times what that touches: the conversations and consent signals of
    its smaller side. After every four comes one that was drawn by lot: it measures precision and recall, so nothing is told
    of how it was decided. A number stays while the version does.
    """
    where = place(home)
    with opened(where, candidate=candidate) as con:
        queue = read_queue(con, where, read_judgements(where.judgements))
    tell([question.to_json() for question in queue[:limit]], json_, lambda: show_queue(queue, limit, out))


@app.command()
def show(
    pair: PairArgument,
    home: HomeOption = None,
    weights: Annotated[
        bool, typer.Option("--weights", help="Show the weights of a pair that was drawn by lot, too: no audit then.")
    ] = False,
    candidate: CandidateOption = False,
    json_: JsonOption = False,
) -> None:
    """Show both sides of a pair beside each other, with the evidence; personal data, on the terminal only.

    A pair that was drawn by lot comes without weights and without what became of it: judge it by what it shows.
    """
    from pipelines.resolve.explaining.explain import explain_pair  # splink takes a second to import

    where = place(home)
    with opened(where, candidate=candidate) as con:
        left, right = deciding.pair_of(con, pair)
        sides = read_side(con, left.identity_id), read_side(con, right.identity_id)
        question = question_about(con, left.identity_id, right.identity_id)
        is_blind = question is not None and question.is_blind and not weights
        explained = None if is_blind else explain_pair(con, left.identity_id, right.identity_id, where)
    shown = {
        "question": question.to_json() if question else None,
        "sides": [asdict(side) | ({"customer_id": None, "also": {}} if is_blind else {}) for side in sides],
        "explanation": asdict(explained) if explained else None,
    }
    tell(shown, json_, lambda: show_question(question, sides, explained, out))


def _judge(verdict: Verdict) -> None:
    words = {
        "same": "Say that both sides are one person: they become one customer, whatever the model says.",
        "different": "Say that both sides are two people: they stay apart, also where others link to both.",
        "unsure": "Say that it cannot be told: the pair goes to the end of the queue, and the model decides.",
    }

    @app.command(verdict, help=words[verdict])
    def command(
        pair: PairArgument,
        by: ByOption = None,
        why: WhyOption = "",
        home: HomeOption = None,
        candidate: CandidateOption = False,
        json_: JsonOption = False,
    ) -> None:
        written = deciding.judge(place(home), verdict, pair, _said(by, why), candidate=candidate)
        tell(written.to_json(), json_, lambda: show_written(written, out))


for _verdict in ("same", "different", "unsure"):
    _judge(_verdict)


@app.command()
def merge(
    one: Annotated[str, typer.Argument(metavar="SIDE", help="A customer.")],
    other: Annotated[str, typer.Argument(metavar="SIDE", help="The other customer.")],
    by: ByOption = None,
    why: WhyOption = "",
    home: HomeOption = None,
    candidate: CandidateOption = False,
    json_: JsonOption = False,
) -> None:
    """Make two customers one; the older id stays and the other leads to it."""
    written = deciding.merge(place(home), (one, other), _said(by, why), candidate=candidate)
    tell(written.to_json(), json_, lambda: show_written(written, out))


@app.command()
def unmerge(
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer to take apart.")],
    apart: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SIDE]...", help="Records or identities in it that are somebody else's.", show_default=False
        ),
    ] = None,
    by: ByOption = None,
    why: WhyOption = "",
    home: HomeOption = None,
    candidate: CandidateOption = False,
    json_: JsonOption = False,
) -> None:
    """Take a customer apart: undo the merge that a steward made, or name what is somebody else's.

    [b]goldthread review unmerge c0ffee0123456789[/b]                          as it was before the merge, ids too

    [b]goldthread review unmerge c0ffee0123456789 shop_mail:42 calls:7[/b]     these records are somebody else's

    What hangs more strongly on a named record than on the rest goes with it; the larger part keeps the id.
    """
    written = deciding.unmerge(place(home), customer, apart or [], _said(by, why), candidate=candidate)
    tell(written.to_json(), json_, lambda: show_written(written, out))


@app.command()
def undo(
    judgement: Annotated[str, typer.Argument(metavar="JUDGEMENT", help="Its id (j…), from goldthread review history.")],
    by: ByOption = None,
    why: WhyOption = "",
    home: HomeOption = None,
    json_: JsonOption = False,
) -> None:
    """Take a judgement back: all is as if it had not been said, and the line stays in the history."""
    written = deciding.undo(place(home), judgement, _said(by, why))
    tell(written.to_json(), json_, lambda: show_written(written, out))


@app.command()
def history(
    side: Annotated[
        str | None, typer.Argument(metavar="[SIDE]", help="Only what was said about this customer.", show_default=False)
    ] = None,
    home: HomeOption = None,
    limit: Annotated[int, typer.Option("--limit", help="The most judgements to show.", min=1)] = 50,
    candidate: CandidateOption = False,
    json_: JsonOption = False,
) -> None:
    """List what was judged, the latest first: who, when, why, and whether it stands."""
    found = read_history(place(home), side, candidate=candidate)
    tell([past.to_json() for past in found[:limit]], json_, lambda: show_history(found, limit, out))


@app.command()
def status(home: HomeOption = None, candidate: CandidateOption = False, json_: JsonOption = False) -> None:
    """Say how many pairs wait, what stands, what the next resolve will apply, and precision and recall from the audit."""
    found = review_status(place(home), candidate=candidate)
    tell(found.to_json(), json_, lambda: show_review_status(found, out))
