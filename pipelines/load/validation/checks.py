"""What the expectations said: one check each, their report, and its JSON beside the candidate."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.files import write_own
from pipelines.load.validation.suites import Severity

SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info")  # the worst first


@dataclass(frozen=True)
class Check:
    """What one expectation said.

    Attributes:
        suite, entry: the suite's name (its table's), and the expectation's place in it from 1.
        column: the column or columns it is about; None where it is about the table.
        observed: the number found, in words; never a value of a record.
        expected: the bounds it was held against tonight, in words; None where it has none.
        unexpected_count: rows that break it; None where it does not count rows.
        could_not_run: why it could not run; the severity is critical then.
        meaning: what a failure means, from the suite's notes.
    """

    suite: str
    entry: int
    expectation: str
    column: str | None
    severity: Severity
    success: bool
    observed: str | None = None
    unexpected_count: int | None = None
    could_not_run: str | None = None
    meaning: str = ""
    expected: str | None = None

    def words(self) -> str:
        """Say in one line what was expected and what was found."""
        name = f"{self.suite}: {self.expectation}" + (f"({self.column})" if self.column else "")
        if self.could_not_run:
            return f"{name} could not run: {self.could_not_run}"
        return f"{name}: {'holds' if self.success else self.found()}"

    def found(self) -> str:
        """Say what was found, and what was expected where that is a bound."""
        if self.unexpected_count is not None:
            found = f"{self.unexpected_count:,} {'row breaks' if self.unexpected_count == 1 else 'rows break'} it"
        else:
            found = f"observed {self.observed}" if self.observed else ""
        return ", expected ".join(filter(None, [found, self.expected]))


@dataclass(frozen=True)
class ValidationReport:
    """All checks of one night's candidate.

    Attributes:
        accepted: where a person let changes through that are over the budget: ``by``, ``at`` (UTC), and what moves.
    """

    night: date
    checks: list[Check]
    accepted: dict[str, Any] | None = None

    @property
    def failed(self) -> list[Check]:
        """The checks that failed, the worst first."""
        found = [check for check in self.checks if not check.success]
        return sorted(found, key=lambda check: (SEVERITIES.index(check.severity), check.suite, check.entry))

    @property
    def worst_failure(self) -> Severity | None:
        """The severity of the worst failure; None where everything holds."""
        return self.failed[0].severity if self.failed else None

    @property
    def passed(self) -> bool:
        """Whether the candidate may be published."""
        return self.worst_failure != "critical"

    def counts(self) -> dict[str, int]:
        """Count the checks, and the failed ones by severity."""
        failed = {f"failed {name}": sum(check.severity == name for check in self.failed) for name in SEVERITIES}
        return {"checks": len(self.checks), **failed}

    def to_json(self) -> dict[str, Any]:
        """Return plain values for ``json.dumps``."""
        return {
            "night": self.night.isoformat(),
            "passed": self.passed,
            "worst_failure": self.worst_failure,
            "counts": self.counts(),
            "accepted": self.accepted,
            "checks": [asdict(check) for check in self.checks],
        }


def write_checks(path: Path, report: ValidationReport, **more: Any) -> None:
    """Write the report, and what else belongs to it, as JSON."""
    write_own(path, json.dumps(report.to_json() | more, indent=2, ensure_ascii=False) + "\n")


def read_checks(path: Path) -> tuple[ValidationReport, dict[str, Any]] | None:
    """Read what ``write_checks`` wrote: the report and the whole document; None where nothing was checked."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    checks = [Check(**check) for check in document["checks"]]
    return ValidationReport(date.fromisoformat(document["night"]), checks, document.get("accepted")), document
