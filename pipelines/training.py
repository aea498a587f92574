"""Training as functions that the command line and the DAG call alike: train, compare, accept.

Nothing here touches the model in use but ``accept``, and nothing writes the warehouse: models are tried on a copy of it.
"""

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines import warehouse
from pipelines.errors import ConfigurationError, ValidationStopped
from pipelines.resolve.scoring.calibration import fit
from pipelines.resolve.scoring.model import Model, load_model, rounded, save_model
from pipelines.resolve.settings import Linkage, load_linkage
from pipelines.resolve.training import candidates
from pipelines.resolve.training.candidates import IN_USE, Acceptance, data_digest, model_in_use
from pipelines.resolve.training.compare_models import Comparison, compare, keep_before
from pipelines.resolve.training.evaluate import Evaluation, evaluate
from pipelines.resolve.training.known import Known, known_pairs, truth_of
from pipelines.resolve.training.train import learn
from pipelines.resolve.training.training_report import write_report
from pipelines.resolve.trial import copy_warehouse, require_resolved, resolved
from pipelines.settings import PACKAGE_ROOT, Home

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Look:
    """What a model makes of the home's data.

    Attributes:
        version: of the model; in_use: of the one that is in use.
        training: what training saw and changed; None where the model was not trained in this home.
        comparison: against the model in use; None where that was not asked. over_budget says which bound it breaks.
        folder, report: where it all lies.
    """

    version: str
    in_use: str
    training: Mapping[str, Any] | None
    evaluation: Evaluation
    comparison: Comparison | None
    over_budget: str | None
    folder: Path
    report: Path

    def counts(self) -> dict[str, Any]:
        """Return versions and counts, small enough for a scheduler to hand about."""
        told: dict[str, Any] = {
            "version": self.version,
            "in_use": self.in_use,
            "report": str(self.report),
            "customers": self.evaluation.customers,
        }
        if self.comparison:
            told |= {
                **asdict(self.comparison.kinds),
                "customers_moved": self.comparison.customers_moved,
                "interactions_moved": self.comparison.interactions_moved,
                "over_budget": self.over_budget,
            }
        return told

    def to_json(self) -> dict[str, Any]:
        """Return all of it as plain values; shares of the comparison beside its counts."""
        told = asdict(self)
        if self.comparison:
            told["comparison"] |= _shares(self.comparison)
        return told


def train(home: Home, *, compared: bool = False) -> Look:
    """Train a candidate on the home's resolved warehouse, look at what it makes of the data, and keep both.

    The same warehouse gives the same candidate. The model in use stays.

    Args:
        compared: also compare it with the model in use.

    Raises:
        ConfigurationError: nothing is resolved, or there are too few customers to learn from.
        LockHeld: a night is writing this home.
    """
    with warehouse.writer_lock(home):
        require_resolved(home)
        base = model_in_use(home)
        con = warehouse.connect(home.database, home, read_only=True)
        try:
            learned = learn(con, base, f"customers of {home.path.name}")
        finally:
            con.close()
        facts = {name: value for name, value in asdict(learned).items() if name != "model"}
        return _look(home, learned.model, base, facts, compared=compared, fitted=True)


def compare_candidate(home: Home, version: str | None = None) -> Look:
    """Compare a model of the home (the newest candidate) with the model in use, on the whole data.

    Raises:
        ConfigurationError: there is no such model, or nothing is resolved.
        LockHeld: a night is writing this home.
    """
    model, folder = candidates.candidate(home, version)
    with warehouse.writer_lock(home):
        facts = candidates.read_facts(folder, "training")
        return _look(home, model, model_in_use(home), facts, compared=True, fitted=False)


def _look(
    home: Home, model: Model, base: Model, training: Mapping[str, Any] | None, *, compared: bool, fitted: bool
) -> Look:
    """Resolve a copy of the warehouse under the model, and keep what came of it beside the model."""
    linkage = load_linkage(home.find("config/linkage.yml"))
    truth = truth_of(home.path)
    copy = copy_warehouse(home)
    if compared:
        with resolved(home, copy, home.find(IN_USE)) as con:
            keep_before(con)
    tried = copy.with_name(candidates.MODEL)
    save_model(model, tried)
    with resolved(home, copy, tried) as con:
        known = known_pairs(con, linkage, truth)
        before = model.calibration
        if fitted:
            model = _calibrated(home, model, known)
        is_own = fitted and model.calibration != before
        evaluation = evaluate(con, model, linkage, known, truth, is_own=is_own)
        comparison = compare(con, base, model, linkage) if compared else None
    folder = candidates.put_candidate(home, model) if fitted else candidates.folder_of(home, model.version)
    if training:
        candidates.write_facts(folder, "training", training)
    candidates.write_facts(folder, "evaluation", asdict(evaluation))
    over = None
    if comparison:
        over = over_budget(comparison, linkage)
        candidates.write_facts(folder, "comparison", _comparison_facts(home, comparison, over))
    write_report(folder / candidates.REPORT, model, base, training, evaluation, comparison, over)
    log.info("train: model %s is looked at; its report is %s", model.version, folder / candidates.REPORT)
    return Look(model.version, base.version, training, evaluation, comparison, over, folder, folder / candidates.REPORT)


