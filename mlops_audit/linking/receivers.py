"""What unknown receivers are: parameters that callers elsewhere give, parts of what they return.

`model.fit()` in `def run(model)` has no type of its own. Where all that is known of the callers
says what they hand in, the call is named after it. Imprecision is bounded: few callers, few hops.
"""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Set
from typing import NamedTuple

from mlops_audit.linking.configured import INSTANTIATING, Configured
from mlops_audit.linking.index import CodeIndex, Unit
from mlops_audit.linking.sites import CallSites, Site

_CALLED = re.compile(r"\([^()]*\)")
_MAX_HOPS = 4
_MAX_CALLERS = 12
_MAX_NAMES = 6


class Named(NamedTuple):
    """A dotted name in the words of a file."""

    path: str
    target: str


class _Argument(NamedTuple):
    position: int
    keyword: str | None
    kind: str
    value: str | None
    target: str | None


class Receivers:
    """Names for the calls whose receiver a single file does not explain."""

    def __init__(self, connection: sqlite3.Connection, index: CodeIndex, sites: CallSites) -> None:
        """Read the parameters of all functions; arguments are read when they are asked for."""
        self._connection = connection
        self._configured = Configured(connection)
        self._index = index
        self._sites = sites
        self._parameters: dict[Unit, list[str]] = {
            Unit(path, qualname): names.split()
            for path, qualname, names in connection.execute(
                "SELECT path, qualname, parameter_names FROM definition WHERE kind <> 'class'"
            )
        }
        self._arguments: dict[tuple[str, int], list[_Argument]] | None = None
        self._memo: dict[tuple[str, str, str], tuple[Named, ...]] = {}

    def names(self, site: Site) -> tuple[Named, ...]:
        """Return what the target of a call may be, nothing if that stays unknown or is plain."""
        if not site.receiver or not _unexplained(site):
            return ()
        return tuple(
            Named(path, f"{target}.{site.method}")
            for path, target in self._of(site.path, site.scope, site.receiver)
        )

    def _of(self, path: str, scope: str, receiver: str) -> tuple[Named, ...]:
        key = (path, scope, receiver)
        if key not in self._memo:
            self._memo[key] = ()
            found = dict.fromkeys(self._search(path, scope, receiver, 0))
            self._memo[key] = tuple(found)[:_MAX_NAMES]
        return self._memo[key]

    def _search(self, path: str, scope: str, receiver: str, hops: int) -> Iterator[Named]:
        """Yield what a dotted name in a scope is."""
        if hops > _MAX_HOPS:
            return
        for _ in range(_MAX_HOPS):
            # Of `kind(**given).fit` the name tells, not what it is called with.
            receiver = _CALLED.sub("", receiver)
        head, *attributes = receiver.split(".")
        if not all(part.isidentifier() for part in (head, *attributes)):
            return
        if head in ("self", "cls") and attributes:
            found = self._attribute(path, scope, attributes[0], hops)
            attributes = attributes[1:]
        else:
            found = self._name(path, scope, head, hops)
        for named in found:
            yield Named(named.path, ".".join([named.target, *attributes]))

    def _name(self, path: str, scope: str, name: str, hops: int) -> Iterator[Named]:
        while True:
            bound = self._sites.binding(path, scope, name)
            if bound is not None and bound[0].receiver != name:
                yield from self._returned(*bound, hops)
                return
            unit = Unit(path, scope)
            if name in self._plain(unit):
                yield from self._given(unit, name, hops)
                return
            if not scope:
                return
            # A function sees the names of the functions around it, not of a class.
            scope = scope.rpartition(".")[0]
            while self._index.definitions.get(path, {}).get(scope) == "class":
                scope = scope.rpartition(".")[0]

    def _plain(self, unit: Unit) -> list[str]:
        return [name.lstrip("*") for name in self._parameters.get(unit, ())]

    def _returned(self, site: Site, part: int | None, hops: int) -> Iterator[Named]:
        """Yield what a part of the value of a call is, or what a call hands through."""
        if site.target in INSTANTIATING:
            first = next(iter(self._given_to(site)), None)
            name = (first.value if first is not None else None) or site.result or ""
            for target in self._configured.named(name.rpartition(".")[2]):
                yield Named(site.path, target)
            return
        if site.found is None or site.found.kind == "class":
            return
        unit = site.found.unit
        for value in self._index.values.held(unit.path, unit.scope):
            if value.target is not None and value.part == part:
                yield Named(unit.path, value.target)
            elif value.parameter is not None:
                name = value.parameter.rpartition(":")[2]
                if name in self._plain(unit):
                    yield from self._argument(unit, name, site, hops)

    def _attribute(self, path: str, scope: str, name: str, hops: int) -> Iterator[Named]:
        owner = scope.rpartition(".")[0]
        while owner and self._index.definitions.get(path, {}).get(owner) != "class":
            owner = owner.rpartition(".")[0]
        if not owner:
            return
        klass = Unit(path, owner)
        for unit in (klass, *(base for base, _ in self._index.ancestors(klass))):
            for value in self._index.values.held(unit.path, unit.scope, name):
                if value.target in INSTANTIATING:
                    for target in self._configured.named(name):
                        yield Named(unit.path, target)
                elif value.target is not None:
                    yield Named(unit.path, value.target)
                elif value.parameter is not None:
                    method, _, parameter = value.parameter.rpartition(":")
                    yield from self._given(Unit(unit.path, method), parameter, hops)
                return

    def _given(self, unit: Unit, parameter: str, hops: int) -> Iterator[Named]:
        """Yield what the callers of a function hand in."""
        for site in self._sites.of(unit)[:_MAX_CALLERS]:
            yield from self._argument(unit, parameter, site, hops)

    def _argument(self, unit: Unit, parameter: str, site: Site, hops: int) -> Iterator[Named]:
        argument = self._match(unit, parameter, site)
        if argument is None:
            return
        if argument.target is not None and argument.kind in ("name", "call"):
            if not argument.target.startswith(("?", "builtins.")):
                yield Named(site.path, argument.target)
        elif argument.kind == "name" and argument.value:
            yield from self._search(site.path, site.scope, argument.value, hops + 1)

    def _match(self, unit: Unit, parameter: str, site: Site) -> _Argument | None:
        names = self._parameters.get(unit, [])
        positions = names[: next((i for i, n in enumerate(names) if n.startswith("*")), len(names))]
        for argument in self._given_to(site):
            if argument.keyword == parameter:
                return argument
            if argument.keyword == "*":
                return None
            if (
                argument.keyword is None
                and argument.position < len(positions)
                and positions[argument.position] == parameter
            ):
                return argument
        return None

    def _given_to(self, site: Site) -> list[_Argument]:
        if self._arguments is None:
            self._arguments = defaultdict(list)
            for path, call, *rest in self._connection.execute(
                "SELECT path, call, position, keyword, kind, value, target FROM call_argument"
                " WHERE kind IN ('name', 'call') OR keyword = '*' ORDER BY path, call, position"
            ):
                self._arguments[path, call].append(_Argument(*rest))
        return self._arguments.get((site.path, site.id), [])


def unknown_receivers(
    sites: CallSites, receivers: Receivers, methods: Set[str]
) -> dict[tuple[str, int], tuple[Named, ...]]:
    """Return names for the calls of some methods on receivers that one file does not explain."""
    found = {}
    for site in sites.all:
        if site.method in methods and (names := receivers.names(site)):
            found[site.path, site.id] = names
    return found


def _unexplained(site: Site) -> bool:
    """Tell whether the target of a call does not say what its receiver is."""
    if site.target.startswith("?"):
        return True
    if site.found is None:
        return site.target.rpartition(".")[0] in INSTANTIATING
    # Something of what a function of the repository returns.
    return site.found.kind != "class" and site.found.unit.scope.rpartition(".")[2] != site.method
