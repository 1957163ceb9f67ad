"""Traits: what kind of repository this is, and its other properties, each with a reason."""

import sqlite3
from collections import defaultdict
from typing import NamedTuple

from mlops_audit.linking.names import words
from mlops_audit.schema import Trait

#: Categories of technologies that only machine learning uses.
_ML_CATEGORIES = words(
    """
    training tuning evaluation explainability fairness tracking registry feature-store llm serving
    drift labelling
    """
)
_TRAINING = words("train tune cross_validate")
_ML_ACTIONS = _TRAINING | words(
    """
    load_model save_model predict predict_batch hosted_model register_model promote_model autolog
    evaluate explain fairness fit_transform split monitor_drift monitor_model log_metric
    """
)
_SERVED = words("serve deploy predict_batch")
_KEEPING = words("register_model promote_model serve deploy track_server predict_batch")
#: Machine-learning packages of languages whose code is not read.
_FOREIGN_ML = words(
    """
    flux mlj lux knet xgboost lightgbm tidymodels caret mlr3 parsnip recipes randomforest keras
    torch tensorflow spark-mllib mleap-runtime mleap-spark h2o ranger glmnet vetiver
    """
)
#: What declares that something runs on its own.
_UNATTENDED = words("push tag schedule data_arrival drift_alert api workflow")


class _Place(NamedTuple):
    path: str
    line: int | None


