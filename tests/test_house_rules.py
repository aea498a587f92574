"""Rules of the house that no linter knows. Each message says what to change."""

import ast
import re
import shutil
import subprocess
import tomllib
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


def imports(tree: ast.AST) -> list[tuple[str, bool]]:
    """Every imported module, and whether it is imported when the file is (not only inside a function)."""
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, id(node) not in inside) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [(node.module, id(node) not in inside)]
            found += [(f"{node.module}.{alias.name}", id(node) not in inside) for alias in node.names]
    return found


@pytest.mark.parametrize("path", PACKAGE, ids=name_of)
def test_the_package_knows_nothing_of_airflow(path):
    airflow = [at_head for name, at_head in imports(ast.parse(path.read_text())) if name.split(".")[0] == "airflow"]
    if path.name in AIRFLOW_SIDE and path.parent.name == "pipelines":
        assert not any(airflow), "import Airflow inside the function that needs it"
    else:
        assert not airflow, "only the DAGs' side of the package may know Airflow"


@pytest.mark.parametrize("path", [path for path in PACKAGE if room_of(path) in ROOMS], ids=name_of)
def test_a_room_imports_no_later_room(path):
    later = ROOMS[ROOMS.index(room_of(path)) + 1 :]
    back = {name for name, _ in imports(ast.parse(path.read_text())) if name.split(".")[1:2] and name.split(".")[1] in later}
    assert not {name for name in back if name.startswith("pipelines.")}, "data flows one way: extract, resolve, load"


@pytest.mark.parametrize("path", [path for path in PACKAGE if "extract" in path.parts], ids=name_of)
def test_a_room_of_extract_imports_no_later_one(path):
    room = path.relative_to(ROOT).parts[2]
    at = EXTRACT_ROOMS.index(room if room in EXTRACT_ROOMS else "parts")
    names = {name for name, _ in imports(ast.parse(path.read_text()))}
    assert not {
        name for name in names if name.startswith(tuple(f"pipelines.extract.{room}" for room in EXTRACT_ROOMS[at + 1 :]))
    }


@pytest.mark.parametrize("path", [path for path in PACKAGE if path.parent.name in RESOLVE_ROOMS], ids=name_of)
def test_a_room_of_resolve_imports_no_later_one_and_none_the_stage(path):
    later = [*RESOLVE_ROOMS[RESOLVE_ROOMS.index(path.parent.name) + 1 :], "stage", "trial", "check"]
    names = {name for name, _ in imports(ast.parse(path.read_text()))}
    assert not {name for name in names if name.startswith(tuple(f"pipelines.resolve.{room}" for room in later))}


@pytest.mark.parametrize("path", [path for path in PACKAGE if room_of(path) == "load"], ids=name_of)
def test_a_room_of_load_imports_no_later_one_and_no_stage(path):
    room = path.parent.name
    later = [*LOAD_ROOMS[LOAD_ROOMS.index(room) + 1 :], "stage", "validate", "publish"] if room in LOAD_ROOMS else []
    names = {name for name, _ in imports(ast.parse(path.read_text()))}
    assert not {name for name in names if name.startswith(tuple(f"pipelines.load.{room}" for room in later))}


@pytest.mark.parametrize("path", [path for path in PACKAGE if "parts" in path.parts], ids=name_of)
def test_what_formats_are_made_of_knows_no_format(path):
    formats = {f"pipelines.extract.{name}" for name in FORMATS}
    assert not formats & {name for name, _ in imports(ast.parse(path.read_text()))}


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


@pytest.mark.parametrize("path", PACKAGE, ids=name_of)
def test_no_code_is_left_for_later(path):
    text = path.read_text()
    assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b", text)
    assert "NotImplementedError" not in text


@pytest.mark.parametrize("path", PACKAGE, ids=name_of)
def test_no_stage_prints(path):
    if path.name in ("cli.py", "embedded.py", "standalone.py") or "demo" in path.parts or "commands" in path.parts:
        return  # what talks to a person
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    assert not [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"], "log counts"


@pytest.mark.parametrize("path", PACKAGE, ids=name_of)
def test_a_log_line_carries_no_exception_with_its_values(path):
    """Law 12: a library's message may quote the record it stumbled over."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "log":
            assert node.func.attr != "exception", f"line {node.lineno}: say what happened in our words"
            assert not any(keyword.arg == "exc_info" for keyword in node.keywords), f"line {node.lineno}"
            names = {name.id for argument in node.args for name in ast.walk(argument) if isinstance(name, ast.Name)}
            assert not names & {"error", "exc", "exception"}, f"line {node.lineno}: an error may quote a record"


@pytest.mark.parametrize("path", PACKAGE, ids=name_of)
def test_every_module_says_what_it_is_for(path):
    tree = ast.parse(path.read_text())
    assert not tree.body or ast.get_docstring(tree), "open it with a sentence"


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
