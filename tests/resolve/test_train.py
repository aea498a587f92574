"""Training makes a candidate, tells the truth about what it would change, and is taken only by a person who was told."""

import errno
import json
import re
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pipelines import training, warehouse
from pipelines.errors import ConfigurationError, ValidationStopped
from pipelines.resolve.scoring import calibration
from pipelines.resolve.scoring.comparisons import NAME_COMPARISONS
from pipelines.resolve.scoring.model import Level, load_model
from pipelines.resolve.settings import load_linkage
from pipelines.resolve.training import candidates
from pipelines.resolve.training.compare_models import compare, keep_before
from pipelines.resolve.training.train import learn
from pipelines.resolve.training.training_report import write_report
from pipelines.settings import PACKAGE_ROOT, Home
from tests.resolve.training_world import copy_of, land_night, nights_of, shipped, silenced, training_home
from tests.resolve.worlds import rows_of, run_resolve

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LINKAGE = (PACKAGE_ROOT / "config" / "linkage.yml").read_text(encoding="utf-8")


@pytest.fixture(scope="module", autouse=True)
def _a_small_world_draws_curves_too():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calibration, "LEAST_FOR_CURVE", 20)
        yield


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return training_home(tmp_path_factory)


@pytest.fixture(scope="module")
def trained(world, tmp_path_factory):
    """A home in which a candidate was trained and compared; read only."""
    home = copy_of(world, tmp_path_factory.mktemp("trained") / "home")
    return home, training.train(home, compared=True)


@pytest.fixture(scope="module")
def compared(world, tmp_path_factory):
    """A home with next to no change budget, and a candidate to which addresses and numbers say nothing; read only."""
    home = copy_of(world, tmp_path_factory.mktemp("compared") / "home")
    one = {"share": 0, "at_least": 1}
    strict = f"change_budget: {json.dumps({'customers': one, 'interactions': one})}"
    (home.path / "config" / "linkage.yml").write_text(re.sub(r"change_budget: .*", strict, LINKAGE))
    candidates.put_candidate(home, silenced(shipped(home), "email", "phone"))
    return home, training.compare_candidate(home)


def digest(path):
    return sha256(path.read_bytes()).hexdigest()


# --- the candidate ---------------------------------------------------------------------------------------------------


def test_training_leaves_the_warehouse_and_the_model_in_use_as_they_were(world, trained):
    home, look = trained
    assert digest(home.database) == digest(world.database)
    assert candidates.model_in_use(home) == candidates.model_in_use(world)
    assert look.version != look.in_use
    assert list(home.tmp.iterdir()) == []  # the copy held people


def test_training_the_same_warehouse_again_gives_the_same_files(world, trained, tmp_path):
    other = copy_of(world, tmp_path / "home")
    look = training.train(other)
    first, again = trained[1].folder, look.folder
    for name in ("linkage_model.json", "training.json", "evaluation.json"):
        assert (first / name).read_bytes() == (again / name).read_bytes(), name
    assert not (again / "comparison.json").exists()


def test_what_is_set_by_hand_stays_and_what_is_learnt_is_of_these_customers(trained):
    home, look = trained
    before, after = shipped(home), load_model(look.folder / "linkage_model.json")
    assert after.version == look.version
    by_hand = [
        [level for one in model.comparisons for level in one.levels if level.fixed or level.m is None]
        for model in (before, after)
    ]
    assert by_hand[0] == by_hand[1]
    ((commonest, bearers),) = rows_of(
        home,
        """
        SELECT family_name, count(DISTINCT customer_id) FROM resolve.identity JOIN resolve.cluster USING (identity_id)
        WHERE length(given_name) > 1 AND length(family_name) > 1
        GROUP BY family_name ORDER BY 2 DESC, 1 LIMIT 1
        """,
    )
    assert after.family_names.values[commonest] == pytest.approx(bearers / look.training["customers"], rel=0.2)


