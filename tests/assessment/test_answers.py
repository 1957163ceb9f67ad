"""Answered findings: what a comment, a waiver and an override do to an audit."""

import json
from pathlib import Path
from typing import Any

import pytest

from mlops_audit.assessment.model import Audit, SuppressionUse
from mlops_audit.audit import AuditOptions, audit
from mlops_audit.errors import ConfigError

TRAIN = "from sklearn.svm import SVC\n\nSVC().fit([[1], [2]], [0, 1]){}\n"
RULE = "training-without-tracking"


@pytest.fixture
def judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")  # 2026-01-01

    def judge(files: dict[str, str], **options: Any) -> Audit:
        for name, text in files.items():
            path = tmp_path / "repository" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        wanted = AuditOptions(jobs=1, fail_on="warning", **options)
        return audit(tmp_path / "repository", wanted)

    return judge


def suppressed(result: Audit) -> dict[tuple[str, str | None], str]:
    return {
        (item.rule, item.path): f"{item.suppressed.by}: {item.suppressed.reason}"
        for item in result.findings
        if item.suppressed is not None
    }


def use_of(result: Audit, rule: str = RULE) -> SuppressionUse:
    (found,) = [item for item in result.suppressions if rule in item.rules]
    return found


def test_a_comment_answers_one_place(judged: Any) -> None:
    comment = f"  # mlops-audit: ignore[{RULE}] a demonstration"
    practice = ("experiment-tracking-instrumented",)
    result = judged({"a.py": TRAIN.format(comment), "b.py": TRAIN.format("")}, select=practice)
    assert suppressed(result) == {(RULE, "a.py"): "inline: a demonstration"}
    reasons = [text for text in result.gate.reasons if RULE in text]
    assert reasons and all("b.py:3" in text and "a.py" not in text for text in reasons)
    assert (use_of(result).state, use_of(result).findings) == ("used", 1)


@pytest.mark.parametrize(
    ("comment", "state", "problem"),
    [
        (f"ignore[{RULE}] until 2025-12-31 soon done", "expired", ""),
        (f"ignore[{RULE}] until 2026-01-01 soon done", "used", ""),
        (f"ignore[{RULE}]", "invalid", "gives no reason"),
        ("ignore[training-without-trakcing] x", "invalid", f"did you mean {RULE}"),
        ("ignore[committed-secret] x", "unused", ""),
        ("ignore-file[experiment-tracking-instrumented] all of it", "used", ""),
    ],
)  # fmt: skip
def test_what_became_of_a_comment(judged: Any, comment: str, state: str, problem: str) -> None:
    result = judged({"a.py": TRAIN.format(f"  # mlops-audit: {comment}")})
    (use,) = result.suppressions
    assert use.state == state and problem in use.problem
    assert ((RULE, "a.py") in suppressed(result)) == (state == "used")


def test_what_was_not_judged_leaves_a_comment_idle(judged: Any) -> None:
    comment = f"  # mlops-audit: ignore[{RULE}] a demonstration"
    result = judged({"a.py": TRAIN.format(comment)}, select=("no-secrets",))
    assert use_of(result).state == "idle"


def test_a_cell_of_a_notebook_answers_for_itself(judged: Any) -> None:
    cells = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": n, "source": text}
        for n, text in enumerate(
            [
                TRAIN.format("  # mlops-audit: ignore[hardcoded-local-path] mine"),
                "import pandas as pd\n"
                "# mlops-audit: ignore[hardcoded-local-path] until 2026-06-30 moving\n"
                "pd.read_csv('/home/mira/data.csv')",
            ],
            1,
        )
    ]
    book = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}
    kernel = {"kernelspec": {"name": "python3", "language": "python", "display_name": "p"}}
    for cell in cells:  # as Jupyter stores it, a string a line
        cell["source"] = str(cell["source"]).splitlines(keepends=True)
    text = json.dumps({**book, "metadata": kernel}, indent=1)
    result = judged({"train.ipynb": text})
    (found,) = [item for item in result.findings if item.rule == "hardcoded-local-path"]
    assert found.suppressed is not None
    assert found.suppressed.reason == "moving, until 2026-06-30"
    assert (found.cell, found.line) == (1, 3) and found.file_line is not None
    assert "/home/mira/data.csv" in text.splitlines()[found.file_line - 1]
    states = [item.state for item in result.suppressions]
    assert states == ["unused", "used"]


def test_a_waiver_answers_what_stands_below_its_paths_until_it_expires(judged: Any) -> None:
    config = (
        f'[[waivers]]\nrules = ["{RULE}"]\npaths = ["old/"]\nreason = "Goes away."\n'
        f'owner = "mira"\nexpires = 2026-01-01\n'
        f'[[waivers]]\nrules = ["training-without-seed"]\nreason = "x"\nexpires = 2025-01-01\n'
    )
    files = {"mlops-audit.toml": config, "old/a.py": TRAIN.format(""), "b.py": TRAIN.format("")}
    result = judged(files)
    assert suppressed(result) == {(RULE, "old/a.py"): "config: Goes away. (mira), until 2026-01-01"}
    assert use_of(result).line == 1
    assert use_of(result, "training-without-seed").state == "expired"


def test_an_override_holds_for_its_paths(judged: Any) -> None:
    config = (
        f'[[overrides]]\npaths = ["lab/**"]\nignore = ["{RULE}"]\n'
        'severity = { seeds-fixed = "error" }\n'
    )
    files = {"mlops-audit.toml": config, "lab/a.py": TRAIN.format(""), "b.py": TRAIN.format("")}
    result = judged(files)
    assert set(suppressed(result)) == {(RULE, "lab/a.py")}
    severities = {
        item.path: item.severity for item in result.findings if item.practice == "seeds-fixed"
    }
    assert severities.get("lab/a.py", "error") == "error"
    assert severities.get("b.py") != "error"


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ('[[waivers]]\nrules = ["no-seeds"]\nreason = "x"', "mlops-audit.toml:1: no rule"),
        ('[[waivers]]\nrules = ["seeds-fixed"]', "`reason` missing"),
        ('[[overrides]]\npaths = ["a"]\nseverity = { x = "note" }', "no rule, practice or phase"),
        ('require = ["experiment-tracking"]', "Did you mean 'experiment-tracking-instrumented'?"),
        ("waiver = []", "Did you mean 'waivers'?"),
        ('baseline = "none.json"', "which is not in the repository"),
    ],
)
def test_a_wrong_configuration_is_refused(judged: Any, config: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        judged({"mlops-audit.toml": config, "a.py": TRAIN.format("")})
    assert said in str(raised.value)
