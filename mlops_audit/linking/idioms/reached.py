"""What a unit does together with everything that it reaches."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from mlops_audit.linking.confidence import LOW, RANK
from mlops_audit.linking.index import Unit
from mlops_audit.linking.units import UnitGraph
from mlops_audit.schema import Action


class Deed(NamedTuple):
    """One action at one place."""

    unit: Unit
    cell: int | None
    line: int | None
    action: str
    name: str
    rank: int
    call: int | None


class Reached:
    """Actions by unit, and the search for those that a unit reaches."""

    def __init__(
        self, connection: sqlite3.Connection, graph: UnitGraph, actions: Iterable[Action]
    ) -> None:
        """Take the actions that are known so far; ``connection`` has the call edges."""
        self._connection = connection
        self._graph = graph
        self.deeds: defaultdict[Unit, list[Deed]] = defaultdict(list)
        self._memo: dict[tuple[Unit, ...], list[Unit]] = {}
        self.add(sorted(actions, key=_order))

    def add(self, actions: Iterable[Action]) -> None:
        """Take further actions into account."""
        for action in actions:
            unit = Unit(action.path, action.scope)
            self.deeds[unit].append(
                Deed(
                    unit,
                    action.cell,
                    action.line,
                    action.action,
                    action.name,
                    RANK[action.confidence],
                    action.call,
                )
            )

    def units(self, *starts: Unit) -> list[Unit]:
        """Return the units that the starts surely enough reach, nearest first."""
        if starts not in self._memo:
            ways = self._graph.reach(starts)
            near = sorted((way.depth, unit) for unit, way in ways.items() if way.rank < LOW)
            self._memo[starts] = [unit for _, unit in near]
        return self._memo[starts]

    def done_by(self, *starts: Unit, low: bool = False) -> Iterator[Deed]:
        """Yield what the starts and all that they reach do, nearest first."""
        for unit in self.units(*starts):
            for deed in self.deeds.get(unit, ()):
                if low or deed.rank < LOW:
                    yield deed

    def first(self, actions: frozenset[str], *starts: Unit, low: bool = False) -> Deed | None:
        """Return the nearest place of any of the actions."""
        return next(
            (deed for deed in self.done_by(*starts, low=low) if deed.action in actions), None
        )

    def actions(self, *starts: Unit) -> set[str]:
        """Return every action that the starts reach."""
        return {deed.action for deed in self.done_by(*starts)}

    @cached_property
    def _calls(self) -> dict[Unit, list[tuple[int | None, int, Unit]]]:
        found: dict[Unit, list[tuple[int | None, int, Unit]]] = defaultdict(list)
        query = (
            "SELECT path, scope, cell, line, target_path, target_scope FROM call_edge"
            " WHERE kind = 'call' AND confidence <> 'low' AND line IS NOT NULL"
        )
        for path, scope, cell, line, *target in self._connection.execute(query):
            found[Unit(path, scope)].append((cell, line, Unit(*target)))
        return found

    def does_within(
        self, actions: frozenset[str], unit: Unit, cell: int | None, start: int, end: int
    ) -> bool:
        """Tell whether lines of a unit do any of the actions, or call what surely does."""
        for deed in self.deeds.get(unit, ()):
            here = deed.cell == cell and deed.line is not None and start <= deed.line <= end
            if here and deed.action in actions and deed.rank < LOW:
                return True
        return any(
            where == cell and start <= line <= end and self.actions(target) & actions
            for where, line, target in self._calls.get(unit, ())
        )


def _order(action: Action) -> tuple[str, int, int, str, str]:
    cell = -1 if action.cell is None else action.cell
    return action.path, cell, action.line or 0, action.action, action.name
