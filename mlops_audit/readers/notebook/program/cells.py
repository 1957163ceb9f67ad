"""The cells of a notebook as one program: which names depend on the order in which cells run.

Cells are read from top to bottom, as they run after a restart of the kernel. What can't be told
(star imports, `%run`, `exec`, cells that are not valid Python) makes the reader silent, not wrong.
"""

import ast
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from mlops_audit.readers.notebook.program.environment import (
    APART,
    CALLED,
    is_known,
    magic_names,
    words,
)
from mlops_audit.readers.notebook.program.scopes import (
    BIND,
    CALL,
    CHANGE,
    DELETE,
    END,
    IMPORT,
    LATE,
    USE,
    VAGUE,
    VALUE,
    CellNames,
    Event,
    Function,
)
from mlops_audit.readers.notebook.program.statements import read_names
from mlops_audit.readers.python.magics import Prepared
from mlops_audit.schema import NotebookName

#: Rows of one notebook.
_LIMIT = 500
#: Functions that are followed for one call, and names that are looked up for all calls.
_FOLLOWED = 50
_LOOKUPS = 500_000


class _Place(NamedTuple):
    #: Ordinal of the cell, which also tells cells apart whose rows have no index.
    order: int
    cell: int | None
    line: int
    vague: bool = False


class _Use(NamedTuple):
    place: _Place
    scope: str
    certain: bool


class Program:
    """Collects what the cells do to names, in the order of the document."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._cells = 0
        #: Names that have a value by now, and the first definition of each.
        self._bound: dict[str, _Place] = {}
        self._first: dict[str, _Place] = {}
        self._deleted: dict[str, _Place] = {}
        self._functions: dict[str, Function] = {}
        self._shadows: dict[str, _Place] = {}
        self._imported: set[str] = set()
        self._mentioned: set[str] = set()
        self._open = self._ended = False
        self._lookups = _LOOKUPS
        #: Uses of names without a value, the first of each name.
        self._pending: dict[str, _Use] = {}
        #: The same in functions, by name and function.
        self._late: dict[tuple[str, str], _Use] = {}
        self._rows: dict[tuple[str, str], tuple[tuple[int, int, str, str], NotebookName]] = {}

    def add(
        self,
        tree: ast.Module | None,
        prepared: Prepared,
        cell: int | None,
        before: int = 0,
        *,
        may_fail: bool = False,
    ) -> None:
        """Take a cell.

        Args:
            tree: its Python; None if there is none, or none that Python itself could read.
            prepared: the cell with its magics.
            cell: index for the rows.
            before: lines of the file before it.
            may_fail: whether it is meant to end in an error.
        """
        self._cells += 1
        start = _Place(self._cells, cell, before + 1, True)
        for use in prepared.uses:
            if use.kind == "cell" and use.name.lower() in APART:
                return
            for name in magic_names(use):
                if name:
                    self._bind(name, start)
                else:
                    self._open = True
        if prepared.python is None or prepared.written:
            return
        names = None
        if tree is not None and not prepared.doubtful:
            # What is nested too deeply to be walked counts as code that can't be read.
            with suppress(RecursionError):
                names = read_names(tree)
        if names is None:
            for name in sorted(words(prepared.python)):
                self._bind(name, start)
            return
        for event in names.events:
            place = _Place(self._cells, cell, before + event.line, event.what == VAGUE)
            self._take(event, place, names, may_fail)

    def lose(self) -> None:
        """Note that a cell was not read."""
        self._cells += 1
        self._open = True

    def rows(self) -> Iterator[NotebookName]:
        """Yield the names whose meaning depends on the order of the cells."""
        for (name, owner), use in self._late.items():
            if name not in self._first and (not owner or owner in self._mentioned):
                self._pending.setdefault(name, use)
        for name, use in self._pending.items():
            other = self._first.get(name)
            if other is None:
                if not self._open:
                    self._row("missing", name, use, None)
            elif not other.vague and (use.certain or other.order > use.place.order):
                self._row("later", name, use, other)
        found = sorted(self._rows.values(), key=lambda row: row[0])
        yield from (row for _, row in found[:_LIMIT])

    def _take(self, event: Event, place: _Place, names: CellNames, may_fail: bool) -> None:
        kind, name, _, certain, what = event
        if kind in (USE, CALL):
            self._mentioned.add(name)
            if not (may_fail or self._ended):
                self._use(name, _Use(place, "", certain))
                if kind == CALL:
                    self._call(name, place, certain)
        elif kind == LATE:
            if what != name:
                self._mentioned.add(name)
            if not (may_fail or self._ended or is_known(name)):
                self._late.setdefault((name, what), _Use(place, what, certain))
        elif kind == BIND:
            self._bind(name, place)
            function = names.functions.get((name, event.line))
            if function is not None:
                self._functions[name] = function
            if what == VALUE and name in CALLED:
                self._shadows[name] = place
            elif what == IMPORT:
                self._imported.add(name)
        elif kind == DELETE:
            if self._bound.pop(name, None) is not None:
                self._deleted[name] = place
            self._functions.pop(name, None)
            self._shadows.pop(name, None)
        elif kind == CHANGE:
            self._change(name, place)
        elif kind == END:
            self._ended = not may_fail
        else:
            self._open = True

    def _bind(self, name: str, place: _Place) -> None:
        self._bound[name] = place
        self._first.setdefault(name, place)
        self._deleted.pop(name, None)
        self._functions.pop(name, None)
        self._shadows.pop(name, None)
        self._imported.discard(name)

    def _use(self, name: str, use: _Use) -> None:
        if name in self._bound or self._open or is_known(name):
            return
        if (gone := self._deleted.get(name)) is not None:
            if use.certain:
                self._row("deleted", name, use, gone)
        elif name not in self._pending or (use.certain and not self._pending[name].certain):
            self._pending[name] = use

    def _call(self, name: str, place: _Place, certain: bool) -> None:
        if (shadow := self._shadows.get(name)) is not None:
            self._row("shadowed", name, _Use(place, "", certain), shadow)
        if not certain or self._open:
            return
        queue, seen = [name], {name}
        while queue and len(seen) < _FOLLOWED and self._lookups > 0:
            called = queue.pop()
            function = self._functions.get(called)
            if function is None:
                continue
            self._lookups -= len(function.needs) + 1
            for needed in function.needs:
                if needed not in self._bound:
                    self._use(needed, _Use(place, called, True))
                elif needed in function.calls and needed not in seen:
                    seen.add(needed)
                    queue.append(needed)

    def _change(self, name: str, place: _Place) -> None:
        before = self._bound.get(name)
        # What the cell makes itself, it makes anew each time.
        if before is not None and before.order < place.order and name not in self._imported:
            self._row("rerun", name, _Use(place, "", True), before)

    def _row(self, kind: str, name: str, use: _Use, other: _Place | None) -> None:
        key = (kind, name)
        if key in self._rows or len(self._rows) >= _LIMIT:
            return
        place = use.place
        self._rows[key] = (
            (place.order, place.line, kind, name),
            NotebookName(
                path=self._path,
                cell=place.cell,
                line=place.line,
                scope=use.scope,
                name=name,
                kind=kind,
                other_cell=other.cell if other else None,
                other_line=other.line if other else None,
                certain=use.certain,
            ),
        )
