"""Estimators of the repository's own that learn by hand: their `fit` trains where it is called."""

import sqlite3
from collections.abc import Iterator

from mlops_audit.linking.idioms.facts import Known, Site, idiom
from mlops_audit.linking.idioms.reached import Reached
from mlops_audit.linking.index import Unit
from mlops_audit.linking.technologies.project_names import ProjectNames
from mlops_audit.schema import Action

#: What a class promises to be, and what its `fit` then does.
_PROMISES = {
    "sklearn.base.ClassifierMixin": "train",
    "sklearn.base.RegressorMixin": "train",
    "sklearn.base.ClusterMixin": "train",
    "sklearn.base.OutlierMixin": "train",
    "sklearn.base.TransformerMixin": "fit_transform",
}
_FITTING = ("fit", "partial_fit")


def own_estimators(
    connection: sqlite3.Connection, known: Known, reached: Reached
) -> Iterator[Action]:
    """Yield `train` or `fit_transform` where such a `fit` is called.

    One that hands the work to another estimator is left out (that one trains), and so is one
    that keeps nothing of what it saw.
    """
    fits = _own_fits(connection)
    query = (
        "SELECT path, scope, cell, line, target_path, target_scope FROM call_edge"
        " WHERE kind = 'call' AND confidence <> 'low' AND line IS NOT NULL"
        " AND (target_scope LIKE '%.fit' OR target_scope LIKE '%.partial_fit')"
        " ORDER BY path, cell, line, scope"
    )
    if not fits:
        return
    for path, scope, cell, line, *target in connection.execute(query).fetchall():
        unit = Unit(*target)
        action = fits.get(unit)
        if action is None or not known.written(path):
            continue
        if not reached.actions(unit) & {"train", "fit_transform"}:
            site = Site(path, cell, line, scope)
            yield idiom(site, action, unit.scope, confidence="medium", technology="scikit-learn")


def _own_fits(connection: sqlite3.Connection) -> dict[Unit, str]:
    rows = connection.execute("SELECT path, qualname, target FROM base ORDER BY rowid").fetchall()
    if not any(target.startswith("sklearn.base.") for _, _, target in rows):
        return {}
    learning = set(
        connection.execute(
            "SELECT DISTINCT path, scope FROM call WHERE result LIKE 'self.%'"
            " AND (scope LIKE '%.fit' OR scope LIKE '%.partial_fit')"
        )
    )
    names = ProjectNames(connection)
    found: dict[Unit, str] = {}
    for path, qualname, target in rows:
        fits = [
            Unit(path, f"{qualname}.{method}")
            for method in _FITTING
            if (path, f"{qualname}.{method}") in learning
        ]
        for base in names.outward_base(path, target) if fits else ():
            for unit in fits:
                if base in _PROMISES and found.get(unit) != "train":
                    found[unit] = _PROMISES[base]
    return found
