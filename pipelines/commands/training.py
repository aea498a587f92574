"""The command that trains a candidate model, compares it with the one in use, and takes it into use."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands.options import HomeOption, JsonOption, existing, out, tell, who
from pipelines.errors import ConfigurationError
from pipelines.load.terminal.layout import minute, plain_table, print_facts
from pipelines.settings import Home

if TYPE_CHECKING:
    from pipelines.resolve.training.candidates import Acceptance, Listed
    from pipelines.resolve.training.compare_models import Comparison
    from pipelines.resolve.training.evaluate import Evaluation, Share
    from pipelines.training import Look

CAUSES = 12  # that the terminal shows

app = typer.Typer()


@app.command()
def train(
    version: Annotated[
        str | None,
        typer.Argument(
            metavar="VERSION", help="A model of the home, for --compare or --accept.", show_default="the newest candidate"
        ),
    ] = None,
    home: HomeOption = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Say which customers would change under the candidate, and why.")
    ] = False,
    accept: Annotated[bool, typer.Option("--accept", help="Take the candidate into use, or VERSION to go back to.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="With --accept: past a comparison that is missing, old or over the budget.")
    ] = False,
    list_: Annotated[bool, typer.Option("--list", help="List the models of the home.")] = False,
    json_: JsonOption = False,
) -> None:
    """Train a candidate model on the home's own customers; compare it with the model in use; take it into use.

    Training needs a resolved warehouse of a few hundred customers and no labels; judgements are used where there are any.
    It writes models/VERSION/ with the model and its report.html, and never the model in use.

    [b]goldthread train[/b]             a candidate and its report

    [b]goldthread train --compare[/b]   the same, and which customers would change against the model in use

    [b]goldthread train --accept[/b]    the newest candidate becomes the model in use

    The next resolve scores every pair with it; customers keep their ids. [b]--accept VERSION[/b] goes back the same way.
    """
    where = existing(home)
    if sum((compare, accept, list_)) > 1:
        raise ConfigurationError("one of --compare, --accept and --list at a time")
    if force and not accept:
        raise ConfigurationError("--force goes with --accept")
    if version and not (compare or accept):
        raise ConfigurationError("which? goldthread train --compare VERSION, or goldthread train --accept VERSION")
    if list_:
        _list(where, json_)
    elif accept:
        _accept(where, version, force, json_)
    else:
        _train(where, version, compare, json_)


def _train(home: Home, version: str | None, compare: bool, json_: bool) -> None:
    from pipelines import training  # splink takes a second to import

    look = training.compare_candidate(home, version) if version else training.train(home, compared=compare)
    tell(look.to_json(), json_, lambda: _show(look))


def _accept(home: Home, version: str | None, force: bool, json_: bool) -> None:
    from pipelines import training

    accepted = training.accept(home, version, datetime.now(UTC), who(), forced=force)
    tell(asdict(accepted), json_, lambda: _show_accepted(accepted))


def _list(home: Home, json_: bool) -> None:
    from pipelines.resolve.training.candidates import models

    found = models(home)
    tell([asdict(model) for model in found], json_, lambda: _show_models(found))


def _show_accepted(accepted: "Acceptance") -> None:
    out.print(f"model [b]{accepted.version}[/b] is in use from the next resolve on, after {accepted.before}")
    if accepted.forced:
        out.print(f"forced past: {accepted.forced}")
    out.print(f"to go back: goldthread train --accept {accepted.before}")


def _show_models(found: "list[Listed]") -> None:
    if not found:
        out.print("no model was trained in this home yet: goldthread train")
        return
    table = plain_table("model", "", "compared", "taken into use (UTC)", "trained on")
    for model in found:
        marks = " ".join(["in use"] * model.is_in_use + ["candidate"] * model.is_candidate)
        accepted_at = minute(model.accepted_at) if model.accepted_at else ""
        table.add_row(model.version, marks, "yes" if model.is_compared else "", accepted_at, model.trained_on)
    out.print(table)


def _show(look: "Look") -> None:
    if look.training:
        _show_levels(look.training["levels"])
        out.print()
    if look.comparison:
        _show_comparison(look.comparison)
        out.print()
    facts: dict[str, Any] = {"model": f"{look.version} (in use: {look.in_use})"}
    if look.training:
        names = f"{look.training['given_names']:,} given and {look.training['family_names']:,} family names"
        facts["learned from"] = f"{look.training['customers']:,} customers; how common {names} are"
        if look.training["judged_pairs"]:
            facts["learned from"] += f"; {look.training['judged_pairs']:,} judged pairs stood in for guesses"
    facts |= _facts(look.evaluation)
    if look.comparison:
        moved = f"{look.comparison.customers_moved:,} customers and {look.comparison.interactions_moved:,} interactions"
        facts["change budget"] = f"it {look.over_budget}" if look.over_budget else f"{moved} would move: within it"
    facts["report"] = look.report
    facts["next"] = (
        f"goldthread train --accept {look.version}" if look.comparison else f"goldthread train --compare {look.version}"
    )
    print_facts(facts, out)


def _show_levels(levels: list[dict[str, Any]]) -> None:
    weights = ("m before", "m", "u before", "u")
    table = plain_table("comparison", "level", *weights, numbers=weights, title="trained levels")
    for level in levels:
        values = (level[name] for name in ("m_before", "m", "u_before", "u"))
        table.add_row(level["comparison"], level["level"], *("" if value is None else f"{value:.4g}" for value in values))
    out.print(table)


def _show_comparison(found: "Comparison") -> None:
    kinds = asdict(found.kinds)
    table = plain_table("customers", *kinds, "of", numbers=(*kinds, "of"), title=f"{found.version} against {found.in_use}")
    table.add_row("", *(f"{count:,}" for count in kinds.values()), f"{found.customers_before:,}")
    out.print(table)
    out.print(
        f"{found.interactions_moved:,} of {found.interactions:,} interactions would get another customer's id; "
        f"links gained: {found.links_gained:,}, lost: {found.links_lost:,}"
    )
    if not found.causes:
        return
    out.print()
    numbers = ("bits", "customers", "interactions")
    causes = plain_table("happens", "because of", *numbers, "decided by", numbers=numbers, title="causes")
    for cause in found.causes[:CAUSES]:
        example = f"{cause.examples[0].identity_l} {cause.examples[0].identity_r}" if cause.examples else ""
        causes.add_row(
            cause.kind, f"{cause.comparison}: {cause.level}", f"{cause.bits:+.1f}", f"{cause.customers:,}",
            f"{cause.interactions:,}", example,
        )  # fmt: skip
    out.print(causes)
    if len(found.causes) > CAUSES:
        out.print(f"{len(found.causes) - CAUSES} more causes in the report")


def _facts(found: "Evaluation") -> dict[str, str]:
    facts = {
        "pairs": f"{found.pairs:,} among {found.identities:,} identities, {found.customers:,} customers",
        "unlinkable": f"{(found.unlinkable.value or 0):.1%} of the identities show too little to link with anything",
    }
    if found.accuracy:
        facts |= {
            f"{name} ({found.accuracy.source})": _interval(share)
            for name, share in (("precision", found.accuracy.precision), ("recall", found.accuracy.recall))
        }
    if found.calibration:
        own = ", on the pairs it was fitted on" if found.calibration.is_own else ""
        for name, raw, curve in (
            ("links", found.calibration.links_raw, found.calibration.links),
            ("pairs", found.calibration.pairs_raw, found.calibration.pairs),
        ):
            if raw.pairs:
                facts[f"calibration error, {name}"] = f"{raw.error:.4f} by weight alone, {curve.error:.4f} calibrated{own}"
    return facts


def _interval(share: "Share") -> str:
    if share.value is None or share.low is None or share.high is None:
        return "nothing to count"
    return f"{share.value:.4f} ({share.low:.4f} to {share.high:.4f})"
