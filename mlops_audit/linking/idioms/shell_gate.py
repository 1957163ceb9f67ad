"""Gates in the shell text of a pipeline step: a metric is compared and the step fails."""

import re
import sqlite3
from collections.abc import Iterator

from mlops_audit.linking.idioms.facts import Known, Site, idiom, name_parts
from mlops_audit.linking.idioms.metric_names import METRICS, NOT_QUALITY
from mlops_audit.linking.idioms.reached import Reached
from mlops_audit.schema import Action

#: A comparison by the shell's own test, and what compares numbers with < and >; a line that only
#: sends its output somewhere has the sign, too.
_TESTS = re.compile(r"\s-(?:lt|gt|le|ge)\s")
_CALCULATES = re.compile(r"\(\(|\[\[|\bbc\b|\bpython3? -c\b|\bawk\b|\bjq -e\b|\bassert\b")
_STOPS = re.compile(r"\bexit 1\b|\bexit\(1\)|sys\.exit\(|\bassert\s|raise SystemExit")
_MAX_LINES = 100


def shell_gates(connection: sqlite3.Connection, known: Known, reached: Reached) -> Iterator[Action]:
    """Yield `gate` for steps whose commands compare a metric and then fail."""
    query = (
        "SELECT path, line, scope, run FROM step WHERE run LIKE '%exit%' OR run LIKE '%assert %'"
        " ORDER BY path, line"
    )
    for path, line, scope, run in connection.execute(query):
        if not known.written(path) or not _STOPS.search(run):
            continue
        for text in run.splitlines()[:_MAX_LINES]:
            parts = set(name_parts(text))
            if parts & METRICS and not parts & NOT_QUALITY and _compares(text[:300]):
                shown = " ".join(text.split())[:120]
                yield idiom(Site(path, None, line, scope), "gate", shown, confidence="medium")
                break


def _compares(text: str) -> bool:
    if _TESTS.search(text):
        return True
    return _CALCULATES.search(text) is not None and ("<" in text or ">" in text)
