"""Bad input costs one clear sentence on stderr and a documented exit code, and leaves nothing."""

import os
from pathlib import Path

import pytest
from cli_support import TRAINING, write

RULE = """\
id: thing-wrong
title: Things are right
failure_title: Things are wrong
practice: no-secrets
proves: implemented
severity: warning
confidence: high
effort: minutes
zones: [development]
why: Because.
fix: Mend it.
expect: none
applies_when: always
sql: SELECT path FROM file WHERE path = 'x'
messages: {pass: "right", fail: "wrong"}
--- # examples
examples:
  - {name: nothing, expect: pass, files: {a.py: ""}}
"""


@pytest.fixture
def trained(repository):
    return repository({"train.py": TRAINING})


def complaint(done, code: int) -> str:
    """Return the one sentence that a command said, after checking that it said nothing else."""
    assert done.code == code, done.err
    assert done.out == ""
    lines = done.err.splitlines()
    assert len(lines) == 1, done.err
    assert lines[0].startswith("mlops-audit: ")
    assert "Traceback" not in done.err
    return lines[0].removeprefix("mlops-audit: ")


def test_a_missing_path(command) -> None:
    assert "nowhere does not exist" in complaint(command("nowhere"), 2)


def test_a_mistyped_command(command) -> None:
    assert "Did you mean the command 'explain'?" in complaint(command("explian"), 2)


def test_a_file_instead_of_a_folder(command, trained) -> None:
    said = complaint(command(trained / "train.py"), 2)
    assert "is a file; name the folder" in said


def test_an_empty_folder(command, tmp_path) -> None:
    (tmp_path / "empty").mkdir()
    assert "is empty" in complaint(command(tmp_path / "empty"), 3)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_must_not_be_read(command, trained) -> None:
    trained.chmod(0)
    try:
        assert "permission denied" in complaint(command(trained), 3)
    finally:
        trained.chmod(0o755)


def test_an_unknown_revision(command, trained) -> None:
    assert "no git history" in complaint(command(trained, "--rev", "v9"), 2)


@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_an_unknown_rule_names_the_nearest(command, trained, option) -> None:
    said = complaint(command(trained, option, "comitted-secret"), 2)
    assert said.startswith(f"{option}: ")
    assert "Did you mean 'committed-secret'?" in said


@pytest.mark.parametrize("score", ["101", "-1", "high", "monitoring=x"])
def test_a_score_out_of_range(command, trained, score) -> None:
    assert "whole number from 0 to 100" in complaint(command(trained, f"--min-score={score}"), 2)


def test_a_score_of_an_unknown_phase(command, trained) -> None:
    said = complaint(command(trained, "--min-score", "monitorin=3"), 2)
    assert "Did you mean 'monitoring'?" in said


def test_an_unknown_option_names_the_nearest(command, trained) -> None:
    done = command(trained, "--fail-of", "error")
    assert done.code == 2
    assert "--fail-on" in done.err
    assert "Traceback" not in done.err


def test_an_unknown_format(command, trained) -> None:
    said = complaint(command(trained, "--format", "sarfi"), 2)
    assert "no format is called 'sarfi'. Did you mean 'sarif'?" in said
    assert "Known: badge, csv" in complaint(command(trained, "--format", "pdf"), 2)


def test_a_missing_configuration(command, trained) -> None:
    said = complaint(command(trained, "--config", "nowhere.toml"), 2)
    assert "nowhere.toml does not exist" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("selct = ['x']\n", "mlops-audit.toml:1: unknown key `selct`. Did you mean 'select'?"),
        ("\nkind = 'prod'\n", "mlops-audit.toml:2: `kind` is 'prod', not one of"),
        ("kind = \n", "mlops-audit.toml:1: The TOML could not be read"),
        ("jobs = 0\n", "mlops-audit.toml:1: `jobs` is 0. It is at least 1, at most 256."),
        ("jobs = true\n", "mlops-audit.toml:1: `jobs` must be a whole number"),
        ("[min-score]\nmonitorin = 3\n", "mlops-audit.toml:2: unknown key `monitorin`"),
        ("ignore = ['no-secret']\n", "mlops-audit.toml:1: no rule, practice or phase is called"),
        ("rules = ['../other']\n", "mlops-audit.toml:1: `rules` names ../other, which is no path"),
        ("rules = ['missing']\n", "mlops-audit.toml:1: `rules` names missing, where"),
        ("[params.tests-mising]\nx = 1\n", "mlops-audit.toml:1: no rule is called 'tests-mising'"),
        (
            "[params.committed-secret]\nlimit = 1\n",
            "mlops-audit.toml:2: The rule committed-secret has no parameter 'limit'.",
        ),
        (
            "[[attestations]]\nrule = 'committed-secret'\nowner = 'Ada'\ndate = 2025-13-01\n",
            "mlops-audit.toml:4: The TOML could not be read",
        ),
        (
            "[[attestations]]\nrule = 'committed-secret'\nowner = 'Ada'\ndate = 2025-02-01\n"
            "statement = 'It is so.'\n",
            "mlops-audit.toml:1: the rule committed-secret is decided by the files",
        ),
        (
            "[[attestations]]\nowner = 'Ada'\ndate = 2025-02-01\nstatement = 'It is so.'\n",
            "mlops-audit.toml:1: an attestation answers a rule or a practice.",
        ),
        ("[tool.mlops-audit]\njobs = 1\n", "mlops-audit.toml:1: has a table [tool.mlops-audit]."),
    ],
)
def test_a_wrong_configuration(command, trained, text, said) -> None:
    write(trained, {"mlops-audit.toml": text})
    assert said in complaint(command(trained), 2)


