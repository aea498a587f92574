"""``goldthread status`` stands whatever state the home is in: it is what people type when something is wrong."""

from tests.worlds import goldthread


def test_status_tells_the_rest_where_sources_yml_is_broken(tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "sources.yml").write_text("sources: nonsense\n")
    done = goldthread("status", home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "nothing is published yet" in done.stdout
    assert "expected a mapping 'sources:'" in done.stderr


def test_status_tells_what_waits_before_anything_is_published(tmp_path):
    folder = tmp_path / "inbox" / "calls" / "2026-11-20"
    folder.mkdir(parents=True)
    (folder / "a.jsonl").write_text("{}\n")
    done = goldthread("status", home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "2026-11-20: 1 file of calls not taken in yet: goldthread run --night 2026-11-20" in done.stdout