def test_a_level_that_nobody_shows_stays_as_it_was(world):
    """Both sides have names where names are compared, so that this level is never met."""
    unseen = Level(condition="claimed by each other, no name", m=0.0217, u=0.00123)
    name, *others = shipped(world).comparisons
    levels = [*name.levels[:-1], unseen, name.levels[-1]]
    base = shipped(world).model_copy(update={"comparisons": [name.model_copy(update={"levels": levels}), *others]})
    con = warehouse.connect(world.database, world, read_only=True)
    try:
        learned = learn(con, base, "customers")
    finally:
        con.close()
    assert learned.model.comparisons[0].levels[-2] == unseen
    (was,), (now,) = ([level.m for level in model.levels if level.condition == "name equal"]
                      for model in (name, learned.model.comparisons[0]))  # fmt: skip
    assert now != was


def test_too_few_customers_are_nothing_to_learn_from(tmp_path):
    home = Home(tmp_path)
    with pytest.raises(ConfigurationError, match="run a night first"):
        training.train(home)


def test_the_truth_of_the_world_draws_the_curves_and_says_so(trained):
    _, look = trained
    model = load_model(look.folder / "linkage_model.json")
    assert "truth" in model.calibration.fitted_on
    found = look.evaluation.calibration
    assert found.source == "truth"
    assert found.is_own
    assert found.pairs.error < found.pairs_raw.error
    assert found.links.error < 0.02


def test_the_evaluation_counts_what_the_warehouse_holds(trained):
    home, look = trained
    found = look.evaluation
    assert found.identities == rows_of(home, "SELECT count(*) FROM resolve.identity")[0][0]
    assert sum(bar.named + bar.corroborated for bar in found.histogram) == found.pairs
    assert found.accuracy.precision.low <= found.accuracy.precision.value <= found.accuracy.precision.high
    assert 0.95 < found.accuracy.precision.value <= 1
    assert 0.5 < found.accuracy.recall.value < 1


