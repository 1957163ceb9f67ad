"""Pieces of code in a normal form: what has one digest, and what is not kept."""

import pytest

from mlops_audit.readers.python.reader import PythonReader
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import CodeBlock

BODY = (
    "    rows = frame.dropna()\n    low = rows.min()\n    high = rows.max()\n"
    "    span = high - low\n    rows = (rows - low) / span\n    rows = rows.clip(0, 1)\n"
    "    rows['a'] = rows['a'].fillna(0)\n    rows = rows.round(3)\n    return rows\n"
)


def blocks(code: str) -> list[CodeBlock]:
    """Return the pieces of a Python file."""
    content = code.encode()
    file = SourceFile(path="a.py", kind="python", size=len(content), role="source", digest=None)
    return [row for row in PythonReader().read(file, content) if isinstance(row, CodeBlock)]


def digest(code: str) -> str:
    """Return the digest of the only piece of a file."""
    (block,) = blocks(code)
    return block.digest


PLAIN = digest(f"def scale(frame):\n{BODY}")


@pytest.mark.parametrize(
    "code",
    [
        f"def other(frame, unused=1):\n{BODY}",
        f'def scale(frame: object) -> object:\n    """Scale."""\n{BODY}',
        "def scale(frame):\n" + BODY.replace("rows", "table").replace("low", "least"),
        "def scale(df):\n" + BODY.replace("frame", "df").replace("'", '"'),
        "def scale(frame):\n" + BODY.replace(".max()\n", ".max()  # the most\n\n    # so\n"),
        "def scale(frame):\n" + BODY.replace("rows.clip(0, 1)", "rows.clip(\n        0, 1)"),
        "class A:\n    def scale(self, frame):\n" + BODY.replace("    ", "        "),
    ],
    ids=["name", "docstring", "locals", "quotes", "comments", "layout", "method"],
)
def test_what_differs_in_form_only_has_one_digest(code: str) -> None:
    assert digest(code) == PLAIN


@pytest.mark.parametrize(
    ("old", "new"),
    [("clip(0, 1)", "clip(0, 2)"), (".min()", ".mean()"), ("high - low", "high + low"),
     ("['a']", "['b']")],
)  # fmt: skip
def test_what_does_something_else_has_another_digest(old: str, new: str) -> None:
    assert digest(f"def scale(frame):\n{BODY.replace(old, new)}") != PLAIN


@pytest.mark.parametrize(
    "code",
    [
        "def few(a):\n    b = a\n    return b\n",
        "def parse():\n" + "    parser.add_argument('-a')\n" * 20,
        "def show():\n" + "    plt.plot(1)\n    print(2)\n" * 20,
        '"""' + "licence\n" * 20 + '"""\n',
        "import a\nfrom b import c\n" * 20,
        "if __name__ == '__main__':\n" + BODY,
        f"def test_scale(frame):\n{BODY}",
        "def text():\n    '''" + "word\n" * 20 + "'''\n",
    ],
    ids=["short", "parser", "plots", "licence", "imports", "guard", "test", "docstring"],
)
def test_what_says_little_is_not_kept(code: str) -> None:
    assert blocks(code) == []


def test_statements_between_definitions_are_one_piece() -> None:
    run = BODY.replace("    ", "").replace("return rows\n", "keep(rows)\n")
    found = blocks(f"import pandas\n\n{run}\ndef few():\n    pass\n\n{run}")
    assert [(block.kind, block.scope, block.line) for block in found] == [
        ("run", "", 3),
        ("run", "", 16),
    ]
    assert found[0].digest == found[1].digest
    assert found[0].statements == 9


@pytest.mark.parametrize("code", ["é = 1\n" * 9, "x = '\udc80'\n" * 9, "\\\n" * 30])
def test_odd_text_is_no_hurdle(code: str) -> None:
    content = code.encode("utf-8", "surrogatepass")
    file = SourceFile(path="a.py", kind="python", size=len(content), role="source", digest=None)
    assert list(PythonReader().read(file, content))
