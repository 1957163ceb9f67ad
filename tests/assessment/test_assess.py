"""From a real small repository to the result that reports render."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mlops_audit.assessment.model import Audit
from mlops_audit.audit import AuditOptions, audit

FIT = "from sklearn.svm import SVC\nSVC().fit([[1], [2]], [0, 1])\n"
TRAIN = f"{FIT}print('done')\n"


def notebook(*cells: str) -> str:
    made: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "id": f"c{number}",
            "metadata": {},
            "execution_count": number + 1,
            "outputs": [],
            "source": source,
        }
        for number, source in enumerate(cells)
    ]
    language = {"kernelspec": {"name": "python3", "language": "python", "display_name": "p"}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": language, "cells": made})


@pytest.fixture
def judged(tmp_path: Path) -> Any:
    def judge(files: dict[str, str]) -> Audit:
        for name, text in files.items():
            path = tmp_path / "repository" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return audit(tmp_path / "repository", AuditOptions(cache=False, jobs=1))

    return judge


def test_an_exploration_is_not_nagged_about_what_is_not_asked_of_it(judged: Any) -> None:
    result = judged({"eda.ipynb": notebook("import pandas as pd", FIT)})
    assert (result.repository.kind, result.maturity.level) == ("exploration", None)
    statuses = {item.id: item.status for item in result.practices}
    asked = {name for name, status in statuses.items() if not status.startswith("not-")}
    assert "experiment-tracking-instrumented" not in asked
    assert {finding.practice for finding in result.findings} <= asked
    assert not any("attest" in step.first_step for step in result.roadmap)


def test_exploration_never_holds_the_level_back_nor_leads_the_roadmap(judged: Any) -> None:
    result = judged({"train.py": TRAIN, "requirements.txt": "scikit-learn\n"})
    assert result.maturity.level == 0
    exploration = next(phase for phase in result.phases if phase.id == "exploration")
    assert not set(exploration.practices) & set(result.maturity.held_back_by)
    order = [step.phase for step in result.roadmap]
    assert order and order[0] != "exploration"
    if "exploration" in order:
        assert set(order[order.index("exploration") :]) == {"exploration"}


def test_a_practice_without_a_rule_is_unknown_and_lifts_nothing(judged: Any) -> None:
    result = judged({"train.py": TRAIN})
    for practice in result.practices:
        if not practice.rules:
            assert practice.status in ("unknown", "not-due", "not-applicable")


def test_the_place_of_a_finding_in_a_notebook_is_shown_as_code(judged: Any) -> None:
    result = judged({"train.py": TRAIN, "a.ipynb": notebook("x = 1", "open('/home/ada/a.csv')")})
    (finding,) = [item for item in result.findings if item.path == "a.ipynb" and item.cell == 1]
    assert finding.snippet is not None
    assert finding.snippet.lines == ("open('/home/ada/a.csv')",)


def test_the_same_input_gives_the_same_result(judged: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    files = {"train.py": TRAIN, "a.ipynb": notebook("x = 1"), "README.md": "# A\n"}
    assert judged(files) == judged(files)


def test_a_committed_credential_is_dealt_with_before_a_hook_is_added(judged: Any) -> None:
    # Put together here, so that no scanner takes this file for a leak.
    token = "gh" + "p_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    result = judged({"train.py": f"{TRAIN}TOKEN = '{token}'\n"})
    assert result.maturity.blocked_by == ("no-secrets",)
    first = result.roadmap[0]
    assert (first.practice, first.rule, first.path) == (
        "no-secrets",
        "committed-secret",
        "train.py",
    )
    assert token not in str(result)


def test_what_is_met_is_asked_for_a_trace_and_not_to_be_mended() -> None:
    from mlops_audit.assessment.lifecycle import load_lifecycle
    from mlops_audit.assessment.practices import judge_practices
    from mlops_audit.assessment.roadmap import roadmap_of
    from mlops_audit.resources import rulebook
    from mlops_audit.rules.loader import load_rulebook
    from mlops_audit.rules.model import Status, Verdict

    lifecycle = load_lifecycle(rulebook() / "lifecycle.yaml")
    verdicts = [
        Verdict(
            rule=rule,
            status=Status.PASS,
            reason="",
            judged=1,
            total=1,
            complaints=(),
            evidence=(),
            unknowns=(),
            elapsed_ms=0.0,
        )
        for rule in load_rulebook(rulebook(), installed_packs=False).rules
    ]
    judgements = judge_practices(lifecycle, verdicts, "production", {})
    met = {item.spec.id for item in judgements if item.status == "met"}
    steps = [s for s in roadmap_of(lifecycle, judgements, (), "production") if s.practice in met]
    assert steps and all("trace" in step.first_step for step in steps)


def test_metrics_written_by_hand_count_less_than_those_of_a_tracker(judged: Any) -> None:
    code = f"import json\n{FIT}json.dump({{'accuracy': 0.9}}, open('metrics.json', 'w'))\n"
    ci = "on: {schedule: [{cron: '0 3 * * 1'}]}\njobs:\n  t:\n    runs-on: ubuntu-latest\n"
    ci += "    steps: [{uses: actions/checkout@v4}, {run: python train.py}]\n"
    result = judged({"train.py": code, ".github/workflows/train.yml": ci})
    practices = {item.id: item for item in result.practices}
    kept = practices["metrics-for-every-run"]
    assert (kept.status, kept.strengths) == ("partial", ("implemented",))
    assert "by hand" in kept.evidence[0].message
    assert practices["experiment-tracking-instrumented"].status == "unmet"


def test_trials_of_one_search_are_no_comparison_of_experiments(judged: Any, tmp_path: Path) -> None:
    store = tmp_path / "repository" / "optuna.db"
    store.parent.mkdir()
    with closing(sqlite3.connect(store)) as database:
        database.executescript(
            "CREATE TABLE studies (study_id INTEGER, study_name TEXT);"
            "INSERT INTO studies VALUES (1, 'churn');"
            "CREATE TABLE trials (trial_id INTEGER, number INTEGER, study_id INTEGER, state TEXT);"
            "INSERT INTO trials VALUES (7, 0, 1, 'COMPLETE'), (8, 1, 1, 'COMPLETE');"
            "CREATE TABLE trial_values (trial_id INTEGER, objective INTEGER, value REAL);"
            "INSERT INTO trial_values VALUES (7, 0, 0.5), (8, 0, 0.6);"
            "CREATE TABLE trial_params (trial_id INTEGER, param_name TEXT, param_value REAL);"
        )
    result = judged({"train.py": TRAIN})
    practices = {item.id: item for item in result.practices}
    assert len(result.runs["runs"]) == 2
    assert practices["experiments-comparable"].status == "unmet"
