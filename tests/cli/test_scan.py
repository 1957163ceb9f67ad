"""What a scan prints, writes and returns."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli_support import TRAINING, write

MODULE = [sys.executable, "-m", "mlops_audit"]
SECRET = "import os\ndb_password = 'x9Kq2LmZ7tRvB4wY'\n"


@pytest.fixture
def trained(repository) -> Path:
    return repository({"train.py": TRAINING, "README.md": "# Churn\n"})


def report(done) -> dict:
    assert done.code in (0, 1), done.err
    return json.loads(done.out)


def test_a_scan_writes_the_report_and_prints_the_summary(command, trained) -> None:
    done = command(trained)
    assert done.code == 0
    assert "Level 0 of 4" in done.out
    assert "Report: mlops-audit-report.html" in done.out
    assert done.err == ""
    assert Path("mlops-audit-report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_machine_format_has_stdout_for_itself(command, trained) -> None:
    done = command(trained, "--format", "json", "--output", "-")
    assert report(done)["repository"]["name"] == "project"
    assert "Level 0 of 4" in done.err
    assert list(Path.cwd().iterdir()) == []


def test_several_formats_go_to_a_folder(command, trained) -> None:
    done = command(trained, "-q", "-f", "html", "-f", "json", "-o", "reports")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert sorted(path.name for path in Path("reports").iterdir()) == [
        "mlops-audit-report.html",
        "mlops-audit-report.json",
    ]


def test_the_gate_decides_the_exit_code(command, trained) -> None:
    done = command(trained, "-q", "--min-level", "1")
    assert done.code == 1
    assert Path("mlops-audit-report.html").is_file()
    assert command(trained, "-q", "--fail-on", "warning").code == 1
    assert command(trained, "-q", "--fail-on", "error").code == 0


def test_the_gate_asks_scores_of_phases(command, trained) -> None:
    done = command(trained, "-f", "json", "-o", "-", "--min-score", "foundations=100")
    assert done.code == 1
    assert "Foundations scores" in report(done)["gate"]["reasons"][0]


def test_a_report_inside_the_repository_changes_nothing(command, trained, monkeypatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    first = command(trained, "-f", "json", "-o", "-").out
    assert command(trained, "-q", "-o", trained / "mlops-audit-report.html").code == 0
    assert command(trained, "-f", "json", "-o", "-").out == first


def test_the_same_input_gives_the_same_bytes(command, trained, monkeypatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    cold = command(trained, "-f", "json", "-o", "-", "--no-cache", "--jobs", "2").out
    assert command(trained, "-f", "json", "-o", "-").out == cold
    assert command(trained, "-f", "json", "-o", "-").out == cold


def test_verbose_prints_timings_to_stderr(command, trained) -> None:
    done = command(trained, "-v")
    assert {line.split()[0] for line in done.err.splitlines()} == {
        "open", "rules", "read", "link", "judge",
    }  # fmt: skip


def test_select_and_ignore_take_rules_practices_and_phases(command, trained) -> None:
    def judged(*options: str) -> set[str]:
        return {
            item["rule"]
            for item in report(command(trained, "-f", "json", "-o", "-", *options))["results"]
        }

    everything = judged()
    assert judged("--select", "committed-secret") == {"committed-secret"}
    assert "committed-secret" in judged("--select", "no-secrets")
    monitoring = judged("--select", "monitoring")
    assert monitoring and monitoring < everything
    assert judged("--ignore", "monitoring") == everything - monitoring


def test_facts_are_kept_and_can_be_asked(command, trained) -> None:
    assert command(trained, "-q", "--facts", "facts.sqlite").code == 0
    done = command("query", "SELECT path FROM file ORDER BY path", "facts.sqlite")
    assert done.out == "path\nREADME.md\ntrain.py\n"


def test_the_configuration_is_used_and_the_command_line_wins(command, trained) -> None:
    write(
        trained,
        {
            "mlops-audit.toml": "kind = 'library'\nmin-level = 4\nfail-on = 'warning'\n"
            "select = ['no-secrets']\n[zones]\n'train.py' = 'exploration'\n"
        },
    )
    done = command(trained, "-f", "json", "-o", "-")
    result = report(done)
    assert done.code == 0  # a library has no level, and nothing is found
    assert result["repository"]["kind"] == "library"
    assert result["repository"]["zones"]["exploration"] == 1
    assert {item["practice"] for item in result["results"]} == {"no-secrets"}
    wider = report(command(trained, "-f", "json", "-o", "-", "--select", "experimentation"))
    assert {item["phase"] for item in wider["results"]} == {"experimentation"}


@pytest.mark.parametrize(("expires", "status"), [("2099-01-01", "pass"), ("2025-02-02", "manual")])
def test_people_can_attest_what_no_file_proves(command, trained, expires, status) -> None:
    write(
        trained,
        {
            "mlops-audit.toml": "kind = 'production'\n[[attestations]]\n"
            "practice = 'just-in-time-access'\nowner = 'Ruth Klein'\ndate = 2025-02-01\n"
            f"statement = 'Access is granted for eight hours.'\nexpires = {expires}\n"
        },
    )
    result = report(command(trained, "-f", "json", "-o", "-"))
    asked = [
        item
        for item in result["results"]
        if item["practice"] == "just-in-time-access" and "Ruth Klein" in item["reason"]
    ]
    assert [item["status"] for item in asked] == [status]


def test_a_named_configuration_replaces_the_repositorys_own(command, trained, tmp_path) -> None:
    write(trained, {"mlops-audit.toml": "kind = 'library'\n"})
    write(tmp_path, {"ours.toml": "kind = 'production'\nexclude = ['README.md']\n"})
    done = command(trained, "-f", "json", "-o", "-", "--config", tmp_path / "ours.toml")
    result = report(done)
    assert result["repository"]["kind"] == "production"
    assert result["repository"]["files"] == 2


def test_pyproject_speaks_where_there_is_no_file_of_our_own(command, trained) -> None:
    write(trained, {"pyproject.toml": "[tool.mlops-audit]\nkind = 'non-ml'\n"})
    assert report(command(trained, "-f", "json", "-o", "-"))["repository"]["kind"] == "non-ml"
    write(trained, {"mlops-audit.toml": "kind = 'library'\n"})
    assert report(command(trained, "-f", "json", "-o", "-"))["repository"]["kind"] == "library"


def test_large_files_are_listed_and_not_read(command, trained) -> None:
    write(trained, {"big.py": TRAINING * 100, "mlops-audit.toml": "max-file-bytes = 1024\n"})
    result = report(command(trained, "-f", "json", "-o", "-"))
    assert "big.py" in {item["path"] for item in result["diagnostics"]}


def test_rules_of_the_repository_judge_it(command, trained) -> None:
    write(
        trained,
        {
            "mlops-audit.toml": "rules = ['audit']\nselect = ['audit/readme-missing']\n"
            "[params.'audit/readme-missing']\nname = 'GUIDE.md'\n",
            "audit/foundations/readme-missing.yaml": """\