# --- the page --------------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """Gathers the words and attributes, and complains of tags that do not close."""

    def __init__(self):
        super().__init__()
        self.open, self.words, self.attributes, self.tags = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.attributes += attrs
        self.tags.append(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.words.append(data)


def read(look):
    html = look.report.read_text(encoding="utf-8")
    page = Page()
    page.feed(html)
    assert page.open == []
    return html, page, " ".join(" ".join(page.words).split())


@pytest.mark.parametrize("kind", ["trained", "compared"])
def test_the_page_needs_nothing_but_itself(request, kind):
    html, page, _ = read(request.getfixturevalue(kind)[1])
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert not [value for name, value in page.attributes if name in ("src", "href", "action")]
    assert "@import" not in html
    assert "http" not in html.replace("http-equiv", "")


def test_the_page_tells_weights_bounds_and_what_would_change(compared):
    look = compared[1]
    _, _, text = read(look)
    model = load_model(look.folder / "linkage_model.json")
    for comparison in model.comparisons:
        for level in comparison.levels:
            assert level.m is None or level.condition in text
    for words in (
        look.version,
        look.in_use,
        f"{look.evaluation.pairs:,}",
        "unlinkable",
        "threshold",
        "Expected calibration error",
    ):
        assert words in text, words
    assert f"{look.comparison.links_lost:,} links lost" in text
    assert look.comparison.causes[0].examples[0].identity_l in text


@pytest.mark.parametrize("kind", ["trained", "compared"])
def test_no_person_is_on_the_page_or_in_what_is_kept_beside_the_model(request, kind):
    home, look = request.getfixturevalue(kind)
    told = "".join(path.read_text(encoding="utf-8") for path in look.folder.iterdir() if path.name != "linkage_model.json")
    told += json.dumps(look.to_json(), default=str, ensure_ascii=False)
    values = {
        value
        for column in ("emails", "phones", "handles", "refs")
        for (value,) in rows_of(home, f"SELECT DISTINCT unnest({column}) FROM resolve.identity")
    }
    names = {
        name for (name,) in rows_of(home, "SELECT DISTINCT full_name FROM resolve.identity WHERE family_name IS NOT NULL")
    }
    families = {
        name for (name,) in rows_of(home, "SELECT DISTINCT family_name FROM resolve.identity WHERE length(family_name) > 3")
    }
    words = set(re.findall(r"\w+", told.lower()))
    assert len(values) > 100
    assert [value for value in values if value in told] == []
    assert [name for name in names if name in told.lower()] == []
    assert len(families & words) <= 2  # some families are called like words of ours


def test_where_nothing_knows_the_answer_the_page_says_so(trained, tmp_path):
    home, look = trained
    blind = replace(look.evaluation, accuracy=None, calibration=None)
    model = shipped(home).model_copy(update={"calibration": None})
    write_report(tmp_path / "report.html", model, shipped(home), None, blind, None, None)
    _, _, text = read(replace(look, report=tmp_path / "report.html"))
    assert "Not compared with the model in use yet" in text
    assert text.count("Nothing here knows the answer") == 2
    assert "no calibration" in text


def test_a_page_that_cannot_be_written_to_its_end_leaves_the_one_before(trained, tmp_path, monkeypatch):
    home, look = trained
    page, write = tmp_path / "report.html", Path.write_text
    page.write_text("the page of before")

    def half(path, text, **named):
        write(path, text[: len(text) // 2], **named)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", half)
    with pytest.raises(OSError, match="No space left"):
        write_report(page, shipped(home), shipped(home), None, look.evaluation, None, None)
    assert page.read_text() == "the page of before"


# --- the comparison --------------------------------------------------------------------------------------------------


def test_a_model_against_itself_changes_nothing(world, tmp_path):
    home = copy_of(world, tmp_path / "home")
    with warehouse.writer_lock(home), warehouse.transaction(home) as con:
        keep_before(con)
        found = compare(con, shipped(home), shipped(home), load_linkage(home.find("config/linkage.yml")))
    assert found.kinds.unchanged == found.customers_before == found.customers_after > 100
    assert (found.customers_moved, found.interactions_moved, found.links_gained, found.links_lost) == (0, 0, 0, 0)
    assert found.causes == []


def test_the_causes_name_the_evidence_that_lost_its_weight(compared):
    _, look = compared
    found = look.comparison
    assert found.kinds.split > 5
    silent = [cause for cause in found.causes if cause.comparison in ("email", "phone")]
    assert found.causes[0] in silent
    assert sum(cause.customers for cause in silent) > 0.6 * (found.kinds.split + found.kinds.merged + found.kinds.moved)
    assert all(cause.bits < 0 for cause in silent)
    assert sum(cause.customers for cause in found.causes) == found.kinds.split + found.kinds.merged + found.kinds.moved
    assert sum(cause.interactions for cause in found.causes) == found.interactions_moved


def test_the_next_night_under_the_candidate_is_what_the_comparison_foretold(compared, tmp_path):
    home = copy_of(compared[0], tmp_path / "home")
    found = compared[1].comparison
    before = {row[:3]: row[3] for row in rows_of(home, _MEMBERS)}
    training.accept(home, None, NOW, "a steward", forced=True)
    run_resolve(home, min(nights_of(home)) + timedelta(days=1))
    after = {row[:3]: row[3] for row in rows_of(home, _MEMBERS)}
    moved = [key for key, customer in before.items() if customer and after[key] != customer]
    assert len([key for key in moved if key[0] == "interaction"]) == found.interactions_moved > 0
    assert len({before[key] for key in moved}) == found.customers_moved
    assert len({customer for customer in after.values() if customer}) == found.customers_after
    kept = {customer for customer in before.values() if customer} - {before[key] for key in moved}
    assert len(kept) >= found.kinds.unchanged  # customers keep their ids


_MEMBERS = "SELECT record_kind, source, source_ref, customer_id FROM resolve.membership"


# --- taking it -------------------------------------------------------------------------------------------------------


def test_a_candidate_that_was_never_compared_is_refused(world, tmp_path):
    home = copy_of(world, tmp_path / "home")
    model = silenced(shipped(home), "email")
    candidates.put_candidate(home, model)
    with pytest.raises(ConfigurationError, match=f"never compared.*--compare {model.version}"):
        training.accept(home, None, NOW, "a steward")
    assert candidates.acceptances(home) == []


def change_settings(home):
    (home.path / "config" / "linkage.yml").write_text(LINKAGE + "# whatever\n")


def new_night(home):
    land_night(home, max(nights_of(home)))


def new_judgement(home):
    home.judgements.parent.mkdir()
    home.judgements.write_text("{}\n")


def other_model(home):
    candidates.keep_model(home, silenced(shipped(home), "phone"))
    candidates.take_into_use(home, silenced(shipped(home), "phone").version, NOW, "someone else", None)


@pytest.mark.parametrize("change", [change_settings, new_night, new_judgement, other_model], ids=lambda one: one.__name__)
def test_a_comparison_on_other_data_does_not_count(compared, tmp_path, change):
    home = copy_of(compared[0], tmp_path / "home")
    change(home)
    with pytest.raises(ConfigurationError, match="was compared"):
        training.accept(home, None, NOW, "a steward")


def test_over_the_change_budget_takes_force_and_the_record_tells(compared, tmp_path):
    home, look = copy_of(compared[0], tmp_path / "home"), compared[1]
    moved = look.comparison.customers_moved
    assert look.over_budget == f"would move {moved:,} customers, and the change budget allows 1"
    assert look.over_budget in read(look)[2]
    with pytest.raises(ValidationStopped, match="--force"):
        training.accept(home, None, NOW, "a steward")
    assert candidates.model_in_use(home).version == look.in_use
    accepted = training.accept(home, look.version, NOW, "a steward", forced=True)
    assert look.over_budget in accepted.forced
    assert asdict(candidates.acceptances(home)[-1]) == {
        "version": look.version, "before": look.in_use, "at": "2026-11-20T12:00:00+00:00", "by": "a steward",
        "forced": accepted.forced,
    }  # fmt: skip


def test_the_model_before_is_kept_and_going_back_needs_no_comparison(trained, tmp_path):
    home, version = copy_of(trained[0], tmp_path / "home"), trained[1].version
    before = candidates.model_in_use(home)
    assert trained[1].over_budget is None
    assert training.accept(home, None, NOW, "a steward").forced is None
    assert candidates.model_in_use(home).version == version
    in_use, kept = home.path / "config" / "linkage_model.json", home.path / "models" / version / "linkage_model.json"
    assert in_use.read_bytes() == kept.read_bytes()
    with pytest.raises(ConfigurationError, match="in use already"):
        training.accept(home, version, NOW, "a steward")
    land_night(home, max(nights_of(home)))  # whatever has come in since
    training.accept(home, before.version, NOW, "a steward")
    assert candidates.model_in_use(home) == before
    assert not in_use.exists()  # the package's own stands, after an upgrade too
    training.accept(home, version, NOW, "a steward")
    assert candidates.model_in_use(home).version == version


def test_a_model_that_is_not_there_is_refused_with_those_that_are(compared, tmp_path):
    with pytest.raises(ConfigurationError, match=compared[1].version):
        training.accept(compared[0], "0000beef", NOW, "a steward")
    with pytest.raises(ConfigurationError, match="there is no model"):
        training.accept(compared[0], "../../etc", NOW, "a steward")
    with pytest.raises(ConfigurationError, match="goldthread train makes one"):
        training.accept(Home(tmp_path), None, NOW, "a steward")


def test_names_alone_are_comparisons_of_the_shipped_model(world):
    assert set(NAME_COMPARISONS) <= {one.name for one in shipped(world).comparisons}  # what the curves part pairs by
