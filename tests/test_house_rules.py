"""Rules of the house that no linter knows. Each message says what to change."""

import ast
import functools
import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import typer
import yaml

from pipelines import cli
from pipelines.extract.landing.reading import FORMATS

ROOT = Path(__file__).resolve().parent.parent
LARGEST = 500  # lines of a file that people write and read
ROOMS = ("extract", "resolve", "load")  # a later room imports an earlier one, never back
EXTRACT_ROOMS = ("values", "claims", "files", "parts", "landing")  # here too; formats stand before "landing"
RESOLVE_ROOMS = (
    "scoring", "engines", "evidence", "pairs", "clusters", "customers", "stewards", "training", "explaining",
)  # fmt: skip
LOAD_ROOMS = ("versions", "golden", "validation", "answers", "stewards", "terminal", "pages")
AIRFLOW_SIDE = {"orchestrate.py", "airflow_home.py", "embedded.py", "standalone.py"}
GENERATED = re.compile(
    r"\.lock$|^LICENSE$|^samples/|^config/linkage_model\.json$|^docs/data-dictionary\.md$|^pipelines/demo/data/"
)
LATER = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b|NotImplementedError")


def tracked() -> list[str]:
    """The files that are, or are about to be, under version control."""
    listed = subprocess.run(
        [shutil.which("git") or "git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return sorted(name for name in listed.stdout.splitlines() if (ROOT / name).is_file())


FILES = tracked()
PACKAGE = [ROOT / name for name in FILES if name.startswith("pipelines/") and name.endswith(".py")]
SQL = [ROOT / name for name in FILES if name.startswith("sql/") and name.endswith(".sql")]
MODELS = [path for path in SQL if path.parent.name in ("staging", "resolve", "golden", "mart", "meta")]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def room_of(path: Path) -> str:
    """The folder of the package that a module lies in: "extract", also for what lies deeper there."""
    return path.relative_to(ROOT).parts[1]


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@functools.cache
def imports(path: Path) -> list[tuple[str, bool]]:
    """Every module that a file imports, and whether it does when it is imported itself (not only inside a function)."""
    inside = {
        id(node)
        for function in ast.walk(tree_of(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    found = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found += [(alias.name, id(node) not in inside) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [(node.module, id(node) not in inside)]
            found += [(f"{node.module}.{alias.name}", id(node) not in inside) for alias in node.names]
    return found


def imported_by(path: Path) -> set[str]:
    return {name for name, _ in imports(path)}


def breaking(paths: Iterable[Path], told: Callable[[Path], object]) -> dict[str, object]:
    """Return what ``told`` has against files, by file; those without are left out."""
    return {name_of(path): against for path in paths if (against := told(path))}


def test_the_package_knows_nothing_of_airflow():
    def knows(path):
        airflow = [at_head for name, at_head in imports(path) if name.split(".")[0] == "airflow"]
        if path.name in AIRFLOW_SIDE and path.parent.name == "pipelines":
            return any(airflow) and "import Airflow inside the function that needs it"
        return airflow and "only the DAGs' side of the package may know Airflow"

    assert breaking(PACKAGE, knows) == {}


def test_a_room_imports_no_later_room():
    def back(path):
        later = ROOMS[ROOMS.index(room_of(path)) + 1 :]
        return {name for name in imported_by(path) if name.startswith(tuple(f"pipelines.{room}" for room in later))}

    assert breaking([path for path in PACKAGE if room_of(path) in ROOMS], back) == {}, "data flows: extract, resolve, load"


def test_a_room_of_extract_imports_no_later_one():
    def back(path):
        room = path.relative_to(ROOT).parts[2]
        later = EXTRACT_ROOMS[EXTRACT_ROOMS.index(room if room in EXTRACT_ROOMS else "parts") + 1 :]
        return {name for name in imported_by(path) if name.startswith(tuple(f"pipelines.extract.{room}" for room in later))}

    assert breaking([path for path in PACKAGE if "extract" in path.parts], back) == {}


def test_a_room_of_resolve_imports_no_later_one_and_none_the_stage():
    def back(path):
        later = [*RESOLVE_ROOMS[RESOLVE_ROOMS.index(path.parent.name) + 1 :], "stage", "trial", "check"]
        return {name for name in imported_by(path) if name.startswith(tuple(f"pipelines.resolve.{room}" for room in later))}

    assert breaking([path for path in PACKAGE if path.parent.name in RESOLVE_ROOMS], back) == {}


def test_a_room_of_load_imports_no_later_one_and_no_stage():
    def back(path):
        room = path.parent.name
        later = [*LOAD_ROOMS[LOAD_ROOMS.index(room) + 1 :], "stage", "validate", "publish"] if room in LOAD_ROOMS else []
        return {name for name in imported_by(path) if name.startswith(tuple(f"pipelines.load.{room}" for room in later))}

    assert breaking([path for path in PACKAGE if room_of(path) == "load"], back) == {}


def test_what_formats_are_made_of_knows_no_format():
    formats = {f"pipelines.extract.{name}" for name in FORMATS}
    assert breaking([path for path in PACKAGE if "parts" in path.parts], lambda path: formats & imported_by(path)) == {}


def test_a_file_can_be_read_in_one_sitting():
    written = [name for name in FILES if not GENERATED.search(name)]
    lines = {name: content.count(b"\n") for name in written if b"\0" not in (content := (ROOT / name).read_bytes())}
    assert {name: count for name, count in lines.items() if count > LARGEST} == {}, "split it by idea"


def test_no_file_names_a_machine_or_a_package_registry():
    hosts = "|".join(
        ["pypi" + r"\.", "pythonhosted" + r"\.", "registry" + r"\.", "artifact"]
    )  # written so as not to match here
    registry = re.compile(rf"https?://[^\s\"']*(?:{hosts})")
    machine = re.compile(r"(?<![\w.])/(?:" + "work|root|home|Users" + r")/\w")
    texts = {
        name: (ROOT / name).read_bytes().decode("utf-8", "replace") for name in FILES if not name.startswith("samples/")
    }
    assert [name for name, text in texts.items() if registry.search(text)] == [], "name the package, not where it is fetched"
    assert [name for name, text in texts.items() if machine.search(text)] == [], "no path of one machine"


def test_no_code_is_left_for_later():
    assert breaking(PACKAGE, lambda path: LATER.findall(path.read_text())) == {}


def test_no_stage_prints():
    def prints(path):
        calls = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)]
        return [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"]

    talking = ("cli.py", "embedded.py", "standalone.py")  # to a person
    silent = [path for path in PACKAGE if path.name not in talking and not {"demo", "commands"} & set(path.parts)]
    assert breaking(silent, prints) == {}, "log counts"


def test_a_log_line_carries_no_exception_with_its_values():
    """Law 12: a library's message may quote the record it stumbled over."""

    def quotes(path):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "log":
                if node.func.attr == "exception" or any(keyword.arg == "exc_info" for keyword in node.keywords):
                    yield f"line {node.lineno}: say what happened in our words"
                names = {name.id for argument in node.args for name in ast.walk(argument) if isinstance(name, ast.Name)}
                if names & {"error", "exc", "exception"}:
                    yield f"line {node.lineno}: an error may quote a record"

    assert breaking(PACKAGE, lambda path: list(quotes(path))) == {}


def test_every_module_says_what_it_is_for():
    silent = [name_of(path) for path in PACKAGE if tree_of(path).body and not ast.get_docstring(tree_of(path))]
    assert silent == [], "open it with a sentence"


@pytest.mark.parametrize("path", SQL, ids=name_of)
def test_a_sql_file_opens_with_its_name_grain_and_sources(path):
    head = re.match(r"(?:--.*\n)+", path.read_text())
    assert head, "open it with a comment"
    assert f"{path.parent.name}.{path.stem}" in head[0].splitlines()[0]
    for word in ("Grain", "Reads"):
        assert re.search(rf"^--\s+{word}\b", head[0], re.MULTILINE), f"say its {word}"


@pytest.mark.parametrize("path", MODELS, ids=name_of)
def test_a_table_has_its_dictionary_beside_it(path):
    dictionary = yaml.safe_load(path.with_suffix(".yml").read_text())
    assert dictionary["description"]
    assert dictionary["grain"]
    for column, facts in dictionary["columns"].items():
        assert facts["meaning"], column
        assert facts["type"], column
        assert isinstance(facts["pii"], bool), column


def documents() -> list[Path]:
    return [ROOT / name for name in FILES if name.endswith(".md") and not name.startswith("samples/")]


@pytest.mark.parametrize("path", documents(), ids=name_of)
def test_a_document_names_only_make_targets_that_exist(path):
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:`|^|\$ )make ([a-z][a-z-]*)\b", path.read_text(), re.MULTILINE))
    assert named <= targets, f"the Makefile has no {', '.join(sorted(named - targets))}"


@pytest.mark.parametrize("path", documents(), ids=name_of)
def test_a_document_names_only_commands_that_exist(path):
    commands = set(typer.main.get_command(cli.app).commands)
    named = set(re.findall(r"(?:`|^|\bexec \w+ )(?:\.venv/bin/)?goldthread ([a-z]+)", path.read_text(), re.MULTILINE))
    assert named <= commands, f"there is no goldthread {', '.join(sorted(named - commands))}"


@pytest.mark.parametrize("path", documents(), ids=name_of)
def test_a_document_links_only_to_files_that_exist(path):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text())
    missing = [link for link in links if "://" not in link and not (path.parent / link).exists()]
    assert not missing


def test_every_dependency_has_its_line_in_the_docs():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(name for extra in project["optional-dependencies"].values() for name in extra)]
    explained = set(re.findall(r"^\| `([a-z0-9-]+)`", (ROOT / "docs" / "dependencies.md").read_text(), re.MULTILINE))
    assert {re.split(r"[<>=!~\[ ]", name)[0] for name in wanted} == explained
