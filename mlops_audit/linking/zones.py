"""Zones: what each file is for."""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from mlops_audit.linking.index import Unit
from mlops_audit.linking.names import words
from mlops_audit.linking.units import UnitGraph
from mlops_audit.schema import FileZone, TriggerReach

EXPLORATION_FOLDER = re.compile(
    r"(?:^|/)(?:notebooks?|nbs|ipynb|jupyter|eda|sandbox|playground|scratch(?:pad)?|research"
    r"|explor(?:e|ation|atory|ations)|prototyp(?:e|es|ing)|analysis|adhoc|ad-hoc|poc)/",
    re.IGNORECASE,
)
_SERVING = words("serve predict_batch log_prediction monitor_infra monitor_drift monitor_model")
_DEFINING = words(
    "serve deploy provision monitor_infra monitor_drift monitor_model monitor_data_quality alert"
    " promote_model access_control private_network just_in_time"
)
_TRAINING = words("train tune cross_validate")
_CODE = words("python notebook")
_DEFINITION_KINDS = words("yaml json toml ini dockerfile shell makefile text")
_IAC_SUFFIXES = (".tf", ".tfvars", ".bicep", ".bicepparam", ".hcl")
_UNATTENDED = words("push tag schedule data_arrival drift_alert api workflow pull_request")


class _Facts(NamedTuple):
    actions: Mapping[str, frozenset[str]]
    serving: Mapping[str, str]
    reached: Mapping[str, str]
    staged: frozenset[str]
    databricks: frozenset[str]


def file_zones(
    connection: sqlite3.Connection,
    graph: UnitGraph,
    reach: Iterable[TriggerReach],
    overrides: Sequence[tuple[str, str]] = (),
) -> list[FileZone]:
    """Return the zone of every file with the reason; ``overrides`` are (path glob, zone)."""
    facts = _facts(connection, graph, reach)
    found = []
    query = "SELECT path, kind, role, suffix FROM file ORDER BY path"
    for path, kind, role, suffix in connection.execute(query):
        declared = next((zone for glob, zone in overrides if fnmatchcase(path, glob)), None)
        if declared is not None:
            found.append(FileZone(path, declared, "declared in the configuration"))
        else:
            found.append(FileZone(path, *_zone(path, kind, role, suffix, facts)))
    return found


def _zone(path: str, kind: str, role: str, suffix: str, facts: _Facts) -> tuple[str, str]:
    if role in ("vendored", "generated", "test"):
        return role, f"lies or is named as {role} code"
    if kind in ("markdown", "rst"):
        return "docs", "is prose"
    if role == "docs" and kind != "notebook":
        return "docs", "lies with the documentation"
    if kind in _CODE:
        return _code_zone(path, kind, role, facts)
    if suffix in _IAC_SUFFIXES:
        return "production", "defines infrastructure"
    doing = sorted(facts.actions.get(path, frozenset()) & _DEFINING)
    if doing and kind in _DEFINITION_KINDS and role != "example":
        return "production", f"defines what runs in production ({', '.join(doing)})"
    if kind == "dockerfile" and path in facts.serving:
        return "production", f"is the image that runs {facts.serving[path]}"
    if EXPLORATION_FOLDER.search(path):
        return "exploration", "lies with exploratory work"
    if role in ("docs", "example"):
        return "docs", f"lies with the {'documentation' if role == 'docs' else 'examples'}"
    return "development", "nothing says otherwise"


def _code_zone(path: str, kind: str, role: str, facts: _Facts) -> tuple[str, str]:
    actions = facts.actions.get(path, frozenset())
    unattended = facts.reached.get(path)
    if role not in ("docs", "example"):
        serving = facts.serving.get(path)
        if serving == path:
            doing = ", ".join(sorted(actions & _SERVING)) or "a web route"
            return "production", f"runs in production ({doing})"
        if serving is not None and not actions & _TRAINING:
            return "production", f"is used by {serving}, which runs in production"
    if role in ("docs", "example") and unattended is None:
        return "docs", f"lies with the {'documentation' if role == 'docs' else 'examples'}"
    notebook = kind == "notebook" and path not in facts.databricks
    if notebook or EXPLORATION_FOLDER.search(path):
        if unattended is not None:
            return "development", f"is run by {unattended}"
        if path in facts.staged:
            return "development", "is run by a declared pipeline or command"
        return "exploration", "is a notebook" if notebook else "lies with exploratory work"
    if actions & _TRAINING:
        return "development", "trains models"
    return "development", "nothing says otherwise"


def _facts(
    connection: sqlite3.Connection, graph: UnitGraph, reach: Iterable[TriggerReach]
) -> _Facts:
    actions: dict[str, set[str]] = defaultdict(set)
    seeds: dict[str, set[Unit]] = defaultdict(set)
    code = {
        path
        for (path,) in connection.execute(
            "SELECT path FROM file WHERE kind IN ('python', 'notebook')"
            " AND role NOT IN ('test', 'docs', 'vendored', 'generated', 'example')"
        )
    }
    query = "SELECT path, scope, action FROM action WHERE confidence <> 'low'"
    for path, scope, action in connection.execute(query):
        actions[path].add(action)
        if action in _SERVING and path in code:
            seeds[path] |= {Unit(path, scope), Unit(path, "")}
    query = "SELECT path, scope FROM entry_point WHERE kind = 'web_route'"
    for path, scope in connection.execute(query):
        if path in code:
            seeds[path] |= {Unit(path, scope), Unit(path, "")}
    serving = {path: path for path in seeds}
    for path in sorted(seeds):
        for unit in graph.reach(seeds[path]):
            if unit.path in code:
                serving.setdefault(unit.path, path)
    for (image,) in connection.execute("SELECT path FROM file WHERE kind = 'dockerfile'"):
        for unit in graph.reach([Unit(image, "")]):
            if unit.path in seeds:
                serving.setdefault(image, unit.path)
    reached: dict[str, str] = {}
    for row in reach:
        if row.live and row.kind in _UNATTENDED and row.trigger_path != row.path:
            reached.setdefault(row.path, f"{row.trigger_path} ({row.kind})")
    staged = {
        path
        for (path,) in connection.execute(
            "SELECT DISTINCT t.target_path FROM command_target t JOIN command c"
            " ON c.path = t.path AND c.position = t.position"
            " WHERE t.target_path IS NOT NULL AND c.cell IS NULL"
        )
    }
    databricks = {
        path for (path,) in connection.execute("SELECT path FROM module WHERE kind = 'databricks'")
    }
    frozen = {path: frozenset(found) for path, found in actions.items()}
    return _Facts(frozen, serving, reached, frozenset(staged), frozenset(databricks))
