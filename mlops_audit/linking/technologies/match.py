"""Finding the technologies of the catalogue in the facts, and what they do there."""

import sqlite3

from mlops_audit.linking.technologies.automation import match_automation
from mlops_audit.linking.technologies.catalogue import Catalogue
from mlops_audit.linking.technologies.code import match_code
from mlops_audit.linking.technologies.sink import Sink
from mlops_audit.schema import Action, TechnologyUse


def match_technologies(
    connection: sqlite3.Connection, catalogue: Catalogue
) -> tuple[list[TechnologyUse], list[Action]]:
    """Return where technologies appear and what is done with them, sorted by place."""
    sink = Sink()
    match_code(connection, catalogue, sink)
    match_automation(connection, catalogue, sink)
    return sink.sorted_uses(), sink.sorted_actions()
