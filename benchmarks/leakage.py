"""How well mistakes in the flow of data are found, on small programs that say what is wrong.

`make leakage`: every program of `tests/leakage/programs` is read as an audit reads it. A comment
`# leaks: KIND at NAME` marks a line with a mistake, `# place: NAME` the other place that a finding
must name. Programs without marks are right, and written to look wrong. A file `*.nb.txt` is read
as a notebook, cut into cells at `# %%`.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from mlops_audit.readers.notebook.jupyter import JupyterReader
from mlops_audit.readers.python.reader import PythonReader
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import DataMistake

PROGRAMS = Path(__file__).parent.parent / "tests" / "leakage" / "programs"
_LEAK = re.compile(r"# leaks: ([a-z-]+) at (\w+)")
_PLACE = re.compile(r"# place: (\w+)")


class Finding(NamedTuple):
    """A mistake: its kind, where it is, and the other place."""

    kind: str
    place: tuple[int | None, int | None]
    other: tuple[int | None, int | None]


def cells_of(path: Path) -> list[tuple[int | None, str]]:
    """Return the pieces of a program with the index of their cell."""
    text = path.read_text(encoding="utf-8")
    if not path.name.endswith(".nb.txt"):
        return [(None, text)]
    pieces = re.split(r"^# %%\n", text, flags=re.MULTILINE)[1:]
    return list(enumerate(pieces))


def expected(path: Path) -> set[Finding]:
    """Return what the marks of a program say."""
    marks: list[tuple[str, str, tuple[int | None, int]]] = []
    places: dict[str, tuple[int | None, int]] = {}
    for cell, text in cells_of(path):
        for number, line in enumerate(text.splitlines(), 1):
            marks += [(kind, name, (cell, number)) for kind, name in _LEAK.findall(line)]
            places.update((name, (cell, number)) for name in _PLACE.findall(line))
    return {Finding(kind, place, places[name]) for kind, name, place in marks}


def found(path: Path) -> set[Finding]:
    """Return what the readers find in a program."""
    pieces = cells_of(path)
    if pieces[0][0] is None:
        content = pieces[0][1].encode()
        rows: Iterable[object] = PythonReader().read(_file(path.name, "python", content), content)
    else:
        cells = [{"cell_type": "code", "metadata": {}, "source": text} for _, text in pieces]
        content = json.dumps({"nbformat": 4, "metadata": {}, "cells": cells}).encode()
        name = path.name.replace(".nb.txt", ".ipynb")
        rows = JupyterReader().read(_file(name, "notebook", content), content)
    return {
        Finding(row.kind, (row.cell, row.line), (row.related_cell, row.related_line))
        for row in rows
        if isinstance(row, DataMistake)
    }


def _file(name: str, kind: str, content: bytes) -> SourceFile:
    return SourceFile(path=name, kind=kind, size=len(content), role="source", digest=None)


def programs() -> list[Path]:
    """Return the programs in a fixed order."""
    return sorted(PROGRAMS.glob("*.txt"))


def main() -> int:
    """Print precision and recall of every kind; 1 if anything is missed or wrongly found."""
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for path in programs():
        said, got = expected(path), found(path)
        right.update(one.kind for one in said & got)
        wrong.update(one.kind for one in got - said)
        missed.update(one.kind for one in said - got)
        for one in sorted(got - said, key=str):
            print(f"wrong   {path.name}: {one.kind} at {one.place}, with {one.other}")
        for one in sorted(said - got, key=str):
            print(f"missed  {path.name}: {one.kind} at {one.place}, with {one.other}")
    clean = sum(not expected(path) for path in programs())
    print(f"{len(programs())} programs, {clean} of them right\n")
    print(f"{'kind':34}{'right':>6}{'wrong':>6}{'missed':>7}{'precision':>11}{'recall':>8}")
    for kind in sorted({*right, *wrong, *missed}):
        _line(kind, right[kind], wrong[kind], missed[kind])
    _line("all", right.total(), wrong.total(), missed.total())
    return 1 if wrong or missed else 0


def _line(name: str, right: int, wrong: int, missed: int) -> None:
    precision = right / (right + wrong) if right + wrong else 1.0
    recall = right / (right + missed) if right + missed else 1.0
    print(f"{name:34}{right:6}{wrong:6}{missed:7}{precision:11.3f}{recall:8.3f}")


if __name__ == "__main__":
    sys.exit(main())
