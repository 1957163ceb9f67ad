from functools import cache, lru_cache
from pathlib import Path

import pytest

from mlops_audit.resources import rulebook
from mlops_audit.rules.examples import run_example
from mlops_audit.rules.lint import Linter, lint_examples
from mlops_audit.rules.loader import load_examples, load_rule, rule_files
from mlops_audit.rules.model import Example, Rule
from mlops_audit.rules.strict_yaml import load_documents, read_text
from mlops_audit.rules.views import View, load_views

FILES = rule_files(rulebook())
EXAMPLES = [(path, example) for path in FILES for example in load_examples(path)]


@lru_cache(maxsize=1)
def views() -> tuple[View, ...]:
    return load_views(rulebook() / "views")


@cache
def rule_of(path: Path) -> Rule:
    with Linter(views(), practices()) as linter:
        return load_rule(path, linter=linter)


@lru_cache(maxsize=1)
def practices() -> frozenset[str]:
    path = rulebook() / "lifecycle.yaml"
    ((document, _),) = load_documents(path, read_text(path))
    return frozenset(practice["id"] for practice in document["practices"])


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_rule_is_sound_and_has_the_examples_it_needs(path: Path) -> None:
    assert lint_examples(rule_of(path), load_examples(path)) == []


@pytest.mark.parametrize(
    ("path", "example"),
    EXAMPLES,
    ids=[f"{path.stem}: {example.name}" for path, example in EXAMPLES],
)
def test_an_example_gives_the_verdict_and_the_places_it_names(path: Path, example: Example) -> None:
    failures = run_example(rule_of(path), example, views())
    assert [failure.problem for failure in failures] == []
