"""Names in notebooks that depend on the order of cells, through all readers."""

import json
from typing import Any

import pytest

from mlops_audit.readers.registry import read_file
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import NotebookName


def names(*cells: str | dict[str, Any], **metadata: Any) -> list[NotebookName]:
    """Return the rows about names of a notebook with these code cells."""
    stored = [
        {
            "cell_type": "code",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            **(cell if isinstance(cell, dict) else {"source": cell}),
        }
        for cell in cells
    ]
    document = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": "python3", "language": "python"}, **metadata},
        "cells": stored,
    }
    content = json.dumps(document).encode()
    file = SourceFile(path="a.ipynb", kind="notebook", size=len(content), role="source", digest="d")
    return [NotebookName(*row) for row in read_file(file, content).get("notebook_name", [])]


def said(*cells: str | dict[str, Any], **metadata: Any) -> list[tuple[Any, ...]]:
    """Return kind, name, cell and line, and the other cell of each row that is certain."""
    return [
        (row.kind, row.name, row.cell, row.line, row.other_cell)
        for row in names(*cells, **metadata)
        if row.certain
    ]


def test_a_name_that_only_a_later_cell_defines():
    assert said("import pandas as pd", "\ndf.head()", "df = pd.read_csv('a.csv')") == [
        ("later", "df", 1, 2, 2)
    ]


def test_a_name_that_no_cell_defines():
    assert said("x = 1", "print(x, model)") == [("missing", "model", 1, 1, None)]


def test_a_name_that_was_deleted():
    assert said("df = [1]", "del df", "len(df)") == [("deleted", "df", 2, 1, 1)]


def test_a_name_that_its_own_cell_defines_too_late():
    assert said("total += 1\ntotal = 0") == [("later", "total", 0, 1, 0)]


def test_one_row_for_a_name_however_often_it_is_used():
    assert said("model", "model", "model") == [("missing", "model", 0, 1, None)]


def test_a_function_needs_its_names_when_it_is_called():
    define = "def show():\n    return df.head()"
    assert said(define, "df = 1", "show()") == []
    assert said(define, "show()", "df = 1") == [("later", "df", 1, 1, 2)]
    (row,) = names(define, "show()", "df = 1")
    assert row.scope == "show"


def test_functions_are_followed_through_functions():
    define = "def inner():\n    return df\n\ndef outer():\n    return inner()"
    assert said(define, "outer()", "df = 1") == [("later", "df", 1, 1, 2)]
    assert said("def f():\n    return g()\n\ndef g():\n    return f()", "f()") == []


def test_a_function_that_nothing_calls_needs_nothing():
    assert names("def show():\n    return df") == []
    (row,) = names("def show():\n    return df", "list(map(show, []))")
    assert (row.kind, row.name, row.scope) == ("missing", "df", "show")


@pytest.mark.parametrize(
    "body",
    [
        "if x:\n        return df\n    return 1",
        "if x:\n        return 1\n    return df",
        "return 1\n    df",
        "yield df",
        "return x or df",
        "return df if x else 1",
        "df = 2\n    return df",
        "import df\n    return df",
        "return [df for df in x]",
        "def inner():\n        return df\n    return inner",
        "try:\n        return df\n    except NameError:\n        return 1",
    ],
)
def test_a_call_that_may_not_come_to_the_name(body: str):
    assert said(f"def show(x):\n    {body}", "show([])", "df = 1") == []


@pytest.mark.parametrize(
    "source",
    [
        "[y for y in range(3) if y]",
        "{k: v for k, v in {}.items()}",
        "sum(a * b for a in range(3) for b in range(a))",
        "f = lambda a, *b, c=1, **d: (a, b, c, d)",
        "if (n := 3) > 2:\n    print(n)",
        "[last := i for i in range(3)]\nlast",
        "for i, (a, b) in []:\n    print(i, a, b)\nelse:\n    i",
        "with open('a') as f, open('b') as (g, h):\n    print(f, g, h)",
        "import os.path, numpy as np\nfrom a import b as c\nos, np, c",
        "try:\n    import a\nexcept ImportError as error:\n    print(error)",
        "class A:\n    x = 1\n    y = x + 1\n    def f(self):\n        return self.y\nA",
        "match [1]:\n    case [a, *b] if a:\n        print(a, b)\n    case {'k': c, **d}:\n"
        "        print(c, d)\n    case e:\n        print(e)",
        "def f():\n    global z\n    z = 1\nf()\nz",
        "def f():\n    n = 1\n    def g():\n        nonlocal n\n        n = 2\n    return g\nf()",
        "def f(x: Unknown) -> Other:\n    return x\nf(1)",
        "x, *y = 1, 2\nx, y",
        "a = b = 1\na + b",
        "x: int = 3\nx",
        "def f[T](x: T) -> T:\n    return x\nf(1)",
        "async def f():\n    async with a as b:\n        return b",
    ],
)
def test_scopes_are_those_of_python(source: str):
    assert names(source) == []


