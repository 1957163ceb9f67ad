"""Comments that answer findings, wherever they may stand."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_audit.readers.suppressions import SuppressionReader
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Suppression


def read(path: str, text: str, kind: str = "") -> list[Suppression]:
    suffix = path.rpartition(".")[2]
    kinds = {"py": "python", "ipynb": "notebook", "yml": "yaml", "md": "markdown", "toml": "toml"}
    file = SourceFile(
        path=path, kind=kind or kinds[suffix], size=len(text), role="source", digest="1"
    )
    reader = SuppressionReader()
    assert reader.accepts(file)
    return list(reader.read(file, text.encode("utf-8", "surrogatepass")))


def spans(rows: list[Suppression]) -> list[tuple[str, int | None, int | None]]:
    return [(row.rules, row.first_line, row.last_line) for row in rows]


def test_a_comment_behind_code_speaks_for_its_statement() -> None:
    text = "x = 1\nmodel.fit(\n    a,\n    b,\n)  # mlops-audit: ignore[r] old data\ny = 2\n"
    assert spans(read("a.py", text)) == [("r", 2, 5)]


def test_a_comment_inside_a_statement_speaks_for_it() -> None:
    text = "model.fit(\n    # mlops-audit: ignore[r] old data\n    a,\n)\n"
    assert spans(read("a.py", text)) == [("r", 1, 4)]


def test_a_comment_of_its_own_speaks_for_the_statement_below() -> None:
    text = "# mlops-audit: ignore[r] why\n\n# more\n@step(\n    1\n)\n@other\ndef f():\n    pass\n"
    assert spans(read("a.py", text)) == [("r", 1, 8)]


def test_what_stands_in_a_string_is_no_comment() -> None:
    assert read("a.py", 's = "# mlops-audit: ignore[r] no"\n"""\n# mlops-audit: x\n"""\n') == []


def test_code_that_does_not_parse_is_read_by_lines() -> None:
    text = "print 'x'\n% matplotlib inline\nf('  # mlops-audit: ignore[r] why\n"
    assert spans(read("a.py", text)) == [("r", 3, 3)]


def test_each_cell_of_a_notebook_speaks_for_itself() -> None:
    cells = [
        {"cell_type": "markdown", "source": "# T\n<!-- mlops-audit: ignore-file[a, b] demo -->"},
        {"cell_type": "code", "source": ["x = 1\n", "fit()  # mlops-audit: ignore[r] demo"]},
    ]
    text = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})
    rows = read("a.ipynb", text)
    assert [(row.cell, row.rules, row.reason, row.first_line) for row in rows] == [
        (0, "a b", "demo", None),
        (1, "r", "demo", 2),
    ]


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("ci.yml", "jobs:\n  # mlops-audit: ignore[r] why\n  # more\n\n  train:\n", ""),
        ("a.toml", "x = 1\n# mlops-audit: ignore[r] why\n# more\n\ny = 2\n", ""),
        ("requirements.txt", "a\n# mlops-audit: ignore[r] why\n# more\n\nb\n", "text"),
        ("Dockerfile", "FROM a\n# mlops-audit: ignore[r] why\n# more\n\nUSER b\n", "dockerfile"),
    ],
)
def test_configuration_has_comments_too(path: str, text: str, kind: str) -> None:
    assert spans(read(path, text, kind)) == [("r", 2, 5)]


def test_prose_is_spoken_for_in_html_comments_only() -> None:
    text = "`# mlops-audit: ignore[r] why` is how.\n<!-- mlops-audit: ignore[q] why -->\n\nText\n"
    assert spans(read("a.md", text)) == [("q", 2, 4)]
    assert read("a.md", text)[0].reason == "why"


@pytest.mark.parametrize(
    ("comment", "problem"),
    [
        ("ignore[r] why", ""),
        ("ignore[r]: until 2027-01-31: why", ""),
        ("ignore[r] until we migrate", ""),
        ("ignore why", "names no rule in [ ]"),
        ("ignore[] why", "names no rule in [ ]"),
        ("ignore[r]", "gives no reason"),
        ("ignore[R!] why", "names what is no rule"),
        ("ingore[r] why", "says neither ignore nor ignore-file"),
        ("ignore[r] until 2027-1-31 why", "has a day after until that is not written YYYY-MM-DD"),
    ],
)
def test_a_comment_that_does_not_count_says_why(comment: str, problem: str) -> None:
    (row,) = read("a.py", f"x = 1  # mlops-audit: {comment}\n")
    assert row.problem == problem
    if "2027-01-31" in comment:
        assert (row.until, row.reason) == ("2027-01-31", "why")


@given(st.text(max_size=200), st.sampled_from(["a.py", "a.yml", "a.md", "a.ipynb"]))
def test_any_text_is_read(text: str, path: str) -> None:
    for row in read(path, f"{text} # mlops-audit:{text}\n# mlops-audit: ignore[r] {text}"):
        assert row.line >= 1
