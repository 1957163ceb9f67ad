"""Looking up dotted names among thousands of globs without trying each of them."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Generic, NamedTuple, TypeVar

from mlops_audit.linking.technologies.globs import dotted_test, expand_braces
from mlops_audit.linking.technologies.model import NameEntry, Technology


class Hit(NamedTuple):
    """An entry whose name matches, with its technology."""

    order: int
    technology: Technology
    entry: NameEntry


T = TypeVar("T")


class Buckets(Generic[T]):
    """Values under dotted globs, filed by whole name or by a literal last or first part.

    A glob is taken apart when a name first asks for it: most are never asked for.
    """

    def __init__(self) -> None:
        self._exact: dict[str, list[T]] = {}
        self._by_last: dict[str, list[tuple[str, T]]] = {}
        self._by_first: dict[str, list[tuple[str, T]]] = {}
        self._rest: list[tuple[str, T]] = []

    def add(self, glob: str, value: T) -> None:
        """File a value under a glob."""
        if "*" not in glob:
            self._exact.setdefault(glob, []).append(value)
            return
        parts = glob.split(".")
        pair = (glob, value)
        if "*" not in parts[-1]:
            self._by_last.setdefault(parts[-1], []).append(pair)
        elif "*" not in parts[0]:
            self._by_first.setdefault(parts[0], []).append(pair)
        else:
            self._rest.append(pair)

    def last_parts(self) -> frozenset[str]:
        """Return the last parts of all globs that end in a literal one."""
        return frozenset(name.rpartition(".")[2] for name in self._exact) | self._by_last.keys()

    def find(self, name: str) -> list[T]:
        """Return the values whose glob matches the name."""
        found = list(self._exact.get(name, ()))
        last = name.rpartition(".")[2]
        first = name.partition(".")[0]
        fitting = (self._by_last.get(last, ()), self._by_first.get(first, ()), self._rest)
        found += [value for glob, value in chain(*fitting) if dotted_test(glob)(name)]
        return found


class NameIndex:
    """The name entries of all technologies; answers are remembered per name."""

    def __init__(self, entries: Iterable[tuple[Technology, Sequence[NameEntry]]]) -> None:
        self._buckets: Buckets[Hit] = Buckets()
        self._known: dict[str, tuple[tuple[Hit, ...], ...]] = {}
        order = 0
        for technology, names in entries:
            for entry in names:
                for name in expand_braces(entry.name):
                    self._buckets.add(name, Hit(order, technology, entry))
                order += 1

    def last_parts(self) -> frozenset[str]:
        """Return the last parts of the names that are known."""
        return self._buckets.last_parts()

    def find(self, name: str) -> tuple[tuple[Hit, ...], ...]:
        """Return, for each technology that knows the name, its matching entries in file order."""
        known = self._known.get(name)
        if known is None:
            groups: dict[str, list[Hit]] = {}
            for hit in sorted(self._buckets.find(name)):
                groups.setdefault(hit.technology.id, []).append(hit)
            known = self._known[name] = tuple(tuple(group) for group in groups.values())
        return known