def _calibrated(home: Home, model: Model, known: Known) -> Model:
    """Return the model with its curves drawn through the known pairs.

    Judged pairs come on top of the shipped curves, never of curves that they went into before.
    """
    shipped = load_model(PACKAGE_ROOT / IN_USE).calibration
    if known.source == "nothing":
        return model
    if known.source == "truth":
        words = f"{len(known.pairs)} pairs of {home.path.name}, whose truth is known"
        curves = fit(known.pairs, None, words)
    else:
        words = f"{len(known.pairs)} judged pairs" + (f", on top of {shipped.fitted_on}" if shipped else "")
        curves = fit(known.pairs, shipped, words)
    return rounded(model.model_copy(update={"calibration": curves or model.calibration}))


def _comparison_facts(home: Home, comparison: Comparison, over: str | None) -> dict[str, Any]:
    return asdict(comparison) | _shares(comparison) | {"over_budget": over, "data": data_digest(home)}


def _shares(comparison: Comparison) -> dict[str, float]:
    return {
        "customer_share": round(comparison.customer_share, 6), "interaction_share": round(comparison.interaction_share, 6),
    }  # fmt: skip


def over_budget(comparison: Comparison, linkage: Linkage) -> str | None:
    """Say which bound of the change budget (linkage.yml) the comparison breaks, in words; None where it keeps both."""
    budget = linkage.change_budget
    for what, moved, allowed in (
        ("customers", comparison.customers_moved, budget.customers.allows(comparison.customers_before)),
        ("interactions", comparison.interactions_moved, budget.interactions.allows(comparison.interactions)),
    ):
        if moved > allowed:
            return f"would move {moved:,} {what}, and the change budget allows {allowed:,}"
    return None


def accept(home: Home, version: str | None, at: datetime, by: str, *, forced: bool = False) -> Acceptance:
    """Take a model of the home (the newest candidate) into use from the next resolve on.

    A model that was in use before may always be taken again. Any other must have been compared with the model in use, on
    the data as it is, and keep the change budget.

    Args:
        at, by: when and who, for the record in ``models/accepted.jsonl``.
        forced: past what speaks against it, which the record tells.

    Raises:
        ConfigurationError: there is no such model, it is in use, or it was not compared on this data.
        ValidationStopped: it would change more than the budget allows.
    """
    model, folder = candidates.candidate(home, version)
    with warehouse.writer_lock(home):
        in_use = model_in_use(home)
        if model.version == in_use.version:
            raise ConfigurationError(f"model {model.version} is in use already")
        refusal = None if _was_in_use(home, model.version) else _refusal(home, model.version, in_use.version, folder)
        if refusal and not forced:
            raise refusal
        accepted = candidates.take_into_use(home, model.version, at, by, str(refusal) if refusal else None)
    log.info("train: model %s is in use after %s", accepted.version, accepted.before)
    return accepted


def _was_in_use(home: Home, version: str) -> bool:
    return any(version in (one.version, one.before) for one in candidates.acceptances(home))


def _refusal(home: Home, version: str, in_use: str, folder: Path) -> ConfigurationError | ValidationStopped | None:
    found = candidates.read_facts(folder, "comparison")
    again = f"goldthread train --compare {version}"
    if found is None:
        return ConfigurationError(f"model {version} was never compared with the model in use; {again}")
    if found["in_use"] != in_use:
        return ConfigurationError(
            f"model {version} was compared with {found['in_use']}, and {in_use} is in use now; {again}"
        )
    if found["data"] != data_digest(home):
        return ConfigurationError(
            f"model {version} was compared before the last nights, settings or judgements came in; {again}"
        )
    if found["over_budget"]:
        return ValidationStopped(f"model {version} {found['over_budget']}; --force takes it all the same")
    return None
