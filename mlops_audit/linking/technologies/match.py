"""Finding the technologies of the catalogue in the facts, and what they do there."""

import sqlite3
from collections.abc import Mapping, Sequence

from mlops_audit.linking.receivers import Named
from mlops_audit.linking.technologies.automation import match_automation
from mlops_audit.linking.technologies.catalogue import Catalogue
from mlops_audit.linking.technologies.code import match_code
from mlops_audit.linking.technologies.launches import find_launches
from mlops_audit.linking.technologies.project_names import ProjectNames
from mlops_audit.linking.technologies.sink import Sink
from mlops_audit.schema import Action, Command, TechnologyUse


def match_technologies(
    connection: sqlite3.Connection,
    catalogue: Catalogue,
    launches: Sequence[Command] | None = None,
    named: Mapping[tuple[str, int], Sequence[Named]] | None = None,
    names: ProjectNames | None = None,
) -> tuple[list[TechnologyUse], list[Action]]:
    """Return where technologies appear and what is done with them, sorted by place.

    ``launches`` are the commands that code starts, found here if they are not given. ``named``
    says what calls on unknown receivers mean, where other files tell. ``names`` are those of the
    repository's modules, if they have been read.
    """
    sink = Sink()
    names = names or ProjectNames(connection)
    if launches is None:
        launches = find_launches(connection, catalogue.technologies.values(), names)
    match_code(connection, catalogue, names, sink, named or {})
    match_automation(connection, catalogue, launches, sink)
    return sink.sorted_uses(), sink.sorted_actions()
