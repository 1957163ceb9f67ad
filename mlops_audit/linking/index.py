"""The code of a repository in memory: which dotted name is which definition.

Everything that resolves names asks this index, so that a name means the same unit for calls,
commands, triggers and zones.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mlops_audit.linking.confidence import HIGH, LOW, MEDIUM
from mlops_audit.linking.modules import ModuleIndex, folder_of
from mlops_audit.linking.values import Values

#: How many re-exports, aliases and base classes one name is followed through.
_HOPS = 12


class Unit(NamedTuple):
    """A unit of code or automation."""

    path: str
    scope: str


class Found(NamedTuple):
    """A unit that a name means, and how sure that is (a rank of `confidence`)."""

    unit: Unit
    rank: int
    kind: str  # module | function | method | class


class CodeIndex:
    """Definitions, modules, imports and class hierarchies, looked up by dotted name."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read what name resolution needs out of the fact tables."""
        self.files: frozenset[str] = frozenset(
            path for (path,) in connection.execute("SELECT path FROM file")
        )
        self.roles: dict[str, str] = dict(connection.execute("SELECT path, role FROM file"))
        self.modules: dict[str, str] = dict(
            connection.execute("SELECT path, module FROM module ORDER BY path")
        )
        self._modules = ModuleIndex(connection, self.files, self.modules)
        self.module = self._modules.find
        self.definitions: dict[str, dict[str, str]] = defaultdict(dict)
        self.named: dict[str, list[Unit]] = defaultdict(list)
        #: Cell and line of every definition.
        self.places: dict[Unit, tuple[int | None, int | None]] = {}
        query = (
            "SELECT path, qualname, kind, cell, line FROM definition ORDER BY path, line, qualname"
        )
        for path, qualname, kind, cell, line in connection.execute(query):
            self.definitions[path].setdefault(qualname, kind)
            self.places.setdefault(Unit(path, qualname), (cell, line))
            if kind != "class":
                self.named[qualname.rpartition(".")[2]].append(Unit(path, qualname))
        self.bases: dict[Unit, list[str]] = defaultdict(list)
        for path, qualname, target in connection.execute(
            "SELECT path, qualname, target FROM base ORDER BY path, line, target"
        ):
            self.bases[Unit(path, qualname)].append(target)
        self._names: dict[str, dict[str, str]] = defaultdict(dict)
        self._stars: dict[str, list[str]] = defaultdict(list)
        for path, target, alias in connection.execute(
            "SELECT path, target, alias FROM import WHERE scope = '' ORDER BY path, line, target"
        ):
            if alias == "*":
                self._stars[path].append(target.removesuffix(".*"))
            else:
                self._names[path][alias] = target
        for path, name, value in connection.execute(
            "SELECT path, name, value FROM assignment"
            " WHERE scope = '' AND kind = 'call' AND value IS NOT NULL ORDER BY path, line"
        ):
            self._names[path].setdefault(name, value)
        self.values = Values(connection)
        self._memo: dict[tuple[str, str], Found | None] = {}
        self._bases: dict[tuple[str, str], Found | None] = {}
        self._ancestors: dict[Unit, list[tuple[Unit, int]]] = {}

    # -- names -----------------------------------------------------------------------------

    def resolve(self, target: str, path: str, scope: str = "") -> Found | None:
        """Return the unit that a resolved dotted name of the code tables means, if it is here."""
        if target.startswith("?"):
            return None
        if target.startswith("builtins.super."):
            return self._from_super(target[len("builtins.super.") :], Unit(path, scope))
        key = (target, path if target.startswith(".") else folder_of(path))
        if key not in self._memo:
            self._memo[key] = self._resolve(target, path)
        found = self._memo[key]
        if found is None and target.startswith(".") and scope:
            # A name of an enclosing function: `.inner` seen from `outer` is `outer.inner`.
            parts = scope.split(".")
            for end in range(len(parts), 0, -1):
                name = ".".join([*parts[:end], target[1:]])
                if name in self.definitions.get(path, ()):
                    return self._found(path, name, HIGH)
        return found

    def unknown(self, method: str) -> Found | None:
        """Return the only definition of that name outside tests, for calls on unknown receivers."""
        units = [
            unit
            for unit in self.named.get(method, ())
            if self.roles.get(unit.path, "source") in ("source", "example", "template")
        ]
        return self._found(*units[0], LOW) if len(units) == 1 else None

    def _found(self, path: str, qualname: str, rank: int) -> Found:
        return Found(Unit(path, qualname), rank, self.definitions[path][qualname])

    def _resolve(self, target: str, path: str, *, inherited: bool = True) -> Found | None:
        rank = HIGH
        around: Found | None = None
        seen: set[tuple[str, str]] = set()
        for _ in range(_HOPS):
            if (target, path) in seen or target.startswith("?"):
                return around
            seen.add((target, path))
            if target.startswith("."):
                home, rest = path, target[1:].split(".")
            else:
                split = self._split(target, path)
                if split is None:
                    return around
                home, rest, sure = split
                rank = max(rank, sure)
            if not rest:
                return Found(Unit(home, ""), rank, "module")
            found = self._attribute(home, rest, rank, inherited)
            if found is not None:
                return found
            onward = self._onward(home, rest)
            if onward is None and inherited:
                around = around or self._around(home, rest, rank)
                step = self._through_values(home, rest)
                if step is not None:
                    home, onward = step
                    rank = max(rank, MEDIUM)
            if onward is None:
                return around
            target, path = onward, home
        return around

    def _split(self, target: str, path: str) -> tuple[str, list[str], int] | None:
        parts = target.split(".")
        for end in range(len(parts), 0, -1):
            found = self.module(".".join(parts[:end]), path)
            if found is None:
                continue
            home, rank = found
            # A short prefix that only looks like some file's name proves too little.
            if end == 1 and rank != HIGH and len(parts) > 1 and parts[1] not in self._public(home):
                continue
            return home, parts[end:], rank
        return None

    def _public(self, path: str) -> Iterable[str]:
        return {*self.definitions.get(path, ()), *self._names.get(path, ())}

    def _attribute(
        self, path: str, rest: Sequence[str], rank: int, inherited: bool
    ) -> Found | None:
        known = self.definitions.get(path, {})
        name = ".".join(rest)
        if name in known:
            return self._found(path, name, rank)
        for end in range(len(rest) - 1, 0, -1):
            owner = ".".join(rest[:end])
            kind = known.get(owner)
            if kind == "class" and inherited and end == len(rest) - 1:
                return self.method(Unit(path, owner), rest[end], rank)
            if kind is not None:
                return None
        return None

    def _around(self, path: str, rest: Sequence[str], rank: int) -> Found | None:
        """Return what runs when something of it is used that has no definition here."""
        known = self.definitions.get(path, {})
        for end in range(len(rest) - 1, 0, -1):
            owner = ".".join(rest[:end])
            kind = known.get(owner)
            if kind == "class":
                return self.method(Unit(path, owner), rest[end], rank)
            if kind is not None:
                # `train.delay`, `flow.serve`: an attribute of a function runs the function.
                # `f()()` calls what the function gave, and the function in a call of its own.
                given = rest[end] == "__call__"
                return None if given else self._found(path, owner, max(rank, MEDIUM))
        return None

    def _through_values(self, path: str, rest: Sequence[str]) -> tuple[str, str] | None:
        """Follow what a function returns, an attribute holds or a name of the module means.

        Returns the next name, and the file in whose words it is.
        """
        known = self.definitions.get(path, {})
        for end in range(len(rest) - 1, 0, -1):
            owner = Unit(path, ".".join(rest[:end]))
            kind = known.get(owner.scope)
            if kind is None:
                continue
            if kind != "class":
                return self._value(owner, "", rest[end:])
            more = rest[end + 1 :]
            member = self.method(owner, rest[end])
            if member is not None:
                return self._value(member.unit, "", more) if more else None
            for unit, _ in [(owner, HIGH), *self.ancestors(owner)]:
                step = self._value(unit, rest[end], more)
                if step is not None:
                    return step
            return None
        return self._value(Unit(path, ""), rest[0], rest[1:])

    def _value(self, owner: Unit, name: str, rest: Sequence[str]) -> tuple[str, str] | None:
        for target in self.values.onward(owner.path, owner.scope, name, rest):
            return owner.path, target
        return None

    def _onward(self, path: str, rest: Sequence[str]) -> str | None:
        names = self._names.get(path, {})
        for end in range(len(rest), 0, -1):
            origin = names.get(".".join(rest[:end]))
            if origin is not None:
                return ".".join([origin, *rest[end:]])
        for star in self._stars.get(path, ()):
            found = self.module(star, path)
            if found and (rest[0] in self._public(found[0]) or self._stars.get(found[0])):
                return ".".join([star, *rest])
        return None

    # -- classes ---------------------------------------------------------------------------

    def ancestors(self, owner: Unit) -> Sequence[tuple[Unit, int]]:
        """Return the classes of the repository that a class inherits from, nearest first."""
        if owner not in self.bases:
            return ()
        known = self._ancestors.get(owner)
        if known is None:
            known = self._ancestors[owner] = self._inherited(owner)
        return known

    def _inherited(self, owner: Unit) -> list[tuple[Unit, int]]:
        found: list[tuple[Unit, int]] = []
        queue = [(owner, HIGH)]
        seen = {owner}
        for unit, rank in queue:
            for target in self.bases.get(unit, ()):
                base = self.base(target, unit.path)
                if base is not None and base.kind == "class" and base.unit not in seen:
                    seen.add(base.unit)
                    queue.append((base.unit, max(rank, base.rank)))
                    found.append(queue[-1])
        return found

    def base(self, target: str, path: str) -> Found | None:
        """Return the class of the repository that a base class of a class in `path` means."""
        key = (target, path)
        if key not in self._bases:
            # Without inherited names, so that looking up a base never looks up bases again.
            self._bases[key] = self._resolve(target, path, inherited=False)
        return self._bases[key]

    def method(self, owner: Unit, name: str, rank: int = HIGH) -> Found | None:
        """Return a method of a class of the repository, followed through inheritance."""
        own = f"{owner.scope}.{name}"
        if own in self.definitions.get(owner.path, ()):
            return self._found(owner.path, own, rank)
        for unit, sure in self.ancestors(owner):
            qualname = f"{unit.scope}.{name}"
            if qualname in self.definitions.get(unit.path, ()):
                return self._found(unit.path, qualname, max(rank, sure))
        return None

    def _from_super(self, name: str, unit: Unit) -> Found | None:
        owner = Unit(unit.path, unit.scope.rpartition(".")[0])
        for base, rank in self.ancestors(owner):
            qualname = f"{base.scope}.{name}"
            if qualname in self.definitions.get(base.path, ()):
                return self._found(base.path, qualname, rank)
        return None
