"""Edges from what automation files name without a command: parts, files, handlers, images."""

import sqlite3
from collections.abc import Iterator
from posixpath import dirname, join, normpath

from mlops_audit.linking.commands import CommandIndex
from mlops_audit.linking.confidence import HIGH, WORDS
from mlops_audit.linking.index import Unit
from mlops_audit.linking.wanted import Wanted
from mlops_audit.schema import CallEdge

_LIMIT = 20_000


def start_edges(connection: sqlite3.Connection, commands: CommandIndex) -> list[CallEdge]:
    """Return an edge from each unit of an automation file to every unit that it starts."""
    found: dict[tuple[str, str, str, str], CallEdge] = {}
    query = (
        "SELECT path, line, scope, kind, target FROM unit_link WHERE kind <> 'declares'"
        " ORDER BY path, line, scope, kind, target LIMIT ?"
    )
    for path, line, scope, kind, target in connection.execute(query, (_LIMIT,)).fetchall():
        for unit, rank in _targets(kind, target, path, commands):
            key = (path, scope, *unit)
            if unit != (path, scope):
                edge = CallEdge(path, scope, None, line, *unit, "launch", WORDS[rank])
                found.setdefault(key, edge)
    for path, line, scope, unit in _runs(connection, commands):
        if unit != (path, scope):
            edge = CallEdge(path, scope, None, line, *unit, "launch", WORDS[HIGH])
            found.setdefault((path, scope, *unit), edge)
    return list(found.values())


def _runs(
    connection: sqlite3.Connection, commands: CommandIndex
) -> Iterator[tuple[str, int | None, str, Unit]]:
    """Yield what stages of a pipeline file run that stands in another file, or beside them."""
    query = (
        "SELECT path, line, stage, value FROM stage_item WHERE kind = 'runs'"
        " ORDER BY path, line, stage, value LIMIT ?"
    )
    for path, line, stage, value in connection.execute(query, (_LIMIT,)).fetchall():
        if value.startswith("stage:"):
            yield path, line, f"stage:{stage}", Unit(path, value)
        elif (file := normpath(join(dirname(path), value))) in commands.index.files:
            yield path, line, f"stage:{stage}", Unit(file, "")


def _targets(
    kind: str, target: str, path: str, commands: CommandIndex
) -> Iterator[tuple[Unit, int]]:
    if kind == "part":
        yield Unit(path, target), HIGH
    elif kind == "image":
        known = commands.definitions.image(target, commands.dockerfile)
        if known is not None:
            yield known
    elif kind == "declared":
        for unit in commands.definitions.declared(target, path):
            yield unit, HIGH
    elif kind == "folder":
        yield from _folder(target, path, commands)
    else:
        folder, _, name = target.partition("|") if kind == "handler" else ("", "", target)
        for want in _wanted(kind, name):
            base = _below(dirname(path), folder)
            result = commands.look_up(want, path, base)
            for unit in result.units:
                yield unit, HIGH


def _wanted(kind: str, name: str) -> Iterator[Wanted]:
    if kind in ("file", "include"):
        yield Wanted("file", name)
    elif kind == "module":
        module, _, attribute = name.partition(":")
        yield Wanted("module", module, attribute)
    elif kind == "handler":
        module, _, function = name.rpartition(".")
        yield Wanted("file", f"{module.replace('.', '/')}.py", function)


def _folder(target: str, path: str, commands: CommandIndex) -> Iterator[tuple[Unit, int]]:
    for base in dict.fromkeys((dirname(path), "")):
        place = _below(base, target)
        units = commands.definitions.folder(place) or commands.definitions.terraform(place)
        if units:
            yield from ((unit, HIGH) for unit in units if unit.path != path)
            return


def _below(base: str, name: str) -> str:
    joined = normpath(join(base, name)) if name else base
    return "" if joined == "." else joined
