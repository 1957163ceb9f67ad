"""Match paths against the patterns of ignore and attribute files, in time linear in the text."""

import fnmatch
import re
from functools import lru_cache


@lru_cache(maxsize=4096)
def _segment(pattern: str) -> re.Pattern[str]:
    # fnmatch.translate uses atomic groups: many stars do not backtrack into each other.
    return re.compile(fnmatch.translate(pattern))


class PathGlob:
    """One pattern in the language of .gitignore."""

    __slots__ = ("_anchored", "_parts", "_plain")

    def __init__(self, pattern: str) -> None:
        text = pattern.strip("/")
        self._anchored = "/" in pattern.rstrip("/")
        self._parts = tuple(_collapse(text.split("/"))) if text else ()
        self._plain = len(self._parts) == 1 and not self._anchored

    def matches(self, path: str) -> bool:
        """Tell whether the pattern names this path itself."""
        parts = path.split("/")
        if self._plain:
            return _segment(self._parts[0]).match(parts[-1]) is not None
        return bool(self._parts) and _match(self._parts, parts, under=False)

    def covers(self, path: str) -> bool:
        """Tell whether the pattern names this path or a folder that it lies in."""
        parts = path.split("/")
        if self._plain:
            return any(_segment(self._parts[0]).match(part) for part in parts)
        return bool(self._parts) and _match(self._parts, parts, under=True)


def _collapse(parts: list[str]) -> list[str]:
    kept: list[str] = []
    for part in parts:
        if part and not (part == "**" and kept[-1:] == ["**"]):
            kept.append(part)
    return kept


def _match(pattern: tuple[str, ...], parts: list[str], *, under: bool) -> bool:
    """Match part by part, with the set of pattern positions reached so far (no backtracking)."""
    reached = _skip_stars({0}, pattern)
    for part in parts:
        after: set[int] = set()
        for position in reached:
            if position == len(pattern):
                continue
            if pattern[position] == "**":
                after.add(position)
                if position == len(pattern) - 1:
                    after.add(position + 1)
            elif _segment(pattern[position]).match(part):
                after.add(position + 1)
        reached = _skip_stars(after, pattern)
        if under and len(pattern) in reached:
            return True
        if not reached:
            return False
    return len(pattern) in reached


def _skip_stars(positions: set[int], pattern: tuple[str, ...]) -> set[int]:
    """Let each ``**`` also stand for nothing, except at the end, where it wants at least a part."""
    more = {
        position + 1
        for position in positions
        if position < len(pattern) - 1 and pattern[position] == "**"
    }
    return positions | more
