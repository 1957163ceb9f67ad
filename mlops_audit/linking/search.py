"""The search over the graph of units: on whole numbers, because it runs once an entry point."""

from collections.abc import Iterable, Iterator, Mapping
from heapq import heappop, heappush
from typing import NamedTuple

from mlops_audit.linking.confidence import HIGH, LOW, MEDIUM
from mlops_audit.linking.index import Unit

#: Units that one search may visit.
_MAX_VISITED = 50_000


class Way(NamedTuple):
    """The best way to a unit; ways are compared in the order of the fields."""

    dead: bool
    tolerated: bool
    rank: int
    depth: int


class Link(NamedTuple):
    """A directed edge between two units."""

    target: Unit
    rank: int = HIGH
    tolerated: bool = False
    dead: bool = False
    #: Kinds of the file's own triggers that it is for, '' for all.
    events: str = ""


#: The numbers of the units that links lead to, by what the links do to a way.
Groups = list[tuple[int, set[int]]]

# A way is one number: dead, tolerated, two bits of rank, and below them the depth. Ranks are
# written so that the worse of two is their union; what a way and a link make together is one `|`.
_DEPTH_BITS = 20
_RANK_BITS = {HIGH: 0b00, MEDIUM: 0b01, LOW: 0b11}
_RANKS = {bits: rank for rank, bits in _RANK_BITS.items()}


def _flags(link: Link) -> int:
    return (link.dead << 3 | link.tolerated << 2 | _RANK_BITS[link.rank]) << _DEPTH_BITS


def _way(number: int) -> Way:
    flags = number >> _DEPTH_BITS
    depth = number & ((1 << _DEPTH_BITS) - 1)
    return Way(bool(flags & 8), bool(flags & 4), _RANKS[flags & 3], depth)


class Search:
    """The links of a graph, ready to be searched many times."""

    def __init__(self, links: Mapping[Unit, Iterable[Link]]) -> None:
        """Number the units in their order."""
        found = {link.target for outgoing in links.values() for link in outgoing}
        self.units: list[Unit] = sorted(found.union(links))
        self.number: dict[Unit, int] = {unit: at for at, unit in enumerate(self.units)}
        #: By number of a unit: the numbers that it links to and the ranks of the links, in order.
        self.steps: list[list[tuple[int, int]]] = [[] for _ in self.units]
        # The same, as sets of targets by what the link does to a way.
        self._groups: list[Groups] = [[] for _ in self.units]
        for source, outgoing in links.items():
            here = self.steps[self.number[source]]
            here += [(self.number[link.target], link.rank) for link in outgoing]
            self._groups[self.number[source]] = self._grouped(outgoing)

    def _grouped(self, links: Iterable[Link]) -> Groups:
        groups: dict[int, set[int]] = {}
        for link in links:
            groups.setdefault(_flags(link), set()).add(self.number[link.target])
        return list(groups.items())

    def reach(
        self, starts: Iterable[Unit], instead: Mapping[Unit, Iterable[Link]] | None = None
    ) -> dict[Unit, Way]:
        """Return the best way to every unit that is reachable, in the order of the units.

        Units in ``instead`` have only the links given there.
        """
        other = {self.number[unit]: self._grouped(links) for unit, links in (instead or {}).items()}
        given = set(starts)
        alone = {unit: _way(0) for unit in given if unit not in self.number}
        known = {self.number[unit] for unit in given if unit in self.number}
        best = self._best(known, other, _MAX_VISITED - len(alone))
        ways = {number: _way(number) for number in set(best.values())}
        units = self.units
        found = {units[at]: ways[best[at]] for at in sorted(best)}
        return dict(sorted({**found, **alone}.items())) if alone else found

    def _best(self, starts: set[int], other: dict[int, Groups], most: int) -> dict[int, int]:
        """Return the smallest way to each unit; at most so many units, the nearest first."""
        best: dict[int, int] = {}
        waiting = {0: starts}
        queue = [0]
        while queue:
            way = heappop(queue)
            # Every step makes a way longer: what is found on the way is not found by this way.
            new = waiting.pop(way) - best.keys()
            if len(best) + len(new) > most:
                best.update(dict.fromkeys(sorted(new)[: most - len(best)], way))
                break
            best.update(dict.fromkeys(new, way))
            outgoing = self._outgoing(new, other)
            for flags, targets in outgoing:
                onward = (way | flags) + 1
                if onward in waiting:
                    waiting[onward] |= targets
                else:
                    waiting[onward] = set(targets)
                    heappush(queue, onward)
        return best

    def _outgoing(
        self, units: Iterable[int], other: dict[int, Groups]
    ) -> Iterator[tuple[int, set[int]]]:
        for unit in units:
            yield from other.get(unit, self._groups[unit]) if other else self._groups[unit]
