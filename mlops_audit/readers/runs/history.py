"""The values of a metric over time: all of a short history, the telling ones of a long one."""

from collections.abc import Iterator

from mlops_audit.readers.runs.rows import KEY_LIMIT, finite, seconds
from mlops_audit.schema import RunPoint

#: Points of one metric that are kept, beside the first, last, lowest and highest.
POINT_LIMIT = 100

_STEP_LIMIT = 2**62

#: Step, seconds and value.
Point = tuple[int | None, int | None, float | None]


class History:
    """Takes values as they come; memory is bounded however many there are."""

    __slots__ = ("_first", "_highest", "_kept", "_last", "_lowest", "_stride", "count")

    def __init__(self) -> None:
        """Start with nothing."""
        self.count = 0
        self._stride = 1
        self._kept: list[tuple[int, Point]] = []
        self._first: tuple[int, Point] | None = None
        self._last: tuple[int, Point] | None = None
        self._lowest: tuple[int, Point] | None = None
        self._highest: tuple[int, Point] | None = None

    def add(self, value: float | None, step: object = None, time: object = None) -> None:
        """Take the next value; what is no finite number counts, and has no size."""
        shown = int(at) if (at := finite(step)) is not None and abs(at) < _STEP_LIMIT else None
        point = (self.count, (shown, seconds(time), value))
        self.count += 1
        self._last = point
        if self._first is None:
            self._first = point
        if value is not None:
            if self._lowest is None or value < (self._lowest[1][2] or 0.0):
                self._lowest = point
            if self._highest is None or value > (self._highest[1][2] or 0.0):
                self._highest = point
        if point[0] % self._stride == 0:
            self._kept.append(point)
            if len(self._kept) > POINT_LIMIT:
                self._stride *= 2
                self._kept = self._kept[::2]

    @property
    def last(self) -> float | None:
        """The latest value, None if it was no finite number."""
        return self._last[1][2] if self._last else None

    def points(self) -> list[Point]:
        """Return the points in the order in which they came."""
        ends = (self._first, self._last, self._lowest, self._highest)
        chosen = dict(self._kept) | dict(filter(None, ends))
        return [chosen[place] for place in sorted(chosen)]

    def rows(self, store: str, run: str, key: str) -> Iterator[RunPoint]:
        """Yield a row for each point; a single value is no history."""
        if self.count < 2:
            return
        for point in self.points():
            yield RunPoint(store, run[:KEY_LIMIT], key[:KEY_LIMIT], *point)
