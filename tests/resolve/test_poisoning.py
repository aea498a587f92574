"""Law 7, from the outside: attackers who type what is somebody else's, through real exports of a small sample world.

``python -m benchmarks.poisoning`` is the same with more persons and victims; docs/poisoning.md has the threat model.
"""

import shutil
from pathlib import Path

import pytest

from benchmarks.attack_exports import Attacker
from benchmarks.attackers import KINDS, PROMISED, attack, victims_of
from benchmarks.poisoning import believe_everything, poison
from benchmarks.records import open_records
from pipelines import night as stages
from pipelines.demo.command import FIRST_NIGHT, write_demo
from pipelines.demo.world import make_world
from pipelines.settings import Home
from tests.resolve.worlds import run_resolve

PERSONS, SEED, SIZES = 250, 1_407, (1, 4)
TYPED = tuple(name for name, kind in KINDS.items() if kind.beside in PROMISED)


def resolved(home: Home) -> None:
    shutil.rmtree(home.database.parent, ignore_errors=True)
    run_resolve(home, FIRST_NIGHT)


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, list[Attacker]]:
    home = Home(tmp_path_factory.mktemp("attacked"))
    write_demo(home, PERSONS, 1, SEED)
    attackers = attack(make_world(PERSONS, 1, SEED, FIRST_NIGHT), home.path, SIZES, TYPED)
    stages.extract(home, stages.sources_of(home), FIRST_NIGHT)
    resolved(home)
    return home, attackers


def test_everything_that_attackers_wrote_has_arrived(attacked):
    home, attackers = attacked
    assert all(attacker.records for attacker in attackers)
    con = open_records(home)
    arrived = con.execute("SELECT person_id, source_ref FROM record WHERE contains(tags, 'attacker')").fetchall()
    con.close()
    assert set(arrived) == {(attacker.person, ref) for attacker in attackers for _, _, ref in attacker.records}


@pytest.mark.parametrize("kind", TYPED)
def test_nobody_becomes_another_by_typing_what_is_theirs(attacked, kind):
    home, attackers = attacked
    harms = poison(home, [attacker for attacker in attackers if attacker.kind == kind])
    assert [harm.victims for harm in harms] == list(SIZES)
    assert [harm.merged for harm in harms] == [0, 0]
    assert [harm.with_each_other for harm in harms] == [0, 0]


def test_where_claims_are_believed_victims_are_merged(attacked, tmp_path):
    """The instrument shows what it is there to show."""
    home, attackers = attacked
    believing = Home(tmp_path / "believing")
    shutil.copytree(home.path, believing.path, ignore=shutil.ignore_patterns("warehouse", "tmp"))
    believe_everything(believing)
    resolved(believing)
    assert sum(harm.merged for harm in poison(believing, attackers)) >= len(TYPED)


def test_attackers_share_no_victim_and_no_name(tmp_path):
    world = make_world(PERSONS, 1, SEED, FIRST_NIGHT)
    (tmp_path / "truth").mkdir()
    Path(tmp_path / "truth" / "record_person.csv").write_text("", encoding="utf-8")
    attackers = attack(world, tmp_path, (1, 2))
    victims = [victim.person for attacker in attackers for victim in attacker.victims]
    assert len(victims) == len(set(victims)) == 3 * len(KINDS)
    assert len({attacker.name for attacker in attackers} | set(world.people.full)) == len(attackers) + len(
        set(world.people.full)
    )


def test_a_world_too_small_for_its_attackers_says_so(tmp_path):
    world = make_world(20, 1, SEED, FIRST_NIGHT)
    with pytest.raises(ValueError, match="give the world more"):
        attack(world, tmp_path, (len(list(victims_of(world))) + 1,), ("chat",))
