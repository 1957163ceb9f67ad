"""`rules`, `explain` and `query`."""

import json

from cli_support import TRAINING

from mlops_audit.reports.spreadsheet import csv_safe


def test_rules_are_listed_one_a_line_in_a_pipe(command) -> None:
    done = command("rules")
    assert done.code == 0
    assert "foundations  no-secrets  error  committed-secret\n" in done.out
    assert done.err == ""


def test_rules_as_json(command) -> None:
    listed = json.loads(command("rules", "--format", "json").out)
    (secret,) = [rule for rule in listed if rule["id"] == "committed-secret"]
    assert secret["practice"] == "no-secrets"
    assert listed == sorted(listed, key=lambda rule: (rule["phase"], rule["practice"], rule["id"]))


def test_rules_as_a_table(command) -> None:
    done = command("rules", "--format", "table")
    assert "committed-secret" in done.out
    assert "rules; `mlops-audit explain ID` says more" in done.err


def test_a_rule_is_explained_with_practice_query_and_examples(command) -> None:
    out = command("explain", "committed-secret").out
    for part in ("no-secrets: ", "\nWhy\n", "\nFix\n", "FROM secret_candidate", "\nExamples\n"):
        assert part in out
    data = json.loads(command("explain", "committed-secret", "--format", "json").out)
    assert data["practice"]["id"] == "no-secrets"
    assert any(example["expect"] == "fail" for example in data["examples"])


def test_a_practice_is_explained_with_its_rules(command) -> None:
    out = command("explain", "no-secrets").out
    assert "committed-secret (error)" in out
    assert "due from level" in out


def test_explaining_something_unknown_names_the_nearest(command) -> None:
    done = command("explain", "no-secret")
    assert done.code == 2
    assert "Did you mean 'no-secrets'?" in done.err


def test_a_query_answers_csv_json_and_a_table(command, repository) -> None:
    root = repository({"train.py": TRAINING})
    sql = "SELECT path, line, method FROM call WHERE method = 'fit'"
    assert command("query", sql, root).out == "path,line,method\ntrain.py,4,fit\n"
    found = json.loads(command("query", sql, root, "-f", "json").out)
    assert found == [{"path": "train.py", "line": 4, "method": "fit"}]
    table = command("query", sql, root, "-f", "table")
    assert "train.py" in table.out
    assert table.err == "1 row\n"


def test_a_query_sees_the_views_of_the_rulebook(command, repository) -> None:
    root = repository({"train.py": TRAINING})
    assert command("query", "SELECT path FROM training", root).out == "path\ntrain.py\n"


def test_csv_holds_no_formula(command, repository) -> None:
    root = repository({"=cmd()": "x\n", "train.py": TRAINING})
    out = command("query", "SELECT path FROM file ORDER BY path", root).out
    assert out.splitlines()[1] == "'=cmd()"
    for text in ("+1", "-1", "@x", " =x", "\tx", "\rx"):
        assert csv_safe(text) == f"'{text}"
    assert csv_safe(-1) == -1
    assert csv_safe("a=b") == "a=b"


def test_control_characters_are_shown_in_a_table(command, repository) -> None:
    root = repository({"\x1b[31mred.py": "x = 1\n"})
    out = command("query", "SELECT path FROM file", root, "-f", "table").out
    assert "\x1b" not in out


def test_the_graph_of_a_repository_is_printed_and_chosen(command, repository) -> None:
    path = repository(
        {
            "train.py": TRAINING,
            ".github/workflows/train.yml": "on:\n  schedule: [{cron: '0 6 * * 1'}]\n  push:\n"
            "jobs:\n  fit:\n    runs-on: ubuntu-latest\n    steps:\n      - run: python train.py\n",
        }
    )
    out = command("graph", path, "--trigger", "schedule", "--action", "train").out
    first, second = out.splitlines()
    assert first.endswith("schedule at 06:00, only on Monday")
    assert second.startswith("└─ job fit → python train.py → train.py → ") and "train (" in second
    drawn = json.loads(command("graph", path, "-f", "json").out)
    assert {node["kind"] for node in drawn["nodes"]} >= {"trigger", "job", "command", "action"}
    assert "No way" in command("graph", path, "--action", "deploy").out
    refused = command("graph", path, "--action", "trian")
    assert refused.code == 2 and "Did you mean 'train'?" in refused.err