id: readme-missing
title: There is a guide
failure_title: There is no guide
practice: no-secrets
proves: implemented
severity: warning
confidence: high
effort: minutes
zones: [development, docs]
why: Because.
fix: Write it.
expect: some
applies_when: always
sql: SELECT path FROM file WHERE path = :name
params: {name: README.md}
messages: {pass: "{path} is there", fail: "none"}
--- # examples
examples:
  - {name: there, expect: pass, files: {README.md: "x"}}
  - {name: not there, expect: fail, files: {a.py: ""}}
""",
        },
    )
    (result,) = report(command(trained, "-f", "json", "-o", "-"))["results"]
    assert (result["rule"], result["status"]) == ("audit/readme-missing", "fail")


def test_a_bare_repository_is_audited_at_its_head(command, trained, tmp_path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    for words in (
        ["init", "-q", "-b", "main"],
        ["add", "-A"],
        ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-qm", "All"],
        ["clone", "-q", "--bare", ".", str(tmp_path / "bare.git")],
    ):
        subprocess.run(["git", *words], cwd=trained, env=environment, check=True)
    result = report(command(tmp_path / "bare.git", "-f", "json", "-o", "-"))
    assert result["repository"]["files"] == 2
    assert result["repository"]["branch"] == "main"


def test_a_secret_is_found_and_never_printed(command, repository) -> None:
    root = repository({"train.py": TRAINING + SECRET})
    for name in ("html", "json"):
        done = command(root, "-f", name, "-o", "-")
        assert "x9Kq2LmZ7tRvB4wY" not in done.out + done.err


def test_a_reader_that_goes_away_ends_it_quietly(trained, tmp_path) -> None:
    script = f"{' '.join(MODULE)} {trained} -q --no-cache -f json -o - | head -c 1"
    done = subprocess.run(["bash", "-c", script], capture_output=True, cwd=tmp_path, check=False)
    assert (done.stdout, done.stderr) == (b"{", b"")
    script = f"{' '.join(MODULE)} rules | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, cwd=tmp_path, check=False)
    assert (done.stdout, done.stderr) == (b"0\n", b"")


def test_an_interrupt_ends_it_with_one_sentence(repository, tmp_path) -> None:
    big = "\n".join(f"def f{i}(x):\n    return g{i}(x, [x] * {i})" for i in range(20_000))
    root = repository({f"part{i}.py": big for i in range(6)})
    with subprocess.Popen(
        [*MODULE, str(root), "--no-cache", "--jobs", "2", "-v"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        while b"rules" not in process.stderr.readline():
            pass  # the next stage reads, for seconds
        time.sleep(0.3)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == b"mlops-audit: interrupted; nothing was written\n"
    assert not list(tmp_path.glob("*report*"))


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["scan", "--help"]])
def test_help_imports_nothing_heavy(arguments) -> None:
    code = (
        "import sys\nfrom mlops_audit.cli.main import run\n"
        "try:\n    run()\nexcept SystemExit:\n    pass\n"
        "heavy = ('rich', 'jinja2', 'yaml', 'sqlite3', 'pygments', 'radon', 'tree_sitter',"
        " 'multiprocessing', 'asyncio', 'mlops_audit.audit')\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    assert done.stderr == "[]\n"


def test_words_of_the_terminal_are_plain_without_colour(command, trained, monkeypatch) -> None:
    done = command(trained)
    assert "\x1b" not in done.out