def test_a_comprehension_and_a_class_hide_only_their_own_names():
    assert said("[y for y in xs]\ny") == [
        ("missing", "xs", 0, 1, None),
        ("missing", "y", 0, 2, None),
    ]
    source = "class A:\n    x = 1\n    def f(self):\n        return x\nA().f()"
    assert said(source) == [("missing", "x", 0, 4, None)]


@pytest.mark.parametrize(
    "source",
    [
        "display(get_ipython(), In, Out, _, __, _3, __name__, exit)",
        "spark.sql('select 1')\ndbutils.widgets.get('a')\nsc, displayHTML, table",
        "print(xrange(3), raw_input())",
        "pwd",
    ],
)
def test_names_that_every_notebook_has(source: str):
    assert names(source) == []


@pytest.mark.parametrize(
    "source",
    [
        "from numpy import *",
        "%pylab inline",
        "%run ./setup",
        "%run other.ipynb",
        "%store -r",
        "%load helpers.py",
        "%%cython\ndef f(): pass",
        "%%javascript\nIPython.notebook.kernel.execute('df = 1')",
        "exec(open('setup.py').read())",
        "globals()['df'] = 1",
        "globals().update(settings)\nsettings = {}",
        "locals().update({})",
        "get_ipython().run_line_magic('run', 'setup.ipynb')",
        "get_ipython().magic('pylab inline')",
        "get_ipython().user_ns['df'] = 1",
        "import builtins\nbuiltins.df = 1",
    ],
)
def test_what_may_define_any_name_silences_the_rest(source: str):
    assert [row.name for row in names(source, "print(df)")] in ([], ["settings"])


@pytest.mark.parametrize(
    "source",
    [
        "%%bigquery df\nselect 1",
        "%%sql df <<\nselect 1",
        "%sql df << select 1",
        "%%capture df\nprint(1)",
        "%store -r df",
        "%Rget df",
        "df = !ls",
        "df = %timeit -o 1",
        "%aimport df",
        "%%unheard_of df\nx = 1",
        "%%unheard_of\ndf = 1",
        "%time df = 1",
        "from sympy import var\nvar('df dg')",
        "if 'df' not in globals():\n    print('none yet')",
        "df = 1\nprint 'Python 2'",
        "df = (1,\n",
    ],
)
def test_what_may_define_this_name(source: str):
    assert names(source, "print(df)") == []


@pytest.mark.parametrize(
    "source",
    [
        "%%bash\necho $df",
        "%%writefile a.py\nprint(df)",
        "%%html\n<b>df</b>",
        "%%python\nprint(df)",
        "!echo {df}",
        "%cd df",
        "?df",
        "df?",
        "'''\nprint(df)\n'''",
        "# print(df)",
    ],
)
def test_what_uses_no_name_of_the_notebook(source: str):
    assert names(source) == []


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    df\nexcept NameError:\n    df = 1",
        "try:\n    df\nexcept:\n    pass",
        "from contextlib import suppress\nwith suppress(NameError):\n    df",
        "if False:\n    df",
        "while 0:\n    df",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    df",
    ],
)
def test_uses_that_do_no_harm(source: str):
    assert names(source) == []


def test_a_branch_is_not_certain():
    (row,) = names("import sys", "if sys.argv:\n    df")
    assert (row.kind, row.name, row.certain) == ("missing", "df", 0)


def test_a_main_guard_is_taken():
    assert said("if __name__ == '__main__':\n    run()") == [("missing", "run", 0, 2, None)]


def test_a_cell_that_is_meant_to_fail():
    cell = {"source": "df", "metadata": {"tags": ["raises-exception"]}}
    assert names(cell) == []


def test_nothing_runs_after_the_end():
    assert names("raise SystemExit('done')", "df") == []
    assert said("df", "exit()", "dg") == [("missing", "df", 0, 1, None)]


