"""Notebooks kept as source code, through all readers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_audit.readers.registry import read_file
from mlops_audit.repository.kinds import kind_of
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import BASE_TABLES, columns, table_name

COLUMNS = {table_name(row): [column.name for column in columns(row)] for row in BASE_TABLES}

DATABRICKS = """\
# Databricks notebook source
# MAGIC %md # Churn
# MAGIC We predict churn.

# COMMAND ----------

# MAGIC %pip install mlflow==2.0
# MAGIC dbutils.library.restartPython()

# COMMAND ----------

# DBTITLE 1,Train
import mlflow
%cd ../src
model = mlflow.sklearn.load_model("m")

# COMMAND ----------

# MAGIC %run ./setup

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT 1

# COMMAND ----------

# MAGIC %sh
# MAGIC python train.py
"""
PERCENT = """\
# %% [markdown]
# # Title
# Some prose.

# %% tags=["parameters"]
import pandas as pd
df = pd.read_csv("a.csv")
!python make.py
# %%
df.describe()
"""
JUPYTEXT = """\
# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %%
# %matplotlib inline
# !pip install pandas
import pandas as pd

# %%
# %%bash
# python train.py
"""
LIGHT = """\
# ---
# jupyter:
#   jupytext:
#     text_representation:
#       format_name: light
# ---

# # Title
#
# Prose.

import pandas as pd

def f():
    x = 1

    return x

# + tags=["a"]
a = 1

b = 2
# -
c = 3
"""
RMARKDOWN = """\
---
title: x
---

# Head

```{r setup, include=FALSE}
library(x)
```

```{python}
import pandas as pd
df = pd.read_csv("x.csv")
```
```{python, eval=FALSE}
no()
```
```{python}
#| eval: false
no()
```
```python
shown()
```
```{bash}
python train.py
```
```{python}
print df
df.head(
```
"""


def read(text: str, path: str) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every table as mappings."""
    content = text.encode()
    kind = kind_of(path) or "text"
    file = SourceFile(path=path, kind=kind, size=len(content), role="source", digest="d")
    return {
        table: [dict(zip(COLUMNS[table], row, strict=True)) for row in rows]
        for table, rows in read_file(file, content).items()
    }


def cells(rows: dict[str, list[dict[str, Any]]]) -> list[tuple[str, int, int]]:
    return [(row["kind"], row["line"], row["lines"]) for row in rows["cell"]]


def test_databricks_source():
    rows = read(DATABRICKS, "jobs/train.py")
    (notebook,) = rows["notebook"]
    assert (notebook["format"], notebook["language"]) == ("databricks", "python")
    assert (notebook["cells"], notebook["code_cells"], notebook["markdown_cells"]) == (6, 5, 1)
    assert notebook["in_order"] is None
    assert cells(rows)[:3] == [("markdown", 2, 2), ("code", 7, 2), ("code", 13, 3)]
    (module,) = rows["module"]
    assert (module["kind"], module["parsed"], module["path"]) == (
        "databricks",
        "full",
        "jobs/train.py",
    )
    assert [(row["name"], row["line"], row["cell"]) for row in rows["magic"]] == [
        ("md", 2, None),
        ("pip", 7, None),
        ("cd", 14, None),
        ("run", 19, None),
        ("sql", 23, None),
        ("sh", 28, None),
    ]
    assert [(row["line"], row["text"]) for row in rows["command"]] == [
        (7, "pip install mlflow==2.0"),
        (29, "python train.py"),
    ]
    assert [(row["name"], row["line"]) for row in rows["dependency"]] == [("mlflow", 7)]
    assert [(row["heading"], row["line"]) for row in rows["section"]] == [("churn", 2)]
    assert [(row["target"], row["line"], row["cell"]) for row in rows["call"]] == [
        ("?.restartPython", 8, None),
        ("mlflow.sklearn.load_model", 15, None),
    ]
    assert "diagnostic" not in rows


@pytest.mark.parametrize(
    ("path", "comment", "language"),
    [("a.r", "#", "r"), ("a.R", "#", "r"), ("a.scala", "//", "scala"), ("a.sql", "--", "sql")],
)
def test_databricks_source_in_other_languages(path, comment, language):
    text = DATABRICKS.replace("# ", f"{comment} ").replace(f"%md {comment} ", "%md # ")
    rows = read(text, path)
    (notebook,) = rows["notebook"]
    assert (notebook["language"], notebook["cells"]) == (language, 6)
    assert not {"module", "call", "diagnostic"} & set(rows)
    assert rows["section"][0]["heading"] == "churn"


def test_percent_script():
    rows = read(PERCENT, "eda.py")
    (notebook,) = rows["notebook"]
    assert (notebook["format"], notebook["cells"]) == ("percent", 3)
    assert cells(rows) == [("markdown", 2, 2), ("code", 6, 3), ("code", 10, 1)]
    assert rows["cell"][1]["tags"] == "parameters"
    assert [(row["heading"], row["line"]) for row in rows["section"]] == [("title", 2)]
    assert [(row["text"], row["line"]) for row in rows["command"]] == [("python make.py", 8)]
    assert [(row["target"], row["line"]) for row in rows["call"]] == [
        ("pandas.read_csv", 7),
        ("pandas.read_csv.describe", 10),
    ]
    assert [(row["kind"], row["parsed"]) for row in rows["module"]] == [("percent", "full")]


