"""Edges from steps that say by their inputs what is run: actions, templates, images to build."""

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mlops_audit.linking.commands import CommandIndex
from mlops_audit.linking.index import Unit
from mlops_audit.linking.programs import wanted
from mlops_audit.linking.units import local_reference
from mlops_audit.schema import CallEdge

_LIMIT = 5_000
_INPUT = re.compile(r"\$\{\{\s{0,5}(?:inputs|parameters)\.([A-Za-z_][\w-]{0,100})\s{0,5}\}\}")


class _Call(NamedTuple):
    """A job or step that uses something with inputs."""

    path: str
    line: int | None
    scope: str
    uses: str
    inputs: Mapping[str, str]


def input_edges(connection: sqlite3.Connection, commands: CommandIndex) -> list[CallEdge]:
    """Return an edge from each job to what the inputs of the things that it uses name."""
    found: dict[CallEdge, None] = {}
    written = _written(connection)
    for call in (*_steps(connection), *_jobs(connection)):
        for unit in (*_built(call, commands), *_run(call, written, commands)):
            if unit != (call.path, call.scope):
                edge = CallEdge(call.path, call.scope, None, call.line, *unit, "launch", "high")
                found[edge] = None
    return list(found)


def _steps(connection: sqlite3.Connection) -> Iterator[_Call]:
    query = (
        "SELECT path, line, scope, uses, inputs FROM step WHERE uses IS NOT NULL AND (inputs <> ''"
        " OR uses LIKE 'docker/build-push-action%') ORDER BY path, line LIMIT ?"
    )
    for path, line, scope, uses, inputs in connection.execute(query, (_LIMIT,)).fetchall():
        yield _Call(path, line, scope, uses, _given(inputs))


def _jobs(connection: sqlite3.Connection) -> Iterator[_Call]:
    query = "SELECT path, line, name, uses FROM job WHERE uses IS NOT NULL ORDER BY path LIMIT ?"
    for path, line, name, uses in connection.execute(query, (_LIMIT,)).fetchall():
        start = f"jobs.{name}.with."
        query = "SELECT name, value FROM setting WHERE path = ? AND substr(key, 1, ?) = ?"
        given = dict(connection.execute(query, (path, len(start), start)).fetchall())
        yield _Call(path, line, f"job:{name}", uses, given)


def _given(inputs: str) -> Mapping[str, str]:
    try:
        given = json.loads(inputs)
    except (ValueError, RecursionError):
        return {}
    return {k: v for k, v in given.items() if isinstance(v, str)} if isinstance(given, dict) else {}


def _written(connection: sqlite3.Connection) -> Mapping[str, list[tuple[str, str, str]]]:
    """Return the commands that are written with inputs, by file."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    query = (
        "SELECT path, program, arguments, directory FROM command"
        " WHERE arguments LIKE '%${{%inputs.%' OR arguments LIKE '%${{%parameters.%'"
        " ORDER BY path, position LIMIT ?"
    )
    for path, program, arguments, directory in connection.execute(query, (_LIMIT,)):
        found.setdefault(path, []).append((program, arguments, directory))
    return found


def _built(call: _Call, commands: CommandIndex) -> Iterator[Unit]:
    if call.uses.partition("@")[0] != "docker/build-push-action":
        return
    file, context = call.inputs.get("file", ""), call.inputs.get("context", ".")
    unit = commands.dockerfile(file, "." if "://" in context else context, call.path, "")
    if unit is not None:
        yield unit


def _run(
    call: _Call,
    written: Mapping[str, list[tuple[str, str, str]]],
    commands: CommandIndex,
) -> Iterator[Unit]:
    """Yield what the commands of an action or template run when they are given the inputs."""
    if not call.inputs or not written:
        return
    used = local_reference(call.uses, call.path, commands.index.files)
    for program, arguments, directory in written.get(used or "", ()):
        text = _INPUT.sub(lambda match: call.inputs.get(match[1], match[0]), arguments)
        if text == arguments:
            continue
        for want in wanted(program, text):
            yield from commands.look_up(want, call.path, directory).units
