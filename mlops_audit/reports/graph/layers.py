"""A layered layout, left to right: longest-path layers, barycentre order, aligned rows.

The method is that of Sugiyama, Tagawa and Toda (1981): cut cycles, give every node a layer, let
edges that cross layers pass through waypoints, order each layer so that few edges cross, then
place each layer as close to its neighbours as the gaps allow.
"""

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

_ACROSS, _DOWN = 30, 10
_WAYPOINT = 6
_SWEEPS, _ROUNDS = 6, 4

Edge = tuple[str, str]
_Lines = dict[str, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a node lies: its upper left corner."""

    x: int
    y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Spots of nodes, and for each edge the points that it passes, from left to right."""

    width: int
    height: int
    spots: dict[str, Spot]
    ways: dict[Edge, tuple[tuple[int, int], ...]]


def layout(sizes: Mapping[str, tuple[int, int]], edges: Iterable[Edge]) -> Layout:
    """Return where nodes of these sizes lie; the same input gives the same drawing."""
    known = list(dict.fromkeys(e for e in edges if e[0] in sizes and e[1] in sizes))
    forward = _without_cycles(list(sizes), known)
    ranks = _ranks(list(sizes), forward)
    rows: list[list[str]] = [[] for _ in range(max(ranks.values(), default=-1) + 1)]
    for name in sizes:
        rows[ranks[name]].append(name)
    heights = {name: height for name, (_, height) in sizes.items()}
    passing: dict[Edge, list[str]] = {}
    before: _Lines = {}
    after: _Lines = {}
    for source, target in forward:
        way = [source]
        for rank in range(ranks[source] + 1, ranks[target]):
            name = f"{source}\0{target}\0{rank}"
            heights[name] = _WAYPOINT
            rows[rank].append(name)
            way.append(name)
        way.append(target)
        passing[source, target] = way
        for one, next_one in pairwise(way):
            after.setdefault(one, []).append(next_one)
            before.setdefault(next_one, []).append(one)
    rows = _ordered(rows, before, after)
    middles = _middles(rows, heights, before, after)
    return _drawn(sizes, rows, heights, middles, passing, known)


def _without_cycles(names: list[str], edges: list[Edge]) -> list[Edge]:
    """Return the edges without those that lead back on the way on which they were reached."""
    following: _Lines = {}
    for source, target in edges:
        following.setdefault(source, []).append(target)
    back: set[Edge] = set()
    done: set[str] = set()
    for start in names:
        stack = [(start, iter(following.get(start, ())))] if start not in done else []
        way = {start}
        done.add(start)
        while stack:
            name, ahead = stack[-1]
            target = next(ahead, "")
            if not target:
                way.discard(name)
                stack.pop()
            elif target in way:
                back.add((name, target))
            elif target not in done:
                done.add(target)
                way.add(target)
                stack.append((target, iter(following.get(target, ()))))
    return [edge for edge in edges if edge not in back]


def _ranks(names: list[str], edges: list[Edge]) -> dict[str, int]:
    """Return the length of the longest way to each node."""
    following: _Lines = {}
    waiting = dict.fromkeys(names, 0)
    for source, target in edges:
        following.setdefault(source, []).append(target)
        waiting[target] += 1
    ranks = dict.fromkeys(names, 0)
    ready = [name for name in names if not waiting[name]]
    for name in ready:
        for target in following.get(name, ()):
            ranks[target] = max(ranks[target], ranks[name] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return ranks


def _ordered(rows: list[list[str]], before: _Lines, after: _Lines) -> list[list[str]]:
    """Return the layers in the order with the fewest crossings that the sweeps came by."""
    best, fewest = rows, _crossings(rows, after)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        down = sweep % 2 == 0
        lines = before if down else after
        rows = [list(row) for row in rows]
        count = len(rows)
        for number in range(1, count) if down else range(count - 2, -1, -1):
            at = {name: place for place, name in enumerate(rows[number + (-1 if down else 1)])}
            own = {name: place for place, name in enumerate(rows[number])}
            keys = {name: _mean([at[n] for n in lines.get(name, ())], own[name]) for name in own}
            rows[number].sort(key=lambda name, keys=keys: keys[name])  # type: ignore[misc]
        crossings = _crossings(rows, after)
        if crossings < fewest:
            best, fewest = rows, crossings
    return best


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _crossings(rows: list[list[str]], after: _Lines) -> int:
    total = 0
    for left, right in pairwise(rows):
        at = {name: place for place, name in enumerate(right)}
        seen: list[int] = []
        for name in left:
            ends = [at[target] for target in after.get(name, ())]
            total += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return total


def _middles(
    rows: list[list[str]], heights: dict[str, int], before: _Lines, after: _Lines
) -> dict[str, float]:
    """Return the middle of each node's height: near its neighbours', without overlap."""
    middles: dict[str, float] = {}
    for row in rows:
        middles.update(_spread(row, [0.0] * len(row), heights))
    for number in range(_ROUNDS):
        # From the right, then from the left: the last word has what comes before.
        lines = after if number % 2 == 0 else before
        for row in reversed(rows) if number % 2 == 0 else rows:
            wanted = [
                _mean([middles[other] for other in lines.get(name, ())], middles[name])
                for name in row
            ]
            middles.update(_spread(row, wanted, heights))
    return middles


def _spread(row: list[str], wanted: list[float], heights: dict[str, int]) -> dict[str, float]:
    """Return places as near to the wanted ones as order and gaps allow (least squares)."""
    offsets, offset = [], 0.0
    for number, name in enumerate(row):
        if number:
            offset += (heights[row[number - 1]] + heights[name]) / 2 + _DOWN
        offsets.append(offset)
    blocks: list[tuple[float, int]] = []  # (sum, members): pooled adjacent violators
    for want, shift in zip(wanted, offsets, strict=True):
        total, members = want - shift, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / members:
            earlier = blocks.pop()
            total, members = total + earlier[0], members + earlier[1]
        blocks.append((total, members))
    levels = [total / members for total, members in blocks for _ in range(members)]
    return {name: level + shift for name, level, shift in zip(row, levels, offsets, strict=True)}


def _drawn(
    sizes: Mapping[str, tuple[int, int]],
    rows: list[list[str]],
    heights: dict[str, int],
    middles: dict[str, float],
    passing: dict[Edge, list[str]],
    edges: list[Edge],
) -> Layout:
    top = min((middles[name] - heights[name] / 2 for row in rows for name in row), default=0)
    down = {name: round(middle - top) for name, middle in middles.items()}
    left = 0
    starts: dict[str, int] = {}
    ends: dict[str, int] = {}
    borders: dict[str, int] = {}
    for row in rows:
        across = max((sizes[name][0] for name in row if name in sizes), default=0)
        for name in row:
            starts[name], borders[name] = left, left + across
            ends[name] = left + (sizes[name][0] if name in sizes else across)
        left += across + _ACROSS
    ways: dict[Edge, tuple[tuple[int, int], ...]] = {}
    for edge in edges:
        # First straight to where the layer ends, so as not to cross its wider nodes.
        points = [(at[edge[0]], down[edge[0]]) for at in (ends, borders)]
        for name in passing.get(edge, ())[1:-1]:
            points += [(starts[name], down[name]), (ends[name], down[name])]
        ways[edge] = (*points, (starts[edge[1]], down[edge[1]]))
    return Layout(
        width=max(left - _ACROSS, 0),
        height=max((down[name] + heights[name] // 2 + 1 for name in down), default=0),
        spots={name: Spot(x=starts[name], y=down[name] - heights[name] // 2) for name in sizes},
        ways=ways,
    )
