"""`baseline`, `diff`, `init` and `config` as a user has them; and what they say to bad input."""

import json
import os
import tomllib
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from cli_support import TRAINING, Command, Done, Tree

TREE: Tree = {"train.py": TRAINING, "README.md": "# Churn\n", "notebooks/eda.py": "import pandas\n"}
CONFIG = 'fail-on = "error"\nrequire = ["unit-tests"]\n'


def complaint(done: Done, code: int) -> str:
    assert done.code == code, done.out + done.err
    assert done.err.startswith("mlops-audit: ") and done.err.count("\n") == 1
    return done.err


@pytest.fixture
def project(repository: Callable[[Tree], Path]) -> Path:
    return repository(TREE)


def test_init_writes_a_configuration_that_is_read(command: Command, project: Path) -> None:
    done = command("init", project)
    assert done.code == 0 and "read it, change it, commit it" in done.out
    text = (project / "mlops-audit.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text) == {"fail-on": "error"}
    # What is proposed holds once the marks are taken off.
    lines = [line for line in text.splitlines() if not line.startswith("# ") or "=" in line]
    assert '# "notebooks/**" = "exploration"' in lines
    assert command(project, "-q", "-o", "x.html").code == 0
    assert "exists" in complaint(command("init", project), 2)
    assert command("init", project, "--force").code == 0


def test_init_with_a_baseline_makes_the_gate_pass(command: Command, project: Path) -> None:
    assert command("init", project, "--baseline").code == 0
    data = tomllib.loads((project / "mlops-audit.toml").read_text(encoding="utf-8"))
    assert data == {"fail-on": "warning", "baseline": "mlops-audit-baseline.json"}
    assert command(project, "-q", "-o", "x.html").code == 0
    (project / "more.py").write_text(TRAINING, encoding="utf-8")
    done = command(project, "-o", "x.html")
    assert done.code == 1 and "more.py" in done.out.partition("Gate: failed")[2]


def test_init_leaves_a_pyproject_alone_that_speaks_already(
    command: Command, repository: Callable[[Tree], Path]
) -> None:
    project = repository({**TREE, "pyproject.toml": '[tool.mlops-audit]\nfail-on = "error"\n'})
    assert "has a table tool.mlops-audit" in complaint(command("init", project), 2)


def test_config_says_what_counts_and_why(
    command: Command, repository: Callable[[Tree], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = repository({**TREE, "mlops-audit.toml": CONFIG})
    monkeypatch.setenv("MLOPS_AUDIT_MIN_LEVEL", "1")
    done = command("config", project, "--format", "json")
    values = json.loads(done.out)
    assert values["fail-on"] == {"value": "error", "source": "mlops-audit.toml:1"}
    assert values["require"] == {"value": ["unit-tests"], "source": "mlops-audit.toml:2"}
    assert values["min-level"] == {"value": 1, "source": "environment: MLOPS_AUDIT_MIN_LEVEL"}
    assert values["ratchet"]["source"] == "default: outside CI"
    listed = command("config", project).out
    assert 'fail-on = "error"' in listed and "# environment: MLOPS_AUDIT_MIN_LEVEL" in listed
    monkeypatch.setenv("MLOPS_AUDIT_FAILON", "error")
    said = complaint(command("config", project), 2)
    assert "MLOPS_AUDIT_FAILON: is no setting. Did you mean 'MLOPS_AUDIT_FAIL_ON'?" in said
    assert complaint(command(project), 2) == said


def test_config_refuses_names_that_do_not_exist(
    command: Command, repository: Callable[[Tree], Path]
) -> None:
    project = repository({"mlops-audit.toml": 'require = ["unit-test"]\n'})
    said = complaint(command("config", project), 2)
    assert "mlops-audit.toml:1: no practice is called unit-test." in said.replace("'", "")


def test_a_difference_in_four_shapes(command: Command, project: Path) -> None:
    assert command(project, "-q", "-f", "json=old.json").code == 0
    tests = project / "tests" / "test_train.py"
    tests.parent.mkdir()
    tests.write_text("import train\n\ndef test_it():\n    assert train.model\n", encoding="utf-8")
    (project / "train.py").write_text(f"import mlflow\nmlflow.autolog()\n{TRAINING}", "utf-8")
    assert command(project, "-q", "-f", "json=new.json").code == 0
    done = command("diff", "old.json", "new.json")
    assert done.code == 0
    rose = done.out.partition("Rose\n")[2].partition("\n\n")[0]
    assert "Experiment tracking instrumented: not met → " in rose
    assert "− finding: train.py:4: " in rose and "[training-without-tracking]" in rose
    data = json.loads(command("diff", "old.json", "new.json", "-f", "json").out)
    (change,) = [i for i in data["practices"] if i["id"] == "experiment-tracking-instrumented"]
    assert (change["direction"], change["before"]) == ("rose", "unmet")
    assert change["evidence"][0]["path"] == "train.py"
    assert data["score"]["after"] > data["score"]["before"]
    back = json.loads(command("diff", "new.json", "old.json", "-f", "json").out)
    assert len(back["appeared"]) == len(data["gone"])
    markdown = command("diff", "old.json", "new.json", "-f", "markdown").out
    assert "### Rose" in markdown and "Experiment tracking instrumented" in markdown
    assert command("diff", "old.json", "new.json", "-f", "html", "-o", "d.html").code == 0
    page = Path("d.html").read_text(encoding="utf-8")
    HTMLParser().feed(page)
    assert "Content-Security-Policy" in page and "<script" not in page and "Rose" in page


def test_nothing_changed(command: Command, project: Path) -> None:
    assert command(project, "-q", "-f", "json=a.json").code == 0
    data = json.loads(command("diff", "a.json", "a.json", "-f", "json").out)
    assert (data["practices"], data["phases"], data["appeared"], data["gone"]) == ([], [], [], [])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not valid JSON in line 1"),
        ('{"schema_version": 99, "findings": []}', "reads up to"),
        ('{"runs": []}', "is neither a report nor a baseline"),
    ],
)
def test_a_file_that_is_no_baseline(
    command: Command, project: Path, content: str, said: str
) -> None:
    Path("b.json").write_text(content, encoding="utf-8")
    assert said in complaint(command(project, "--baseline", "b.json"), 2)
    assert said in complaint(command("diff", "b.json", "b.json"), 2)
    assert not list(Path().glob("*.html"))


def test_what_is_missing_says_how_it_is_made(command: Command, project: Path) -> None:
    said = complaint(command(project, "--baseline", "none.json"), 2)
    assert "none.json does not exist; make it with `mlops-audit baseline`" in said
    assert "is no report" in complaint(command("diff", "none.json", "none.json"), 2)
    assert "no git history to compare with main" in complaint(command(project, "--base", "main"), 2)
    said = complaint(command("baseline", project, "--prune"), 2)
    assert "does not exist: there is nothing to prune" in said


def test_a_condition_needs_something_to_decide_by(command: Command, project: Path) -> None:
    assert "--max-drop needs" in complaint(command(project, "--max-drop", "0"), 2)
    assert command("baseline", project, "-o", "b.json").code == 0
    assert command(project, "-q", "--max-drop", "0", "--baseline", "b.json").code == 0
    done = command(project, "--fail-on-regression", "--baseline", "b.json")
    assert "--fail-on-regression needs practices" in complaint(done, 2)
    assert command(project, "-q", "-f", "json=r.json").code == 0
    assert command(project, "-q", "--fail-on-regression", "--baseline", "r.json").code == 0


def test_a_report_is_a_baseline_that_nobody_shrinks(command: Command, project: Path) -> None:
    assert command(project, "-q", "-f", "json=old.json").code == 0
    before = Path("old.json").read_bytes()
    (project / "train.py").write_text("x = 1\n", encoding="utf-8")
    done = command(project, "-o", "x.html", "--baseline", "old.json", "--ratchet")
    assert done.code == 0 and " gone" in done.out
    assert Path("old.json").read_bytes() == before
    said = complaint(command("baseline", project, "--prune", "-o", "old.json"), 2)
    assert "only a baseline can be pruned" in said


def test_a_baseline_that_cannot_be_written(command: Command, project: Path) -> None:
    Path("folder").mkdir()
    assert "it is a folder" in complaint(command("baseline", project, "-o", "folder"), 3)
    Path("file").write_text("", encoding="utf-8")
    said = complaint(command("baseline", project, "-o", "file/b.json"), 3)
    assert "is not a folder" in said


def test_several_formats_to_places_of_their_own(command: Command, project: Path) -> None:
    done = command(
        project, "-q", "-f", "text=-", "-f", "sarif=a/x.sarif", "-f", "csv", "-o", "f.csv"
    )
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines and all(": warning: " in line or ": note: " in line for line in lines)
    assert any(line.startswith("train.py:4: warning: ") for line in lines)
    assert Path("a/x.sarif").is_file() and Path("f.csv").is_file()
    assert "Only one format" in complaint(command(project, "-f", "csv=-", "-f", "json=-"), 2)
    assert "name a file after the equals sign" in complaint(command(project, "-f", "csv="), 2)


def test_the_full_summary_says_what_where_and_what_to_do(command: Command, project: Path) -> None:
    done = command(project, "-o", "x.html", "--output-format", "full", "--select",
                   "experiment-tracking-instrumented")  # fmt: skip
    what = done.out.index("Training reports to no experiment tracker [training-without-tracking]")
    where = done.out.index("train.py:4  ", what)
    assert done.out.index("mlflow.autolog()", where) > where


def test_options_complete_without_the_word_scan(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_MLOPS_AUDIT_COMPLETE", "complete_bash")
    for words, wanted in (
        ("mlops-audit --fail-o", "--fail-on"),
        ("mlops-audit . --min-l", "--min-level"),
        ("mlops-audit dif", "diff"),
        ("mlops-audit diff --form", "--format"),
    ):
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
        assert wanted in command().out.split()
        assert os.environ["COMP_WORDS"] == words


def test_a_badge_says_level_and_score(command: Command, project: Path) -> None:
    assert command(project, "-q", "-f", "badge=badge.svg", "-f", "json=r.json").code == 0
    maturity = json.loads(Path("r.json").read_text(encoding="utf-8"))["maturity"]
    drawn = ElementTree.fromstring(Path("badge.svg").read_text(encoding="utf-8"))
    said = " ".join("".join(drawn.itertext()).split())
    assert drawn.tag.endswith("svg") and f"level {maturity['level']}" in said.lower()
    assert str(maturity["score"]) in said


def test_templates_of_ones_own_replace_those_of_the_report(command: Command, project: Path) -> None:
    own = Path("templates")
    own.mkdir()
    (own / "report.css").write_text(".our-house { color: teal }", encoding="utf-8")
    assert command(project, "-q", "-o", "own.html", "--template", own).code == 0
    assert ".our-house { color: teal }" in Path("own.html").read_text(encoding="utf-8")
    (own / "figure.html.j2").write_text("{% if %}", encoding="utf-8")
    said = complaint(command(project, "-q", "-o", "own.html", "--template", own), 2)
    assert "figure.html.j2" in said
