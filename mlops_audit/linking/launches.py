"""Edges to the scripts and modules that code starts as commands or jobs."""

from collections.abc import Iterable
from posixpath import dirname, join, normpath

from mlops_audit.linking.commands import CommandIndex
from mlops_audit.linking.programs import wanted
from mlops_audit.schema import CallEdge, Command


def launch_edges(commands: CommandIndex, launches: Iterable[Command]) -> list[CallEdge]:
    """Return an edge from each call that starts something to every unit that it starts."""
    found: dict[tuple[str, str, str, str], CallEdge] = {}
    for launch in launches:
        # A relative path starts where the program runs, or beside the file that names it.
        beside = normpath(join(dirname(launch.path), launch.directory))
        for want in wanted(launch.program, launch.arguments):
            for directory in dict.fromkeys((launch.directory, "" if beside == "." else beside)):
                result = commands.look_up(want, launch.path, directory, launch.scope)
                for unit in result.units:
                    key = (launch.path, launch.scope, *unit)
                    if key[:2] != key[2:]:
                        found.setdefault(
                            key,
                            CallEdge(
                                launch.path,
                                launch.scope,
                                launch.cell,
                                launch.line,
                                *unit,
                                "launch",
                                "high",
                            ),
                        )
                if result.units:
                    break
    return list(found.values())