def test_jupytext_keeps_magics_in_comments():
    rows = read(JUPYTEXT, "eda.py")
    assert rows["notebook"][0]["kernel"] == "python3"
    assert [(row["name"], row["line"]) for row in rows["magic"]] == [
        ("matplotlib", 14),
        ("!", 15),
        ("bash", 19),
    ]
    assert [(row["text"], row["line"]) for row in rows["command"]] == [
        ("pip install pandas", 15),
        ("python train.py", 20),
    ]
    assert rows["dependency"][0]["name"] == "pandas"


def test_jupytext_light():
    rows = read(LIGHT, "eda.py")
    assert cells(rows) == [
        ("markdown", 8, 3),
        ("code", 12, 1),
        ("code", 14, 4),
        ("code", 20, 3),
        ("code", 24, 1),
    ]
    assert rows["cell"][3]["tags"] == "a"


@pytest.mark.parametrize(
    "text",
    [
        "# %% IMPORTS\nimport os\n\n# %% TYPES\nPath = str\n\n# %% FUNCTIONS\ndef f():\n    pass\n",
        "# %%\nprint(1)\n# %%\nx = 1\nif __name__ == '__main__':\n    f()\n",
        "x = '%%'\nprint('# %% no')\n",
        "# %%capture\nfit()\n# %%time\nfit()\n",
        "import marimo\napp = marimo.App()\n\n@app.cell\ndef _():\n    return\n",
        "print('# Databricks notebook source')\n",
    ],
)
def test_a_module_with_marked_sections_is_no_notebook(text):
    rows = read(text, "src/a.py")
    assert "notebook" not in rows
    assert rows["module"][0]["kind"] == "script"


def test_an_interactive_script_is_a_notebook():
    rows = read("# %%\nimport os\n# %% load\ndf = load()\n# %% plot\nplot(df)\n", "a.py")
    assert rows["module"][0]["kind"] == "percent"
    assert rows["notebook"][0]["cells"] == 3


def test_a_script_with_magics_keeps_its_line_numbers():
    rows = read("import a\n!pip install b\n%matplotlib inline\na.fit()\n", "exported.py")
    assert [(row["target"], row["line"]) for row in rows["call"]] == [("a.fit", 4)]
    assert rows["module"][0]["parsed"] == "tolerant"
    assert [row["lost"] for row in rows["diagnostic"]] == [0]


def test_rmarkdown():
    rows = read(RMARKDOWN, "doc.Rmd")
    (notebook,) = rows["notebook"]
    assert (notebook["format"], notebook["language"]) == ("rmarkdown", "python")
    assert notebook["code_cells"] == 6
    assert [row["line"] for row in rows["cell"] if row["kind"] == "code"] == [8, 12, 16, 19, 26, 29]
    assert [(row["target"], row["line"], row["cell"]) for row in rows["call"]] == [
        ("pandas.read_csv", 13, None),
        ("builtins.print", 29, None),
        ("pandas.read_csv.head", 30, None),
    ]
    assert [(row["text"], row["line"]) for row in rows["command"]] == [("python train.py", 26)]
    assert [row["kind"] for row in rows["module"]] == ["notebook"]
    (diagnostic,) = rows["diagnostic"]
    assert (diagnostic["line"], diagnostic["lost"]) == (29, 0)
    assert [(row["heading"], row["line"]) for row in rows["section"]] == [("head", 5)]


def test_quarto():
    rows = read("---\njupyter: julia-1.9\n---\n\ntext\n\n```{julia}\nx\n```\n", "a.qmd")
    (notebook,) = rows["notebook"]
    assert (notebook["format"], notebook["language"]) == ("quarto", "julia")
    assert notebook["kernel"] == "julia-1.9"
    assert cells(rows) == [("markdown", 5, 1), ("code", 8, 1)]


def test_a_document_without_chunks_is_no_notebook():
    text = "# T\n\n```python\nx = 1\n```\n\n```{{python}}\nx\n```\n\n```{mermaid}\na\n```\n"
    rows = read(text, "a.qmd")
    assert "notebook" not in rows
    assert [row["heading"] for row in rows["section"]] == ["t"]


LINES = st.sampled_from(
    [
        "# Databricks notebook source",
        "# COMMAND ----------",
        "# MAGIC %md",
        "# MAGIC %sh ls",
        "# MAGIC",
        "# %%",
        "# %% [markdown]",
        "# ---",
        "# jupyter:",
        "#     format_name: light",
        "# +",
        "# -",
        "x = 1",
        "    y",
        "",
        "'''",
        "!ls \\",
        "%time f()",
        "```{python}",
        "```",
        "> ```{bash}",
        "---",
        "#| eval: false",
    ]
)


@given(
    st.lists(LINES | st.text(max_size=10), max_size=25), st.sampled_from([".py", ".sql", ".Rmd"])
)
def test_any_text_is_read_without_a_failure(lines, suffix):
    text = "\n".join(lines).encode("utf-8", "replace").decode()
    rows = read(text, f"a{suffix}")
    assert len(rows.get("notebook", [])) <= 1
    assert len(rows.get("module", [])) <= 1
    assert not any("failed" in row["problem"] for row in rows.get("diagnostic", []))
    for row in rows.get("cell", []):
        assert 1 <= row["line"] <= len(text.splitlines()) + 1