class _Evidence:
    """What decides the kind, read once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.roles = dict(connection.execute("SELECT path, role FROM file"))
        self.zones = dict(connection.execute("SELECT path, zone FROM file_zone"))
        # Databricks sources and percent scripts are notebooks to look at and run as code.
        self.python = _column(connection, "SELECT path FROM module WHERE kind <> 'notebook'")
        self.notebooks = _column(
            connection,
            "SELECT path FROM notebook WHERE checkpoint = 0"
            " AND format NOT IN ('databricks', 'percent') ORDER BY path",
        )
        counted = {"source", "template"}
        if not any(self.roles.get(path) in counted for path in [*self.python, *self.notebooks]):
            # A collection of examples is judged by its examples.
            counted |= {"example", "docs"}
        self.counted = counted
        self.actions: dict[str, list[_Place]] = defaultdict(list)
        self.files: dict[str, set[str]] = defaultdict(set)
        query = (
            "SELECT action, path, line FROM action WHERE confidence <> 'low'"
            " ORDER BY path, COALESCE(cell, -1), line, action"
        )
        for action, path, line in connection.execute(query):
            if self.roles.get(path, "source") in counted:
                self.actions[action].append(_Place(path, line))
                self.files[path].add(action)
        self.metadata = connection.execute(
            "SELECT path, line, name, publishable FROM package_metadata ORDER BY path"
        ).fetchall()

    def first(self, names: frozenset[str]) -> tuple[str, _Place] | None:
        """Return the first place of any of the actions, with the action."""
        found = sorted(
            (place.path.count("/"), place, name) for name in names for place in self.actions[name]
        )
        return (found[0][2], found[0][1]) if found else None

    def one(self, query: str) -> "_Place | None":
        """Return the first row of a query as a place."""
        row = self.connection.execute(query).fetchone()
        return _Place(row[0], row[1]) if row else None


def traits(connection: sqlite3.Connection, kind: str | None = None) -> list[Trait]:
    """Return all traits; exactly one of them is a kind (``kind`` is a declared one)."""
    evidence = _Evidence(connection)
    found = [
        _kind(evidence)
        if kind is None
        else Trait(f"kind:{kind}", "declared in the configuration", None, None)
    ]
    found += _others(evidence)
    return found


def _kind(evidence: _Evidence) -> Trait:
    for decide in (_non_ml, _library, _production, _exploration):
        found = decide(evidence)
        if found is not None:
            return found
    return _experimentation(evidence)


def _non_ml(evidence: _Evidence) -> Trait | None:
    if evidence.first(_ML_ACTIONS) is not None:
        return None
    connection = evidence.connection
    query = "SELECT category, via, path FROM technology_use WHERE confidence <> 'low' ORDER BY path"
    for category, via, path in connection.execute(query):
        counts = via != "declared" or not evidence.python
        if category in _ML_CATEGORIES and counts and evidence.roles.get(path) in evidence.counted:
            return None
    if connection.execute("SELECT 1 FROM run LIMIT 1").fetchone():
        return None
    if not evidence.python:
        for (name,) in connection.execute("SELECT name FROM dependency"):
            if name.lower().rpartition(":")[2].partition("_2.")[0] in _FOREIGN_ML:
                return None
    models = connection.execute(
        "SELECT 1 FROM file WHERE kind = 'model' AND role = 'source' LIMIT 1"
    ).fetchone()
    if models and not evidence.python:
        return None
    return Trait(
        "kind:non-ml",
        "No machine-learning library is used, and nothing trains, loads or calls a model",
        None,
        None,
    )


def _library(evidence: _Evidence) -> Trait | None:
    published = next((row for row in evidence.metadata if row[3]), None)
    if published is None:
        return None
    connection = evidence.connection
    home = published[0].rpartition("/")[0]
    packages = {
        path.rpartition("/")[0]
        for (path,) in connection.execute("SELECT path FROM file WHERE name = '__init__.py'")
        if evidence.roles.get(path) in ("source", "template")
    }
    if not packages or connection.execute("SELECT 1 FROM run LIMIT 1").fetchone():
        return None
    query = (
        "SELECT path FROM file WHERE kind IN ('data', 'model') AND role = 'source'"
        " AND tracked = 1 ORDER BY path"
    )
    for (path,) in connection.execute(query):
        if path.rpartition("/")[0] not in packages:
            return None
    stages = connection.execute(
        "SELECT path FROM pipeline_stage UNION SELECT path FROM lock_stage"
    ).fetchall()
    if any(evidence.roles.get(path) == "source" for (path,) in stages):
        return None
    for path, actions in sorted(evidence.files.items()):
        folder = path.rpartition("/")[0]
        inside = any(folder == root or folder.startswith(f"{root}/") for root in packages)
        if not inside and actions & (_TRAINING | _KEEPING) and path.endswith((".py", ".ipynb")):
            return None
    return Trait(
        "kind:library",
        f"Publishes the package {published[2] or home or 'in this folder'}; models are fitted only"
        " inside its functions, its tests or its examples",
        published[0],
        published[1],
    )


def _production(evidence: _Evidence) -> Trait | None:
    found = evidence.first(_SERVED)
    if found is None:
        return None
    said = {
        "serve": "A model is served",
        "deploy": "A deployment is defined",
        "predict_batch": "A stored model is applied in batches and its predictions are kept",
    }[found[0]]
    return Trait("kind:production", said, *found[1])


def _exploration(evidence: _Evidence) -> Trait | None:
    notebooks = [p for p in evidence.notebooks if evidence.roles.get(p) in evidence.counted]
    if not notebooks and not any(zone == "exploration" for zone in evidence.zones.values()):
        return None
    connection = evidence.connection
    if connection.execute(
        "SELECT 1 FROM pipeline_stage UNION ALL SELECT 1 FROM registered_model LIMIT 1"
    ).fetchone():
        return None
    if evidence.first(words("register_model promote_model pipeline")) is not None:
        return None
    working = [
        path
        for path in evidence.python
        if evidence.roles.get(path) in evidence.counted
        and evidence.zones.get(path) != "exploration"
        and evidence.files.get(path, set()) & (_ML_ACTIONS | {"load_data", "save_data"})
    ]
    if working:
        return None
    if any(evidence.roles.get(path) == "source" for path, *_ in evidence.metadata):
        return None
    if not notebooks:
        return Trait("kind:exploration", "All its code lies with exploratory work", None, None)
    count = len(notebooks)
    said = f"Its work is in {count} notebook{'s' if count != 1 else ''}"
    return Trait(
        "kind:exploration", f"{said}; nothing is packaged, served or run by a pipeline",
        notebooks[0], None,
    )  # fmt: skip


def _experimentation(evidence: _Evidence) -> Trait:
    found = evidence.first(_TRAINING)
    if found is not None:
        said = "Models are trained by scripts or pipelines, and nothing is served or deployed"
        return Trait("kind:experimentation", said, *found[1])
    run = evidence.one("SELECT path, NULL FROM run ORDER BY path LIMIT 1")
    if run is not None:
        said = "Training left its logs here, and nothing is served or deployed"
        return Trait("kind:experimentation", said, *run)
    found = evidence.first(_ML_ACTIONS)
    place = found[1] if found else _Place("", None)
    said = "Machine learning is used, and nothing is served or deployed"
    return Trait("kind:experimentation", said, place.path or None, place.line)


def _others(evidence: _Evidence) -> list[Trait]:
    found: list[Trait] = []

    def add(name: str, reason: str, place: _Place | None) -> None:
        if place is not None:
            found.append(Trait(name, reason, place.path or None, place.line))

    trained = evidence.first(_TRAINING)
    if trained:
        add("trains", "A model is trained", trained[1])
    served = evidence.first(words("serve deploy"))
    if served:
        add("serves", "A model is served or deployed", served[1])
    batch = evidence.first(words("predict_batch"))
    if batch:
        add("batch", "Predictions are made in batches", batch[1])
    hosted = evidence.first(words("hosted_model"))
    if hosted and not trained:
        add("hosted-model", "Models of a provider are called, and none is trained", hosted[1])
    if evidence.notebooks:
        add(
            "has-notebooks",
            f"{len(evidence.notebooks)} notebooks",
            _Place(evidence.notebooks[0], None),
        )
    add(
        "has-ci",
        "A continuous-integration system runs it",
        evidence.one(
            "SELECT path, NULL FROM workflow WHERE live = 1"
            " AND system NOT IN ('pre-commit', 'action') ORDER BY path LIMIT 1"
        ),
    )
    add(
        "scheduled-training",
        "A live schedule or event reaches training",
        evidence.one(
            "SELECT t.trigger_path, t.trigger_line FROM trigger_reach t JOIN action a"
            " ON a.path = t.path AND a.scope = t.scope WHERE t.live = 1 AND t.kind IN"
            " ('schedule', 'data_arrival', 'drift_alert') AND a.action IN ('train', 'tune')"
            " AND t.confidence <> 'low' AND a.confidence <> 'low'"
            " ORDER BY t.trigger_path, t.trigger_line LIMIT 1"
        ),
    )
    found += _shape(evidence)
    return found


def _shape(evidence: _Evidence) -> list[Trait]:
    connection = evidence.connection
    found: list[Trait] = []
    projects = [root for (root,) in connection.execute("SELECT root FROM project ORDER BY root")]
    if len(projects) > 1:
        found.append(Trait("monorepo", f"{len(projects)} projects", projects[0] or None, None))
    template = next((p for p in sorted(evidence.roles) if "{{" in p or "{%" in p), None)
    if template or "cookiecutter.json" in evidence.roles or "copier.yml" in evidence.roles:
        found.append(Trait("template", "Has paths or files that a generator fills", template, None))
    trained = {place.path.partition("/")[0] for place in evidence.actions["train"]}
    if len(projects) > 3 and len([root for root in projects if root.split("/")[0] in trained]) > 3:
        found.append(Trait("collection", "Several projects train models of their own", None, None))
    provisioned = evidence.first(words("provision"))
    if provisioned and not evidence.first(_TRAINING):
        found.append(Trait("platform", "Infrastructure without training code", *provisioned[1]))
    authors = connection.execute(
        "SELECT COUNT(DISTINCT author_key), COUNT(*) FROM git_commit WHERE bot = 0"
    ).fetchone()
    if authors[0] == 1 and authors[1] > 1:
        found.append(
            Trait("single-author", f"One person wrote all {authors[1]} commits", None, None)
        )
    return found


def _column(connection: sqlite3.Connection, query: str) -> list[str]:
    return sorted(value for (value,) in connection.execute(query))
