"""What a unit does together with everything that it reaches."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mlops_audit.linking.confidence import LOW, RANK
from mlops_audit.linking.index import Unit
from mlops_audit.linking.units import UnitGraph


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

    def __init__(self, connection: sqlite3.Connection, graph: UnitGraph) -> None:
        """Read the actions that are known so far."""
        self._graph = graph
        self.deeds: Mapping[Unit, list[Deed]] = defaultdict(list)
        self._memo: dict[tuple[Unit, ...], list[Unit]] = {}
        query = (
            "SELECT path, scope, cell, line, action, name, confidence, call FROM action"
            " ORDER BY path, cell, line, action, name"
        )
        for path, scope, cell, line, action, name, confidence, call in connection.execute(query):
            unit = Unit(path, scope)
            self.deeds[unit].append(Deed(unit, cell, line, action, name, RANK[confidence], call))

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
