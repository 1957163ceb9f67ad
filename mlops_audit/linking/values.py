"""What functions return, attributes hold and names of modules mean, as the readers found it."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

#: Methods of containers between a container and what it holds, and all that it has.
_ONWARD = frozenset({"values", "items", "copy", "get", "pop", "__getitem__"})
_OF_CONTAINERS = frozenset(
    name for kind in (dict, list, set, tuple) for name in dir(kind) if not name.startswith("__")
)


class Value(NamedTuple):
    """One thing that a name may stand for."""

    part: int | None
    elements: bool
    target: str | None
    called: bool
    parameter: str | None


class Values:
    """The table `origin`, looked up by place."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read the table."""
        self._held: dict[tuple[str, str, str], list[Value]] = defaultdict(list)
        for path, owner, name, part, elements, target, called, parameter in connection.execute(
            "SELECT path, owner, name, part, elements, target, called, parameter FROM origin"
            " ORDER BY rowid"
        ):
            value = Value(part, bool(elements), target, bool(called), parameter)
            self._held[path, owner, name].append(value)

    def held(self, path: str, owner: str, name: str = "") -> Sequence[Value]:
        """Return what an attribute of a class, a name of a module or a function may give."""
        return self._held.get((path, owner, name), ())

    def onward(
        self, path: str, owner: str, name: str, rest: Sequence[str], part: int | None = None
    ) -> Iterator[str]:
        """Yield the dotted names, in the file's words, that ``rest`` of such a value means."""
        for value in self.held(path, owner, name):
            if value.target is None or (value.part is not None and value.part != part):
                continue
            more = list(rest)
            while value.elements and more and more[0] in _ONWARD:
                del more[0]
            if value.elements and (not more or more[0] in _OF_CONTAINERS):
                continue  # what is asked of the container itself
            if value.called and not more:
                more = ["__call__"]  # what was given is called, not what gave it
            elif not value.called and more and more[0] == "__call__":
                del more[0]
            yield ".".join([value.target, *more])
