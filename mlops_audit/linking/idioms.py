"""Actions that no import gives away: hand-written loops, gates, metric files, commit capture."""

import sqlite3
from collections.abc import Sequence

from mlops_audit.schema import Action


def find_idioms(connection: sqlite3.Connection, actions: Sequence[Action]) -> list[Action]:
    """Return what the code does by hand; ``actions`` are those that technologies gave."""
    return []
