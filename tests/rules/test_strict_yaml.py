from pathlib import Path

import pytest

from mlops_audit.errors import RulebookError
from mlops_audit.rules.strict_yaml import load_documents


def load(text: str) -> object:
    documents = list(load_documents(Path("rule.yaml"), text, literal_keys=("sql",)))
    return documents[0][0]


def test_values_are_those_of_yaml_1_2() -> None:
    text = "a: 1\nb: 1.5\nc: true\nd: null\ne: 0o17\nf: '1'\ng: 12:30\nh: |\n  x\n  y\n"
    assert load(text) == {
        "a": 1,
        "b": 1.5,
        "c": True,
        "d": None,
        "e": "0o17",
        "f": "1",
        "g": "12:30",
        "h": "x\ny\n",
    }


def test_mappings_and_lists_remember_lines() -> None:
    found = load("a: 1\nb:\n  - x\n  - y\n")
    assert found.lines == {"a": 1, "b": 2}
    assert found["b"].lines == [3, 4]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "'a' stands twice (also on line 1)"),
        ("a: &x 1\nb: *x\n", 1, "anchors"),
        ("a: [1]\nb: *x\n", 2, "anchors"),
        ("a: !!python/name:os.system x\n", 1, "tag"),
        ("on: push\n", 1, "boolean in YAML 1.1. Quote it"),
        ("a:\n  - yes\n", 2, "boolean in YAML 1.1"),
        ("a:\n  <<: {b: 1}\n", 2, "merge keys"),
        ("? [a]\n: 1\n", 1, "plain text"),
        ("a: 1\nsql: >\n  SELECT 1 -- x\n  FROM y\n", 2, "Write `sql: |`"),
        ("a: [1\nb: 2\n", 2, "is not YAML"),
        ("a: " + "[" * 60 + "]" * 60, 1, "nested too deeply"),
    ],
)
def test_surprising_yaml_is_refused_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(RulebookError) as caught:
        load(text)
    assert caught.value.line == line
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"rule.yaml:{line}: ")


def test_a_quoted_boolean_word_is_text() -> None:
    assert load("'on': 'yes'\n") == {"on": "yes"}


def test_a_later_document_is_not_parsed_before_it_is_asked_for() -> None:
    documents = load_documents(Path("rule.yaml"), "a: 1\n---\nb: [\n")
    assert next(documents) == ({"a": 1}, 1)
    with pytest.raises(RulebookError):
        next(documents)
