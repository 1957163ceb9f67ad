"""Calls that start a command or a script: `subprocess.run`, a BashOperator, a submitted job.

What they start is known by their arguments, so it can be read without running anything. The result
are commands, as if they stood in a shell script at the place of the call.
"""

import ast
import re
import shlex
import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mlops_audit.linking.technologies.globs import expand_braces
from mlops_audit.linking.technologies.model import LaunchEntry, Technology
from mlops_audit.linking.technologies.name_index import Buckets
from mlops_audit.linking.technologies.project_names import ProjectNames
from mlops_audit.readers.shell import commands
from mlops_audit.schema import Command

#: What the standard library and task runners start; other tools say so in their own file.
STANDARD = (
    LaunchEntry(
        name="subprocess.{run,call,check_call,check_output,Popen,getoutput,getstatusoutput}",
        command="0|args|cmd",
        directory="cwd",
    ),
    LaunchEntry(name="os.{system,popen}", command="0|command|cmd"),
    LaunchEntry(name="asyncio.create_subprocess_shell", command="0|cmd", directory="cwd"),
    LaunchEntry(name="asyncio.create_subprocess_exec", command="*", directory="cwd"),
    LaunchEntry(name="runpy.run_path", script="0|path_name"),
    LaunchEntry(name="invoke.{run,Context.run,context.Context.run}", command="0|command"),
    LaunchEntry(name="nox.{Session.run,sessions.Session.run}", command="*"),
)

_PLACEHOLDER = re.compile(r"\{[^{}\n]{0,120}\}")
_QUOTED = re.compile(r"'([^'\n]{0,300})'|\"([^\"\n]{0,300})\"")
_VALUE = "$value"
_SCRIPT = re.compile(r"[\w./\\ -]{1,200}\.(?:py|ipynb|sh|R|r|jl)")
_RUNNERS = {".sh": "bash", ".R": "Rscript", ".r": "Rscript", ".jl": "julia"}
_MAX_LAUNCHES = 20_000


class _Argument(NamedTuple):
    position: int
    keyword: str | None
    kind: str
    value: str | None


def find_launches(
    connection: sqlite3.Connection,
    technologies: Iterable[Technology],
    names: ProjectNames | None = None,
) -> list[Command]:
    """Return the commands that code starts, in the order of the calls."""
    entries: Buckets[LaunchEntry] = Buckets()
    methods: set[str] = set()
    launching = (entry for technology in technologies for entry in technology.launches)
    for entry in (*STANDARD, *launching):
        for name in expand_braces(entry.name):
            entries.add(name, entry)
            methods.add(name.rpartition(".")[2])
    wanted = "[" + ",".join(f'"{method}"' for method in sorted(methods)) + "]"
    calls = connection.execute(
        "SELECT path, id, cell, line, scope, target FROM call WHERE target NOT LIKE '?%'"
        " AND method IN (SELECT value FROM json_each(?)) ORDER BY path, id LIMIT ?",
        (wanted, _MAX_LAUNCHES),
    ).fetchall()
    if not calls:
        return []
    names = names or ProjectNames(connection)
    values = _Values(connection)
    found: list[Command] = []
    for path, call, cell, line, scope, target in calls:
        name, own = names.outward(path, target)
        if own:
            continue
        for entry in entries.find(name)[:1]:
            text, directory = values.command(entry, path, call, scope)
            if text:
                found += commands(
                    text,
                    path=path,
                    cell=cell,
                    line=line,
                    scope=scope,
                    start=len(found),
                    directory=directory,
                )
    return found