def test_papermill_puts_parameters_where_others_find_them():
    injected = {"source": "alpha = 1", "metadata": {"tags": ["injected-parameters"]}}
    assert names(injected, "print(alpha)") == []


def test_cells_of_another_language_may_define_anything():
    sql = {"source": "select 1", "metadata": {"language": "sql", "name": "cell1"}}
    assert names(sql, "cell1.to_pandas()") == []
    shell = {"source": "ls", "metadata": {"vscode": {"languageId": "shellscript"}}}
    assert said(shell, "df") == [("missing", "df", 1, 1, None)]
    assert names("x <- cars", kernelspec={"name": "ir", "language": "R"}) == []


def test_a_definition_before_the_use_wins_over_one_behind():
    assert names("df = 1", "df", "df = 2") == []


def test_a_variable_takes_a_builtin_away():
    assert said("list = [1]", "list('ab')") == [("shadowed", "list", 1, 1, 0)]
    assert said("max = max([1, 2])", "max([3])") == [("shadowed", "max", 1, 1, 0)]


@pytest.mark.parametrize(
    "source",
    [
        "from functools import partial\nprint = partial(print, flush=True)",
        "from numpy import sum",
        "def sum(x):\n    return 0",
        "open = gzip_open = object.__init__",
        "filter = Filter = type('F', (), {})",
        "sum = 0\ndel sum",
        "for x in []:\n    pass\ntotal = sum([1])",
    ],
)
def test_a_builtin_that_can_still_be_called(source: str):
    assert names(source, "print(sum([1]), open('a'), filter(None, []))") == []


@pytest.mark.parametrize(
    "source",
    [
        "x = x / 255",
        "x /= 255",
        "x['a'] = x['a'] * 2",
        "x = x.drop('a', axis=1)",
        "x = x.drop(columns=['a'])",
        "x.drop('a', axis=1, inplace=True)",
        "x = x.set_index('a')",
        "x = x.merge(y)",
        "x = pd.concat([x, y])",
        "x = pd.get_dummies(x, columns=['a'])",
        "x.append(1)",
    ],
)
def test_a_cell_that_can_run_only_once(source: str):
    found = said("import pandas as pd\nx = y = load = []", source)
    assert found == [("rerun", "x", 1, 1, 0)]


@pytest.mark.parametrize(
    "source",
    [
        "x = []\nx.append(1)",
        "x = y + 1",
        "x = x.dropna()",
        "x = x.drop(columns=['a'], errors='ignore')",
        "x = x.drop('a')",
        "x = x.set_index('a', drop=False)",
        "x = x[x.a > 1]",
        "x = x & y",
        "for i in y:\n    x.append(i)",
        "if y:\n    x = x + 1",
        "def f():\n    x = x + 1",
        "pd.append(1)",
        "x['b'] = x['a'] * 2",
    ],
)
def test_a_cell_that_can_run_again(source: str):
    assert names("import pandas as pd\nx = y = []", source) == []


def test_databricks_sources_and_percent_scripts_count_lines_of_the_file():
    text = (
        "# Databricks notebook source\nimport os\n\n# COMMAND ----------\n\n# MAGIC %md\n"
        "# MAGIC x\n\n# COMMAND ----------\n\nprint(df)\n\n# COMMAND ----------\n\n"
        "df = spark.table('a')\n"
    )
    assert read_text(text) == [("later", "df", None, 11, None, 15)]
    text = "# %% [markdown]\n# Title\n\n# %%\nprint(df)\n\n# %%\ndf = 1\n"
    assert read_text(text) == [("later", "df", None, 5, None, 8)]
    assert read_text("# Databricks notebook source\n# MAGIC %run ./setup\n\n"
                     "# COMMAND ----------\n\nprint(df)\n") == []  # fmt: skip


def test_chunks_of_quarto_documents_count_lines_of_the_file():
    text = "# Report\n\n```{python}\nprint(df)\n```\n\n```{python}\ndf = r.df\n```\n"
    assert read_text(text, "a.qmd", "markdown") == [("later", "df", None, 4, None, 8)]


def read_text(text: str, path: str = "a.py", kind: str = "python") -> list[tuple[Any, ...]]:
    content = text.encode()
    file = SourceFile(path=path, kind=kind, size=len(content), role="source", digest="d")
    rows = (NotebookName(*row) for row in read_file(file, content).get("notebook_name", []))
    return [(r.kind, r.name, r.cell, r.line, r.other_cell, r.other_line) for r in rows]
