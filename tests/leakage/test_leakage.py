"""Mistakes in the flow of data: small programs that have them, and others that only look so."""

import ast
from pathlib import Path

import pytest

from benchmarks.leakage import expected, found, programs
from mlops_audit.readers.python.flow import data_mistakes


@pytest.mark.parametrize("path", programs(), ids=lambda path: path.name)
def test_a_program_has_the_mistakes_that_it_marks_and_no_others(path: Path) -> None:
    assert found(path) == expected(path)


def test_most_programs_are_right() -> None:
    clean = [path for path in programs() if not expected(path)]
    assert len(programs()) >= 60
    assert len(clean) * 2 >= len(programs())


def kinds(code: str) -> list[str]:
    return [row.kind for row in data_mistakes("a.py", [(ast.parse(code), None)])]


SCALED = "X = StandardScaler().fit_transform(X)\na, b = train_test_split(X)\n"


@pytest.mark.parametrize(
    "code",
    [
        # Functions that call themselves and each other.
        "def f(x):\n    return g(x)\ndef g(x):\n    return f(x)\nf(1)\n",
        # Each level calls the next twice.
        "".join(f"def f{n}(x):\n    f{n + 1}(x)\n    f{n + 1}(x)\n" for n in range(40)) + "f0(1)\n",
        "x = " + "(" * 80 + "1" + ")" * 80 + "\n",
        "x = " + "+".join("a" * 1 for _ in range(300)) + "\n",
        "for a in b:\n"
        + "".join(" " * n + "for a in b:\n" for n in range(1, 15))
        + " " * 15
        + "f()",
        "x = [[i for i in x] for x in x]\nx += x\nx[0] = x\nfor x in x:\n    x = x\n",
        "df = df[df]\ndf[df] = df\ndf.loc[df, df] = df.pop(df)\n",
        "class A(A):\n    def f(self):\n        return self.f()\nA().f().f\n",
    ],
)
def test_odd_code_is_walked_to_its_end(code: str) -> None:
    assert kinds(code) == []
    assert kinds(SCALED + code) == ["fitted-before-split"]


def test_work_is_bounded_and_what_was_found_before_is_kept() -> None:
    doubling = "".join(f"def f{n}(x):\n    f{n + 1}(x)\n    f{n + 1}(x)\n" for n in range(5))
    nested = "for i in [1, 2, 3, 4, 5, 6, 7, 8]:\n"
    code = SCALED + "".join(" " * n + nested for n in range(9)) + " " * 9 + "f(i)\n" + doubling
    assert kinds(code) == ["fitted-before-split"]