class _Values:
    """What the arguments of calls say, with names followed to the constants they are bound to."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._constants: dict[str, dict[str, set[str]]] = {}
        self._environment: dict[str, str | None] = {}

    def command(self, entry: LaunchEntry, path: str, call: int, scope: str) -> tuple[str, str]:
        """Return the shell text that a call starts ('' if it is unknown) and its directory."""
        arguments = [
            _Argument(*row)
            for row in self._connection.execute(
                "SELECT position, keyword, kind, value FROM call_argument"
                " WHERE path = ? AND call = ? ORDER BY position",
                (path, call),
            )
        ]
        directory = _plain(self._text(arguments, entry.directory, path) or "")
        rest = self._text(arguments, entry.arguments, path) or ""
        if entry.command is not None:
            return f"{self._text(arguments, entry.command, path) or ''} {rest}".strip(), directory
        script = self._text(arguments, entry.script, path, script=True) or ""
        if not _SCRIPT.fullmatch(script):
            return "", directory
        suffix = script[script.rindex(".") :]
        return f"{_RUNNERS.get(suffix, 'python')} {shlex.quote(script)} {rest}".strip(), directory

    def _text(
        self, arguments: Sequence[_Argument], reference: str | None, path: str, script: bool = False
    ) -> str | None:
        if reference is None:
            return None
        if reference == "*":
            words = [self._value(one, path, False) for one in arguments if one.keyword is None]
            return shlex.join(word if word is not None else _VALUE for word in words)
        for choice in reference.split("|"):
            for one in arguments:
                if one.keyword == choice or (
                    one.keyword is None and choice.isdigit() and one.position == int(choice)
                ):
                    return self._value(one, path, script)
        return None

    def _value(self, argument: _Argument, path: str, script: bool) -> str | None:
        value = argument.value or ""
        if argument.kind == "string":
            return value
        if argument.kind == "fstring":
            return _PLACEHOLDER.sub(_VALUE, value)
        if argument.kind == "list":
            return shlex.join(_words(value))
        if argument.kind == "name":
            constants = self._of_file(path).get(value, set())
            if len(constants) == 1:
                return next(iter(constants))
            return self._variable(value.rpartition(".")[2]) if script else None
        return None

    def _of_file(self, path: str) -> dict[str, set[str]]:
        if path not in self._constants:
            known = self._constants[path] = {}
            for name, value in self._connection.execute(
                "SELECT name, value FROM assignment WHERE path = ? AND kind = 'string'", (path,)
            ):
                known.setdefault(name, set()).add(value or "")
        return self._constants[path]

    def _variable(self, name: str) -> str | None:
        """Return the script that a setting named like an environment variable holds.

        Code that is configured by the environment reads `TRAIN_SCRIPT_PATH` into
        `settings.train_script_path`; the value stands in the definition of the CI pipeline.
        """
        name = name.upper()
        if "_" not in name:
            return None
        if name not in self._environment:
            values = {
                value
                for (value,) in self._connection.execute(
                    "SELECT value FROM setting WHERE name = ? UNION"
                    " SELECT v.value FROM setting n JOIN setting v ON v.path = n.path"
                    " AND v.document = n.document"
                    " AND v.key = substr(n.key, 1, length(n.key) - 4) || 'value'"
                    " WHERE n.name = 'name' AND n.value = ?",
                    (name, name),
                )
                if _SCRIPT.fullmatch(value)
            }
            self._environment[name] = values.pop() if len(values) == 1 else None
        return self._environment[name]


def _plain(directory: str) -> str:
    plain = directory.strip().replace("\\", "/").removeprefix("./").strip("/")
    outside = directory.startswith("/") or ".." in plain or "$" in plain or "{" in plain
    return "" if outside or plain == "." else plain


def _words(source: str) -> list[str]:
    """Return the words of a list display; what is no constant becomes a placeholder."""
    try:
        tree = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # A long display is cut off in the facts: its strings are still there.
        return [single or double for single, double in _QUOTED.findall(source)]
    found = []
    for node in getattr(tree, "elts", []):
        if isinstance(node, ast.Constant) and isinstance(node.value, str | int | float):
            found.append(str(node.value))
        elif isinstance(node, ast.Attribute) and node.attr == "executable":
            found.append("python")
        else:
            found.append(_VALUE)
    return found
