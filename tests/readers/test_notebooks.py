"""Jupyter notebooks, through all readers."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_audit.readers.registry import read_file
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import BASE_TABLES, columns, table_name

COLUMNS = {table_name(row): [column.name for column in columns(row)] for row in BASE_TABLES}
Rows = dict[str, list[dict[str, Any]]]


def read_bytes(content: bytes, path: str = "nb/a.ipynb") -> Rows:
    """Return the rows of every table as mappings."""
    file = SourceFile(path=path, kind="notebook", size=len(content), role="source", digest="d")
    return {
        table: [dict(zip(COLUMNS[table], row, strict=True)) for row in rows]
        for table, rows in read_file(file, content).items()
    }


def code(source: str | list[str], count: int | None = 1, *outputs: Any) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "metadata": {},
        "execution_count": count,
        "outputs": list(outputs),
        "source": source,
    }


def prose(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def book(*cells: Any, language: str = "python", path: str = "nb/a.ipynb", **keys: Any) -> Rows:
    """Read a notebook (nbformat 4.5) of these cells."""
    document = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": "any", "language": language}},
        "cells": list(cells),
        **keys,
    }
    return read_bytes(json.dumps(document, indent=1).encode(), path)


def calls(rows: Rows) -> list[tuple[Any, ...]]:
    return [(row["cell"], row["line"], row["target"]) for row in rows.get("call", [])]


def test_cells_share_one_environment_and_lines_count_inside_them():
    rows = book(
        code("from sklearn.svm import SVC"),
        prose("# Train"),
        code("clf = SVC()\n\nclf.fit(X, y)", 2),
    )
    assert calls(rows) == [(2, 1, "sklearn.svm.SVC"), (2, 3, "sklearn.svm.SVC.fit")]
    (module,) = rows["module"]
    assert (module["kind"], module["parsed"], module["lines"]) == ("notebook", "full", 4)
    (notebook,) = rows["notebook"]
    assert notebook["version"] == "4.5"
    assert (notebook["cells"], notebook["code_cells"], notebook["markdown_cells"]) == (3, 2, 1)


@pytest.mark.parametrize(
    ("counts", "in_order", "first"),
    [
        ([1, 2, 3], 1, None),
        ([1, 5, 9], 1, None),
        ([2, 3], 0, 0),
        ([1, 3, 2], 0, 2),
        ([1, 1], 0, 1),
        ([1, None, 2], 0, 1),
        ([None], 0, 0),
        ([], None, None),
    ],
)
def test_execution_order(counts, in_order, first):
    (notebook,) = book(*(code("x = 1", count) for count in counts))["notebook"]
    assert (notebook["in_order"], notebook["first_disorder"]) == (in_order, first)


def test_empty_and_prose_cells_do_not_count_for_the_order():
    rows = book(prose("text"), code("x = 1", 1), code(" \n", None), code("y = 2", 2))
    (notebook,) = rows["notebook"]
    assert (notebook["in_order"], notebook["code_cells"], notebook["executed_cells"]) == (1, 2, 2)


def test_a_format_without_counts_has_no_order():
    metadata = {"application/vnd.databricks.v1+notebook": {"language": "python"}}
    (notebook,) = book(code("x = 1", 0), code("y", None), metadata=metadata)["notebook"]
    assert notebook["in_order"] is None


def test_outputs_are_summed_up():
    rows = book(
        code("print(1)", 1, {"output_type": "stream", "name": "stdout", "text": ["1\n", "ü"]}),
        code(
            "df",
            2,
            {
                "output_type": "execute_result",
                "data": {"text/html": "<div><table></table></div>", "text/plain": "   a"},
            },
            {"output_type": "display_data", "data": {"image/png": "AAAA", "text/plain": "<F>"}},
        ),
        code("0.5", 3, {"output_type": "execute_result", "data": {"text/plain": "0.5"}}),
        code(
            "1/0",
            4,
            {
                "output_type": "error",
                "ename": "ZeroDivisionError",
                "evalue": "division",
                "traceback": ["…"],
            },
        ),
    )
    assert [cell["outputs"] for cell in rows["cell"]] == ["stream", "table image", "text", "error"]
    assert [cell["output_bytes"] for cell in rows["cell"]] == [4, 37, 3, 28]
    assert rows["cell"][3]["error"] == "ZeroDivisionError"
    (notebook,) = rows["notebook"]
    assert (notebook["output_bytes"], notebook["error_outputs"]) == (72, 1)


def test_the_line_of_a_cell_in_the_file():
    content = json.dumps(
        {"cells": [code(["a = 1\n", "b = 2"]), prose("x"), code("c = 3")], "nbformat": 4}, indent=1
    )
    rows = read_bytes(content.encode())
    lines = content.split("\n")
    for cell, text in zip(rows["cell"], ("a = 1", '"x"', "c = 3"), strict=True):
        assert text in lines[cell["line"] - 1]
    rows = read_bytes(json.dumps(json.loads(content)).encode())
    assert [cell["line"] for cell in rows["cell"]] == [None, None, None]


def test_prose_cells_are_sections():
    rows = book(prose("intro\n\n## **The** problem\nWe predict churn."), prose("TODO"))
    sections = [
        (row["cell"], row["line"], row["level"], row["heading"], row["text"], row["placeholder"])
        for row in rows["section"]
    ]
    assert sections == [
        (0, 1, 0, "", "intro", 0),
        (0, 3, 2, "the problem", "we predict churn.", 0),
        (1, 1, 0, "", "todo", 1),
    ]
    assert rows["cell"][0]["text"].startswith("intro")


def test_old_formats():
    document = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": ""},
        "worksheets": [
            {
                "cells": [
                    {"cell_type": "heading", "level": 2, "source": ["Data"]},
                    {
                        "cell_type": "code",
                        "language": "python",
                        "input": ["import pandas as pd\n", "pd.read_csv('a.csv')"],
                        "prompt_number": 1,
                        "outputs": [{"output_type": "pyout", "text": ["x"], "png": "AAAA"}],
                    },
                    {
                        "cell_type": "code",
                        "language": "python",
                        "input": "1/0",
                        "prompt_number": 2,
                        "outputs": [{"output_type": "pyerr", "ename": "E", "traceback": []}],
                    },
                ]
            }
        ],
    }
    rows = read_bytes(json.dumps(document).encode())
    (notebook,) = rows["notebook"]
    assert (notebook["version"], notebook["in_order"], notebook["error_outputs"]) == ("3.0", 1, 1)
    assert calls(rows) == [(1, 2, "pandas.read_csv")]
    assert rows["section"][0]["heading"] == "data"
    assert rows["cell"][1]["outputs"] == "image"


def test_a_broken_cell_costs_only_itself():
    rows = book(
        code("import pandas as pd"), code("x = (\ndf = pd.read_csv('a')\n"), code("pd.concat([])")
    )
    assert (2, 1, "pandas.concat") in calls(rows)
    (diagnostic,) = rows["diagnostic"]
    assert "Cell 2" in diagnostic["problem"]
    assert diagnostic["lost"] == 0
    assert rows["module"][0]["parsed"] == "tolerant"


def test_other_kernels_have_cells_but_no_code():
    for language in ("R", "julia", "scala"):
        rows = book(code("x <- c(1, 2)\nlibrary(caret) %>% !!x"), language=language)
        (notebook,) = rows["notebook"]
        assert notebook["language"] == language.lower()
        assert set(rows) == {"notebook", "cell"}


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ({}, "python"),
        ({"kernelspec": {"name": "ir"}}, "r"),
        ({"kernelspec": {"name": "julia-1.9"}}, "julia"),
        ({"kernelspec": {"name": "conda-env-ml-py"}}, "python"),
        ({"kernelspec": {"name": "x", "language": "Python3"}}, "python"),
        ({"language_info": {"name": "R"}, "kernelspec": {"language": "python"}}, "r"),
        ({"kernelspec": {"name": "sparkkernel"}}, "scala"),
        ({"kernelspec": 3, "language_info": []}, "python"),
    ],
)
def test_the_language_of_the_kernel(metadata, language):
    (notebook,) = book(metadata=metadata)["notebook"]
    assert notebook["language"] == language


def test_a_cell_of_another_language_is_not_python():
    sql = code("SELECT 1") | {"metadata": {"vscode": {"languageId": "sql"}}}
    rows = book(code("x = f()"), sql)
    assert len(calls(rows)) == 1
    assert "diagnostic" not in rows


def test_a_checkpoint_is_named_but_not_read():
    rows = book(
        code("fit()"), prose("# T"), code("!ls"), path="nb/.ipynb_checkpoints/a-checkpoint.ipynb"
    )
    assert set(rows) == {"notebook"}
    assert rows["notebook"][0]["checkpoint"] == 1


def test_shell_lines_are_commands_in_the_folder_of_the_notebook():
    rows = book(
        code("!python train.py --lr {lr} \\\n    --epochs 3"),
        code("%cd ../src"),
        code("files = !ls -l\n!python run.py"),
        code("!cd /tmp && ls"),
        code("!make"),
    )
    found = [
        (row["cell"], row["line"], row["program"], row["arguments"], row["directory"])
        for row in rows["command"]
    ]
    assert found == [
        (0, 1, "python", "train.py --lr {{lr}} --epochs 3", "nb"),
        (2, 1, "ls", "-l", "src"),
        (2, 2, "python", "run.py", "src"),
        (3, 1, "cd", "/tmp", "src"),
        (3, 1, "ls", "", ""),
        (4, 1, "make", "", "src"),
    ]
    assert rows["command"][0]["text"].startswith("python train.py --lr {lr}")
    assert [row["position"] for row in rows["command"]] == list(range(6))


def test_a_clone_is_no_folder_of_the_repository():
    rows = book(code("!git clone https://example.org/me/proj.git\n%cd proj\n!python train.py"))
    assert rows["command"][-1]["directory"] == ""


def test_shell_cells_are_commands():
    rows = book(
        code("%%bash\ncd sub\npython train.py"),
        code("%%script bash\nls"),
        code("%%script false\nls"),
    )
    assert [(row["cell"], row["line"], row["text"]) for row in rows["command"]] == [
        (0, 2, "cd sub"),
        (0, 3, "python train.py"),
        (1, 2, "ls"),
    ]
    assert "diagnostic" not in rows


def test_installed_packages_are_dependencies():
    rows = book(
        code(
            "!pip install -q pandas==2.2.0 'scikit-learn>=1' > /dev/null\n"
            "%pip install mlflow\n"
            "!{sys.executable} -m pip install torch\n"
            "%conda install -y -c conda-forge numpy=1.26.0\n"
            "!pip install -r requirements.txt\n!pip uninstall -y keras\n!pip install {name}"
        ),
        code("%%writefile requirements.txt\nxgboost==2.0\n"),
    )
    found = [
        (row["name"], row["specifier"], row["pin"], row["ecosystem"], row["source"])
        for row in rows["dependency"]
    ]
    assert found == [
        ("pandas", "==2.2.0", "exact", "pypi", "notebook"),
        ("scikit-learn", ">=1", "lower", "pypi", "notebook"),
        ("mlflow", "", "none", "pypi", "notebook"),
        ("torch", "", "none", "pypi", "notebook"),
        ("numpy", "=1.26.0", "exact", "conda", "notebook"),
        ("xgboost", "==2.0", "exact", "pypi", "notebook"),
    ]


def test_a_file_that_a_cell_writes_has_an_environment_of_its_own():
    rows = book(
        code("model = 1"),
        code(
            "%%writefile train.py\nfrom sklearn.svm import SVC\nmodel = SVC()\nmodel.fit(1, 2)\n"
            "if __name__ == '__main__':\n    pass\n"
        ),
        code("model.fit(3)"),
    )
    assert calls(rows) == [
        (1, 3, "sklearn.svm.SVC"),
        (1, 4, "sklearn.svm.SVC.fit"),
        (2, 1, "builtins.int.fit"),
    ]
    assert rows["module"][0]["main_guard"] is None


def test_databricks_cells_start_with_their_language():
    rows = book(
        code("%md\n# Title\ntext", None),
        code("%sql\nSELECT * FROM t", None),
        code("%python\nspark.table('t')", None),
        code("%pip install mlflow\nx = 1", None),
        metadata={"application/vnd.databricks.v1+notebook": {"language": "python"}},
    )
    assert [cell["kind"] for cell in rows["cell"]] == ["markdown", "code", "code", "code"]
    assert (rows["section"][0]["heading"], rows["section"][0]["line"]) == ("title", 2)
    assert calls(rows) == [(2, 2, "?.table")]
    assert "diagnostic" not in rows


def test_secrets_of_magics_and_prose_are_masked():
    secret = "hf_" + "aB3dE5gH7jK9mN1pQ3sT5vW7xY9zA1cD3e"
    rows = book(code(f"%env HF_TOKEN={secret}\n!login --token {secret}"), prose(f"key {secret}"))
    assert secret not in json.dumps({k: v for k, v in rows.items() if k != "file"})
    assert [(row["cell"], row["place"]) for row in rows["secret_candidate"]] == [
        (0, "code"),
        (0, "code"),
        (1, "document"),
    ]


def test_secrets_in_outputs_of_every_kind():
    secret = "ghp_" + "aB3dE5gH7jK9mN1pQ3sT5vW7xY9zA1cD3eF5"
    outputs: list[dict[str, Any]] = [
        {"output_type": "stream", "text": f"token {secret}"},
        {"output_type": "error", "ename": "E", "traceback": ["\x1b[31m", f"x {secret}"]},
        {"output_type": "display_data", "data": {"application/json": {"a": [{"k": secret}]}}},
        {"output_type": "execute_result", "data": {"text/html": f"<b>{secret}</b>"}},
        {"output_type": "pyout", "html": [f"<i>{secret}</i>"]},
        {"output_type": "display_data", "data": {"image/png": secret}},
        {"output_type": "display_data", "data": {"text/html": f"data:image/png;base64,{secret}"}},
    ]
    rows = book(*(code("x", number, output) for number, output in enumerate(outputs, 1)))
    found = [(row["cell"], row["place"]) for row in rows["secret_candidate"]]
    assert found == [(index, "output") for index in range(5)]


@pytest.mark.parametrize(
    ("content", "lost"),
    [
        (b"", 0),
        (b"null", 1),
        (b"[]", 1),
        (b"{}", 1),
        (b'{"cells": {}}', 1),
        (b'{"cells": [', 1),
        (b'<<<<<<< HEAD\n{"cells": []}', 1),
        (b"[" * 100_000, 1),
        (b'{"cells": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", 1),
        (b'{"cells": [], "x": ' + b"9" * 5_000 + b"}", 1),
    ],
)
def test_what_is_no_notebook_is_a_diagnostic(content, lost):
    rows = read_bytes(content)
    assert "notebook" not in rows
    assert rows["diagnostic"][0]["lost"] == lost


def test_odd_values_are_tolerated():
    cell = {
        "cell_type": "code",
        "source": ["import os\n", 3, None, "x = '\ud800'\0"],
        "execution_count": float("nan"),
        "outputs": [None, {"output_type": [], "data": 3}, {"output_type": "stream", "text": 1}],
        "metadata": {"tags": [1, "a b", "parameters"]},
    }
    rows = book(cell, 3, {"cell_type": {}}, nbformat="4", metadata=[])
    (notebook,) = rows["notebook"]
    assert (notebook["version"], notebook["cells"], notebook["code_cells"]) == (None, 3, 1)
    assert rows["cell"][0]["tags"] == "a-b parameters"
    assert rows["import"][0]["target"] == "os"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks(encoding):
    content = json.dumps({"cells": [code("x = f('ü')")], "nbformat": 4}, ensure_ascii=False)
    assert len(read_bytes(content.encode(encoding))["call"]) == 1


def test_a_huge_output_is_read():
    image = {"output_type": "display_data", "data": {"image/png": "A" * 20_000_000}}
    rows = book(code("plot()", 1, image), code("fit()", 2, image))
    assert rows["notebook"][0]["output_bytes"] == 40_000_000
    assert len(rows["call"]) == 2
    assert "diagnostic" not in rows


WORDS = """
    cells worksheets cell_type source input outputs output_type data text metadata tags level name
    execution_count prompt_number nbformat nbformat_minor kernelspec language_info language ename
    traceback html application/json text/html image/png vscode languageId