def test_a_configuration_that_is_not_text(command, trained) -> None:
    write(trained, {"mlops-audit.toml": b"kind = 'library'\n# \xff\n"})
    assert "mlops-audit.toml:2: is not UTF-8 text. Save it as UTF-8." in complaint(
        command(trained), 2
    )


def test_a_wrong_table_in_pyproject(command, trained) -> None:
    write(trained, {"pyproject.toml": "[project]\nname = 'x'\n\n[tool.mlops-audit]\njob = 1\n"})
    said = complaint(command(trained), 2)
    assert said == "pyproject.toml:5: unknown key `job`. Did you mean 'jobs'?"


def test_a_broken_pyproject_is_the_repositorys_business(command, trained) -> None:
    write(trained, {"pyproject.toml": "[project\n"})
    assert command(trained, "-q").code == 0


def test_a_wrong_rule_of_the_user(command, trained, tmp_path) -> None:
    write(tmp_path / "pack", {"foundations/thing-wrong.yaml": RULE.replace("expect:", "expects:")})
    said = complaint(command(trained, "--rules", tmp_path / "pack"), 2)
    assert "thing-wrong.yaml:12: unknown key `expects`. Did you mean 'expect'?" in said


def test_a_wrong_rule_of_the_repository_is_named_by_its_path(command, trained) -> None:
    write(
        trained,
        {
            "audit/foundations/thing-wrong.yaml": RULE.replace("SELECT", "SELEC"),
            "mlops-audit.toml": "rules = ['audit']\n",
        },
    )
    said = complaint(command(trained), 2)
    assert said.startswith("audit/foundations/thing-wrong.yaml:14: ")


def test_a_wrong_technology_of_the_repository(command, trained) -> None:
    write(
        trained,
        {
            "audit/mytool.yaml": "id: mytool\ntitel: x\n",
            "mlops-audit.toml": "technologies = ['audit']\n",
        },
    )
    said = complaint(command(trained), 2)
    assert said.startswith("audit/mytool.yaml:2: ")


def test_a_pack_is_not_followed_out_of_the_repository(command, trained, tmp_path) -> None:
    write(tmp_path / "elsewhere", {"foundations/thing-wrong.yaml": "top: secret\n"})
    (trained / "audit").symlink_to(tmp_path / "elsewhere")
    write(trained, {"mlops-audit.toml": "rules = ['audit']\n"})
    said = complaint(command(trained), 2)
    assert "where the repository has no YAML file" in said
    assert "secret" not in said


def test_an_output_below_a_file(command, trained) -> None:
    said = complaint(command(trained, "-o", trained / "train.py" / "report.html"), 3)
    assert "is not a folder" in said


def test_an_output_folder_that_does_not_exist_is_made(command, trained, tmp_path) -> None:
    done = command(trained, "-q", "-o", tmp_path / "new" / "folder" / "report.html")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert (tmp_path / "new" / "folder" / "report.html").is_file()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_output_folder_that_must_not_be_written(command, trained, tmp_path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    assert "permission denied" in complaint(command(trained, "-o", locked / "x.html"), 3)
    assert list(locked.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a file system of the kernel")
def test_an_output_place_where_nothing_can_be_made(command, trained) -> None:
    assert "cannot write /proc/self/x/report.html" in complaint(
        command(trained, "-o", "/proc/self/x/report.html"), 3
    )


def test_two_formats_on_stdout(command, trained) -> None:
    said = complaint(command(trained, "-f", "html", "-f", "json", "-o", "-"), 2)
    assert "Only one format can go to stdout" in said


def test_nothing_is_written_when_the_audit_fails(command, trained) -> None:
    command(trained, "--rev", "v9")
    command(trained, "--select", "nothing-like-it")
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("selec 1", "syntax error"),
        ("SELECT * FROM files", "Did you mean 'file'?"),
        ("DELETE FROM file", "only reading is allowed"),
        ("SELECT 1; SELECT 2", "more than one statement"),
    ],
)
def test_a_bad_query(command, trained, sql, said) -> None:
    assert said in complaint(command("query", sql, trained), 2)


def test_a_query_of_something_that_holds_no_facts(command, trained) -> None:
    said = complaint(command("query", "SELECT 1", trained / "train.py"), 2)
    assert "is not a facts file" in said


@pytest.mark.parametrize(
    "tree",
    [
        {"a.ipynb": "{"},
        {"a.ipynb": '{"cells": 3}'},
        {"a.yaml": "a: [\n"},
        {"a.toml": "= 1\n"},
        {"a.py": b"\xff\xfe\x00print('x')"},
        {"a.py": "def f(:\n"},
        {"a.json": b"\x80\x81"},
        {".github/workflows/ci.yml": "on: {{\n"},
    ],
)
def test_broken_files_cost_no_more_than_themselves(command, repository, tree) -> None:
    done = command(repository({**tree, "train.py": TRAINING}), "-q")
    assert (done.code, done.err) == (0, "")
    assert (Path.cwd() / "mlops-audit-report.html").is_file()
