"""What entry points and triggers reach."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from mlops_audit.linking.confidence import WORDS
from mlops_audit.linking.index import Unit
from mlops_audit.linking.search import Way
from mlops_audit.linking.units import UnitGraph
from mlops_audit.schema import AutomationTrigger, EntryPoint, EntryReach, TriggerReach

#: Rows that one of the two tables may have: what a huge repository costs stays bounded.
_MAX_ROWS = 250_000


def entry_reach(
    connection: sqlite3.Connection, graph: UnitGraph, entries: Sequence[EntryPoint]
) -> list[EntryReach]:
    """Return every unit that each entry point reaches, the entry point itself included."""
    tests: dict[str, list[Unit]] = {}
    query = (
        "SELECT path, qualname FROM definition WHERE kind <> 'class' AND"
        " (qualname LIKE 'test%' OR qualname LIKE '%.test%') ORDER BY path, line"
    )
    for path, qualname in connection.execute(query):
        tests.setdefault(path, []).append(Unit(path, qualname))
    found: list[EntryReach] = []
    done: set[Unit] = set()
    for entry in entries:
        unit = Unit(entry.path, entry.scope)
        if unit in done:
            continue
        done.add(unit)
        # A test file is one entry point: pytest imports it and calls its tests.
        more = tests.get(entry.path, []) if entry.kind == "test" else []
        for reached, way in graph.reach([unit, *more]).items():
            found.append(EntryReach(*unit, *reached, way.depth, WORDS[way.rank]))
        if len(found) > _MAX_ROWS:
            break
    return found[:_MAX_ROWS]


def code_triggers(connection: sqlite3.Connection) -> list[AutomationTrigger]:
    """Return what starts by itself because code says so: a DAG, a flow or a job with a schedule."""
    known = set(connection.execute("SELECT path, line FROM automation_trigger"))
    query = (
        "SELECT a.path, a.line, a.scope, a.action, a.name, a.call FROM action a"
        " JOIN module m ON m.path = a.path JOIN file f ON f.path = a.path"
        " WHERE a.action IN ('schedule', 'trigger_run')"
        " AND f.role NOT IN ('test', 'docs', 'vendored')"
        " ORDER BY a.path, a.line, a.action, a.name"
    )
    found: list[AutomationTrigger] = []
    for path, line, scope, action, name, call in connection.execute(query).fetchall():
        if (path, line) in known:
            continue
        known.add((path, line))
        given: dict[str, tuple[str, str]] = {
            keyword: (kind, value or "")
            for keyword, kind, value in connection.execute(
                "SELECT keyword, kind, value FROM call_argument"
                " WHERE path = ? AND call = ? AND keyword IS NOT NULL ORDER BY position",
                (path, call),
            )
        }
        kind = "data_arrival" if action == "trigger_run" or _waits_for_data(given) else "schedule"
        detail = _detail(given) or name
        live = all(given.get(word, ("", ""))[1] != "True" for word in _PAUSED)
        found.append(AutomationTrigger(path, line, scope, kind, detail, live))
    return found


#: Arguments that say when something starts, the plainest first.
_WHEN = (
    "schedule",
    "schedule_interval",
    "cron",
    "cron_schedule",
    "cron_expression",
    "interval",
    "interval_second",
    "rrule",
    "schedule_expression",
    "event",
    "events",
)
_PAUSED = ("is_paused_upon_creation", "paused")
_PERIODS = ("hourly", "daily", "weekly", "monthly")


def _detail(given: Mapping[str, tuple[str, str]]) -> str:
    for word in _WHEN:
        if value := given.get(word, ("", ""))[1]:
            return value
    return next((word for word in _PERIODS if given.get(word, ("", ""))[1] == "True"), "")


def _waits_for_data(given: Mapping[str, tuple[str, str]]) -> bool:
    """Tell whether a schedule is a list of data sets whose update starts the run."""
    kind, value = given.get("schedule", ("", ""))
    return kind == "list" or "Dataset(" in value or "Asset(" in value


def trigger_reach(
    connection: sqlite3.Connection, graph: UnitGraph, extra: Iterable[AutomationTrigger] = ()
) -> list[TriggerReach]:
    """Return every unit that each trigger reaches.

    A workflow that another workflow starts is reached from that one's triggers; it gets rows of its
    own only where nothing in the repository starts it.
    """
    rows = [
        AutomationTrigger(*row)
        for row in connection.execute(
            "SELECT path, line, scope, kind, detail, live FROM automation_trigger"
            " ORDER BY path, line, scope, kind, detail"
        )
    ]
    rows.extend(extra)
    dead_files = {
        path for (path,) in connection.execute("SELECT path FROM workflow WHERE live = 0")
    }
    started = {link.target for links in graph.links.values() for link in links}
    memo: dict[tuple[Unit, str], Mapping[Unit, Way]] = {}
    found: dict[TriggerReach, None] = {}
    for trigger in rows:
        start = Unit(trigger.path, trigger.scope)
        if trigger.kind in ("workflow", "reusable") and start in started:
            continue
        key = (start, trigger.kind if trigger.path in graph.conditional else "")
        if key not in memo:
            memo[key] = graph.reach(_starts(start), key[1])
        alive = bool(trigger.live) and trigger.path not in dead_files
        for reached, way in memo[key].items():
            row = TriggerReach(
                trigger.path,
                trigger.line,
                trigger.scope,
                trigger.kind,
                trigger.detail,
                alive and not way.dead,
                *reached,
                way.depth,
                way.tolerated,
                WORDS[way.rank],
            )
            found[row] = None
        if len(found) > _MAX_ROWS:
            break
    return list(found)[:_MAX_ROWS]


def _starts(start: Unit) -> list[Unit]:
    # A schedule on a function or class of a code file also runs that file's module level.
    code = start.scope and ":" not in start.scope
    return [start, Unit(start.path, "")] if code else [start]
