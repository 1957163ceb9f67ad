"""Releases that depend on a verdict: `if passes_gate(metrics): promote()`."""

import sqlite3
from collections.abc import Iterator

from mlops_audit.linking.idioms.facts import Known, Site, idiom, name_parts
from mlops_audit.linking.idioms.reached import Reached
from mlops_audit.linking.index import Unit
from mlops_audit.linking.names import words
from mlops_audit.schema import Action

_RELEASES = words("register_model promote_model deploy")
#: Words that are a verdict by themselves, and words that are one only together.
_VERDICTS = words(
    "passed passes approved accepted acceptable blessed better improved eligible gate gates"
)
_DEEDS = words("deploy promote promoted register release deployment promotion registration")
_DECISIONS = words("flag decision decided should can ready allowed ok verdict")
#: What a person or a configuration wishes is no verdict.
_WISHES = words("args arguments argv config cfg settings opts options flags environ env getenv")


def verdicts(connection: sqlite3.Connection, known: Known, reached: Reached) -> Iterator[Action]:
    """Yield `gate` where an outcome that was judged elsewhere lets a release through."""
    query = (
        "SELECT path, cell, line, end_line, scope, names FROM condition WHERE kind = 'if'"
        " AND operators NOT LIKE '%<%' AND operators NOT LIKE '%>%' ORDER BY path, cell, line"
    )
    for path, cell, line, end_line, scope, names in connection.execute(query):
        verdict = _verdict(names.split())
        if verdict is None or not known.written(path):
            continue
        if reached.does_within(_RELEASES, Unit(path, scope), cell, line, end_line or line):
            yield idiom(Site(path, cell, line, scope), "gate", verdict, confidence="medium")


def _verdict(names: list[str]) -> str | None:
    if _WISHES & set(names):
        return None
    said = {name: set(name_parts(name)) for name in names[:4]}
    together = set().union(*said.values())
    for name, parts in said.items():
        if parts & _VERDICTS or (parts & _DEEDS and together & _DECISIONS):
            return name
    return None
