"""Code that is broken, old, huge or hostile: facts where possible, a diagnostic otherwise."""

import json
from typing import Any

import pytest

from mlops_audit.readers.registry import read_file
from mlops_audit.repository.model import SourceFile

BEFORE = "import mlflow\nmlflow.log_metric('before', 1)\n"
AFTER = "\nmlflow.log_metric('after', 1)\n"
Rows = dict[str, list[tuple[Any, ...]]]


def script(source: str) -> Rows:
    content = source.encode("utf-8", "surrogatepass")
    file = SourceFile(path="a.py", kind="python", size=len(content), role="source", digest="d")
    return read_file(file, content)


def notebook(*sources: str, **metadata: Any) -> Rows:
    cells = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 1, "source": source}
        for source in sources
    ]
    document = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}
    content = json.dumps(document).encode()
    file = SourceFile(path="a.ipynb", kind="notebook", size=len(content), role="source", digest="d")
    return read_file(file, content)


def logged(rows: Rows) -> int:
    return sum(row[7] == "mlflow.log_metric" for row in rows.get("call", []))


def problems(rows: Rows) -> list[str]:
    return [row[3] for row in rows.get("diagnostic", [])]


BROKEN = {
    "python 2": "print 'a'\nexec 'x = 1' in {}\nprint >>f, `x`, 0777L",
    "python 2 errors": "try:\n    raise ValueError, 'a'\nexcept ValueError, e:\n    print e",
    "half a function": "def f(:\n    pass",
    "half an assignment": "x =",
    "a merge conflict": "<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> other",
    "mixed tabs": "if x:\n\ty = 1\n        z = 2",
    "parentheses": f"x = {'(' * 10_000}1{')' * 10_000}",
    "calls": f"x = {'f(' * 5_000}1{')' * 5_000}",
    "operators": f"x = {'+'.join(['a'] * 20_000)}",
    "signs": f"x = {'-' * 10_000}1",
    "digits": f"x = {'9' * 10_000}",
    "a line that goes on": "x = 1 + \\\n" * 5_000,
}


@pytest.mark.parametrize("source", BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_named_and_the_code_around_it_is_read(source: str):
    rows = script(BEFORE + source + AFTER)
    assert logged(rows) == 2
    assert len(problems(rows)) >= 1
    rows = notebook(BEFORE, source, AFTER)
    assert logged(rows) == 2
    assert any(problem.startswith("Cell 2") for problem in problems(rows))
    # Nobody knows what such a cell defines.
    assert "notebook_name" not in rows


SOUND = {
    "if": "".join(f"{'  ' * n}if x{n}:\n" for n in range(60)) + "  " * 60 + "pass",
    "elif": "if a:\n    pass\n" + "elif a:\n    pass\n" * 300,
    "comprehensions": "x = " + "[" * 60 + "a" + " for a in [1]]" * 60,
    "functions": "".join(f"{' ' * n}def f{n}():\n" for n in range(60)) + " " * 60 + "pass",
    "classes": "".join(f"{' ' * n}class C{n}:\n" for n in range(60)) + " " * 60 + "pass",
    "attributes": "x = len" + ".a" * 200,
    "exec": "exec('mlflow.log_metric(1)')",
    "builtins as names": "list = dict = str = type = open = 1",
    "strings": "x = '''" + "import os\nfit()\n" * 1_000 + "'''",
}


@pytest.mark.parametrize("source", SOUND.values(), ids=SOUND)
def test_what_is_deep_or_odd_is_read(source: str):
    assert logged(script(BEFORE + source + AFTER)) == 2
    assert logged(notebook(BEFORE, source, AFTER)) == 2


@pytest.mark.parametrize(
    "cell",
    [
        "%%bash\nmlflow.log_metric('a', 1)",
        "%%sql\nselect mlflow.log_metric('a', 1)",
        "%%R -i df\nmlflow.log_metric('a', 1)",
        "%%html\n<b>mlflow.log_metric('a', 1)</b>",
        "%%javascript\nmlflow.log_metric('a', 1)",
        "%%latex\nmlflow.log_metric('a', 1)",
    ],
)
def test_cells_of_other_languages_are_no_python(cell: str):
    rows = notebook(BEFORE, cell, AFTER)
    assert logged(rows) == 2
    assert problems(rows) == []
    assert [row[4] for row in rows["magic"]] == [cell[2:].split()[0]]


def test_a_generated_file_of_50_000_lines_is_read_up_to_a_limit():
    part = "def f{0}(a):\n    b = a + {0}\n    return g(b)\nx{0} = f{0}({0})\n"
    source = BEFORE + "".join(part.format(number) for number in range(12_500))
    rows = script(source)
    assert logged(rows) == 1
    (module,) = rows["module"]
    assert module[4] == 50_002
    assert any("Too many calls" in problem for problem in problems(rows))


def test_functions_that_call_each_other_are_followed_within_a_limit():
    names = [f"f{number}" for number in range(150)]
    calls = "; ".join(f"{name}()" for name in names)
    source = "".join(f"def {name}():\n    {calls}\n" for name in names)
    rows = notebook(source, "f0()\n" * 2_000, "print(df)", "df = 1")
    assert [row[4:6] for row in rows["notebook_name"]] == [("df", "later")]


def test_names_without_a_definition_are_listed_up_to_a_limit():
    rows = notebook("\n".join(f"print(n{number})" for number in range(5_000)))
    assert len(rows["notebook_name"]) == 500
