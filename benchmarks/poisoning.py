"""The poisoning bench: attackers who type what is somebody else's, and how many of their victims they become (law 7).

    python -m benchmarks.poisoning                    2,500 persons; attackers of every kind with 1, 10 and 50 victims
    python -m benchmarks.poisoning --why              and what held merged victims and attackers together
    python -m benchmarks.poisoning --cost 991 4242 86 5   what distrust costs honest people, on several worlds
    python -m benchmarks.poisoning --persons 400 --sizes 1 5 --kinds chat spoof

A victim is merged where a customer holds a record of the victim and one of the attacker, or of another victim of that
attacker who was not one with them before. Attackers type in chats, forms, mails, signatures and text messages, show names
that are not theirs, send mails whose sender is forged (and found out), collude, and know order numbers: see
docs/poisoning.md. What each has beside claims stands in the table; where that is nothing, no victim may be merged.

Below the table: what the distrust costs honest people. The same world is resolved believing everything: the same code, model
and settings, with staging.identifier telling every claim as delivered by its channel.
"""

import argparse
import json
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from benchmarks import homes
from benchmarks.attack_exports import ATTACKED, Attacker
from benchmarks.attackers import KINDS, PROMISED, attack
from benchmarks.over_merges import COMMON
from benchmarks.records import Held, hold, open_records
from benchmarks.tables import console, print_table
from pipelines.demo.command import FIRST_NIGHT
from pipelines.demo.world import make_world
from pipelines.resolve.settings import load_linkage
from pipelines.settings import PACKAGE_ROOT, Home


@dataclass(frozen=True)
class Harm:
    """What one attacker reached: victims who share a customer with the attacker, and with another victim of theirs."""

    kind: str
    victims: int
    merged: int
    with_each_other: int


def believe_everything(home: Home) -> None:
    """Make a home take every claim as delivered by its channel, by a staging.identifier of its own over the shipped one."""
    shipped = (PACKAGE_ROOT / "sql" / "staging" / "identifier.sql").read_text(encoding="utf-8")
    believing = "SELECT * REPLACE (CASE WHEN evidence = 'claimed' THEN 'channel' ELSE evidence END AS evidence)"
    own = home.path / "config" / "sql" / "staging" / "identifier.sql"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text(f"{believing} FROM (\n{shipped}\n)\n", encoding="utf-8")


def copy_of(home: Home, name: str) -> Home:
    """Return a copy of a home's inbox, lake, truth and configuration beside it."""
    other = Home(home.path.parent / name)
    shutil.rmtree(other.path, ignore_errors=True)
    shutil.copytree(home.path, other.path, ignore=shutil.ignore_patterns("warehouse", "published", "tmp"))
    return other


def poison(home: Home, attackers: list[Attacker]) -> list[Harm]:
    """Return what each attacker reached in a resolved home."""
    con = open_records(home)
    customers: dict[str, set[str]] = {}
    for person, customer in con.execute(
        "SELECT DISTINCT person_id, customer_id FROM record WHERE customer_id IS NOT NULL"
    ).fetchall():
        customers.setdefault(person, set()).add(customer)
    con.close()
    harms = []
    for attacker in attackers:
        own = customers.get(attacker.person, set())
        theirs = [customers.get(victim.person, set()) for victim in attacker.victims]
        merged = sum(bool(held & own) for held in theirs)
        shared = sum(
            any(held & other for other in theirs[:place] + theirs[place + 1 :]) for place, held in enumerate(theirs)
        )
        harms.append(Harm(attacker.kind, len(attacker.victims), merged, shared))
    return harms


def honest(home: Home) -> Held:
    """Return how well the records of everyone but the attackers agree with the truth."""
    con = open_records(home)
    con.execute("CREATE OR REPLACE TEMP TABLE record AS SELECT * FROM record WHERE NOT contains(tags, 'attacker')")
    held = hold(con)
    con.close()
    return held


