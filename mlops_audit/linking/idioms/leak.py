"""Leakage: rows that are held back, or what was learned from them, reach training."""

import sqlite3
from collections.abc import Iterator

from mlops_audit.linking.idioms.facts import Known, Site, idiom
from mlops_audit.linking.names import words
from mlops_audit.schema import Action

#: Mistakes by which held-out rows reach training; the others are about the evaluation.
_KINDS = words(
    "fitted-before-split imputed-before-split resampled-before-split rows-in-both-parts"
    " features-selected-before-split test-data-fitted target-in-features"
)


def leaks(connection: sqlite3.Connection, known: Known) -> Iterator[Action]:
    """Yield `leak` where the flow of data inside a file carries held-out rows into training."""
    rows = connection.execute(
        "SELECT path, cell, line, scope, kind, detail, confidence FROM data_mistake"
        " ORDER BY path, cell, line, kind"
    )
    for path, cell, line, scope, kind, detail, confidence in rows:
        if kind in _KINDS and known.written(path):
            site = Site(path, cell, line, scope)
            yield idiom(site, "leak", detail, confidence=confidence)
