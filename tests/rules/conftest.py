from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mlops_audit.facts.store import FactStore
from mlops_audit.rules.lint import Linter
from mlops_audit.rules.loader import load_rule
from mlops_audit.rules.model import Rule

RULE = """\
id: {id}
title: Things are right
failure_title: Things are wrong
practice: some-practice
proves: implemented
severity: warning
confidence: high
effort: minutes
zones: {zones}
why: Because.
fix: Mend it.
expect: {expect}
{queries}
messages:
  pass: "{passed}"
  fail: "{failed}"
{more}
"""


def indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


@pytest.fixture
def write_rule(tmp_path: Path) -> Callable[..., Path]:
    def write(
        expect: str = "every",
        *,
        id: str = "thing-wrong",
        zones: str = "[development, production]",
        passed: str = "right",
        failed: str = "wrong",
        more: str = "",
        folder: str = "foundations",
        **queries: str,
    ) -> Path:
        path = tmp_path / "book" / folder / f"{id}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        blocks = "\n".join(f"{key}: |\n{indented(sql)}" for key, sql in queries.items())
        text = RULE.format(
            id=id,
            expect=expect,
            zones=zones,
            queries=blocks,
            passed=passed,
            failed=failed,
            more=more,
        )
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def make_rule(write_rule: Callable[..., Path]) -> Callable[..., Rule]:
    def make(*arguments: Any, **options: Any) -> Rule:
        with Linter() as linter:
            return load_rule(write_rule(*arguments, **options), linter=linter)

    return make


@pytest.fixture
def store() -> Iterator[FactStore]:
    with FactStore() as made:
        yield made
