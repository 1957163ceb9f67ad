"""What the reader of Python files understands."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_audit.readers.registry import read_file
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Condition

Rows = list[tuple[Any, ...]]


def read(text: str | bytes, path: str = "pkg/train.py") -> dict[str, Rows]:
    content = text.encode() if isinstance(text, str) else text
    file = SourceFile(path=path, kind="python", size=len(content), role="source", digest="d")
    return read_file(file, content)


def targets(text: str, path: str = "pkg/train.py") -> dict[str, str]:
    """Return the resolved name of every call, by the name as written."""
    return {str(row[6]): str(row[7]) for row in read(text, path).get("call", [])}


@pytest.mark.parametrize(
    ("code", "written", "resolved"),
    [
        ("import mlflow as m\nm.log_metric('a', 1)", "m.log_metric", "mlflow.log_metric"),
        ("from sklearn import svm\nsvm.SVC()", "svm.SVC", "sklearn.svm.SVC"),
        ("from .utils import load\nload()", "load", "pkg.utils.load"),
        ("from ..data import load\nload()", "load", "data.load"),
        ("from torch.nn import *\nLinear(1, 1)", "Linear", "torch.nn.Linear"),
        ("print(1)", "print", "builtins.print"),
        ("def f(): pass\nf()", "f", ".f"),
        ("x.fit(1)", "x.fit", "?.fit"),
        (
            "from sklearn.svm import SVC\nclf = SVC()\nclf.fit(1, 2)",
            "clf.fit",
            "sklearn.svm.SVC.fit",
        ),
        (
            "import pandas as pd\ndf = pd.read_csv('a')\ndf.to_parquet('b')",
            "df.to_parquet",
            "pandas.read_csv.to_parquet",
        ),
        (
            "try:\n    import cupy as np\nexcept ImportError:\n    import numpy as np\nnp.ones(3)",
            "np.ones",
            "cupy.ones",
        ),
        (
            "import importlib\nm = importlib.import_module('mlflow')\nm.log_metric('a', 1)",
            "m.log_metric",
            "mlflow.log_metric",
        ),
        (
            "from sklearn.svm import SVC\n"
            "class T:\n"
            "    def __init__(self):\n        self.model = SVC()\n"
            "    def run(self):\n        self.model.fit(1, 2)\n",
            "self.model.fit",
            "sklearn.svm.SVC.fit",
        ),
        (
            "class T:\n    def fit(self): pass\n    def run(self):\n        self.fit()\n",
            "self.fit",
            ".T.fit",
        ),
        (
            "import mlflow\nwith mlflow.start_run() as run:\n    run.info()\n",
            "run.info",
            "mlflow.start_run.info",
        ),
        (
            "from sklearn.svm import SVC\nmodels = [SVC()]\nfor m in models:\n    m.fit(1)\n",
            "m.fit",
            "sklearn.svm.SVC.fit",
        ),
        (
            "from sklearn.svm import SVC\n"
            "def make():\n    return SVC()\n"
            "model = make()\nmodel.fit(1)\n",
            "model.fit",
            "sklearn.svm.SVC.fit",
        ),
    ],
)
def test_a_call_is_resolved(code: str, written: str, resolved: str) -> None:
    assert targets(code)[written] == resolved


def test_a_local_name_hides_an_import() -> None:
    code = "import mlflow\ndef f(mlflow):\n    mlflow.log_metric('a', 1)\n"
    assert targets(code)["mlflow.log_metric"] == "?.log_metric"


def test_arguments_keep_kind_value_and_place() -> None:
    code = "from a import f\nSEED = 3\nf('x', 1.5, True, None, [1], SEED, key=g(), **more)\n"
    found = [row[2:6] for row in read(code)["call_argument"]]
    assert found == [
        (0, None, "string", "x"),
        (1, None, "number", "1.5"),
        (2, None, "bool", "True"),
        (3, None, "none", "None"),
        (4, None, "list", "[1]"),
        (5, None, "name", "SEED"),
        (6, "key", "call", None),
        (7, "**", "name", "more"),
    ]


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ("folder + '/a.csv'", "text", "{folder}/a.csv"),
        ("Path(out) / 'm.json'", "text", "{out}/m.json"),
        ("'%f of %d' % (acc * 100, n)", "text", "%f of %d {acc} {n}"),
        ("'auc ' + str(auc)", "text", "auc {auc}"),
        ("f'{a} ' + b", "text", "{a} {b}"),
        # Calculations.
        ("acc * 100", "other", None),
        ("a + b", "other", None),
        ("'=' * 80", "other", None),
    ],
)
def test_a_text_that_is_put_together(value: str, kind: str, text: str | None) -> None:
    (row,) = [row for row in read(f"f({value})\n")["call_argument"] if row[1] == 0]
    assert (row[4], row[5]) == (kind, text)


def test_loops_guards_and_scopes_are_known() -> None:
    code = (
        "def train(n):\n"
        "    for epoch in range(n):\n"
        "        step()\n"
        "        if epoch:\n"
        "            save()\n"
        "    done()\n"
    )
    found = {str(row[6]): (row[5], row[11], row[12]) for row in read(code)["call"]}
    assert found["step"] == ("train", True, False)
    assert found["save"] == ("train", True, True)
    assert found["done"] == ("train", False, False)


def test_definitions_say_what_radon_says() -> None:
    code = (
        "class Net(Base):\n"
        '    """A net."""\n'
        "    def forward(self, x: int) -> int:\n"
        "        if x and x > 2:\n            return 1\n"
        "        return 0\n"
    )
    rows = read(code)
    found = {row[4]: row for row in rows["definition"]}
    assert found["Net"][5] == "class" and found["Net"][7]
    kind, parameters, _, annotated, complexity = found["Net.forward"][5:10]
    assert (kind, parameters, annotated, complexity) == ("method", 1, True, 3)
    assert [row[2:] for row in rows["base"]] == [("Net", "?.Base")]


def test_a_main_guard_and_module_level_work_are_seen() -> None:
    code = '"""Doc."""\nimport a\nX = 1\na.run()\nif __name__ == "__main__":\n    a.main()\n'
    (module,) = read(code)["module"]
    assert module[6:9] == (5, True, 1)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("/home/ada/data.csv", "absolute-path"),
        ("C:\\\\Users\\\\ada\\\\data.csv", "absolute-path"),
        ("~/data.csv", "home-path"),
        ("data/train.csv", "relative-path"),
        ("s3://bucket/key", "storage-uri"),
        ("models:/churn/3", "storage-uri"),
        ("https://example.org/a.csv", "url"),
    ],
)
def test_a_string_that_is_a_place_is_kept(value: str, kind: str) -> None:
    (row,) = read(f"open('{value}')")["string_literal"]
    assert row[4] == kind


def test_docstrings_comments_and_words_are_no_places() -> None:
    rows = read('"""See /home/ada."""\n# /home/bob\nx = "hello world"\ny = "and/or"\n')
    assert "string_literal" not in rows or [row[5] for row in rows["string_literal"]] == ["and/or"]


def test_a_condition_says_what_it_compares_and_decides() -> None:
    code = "import sys\nif metrics['accuracy'] < 0.8:\n    sys.exit(1)\nassert auc >= best_auc\n"
    first, second = (Condition(*row) for row in read(code)["condition"])
    assert first.kind == "if"
    assert set(first.names.split()) >= {"metrics", "accuracy"}
    assert (first.operators, first.numbers) == ("<", "0.8")
    assert "exit" in first.consequence.split() and "sys.exit" in first.calls.split()
    assert second.kind == "assert" and set(second.names.split()) == {"auc", "best_auc"}


def test_trivial_assertions_are_told_apart() -> None:
    code = (
        "import pytest\n"
        "def test_a():\n    assert True\n"
        "def test_b():\n    assert f(1) == 2\n"
        "def test_c():\n    with pytest.raises(ValueError):\n        f(0)\n"
    )
    found = {row[2]: bool(row[3]) for row in read(code)["assertion"]}
    assert found == {"test_a": True, "test_b": False, "test_c": False}


def test_code_that_does_not_parse_still_yields_facts() -> None:
    code = "import mlflow\nprint 'old'\nmlflow.log_metric('a', 1)\ndef f(:\n    pass\n"
    rows = read(code)
    assert [row[2] for row in rows["module"]] == ["tolerant"]
    assert "mlflow.log_metric" in {row[7] for row in rows["call"]}
    ((_, line, _, problem, lost),) = rows["diagnostic"]
    assert line == 2 and "is not valid Python" in str(problem) and not lost


@pytest.mark.parametrize(
    "content",
    [
        "x = 'é'\n".encode("latin-1"),
        "# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1"),
        "\ufeffimport mlflow\n".encode(),
        "import mlflow\n".encode("utf-16"),
        b"import mlflow\0\n",
        b"import os\r\nimport mlflow\r",
        b"",
        b"(" * 5000,
        b"x = " + b"-" * 20000 + b"1\n",
        b"if x:\n" * 3000,
    ],
)
def test_odd_bytes_give_one_module_and_no_failure(content: bytes) -> None:
    rows = read(content)
    assert len(rows["module"]) == 1
    assert not any("failed" in str(row) for row in rows.get("diagnostic", []))


@given(st.text(max_size=300) | st.binary(max_size=300))
def test_any_text_is_read(content: str | bytes) -> None:
    if isinstance(content, str):
        content = content.encode("utf-8", "surrogatepass")
    rows = read(content)
    assert len(rows["module"]) == 1
    assert not any("The reader failed" in str(row) for row in rows.get("diagnostic", []))


def test_a_call_among_the_arguments_is_not_the_decorator_nor_what_a_name_is_bound_to() -> None:
    rows = read(
        "from hypothesis import given, strategies as st\n"
        "@given(st.integers())\n"
        "def test_a(x):\n"
        "    model = build(config(x))\n"
    )
    assert [row[4] for row in rows["decorator"]] == ["hypothesis.given"]
    assert {str(row[6]): row[10] for row in rows["call"]}["build"] == "model"
