"""Whom a shared number ties to one household, against a few lines of plain Python on random carriers."""

import re
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.resolve.scoring import agreement
from pipelines.settings import Home
from pipelines.warehouse import build, connect
from tests.sql.test_cases import described
from tests.thorough import TIMES

START = datetime(2026, 1, 1, tzinfo=UTC)
RECYCLED = 45
DAYS = [0, 10, 44, 45, 46, 90, 91, 150]  # on either side of the bound from one another
NAMES = [("anna", "kowalczyk"), ("bertram", "kowalczyk"), ("carla", "osei"), None]
BOUNDS = {"recycled_days": RECYCLED, "families_at_address": 1, "provider_companies": 3}


@dataclass(frozen=True)
class Carrier:
    """Somebody on the number: from one day to another, by a row of our records, by use, or both; at an address or none."""

    name: tuple[str, str] | None
    first: int
    days: int
    on_record: bool
    used: bool
    place: str | None

    @property
    def last(self) -> int:
        return self.first + self.days


carriers = st.builds(
    Carrier, st.sampled_from(NAMES), st.sampled_from(DAYS), st.sampled_from([0, 1, 45]), st.booleans(), st.booleans(),
    st.sampled_from([None, "p1", "p2"]),
)  # fmt: skip


def expected(group: list[Carrier], *, is_fixed_line: bool) -> set[tuple[int, int]]:
    """Return the tied pairs of places in ``group``, the one with a name first where only one has."""

    def apart(one: Carrier, other: Carrier) -> bool:
        return bool(one.name and other.name and one.name[0] != other.name[0])

    def overlap(one: Carrier, other: Carrier) -> bool:
        ends = [10**6 if each.on_record else each.last for each in (one, other)]
        return max(one.first, other.first) - min(ends) < RECYCLED

    def supported(one: Carrier, other: Carrier) -> bool:
        used = one.used and other.used and max(one.first, other.first) - min(one.last, other.last) < RECYCLED
        family = bool(one.name and other.name and one.name[1] == other.name[1])
        at_home = one.place is not None and one.place == other.place
        return (is_fixed_line and not (one.place and other.place)) or family or at_home or used

    met = [
        (left, right)
        for left, one in enumerate(group)
        for right, other in enumerate(group)
        if left != right and one.name and (not other.name or left < right) and overlap(one, other) and supported(one, other)
    ]
    sure = {(left, right) for left, right in met if apart(group[left], group[right])}
    members = {place for pair in sure for place in pair}
    return sure | {pair for pair in met if not apart(group[pair[0]], group[pair[1]]) and members & {*pair}}


@settings(max_examples=40 * TIMES, deadline=None)
@example([Carrier(NAMES[0], 0, 0, True, True, None), Carrier(NAMES[2], 44, 0, False, True, None)], False)
@example([Carrier(NAMES[0], 0, 0, True, True, None), Carrier(NAMES[2], 45, 0, False, True, None)], False)
@given(st.lists(carriers, min_size=2, max_size=6), st.booleans())
def test_a_number_ties_whom_plain_python_would_tie(group: list[Carrier], is_fixed_line: bool):
    with tempfile.TemporaryDirectory() as folder, connect(":memory:", Home(Path(folder))) as con:
        agreement.install(con)
        for schema in ("scratch", "golden"):
            con.execute(f"CREATE SCHEMA {schema}")
        for table in (
            "scratch.household_carrier",
            "scratch.household_person",
            "scratch.household_point",
            "golden.identifier",
        ):
            columns = re.sub(r"STRUCT\([^)]*\)", "VARCHAR", described(table))
            con.execute(f"CREATE TABLE {table} ({columns})")
        kind = "'phone' AS kind, '' AS scope, '+44' AS key"
        con.execute(
            f"INSERT INTO scratch.household_point BY NAME SELECT {kind}, ? AS is_fixed_line, 'household' AS tie_kind,"
            " 2 AS family_count", [is_fixed_line],
        )  # fmt: skip
        for number, one in enumerate(group):
            first, last = START + timedelta(one.first), START + timedelta(one.last)
            con.execute(
                f"INSERT INTO scratch.household_carrier BY NAME SELECT {kind}, ? AS customer_id, ? AS first_seen_at,"
                " ? AS last_seen_at, ? AS is_on_record, ? AS first_used_at, ? AS last_used_at",
                [f"c{number}", first, last, one.on_record, first if one.used else None, last if one.used else None],
            )
            given_name, family = one.name or (None, None)
            con.execute(
                "INSERT INTO scratch.household_person BY NAME SELECT ? AS customer_id, ? AS given_name, ? AS family_name,"
                " ?::VARCHAR[] AS given_forms, ?::VARCHAR[] AS family_forms, ?::VARCHAR[] AS places, ? AS has_place,"
                " []::VARCHAR[] AS companies, []::VARCHAR[] AS domains",
                [f"c{number}", given_name, family, [given_name] if given_name else [], [family] if family else [],
                 [one.place] if one.place else [], one.place is not None],
            )  # fmt: skip
        build(con, Home(Path(folder)), "scratch.household_tie", **BOUNDS)
        rows = con.execute("SELECT customer_l, customer_r FROM scratch.household_tie").fetchall()
    found = {(int(left[1:]), int(right[1:])) for left, right in rows}
    assert found == expected(group, is_fixed_line=is_fixed_line)
    assert len(rows) == len(found)
