"""What the seed of a call is: a number, configuration, or nothing that stays the same."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mlops_audit.linking.names import words

#: Calls whose value differs from run to run.
_ENTROPY = words(
    """
    time.time time.time_ns time.perf_counter time.monotonic datetime.datetime.now
    datetime.datetime.utcnow datetime.now os.urandom os.getpid uuid.uuid4 secrets.randbelow
    secrets.randbits secrets.token_bytes torch.seed
    """
)
#: Calls whose value differs unless their own generator was seeded before.
_DRAWN = words(
    """
    random.randint random.randrange random.random random.getrandbits numpy.random.randint
    torch.randint torch.initial_seed
    """
)
_CONFIGURATION = words("cfg config conf configs params hparams settings hyperparameters hp hps")
_VALUE_LIMIT = 100


class Given(NamedTuple):
    """One argument of a call."""

    position: int
    keyword: str | None
    kind: str
    value: str | None
    target: str | None


class Seeds:
    """Arguments of the calls that draw or seed, and what names in them are bound to."""

    def __init__(self, connection: sqlite3.Connection, calls: Sequence[tuple[str, int]]) -> None:
        """Read the arguments of the calls, and the calls of their files that are never the same."""
        wanted: dict[str, set[int]] = defaultdict(set)
        for path, call in calls:
            wanted[path].add(call)
        self._arguments: dict[tuple[str, int], list[Given]] = defaultdict(list)
        self._entropy: dict[str, list[tuple[int, int | None, int]]] = defaultdict(list)
        self._bound: dict[tuple[str, str], list[tuple[str, str, str | None]]] = defaultdict(list)
        for path, ids in wanted.items():
            for call, *argument in connection.execute(
                "SELECT call, position, keyword, kind, value, target FROM call_argument"
                " WHERE path = ? ORDER BY call, position",
                (path,),
            ):
                if call in ids:
                    self._arguments[path, call].append(Given(*argument))
        seeding = [path for path in wanted if any(self._named(path, wanted[path]))]
        for path in seeding:
            self._read(connection, path)

    def _named(self, path: str, calls: Iterable[int]) -> Iterable[bool]:
        for call in calls:
            for one in self._arguments.get((path, call), ()):
                yield one.kind in ("name", "call", "other")

    def _read(self, connection: sqlite3.Connection, path: str) -> None:
        query = "SELECT id, cell, line, target FROM call WHERE path = ?"
        for call, cell, line, target in connection.execute(query, (path,)):
            if target in _ENTROPY:
                self._entropy[path].append((call, cell, line))
        query = "SELECT scope, name, kind, value FROM assignment WHERE path = ?"
        for scope, name, kind, value in connection.execute(query, (path,)):
            self._bound[path, name].append((scope, kind, value))

    def arguments(self, path: str, call: int) -> Sequence[Given]:
        """Return the arguments of a call."""
        return self._arguments.get((path, call), ())

    def judged(
        self, path: str, cell: int | None, line: int, scope: str, call: int, one: Given
    ) -> tuple[bool | None, str, str | None]:
        """Return whether an argument fixes a seed, what kind it is and how it is written."""
        shown = one.value[:_VALUE_LIMIT] if one.value else None
        if one.kind == "none":
            return False, "none", "None"
        if one.kind == "number":
            return True, "literal", shown
        if one.kind == "name" and shown:
            return self._name(path, scope, shown)
        if one.kind in ("call", "other", "fstring"):
            if any(
                where == cell and at == line and number > call
                for number, where, at in self._entropy.get(path, ())
            ):
                return False, "time", shown
            return True, "computed", shown
        return True, "literal", shown

    def _name(self, path: str, scope: str, name: str) -> tuple[bool | None, str, str | None]:
        first = name.partition(".")[0]
        if "." in name:
            return True, "configuration" if first in _CONFIGURATION else "argument", name
        bound = [
            (kind, value)
            for where, kind, value in self._bound.get((path, name), ())
            if where in (scope, "")
        ]
        if bound and all(kind == "call" and value in _ENTROPY for kind, value in bound):
            return False, "time", name
        if bound and all(kind == "call" and value in _ENTROPY | _DRAWN for kind, value in bound):
            return None, "computed", name
        if any(kind == "number" for kind, _ in bound):
            return True, "literal", next(value for kind, value in bound if kind == "number")
        if bound and all(kind == "none" for kind, _ in bound):
            return None, "none", name
        return True, "configuration" if first in _CONFIGURATION else "argument", name