"""
KEYS = st.sampled_from(WORDS.split())
VALUES = st.sampled_from(
    ["code", "markdown", "heading", "stream", "error", "pyout", "!ls", "%md x", "%%bash\nls", "x=("]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | VALUES | st.text(max_size=20)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(KEYS | st.text(), inner, max_size=6)
    ),
    max_leaves=40,
)


@given(JSON | st.fixed_dictionaries({"cells": st.lists(st.dictionaries(KEYS, JSON), max_size=5)}))
def test_any_json_gives_one_notebook_or_a_diagnostic(document):
    rows = read_bytes(json.dumps(document).encode("utf-8", "surrogatepass"))
    notebooks = len(rows.get("notebook", []))
    assert notebooks == 1 or (notebooks == 0 and rows["diagnostic"])
    assert not any("failed" in row["problem"] for row in rows.get("diagnostic", []))
    json.dumps(rows, ensure_ascii=False).encode()


@given(st.binary(max_size=200))
def test_any_bytes_give_one_notebook_or_a_diagnostic(content):
    rows = read_bytes(content)
    assert len(rows.get("notebook", [])) == 1 or rows["diagnostic"]


@given(st.text(alphabet="%!?=\\\n \t()[]{}'\"#abx_.,:-", max_size=120))
def test_any_cell_is_read_without_a_failure(source):
    rows = book(code(source))
    assert len(rows["notebook"]) == 1
    assert not any("failed" in row["problem"] for row in rows.get("diagnostic", []))


def test_counts_that_two_cells_share_or_none_has():
    rows = book(code("a", 1), code("b", 4), code("c", 4), code("d", 6), code("", 9))
    (notebook,) = rows["notebook"]
    assert (notebook["repeated_counts"], notebook["skipped_counts"]) == (1, 3)


ERROR = {
    "output_type": "error",
    "ename": "KeyError",
    "evalue": "'b'",
    "traceback": [
        "\x1b[0;31m---------\x1b[0m",
        "\x1b[0;32m<ipython-input-3-0123456789ab>\x1b[0m in \x1b[0;36m<module>\x1b[0;34m\x1b[0m\n"
        "\x1b[0;32m      1\x1b[0m x = 1\n\x1b[0;32m----> 2\x1b[0;31m \x1b[0mdf\x1b[0m['b']",
        "frame.py in get(key)\n---> 90 return self[key]",
    ],
}
PRINTED = {"output_type": "stream", "name": "stdout", "text": "1"}


@pytest.mark.parametrize(
    ("source", "output", "stale"),
    [
        ("print(1)", PRINTED, None),
        ("# print(1)\n", PRINTED, "empty"),
        ("", PRINTED, "empty"),
        ("x = 1\ndf['b']", ERROR, None),
        ("x = 1\ndf['c']", ERROR, "traceback"),
        # IPython turns magics into other lines.
        ("%time\ndf['c']", ERROR, None),
        ("'''text'''", PRINTED, None),
    ],
)
def test_outputs_that_the_source_did_not_make(source, output, stale):
    rows = book(code(source, 3, output))
    assert rows["cell"][0]["stale"] == stale


def test_cells_of_two_languages_under_one_kernel():
    sql = {**code("select 1"), "metadata": {"language": "sql", "name": "cell1"}}
    python = {**code("f()"), "metadata": {"language": "python", "name": "cell2"}}
    rows = book(sql, python, metadata={"kernelspec": {"name": "streamlit"}})
    assert rows["notebook"][0]["language"] == "python"
    assert calls(rows) == [(1, 1, "?.f")]
    assert "diagnostic" not in rows
