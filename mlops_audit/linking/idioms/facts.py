"""What every idiom asks: whose file it is, what it imports, what technologies said about a call."""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from mlops_audit.linking.names import words
from mlops_audit.schema import Action

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_A_WORD = re.compile(r"[^A-Za-z0-9]+")

#: Names of the data that a model learns from, and of data that it has not seen.
TRAIN_WORDS = words("train training trn tr")
HELD_OUT_WORDS = words(
    "test testing tst te val valid validation vld dev eval holdout held unseen t10k"
)


class Site(NamedTuple):
    """A place in code."""

    path: str
    cell: int | None
    line: int | None
    scope: str


class Known:
    """Facts that several idioms need, read once."""

    def __init__(self, connection: sqlite3.Connection, actions: Sequence[Action]) -> None:
        """Read roles and imports; ``actions`` are those that are known so far."""
        #: Role of every file that the repository's people wrote.
        self.roles: dict[str, str] = dict(
            connection.execute(
                "SELECT path, role FROM file WHERE role NOT IN ('vendored', 'generated')"
            )
        )
        self._imports: dict[str, set[str]] = defaultdict(set)
        self._targets: dict[str, set[str]] = defaultdict(set)
        for path, root, target in connection.execute("SELECT path, root, target FROM import"):
            self._imports[path].add(root)
            self._targets[path].add(target)
        self._of_call: dict[tuple[str, int], set[str]] = defaultdict(set)
        self._of_scope: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._of_file: dict[str, set[str]] = defaultdict(set)
        self._of_kind: dict[str, list[Action]] = defaultdict(list)
        self.add(actions)

    def add(self, actions: Iterable[Action]) -> None:
        """Take further actions into account."""
        for action in actions:
            if action.call is not None:
                self._of_call[action.path, action.call].add(action.action)
            self._of_scope[action.path, action.scope].add(action.action)
            self._of_file[action.path].add(action.action)
            self._of_kind[action.action].append(action)

    def written(self, path: str) -> bool:
        """Tell whether the file is the repository's own and no test."""
        return self.roles.get(path, "test") != "test"

    def imports(self, path: str, *roots: str) -> bool:
        """Tell whether a file imports one of the packages."""
        return not self._imports.get(path, set()).isdisjoint(roots)

    def judging(self, actions: Collection[str]) -> set[str]:
        """Return the files in which one of the actions is done, and those that import them."""
        there = {action.path for kind in actions for action in self._of_kind.get(kind, ())}
        modules = {
            suffix: path for path in there if path.endswith(".py") for suffix in _module_names(path)
        }
        users = {
            path
            for path, targets in self._targets.items()
            if any(
                modules.get(name, path) != path
                for target in targets
                for name in (target, target.rpartition(".")[0])
            )
        }
        return there | users

    def of_call(self, path: str, call: int) -> set[str]:
        """Return what technologies say that a call does."""
        return self._of_call.get((path, call), set())

    def of_kind(self, action: str) -> list[Action]:
        """Return every place where something is done."""
        return self._of_kind.get(action, [])

    def of_scope(self, path: str, scope: str) -> set[str]:
        """Return what is done in one unit of code itself."""
        return self._of_scope.get((path, scope), set())

    def of_file(self, path: str) -> set[str]:
        """Return what is done in one file."""
        return self._of_file.get(path, set())


def _module_names(path: str) -> Iterator[str]:
    """Yield the dotted names under which a module may be imported: which folder is the root?"""
    name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    while name:
        yield name
        name = name.partition(".")[2]


def name_parts(name: str) -> tuple[str, ...]:
    """Return the lower-case words of an identifier or a path: ``bestValAcc`` is best, val, acc."""
    return tuple(part.lower() for part in _NOT_A_WORD.split(_CAMEL.sub("_", name[:300])) if part)


def kind_of_data(name: str) -> str:
    """Return `train` or `held-out` if a name says which of the two it is, else ''."""
    parts = set(name_parts(name))
    train, held = bool(parts & TRAIN_WORDS), bool(parts & HELD_OUT_WORDS)
    if train == held:
        return ""
    return "train" if train else "held-out"


def idiom(
    site: Site,
    action: str,
    name: str,
    *,
    call: int | None = None,
    confidence: str = "high",
    technology: str = "",
) -> Action:
    """Return the row of an idiom."""
    return Action(
        site.path,
        site.cell,
        site.line,
        site.scope,
        action,
        technology,
        "idiom",
        name[:200],
        call,
        confidence,
    )