def why(
    con: duckdb.DuckDBPyConnection, attackers: list[Attacker], threshold: float
) -> list[tuple[str, str, str, int, float, float]]:
    """Return the links between an identity of an attacker and one of somebody else in one customer.

    Each row: the attacker's kind, the blocking rule, what both have in common, links, median bits, and without the names.
    """
    con.execute("CREATE OR REPLACE TEMP TABLE attacker (person_id VARCHAR, kind VARCHAR)")
    con.executemany("INSERT INTO attacker VALUES (?, ?)", [[each.person, each.kind] for each in attackers])
    return con.execute(
        f"""
        WITH owner AS (
            SELECT DISTINCT record.identity_id, record.customer_id, record.person_id, attacker.kind
            FROM record LEFT JOIN attacker USING (person_id) WHERE record.identity_id IS NOT NULL
        ),
        edge AS (
            SELECT identity_l, identity_r, rule, match_weight, other_weight FROM warehouse.resolve.edge
            UNION ALL
            SELECT identity_r, identity_l, rule, match_weight, other_weight FROM warehouse.resolve.edge
        )
        SELECT mine.kind, edge.rule, {COMMON} AS common, count(*), median(match_weight), median(other_weight)
        FROM owner AS mine
        INNER JOIN edge ON mine.identity_id = edge.identity_l
        INNER JOIN owner AS theirs ON edge.identity_r = theirs.identity_id AND mine.person_id != theirs.person_id
        INNER JOIN warehouse.resolve.identity AS l ON edge.identity_l = l.identity_id
        INNER JOIN warehouse.resolve.identity AS r ON edge.identity_r = r.identity_id
        WHERE mine.kind IS NOT NULL AND mine.customer_id = theirs.customer_id AND match_weight >= $least
        GROUP BY ALL
        UNION ALL
        SELECT mine.kind, '(one identity)', 'the same identity', count(*), NULL, NULL
        FROM owner AS mine INNER JOIN owner AS theirs USING (identity_id)
        WHERE mine.kind IS NOT NULL AND mine.person_id != theirs.person_id
        GROUP BY mine.kind
        ORDER BY ALL
        """,
        {"least": threshold},
    ).fetchall()


def show_harms(harms: list[Harm], *, markdown: bool) -> None:
    """Print one row a kind, a column a number of victims; "of 10 x 1" are ten attackers with one victim each."""
    sizes = sorted({harm.victims for harm in harms})
    rows, marked = [], []
    for name, kind in KINDS.items():
        mine = [harm for harm in harms if harm.kind == name]
        if mine:
            counts = [sum(harm.merged for harm in mine if harm.victims == size) for size in sizes]
            each_other = sum(harm.with_each_other for harm in mine)
            rows.append([name, kind.words, kind.beside, *map(str, counts), str(each_other)])
            marked.append(kind.beside in PROMISED and sum(counts) + each_other > 0)
    attackers = {size: sum(harm.victims == size for harm in harms) // len(rows) for size in sizes}
    by_size = [f"of {size}" if attackers[size] == 1 else f"of {attackers[size]} x {size}" for size in sizes]
    columns = ("attacker", "victims merged where they", "beside claims", *by_size, "each other")
    print_table(columns, rows, words=3, markdown=markdown, marked=marked)


def show_honest(held: dict[str, Held], *, markdown: bool) -> None:
    """Print one row a way of resolving."""
    rows = []
    for name, found in held.items():
        told = found.agreement
        rows.append([name, *(f"{x:.4f}" for x in (told.pairwise_precision, told.pairwise_recall, told.pairwise_f1))])
    print_table(("honest people's records", "precision", "recall", "F1"), rows, words=1, markdown=markdown)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=2_500)
    parser.add_argument("--nights", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1_307)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1] * 10 + [10, 50], help="victims, an attacker a number")
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    parser.add_argument("--home", type=Path, help="keep the worlds below this folder, and use those that are there")
    parser.add_argument(
        "--cost", type=int, nargs="+", metavar="SEED", help="measure what distrust costs on these worlds, alone"
    )
    parser.add_argument("--only-attacks", action="store_true", help="do not measure what distrust costs honest people")
    parser.add_argument("--why", action="store_true", help="say which links hold attackers and others together")
    parser.add_argument("--markdown", action="store_true", help="print the tables as the docs hold them")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    bench = cost if options.cost else run
    if options.home:
        bench(options.home.resolve(), options)
        return
    with tempfile.TemporaryDirectory(prefix="goldthread-poisoning-") as folder:
        bench(Path(folder), options)


