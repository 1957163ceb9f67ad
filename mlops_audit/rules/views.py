"""SQL views that rules share: one file a view, its header comment is its documentation."""

import re
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from mlops_audit.facts.store import COLUMNS
from mlops_audit.rules.guard import QueryError, run
from mlops_audit.rules.strict_yaml import read_text, refusal

_FILL_SECONDS = 5.0
#: Reading fewer rows than this from start to end is faster than making an index.
_INDEXED_ROWS = 200
_PATHS = frozenset({"path", "training_path"})
#: Steps of SQLite's machine between two looks at the clock.
_STEPS = 20_000
_FILE = re.compile(
    r"(?P<header>(?:[ \t]*--[^\n]*\n|[ \t]*\n)*)"
    r"\s*create\s+view\s+(?P<name>[a-z][a-z0-9_]*)\s+as\s+(?P<body>.+?);?\s*\Z",
    re.IGNORECASE | re.DOTALL,
)


class View(NamedTuple):
    """One shared view."""

    name: str
    description: str
    body: str
    origin: str


def load_views(folder: Path) -> tuple[View, ...]:
    """Return the views of a folder, each after those that it uses.

    Raises:
        RulebookError: a file is no documented view, or views use each other in a circle.
    """
    views = {path.stem: _load(path) for path in sorted(folder.glob("*.sql"))}
    ordered: dict[str, View] = {}

    def place(view: View, users: tuple[str, ...]) -> None:
        if view.name in users:
            circle = " -> ".join((*users, view.name))
            raise refusal(view.origin, f"views use each other in a circle: {circle}")
        if view.name in ordered:
            return
        for word in sorted(set(re.findall(r"[a-z][a-z0-9_]*", view.body)) & set(views)):
            if word != view.name or re.search(rf"\bfrom\s+{word}\b", view.body, re.IGNORECASE):
                place(views[word], (*users, view.name))
        ordered[view.name] = view

    for view in views.values():
        place(view, ())
    return tuple(ordered.values())


def _load(path: Path) -> View:
    text = read_text(path)
    match = _FILE.match(text)
    if match is None:
        raise refusal(path, "is no view", fix="Write a header comment and `CREATE VIEW name AS …`.")
    name = match["name"].lower()
    if name != path.stem:
        raise refusal(path, f"the view is called {name}", fix="Name the file like it.")
    if name in COLUMNS:
        raise refusal(path, f"{name} is a fact table", fix="Rename the view.")
    lines = [line.strip().lstrip("-").strip() for line in match["header"].splitlines()]
    description = " ".join(line for line in lines if line)
    if not description:
        raise refusal(path, "has no header comment", fix="Say what one row is.")
    return View(name, description, match["body"], str(path))


def install_views(connection: sqlite3.Connection, views: Iterable[View]) -> frozenset[str]:
    """Define the views for this connection; return the names of all readable tables and views.

    Raises:
        RulebookError: a view's SQL is wrong or reads what it must not.
    """
    names = set(COLUMNS)
    for view in views:
        try:
            _drop(connection, view.name)
            connection.execute(f"CREATE TEMP VIEW {view.name} AS {view.body}")
            names.add(view.name)
            run(connection, f"SELECT * FROM {view.name} LIMIT 0", {}, tables=names)
        except (sqlite3.Error, sqlite3.Warning, QueryError) as error:
            raise refusal(view.origin, f"the view is wrong: {error}") from error
    return frozenset(names)


def fill_views(
    connection: sqlite3.Connection, views: Iterable[View], *, seconds: float = _FILL_SECONDS
) -> frozenset[str]:
    """Answer each view once, for the many rules that ask it; return what is readable.

    One whose rows take longer than ``seconds`` of processor time stays a view. The views are those
    of a rulebook that was loaded, and so checked.
    """
    names = set(COLUMNS)
    for view in views:
        _drop(connection, view.name)
        try:
            with _limited(connection, seconds):
                connection.execute(f"CREATE TEMP TABLE {view.name} AS {view.body}")
            _index(connection, view.name)
        except sqlite3.Error:
            connection.execute(f"CREATE TEMP VIEW {view.name} AS {view.body}")
        names.add(view.name)
    return frozenset(names)


def _index(connection: sqlite3.Connection, name: str) -> None:
    """Index the paths of many rows: rules ask of each row what else there is at its path."""
    many = f"SELECT 1 FROM temp.{name} LIMIT 1 OFFSET {_INDEXED_ROWS}"
    if connection.execute(many).fetchone() is None:
        return
    columns = {column for _, column, *_ in connection.execute(f"PRAGMA temp.table_info({name})")}
    for column in _PATHS & columns:
        connection.execute(f"CREATE INDEX temp.indexed_{column}_of_{name} ON {name} ({column})")


@contextmanager
def _limited(connection: sqlite3.Connection, seconds: float) -> Iterator[None]:
    end = time.thread_time() + seconds
    connection.set_progress_handler(lambda: time.thread_time() > end, _STEPS)
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)


def _drop(connection: sqlite3.Connection, name: str) -> None:
    query = (
        "SELECT upper(type) FROM sqlite_temp_master WHERE name = ? AND type IN ('table', 'view')"
    )
    for (kind,) in connection.execute(query, (name,)).fetchall():
        connection.execute(f"DROP {kind} temp.{name}")
