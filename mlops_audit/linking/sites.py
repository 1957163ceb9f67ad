"""Which call of the code means which unit of the repository: resolved once, asked by many."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from mlops_audit.linking.index import CodeIndex, Found, Unit

#: What runs when a class is called.
_CONSTRUCTORS = ("__init__", "__post_init__", "__new__")


class Site(NamedTuple):
    """One call; ``found`` is what it calls, if that is code of the repository."""

    path: str
    id: int
    cell: int | None
    line: int | None
    scope: str
    target: str
    method: str
    receiver: str
    result: str | None
    found: Found | None


class CallSites:
    """Every call with the unit that it means."""

    def __init__(self, connection: sqlite3.Connection, index: CodeIndex) -> None:
        """Resolve the target of every call."""
        self._index = index
        self.all: list[Site] = []
        self._of_unit: dict[Unit, list[Site]] = defaultdict(list)
        self._constructors: dict[Found, list[Found]] = {}
        #: Calls whose value is bound to a name, by file and scope.
        self._bound: dict[tuple[str, str], list[Site]] = defaultdict(list)
        rows: Iterator[tuple[Any, ...]] = connection.execute(
            "SELECT path, id, cell, line, scope, target, method, receiver, result FROM call"
            " ORDER BY path, id"
        )
        for path, call, cell, line, scope, target, method, receiver, result in rows:
            found = index.resolve(target, path, scope)
            if found is not None and found.kind == "module":
                found = None
            site = Site(path, call, cell, line, scope, target, method, receiver, result, found)
            self.all.append(site)
            if site.result is not None:
                self._bound[path, scope].append(site)
            if found is not None:
                self._of_unit[found.unit].append(site)
                for constructor in self.constructors(found):
                    self._of_unit[constructor.unit].append(site)

    def constructors(self, found: Found) -> Sequence[Found]:
        """Return the methods that run when a class is called."""
        if found.kind != "class":
            return ()
        known = self._constructors.get(found)
        if known is None:
            hooks = (self._index.method(found.unit, hook, found.rank) for hook in _CONSTRUCTORS)
            known = self._constructors[found] = [hook for hook in hooks if hook is not None]
        return known

    def of(self, unit: Unit) -> Sequence[Site]:
        """Return the calls of a function or method."""
        return self._of_unit.get(unit, ())

    def binding(self, path: str, scope: str, name: str) -> tuple[Site, int | None] | None:
        """Return the last call in a scope whose value a name is bound to, and which part of it."""
        for site in reversed(self._bound.get((path, scope), ())):
            if site.result == name:
                return site, None
            if site.result and "," in site.result:
                names = [part.strip("()[] ") for part in site.result.split(",")]
                if name in names:
                    return site, names.index(name)
        return None