def cost(folder: Path, options: argparse.Namespace) -> None:
    """Resolve worlds that nobody attacks as shipped and believing everything, and print recall and what is lost."""
    rows, losses = [], []
    for seed in options.cost:
        home = Home(folder / f"cost-{seed}")
        homes.prepare_world(home, options.persons, options.nights, seed)
        homes.extract_nights(home)
        believing = copy_of(home, f"cost-{seed}-believing")
        believe_everything(believing)
        shipped, believed = _honest_anew(home).agreement, _honest_anew(believing).agreement
        losses.append(believed.pairwise_recall - shipped.pairwise_recall)
        figures = (
            shipped.pairwise_precision,
            shipped.pairwise_recall,
            believed.pairwise_precision,
            believed.pairwise_recall,
        )
        rows.append([str(seed), *(f"{figure:.4f}" for figure in figures), f"{100 * losses[-1]:.2f}"])
    rows.append(["mean", "", "", "", "", f"{100 * sum(losses) / len(losses):.2f}"])
    columns = ("seed", "precision", "recall", "believing: precision", "recall", "points lost")
    print_table(columns, rows, words=1, markdown=options.markdown)


def run(folder: Path, options: argparse.Namespace) -> None:
    """Resolve the world with and without attackers, and print what they reached."""
    clean = Home(folder / "clean")
    homes.prepare_world(clean, options.persons, options.nights, options.seed)
    homes.extract_nights(clean)
    poisoned = copy_of(clean, "poisoned")
    world = make_world(options.persons, options.nights, options.seed, FIRST_NIGHT)
    attackers = attack(world, poisoned.path, tuple(options.sizes), tuple(options.kinds))
    for source in ATTACKED:
        homes.extract_night(poisoned, homes.nights_of(poisoned)[-1], only=source)
    homes.resolve_anew(poisoned)
    harms = poison(poisoned, attackers)
    held = {"shipped, with attackers": honest(poisoned)}
    if not options.only_attacks:
        held = {"shipped, nobody attacks": _honest_anew(clean)} | held
        for name, home in (("nobody attacks", clean), ("with attackers", poisoned)):
            believing = copy_of(home, f"{home.path.name}-believing")
            believe_everything(believing)
            held[f"believing everything, {name}"] = _honest_anew(believing)
            if home is poisoned:
                told = poison(believing, attackers)
                reached = sum(harm.merged for harm in told)
    if options.json:
        print(json.dumps({
            "harms": [asdict(harm) for harm in harms], "honest": {name: asdict(each) for name, each in held.items()},
        }))  # fmt: skip
        return
    show_harms(harms, markdown=options.markdown)
    show_honest(held, markdown=options.markdown)
    if not options.only_attacks:
        victims = sum(harm.victims for harm in harms)
        recall = {name: found.agreement.pairwise_recall for name, found in held.items()}
        loss = max(recall.values()) - recall["shipped, nobody attacks"]
        console.print(f"recall lost against the best of these: {100 * loss:.2f} points")
        console.print(f"believing everything, {reached} of {victims} victims are merged with their attacker")
    if options.why:
        show_why(poisoned, attackers)


def _honest_anew(home: Home) -> Held:
    homes.resolve_anew(home)
    return honest(home)


def show_why(home: Home, attackers: list[Attacker]) -> None:
    """Print what holds attackers and others together."""
    con = open_records(home)
    linkage = load_linkage(home.find("config/linkage.yml"))
    rows = [
        [kind, rule, common, str(links), *("" if each is None else f"{each:+.1f}" for each in bits)]
        for kind, rule, common, links, *bits in why(con, attackers, linkage.threshold - linkage.unique_name)
    ]
    con.close()
    console.print("\nlinks (at or near the threshold) between an attacker and anybody else in one customer\n")
    print_table(("attacker", "rule", "in common", "links", "bits", "without names"), rows, words=3)


if __name__ == "__main__":
    main()
