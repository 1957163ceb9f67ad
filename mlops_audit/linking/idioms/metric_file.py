"""Metrics that training or evaluation code writes to a file itself."""

import sqlite3
from collections.abc import Iterator

from mlops_audit.linking.idioms.facts import Known, Site, idiom, name_parts
from mlops_audit.linking.idioms.metric_names import METRICS
from mlops_audit.linking.idioms.metric_text import (
    NestedTexts,
    dumped,
    file_of_metrics,
    written,
)
from mlops_audit.linking.names import words
from mlops_audit.schema import Action

_JUDGING = words("train tune cross_validate evaluate")
_DUMPS = words("dump safe_dump to_csv to_json to_yaml to_excel to_parquet")
#: Of NumPy, whose name says too little alone.
_SAVES = words("save savez savetxt")
#: Parts of the names of the repository's own functions that write something down.
_SAVING = words("save write dump export store")
_FORMATS = words("json yaml yml csv dict metrics metric results scores report")
_WRITES = words("write writerow writerows write_text writelines print")
_OPENS = words("open")
_MODES = ("w", "a", "x")


def metric_files(connection: sqlite3.Connection, known: Known) -> Iterator[Action]:
    """Yield `write_metric_file` once for each unit that writes metrics to a file."""
    wanted = sorted(_DUMPS | _SAVES | _WRITES | _OPENS)
    saving = " OR ".join(f"c.method LIKE '{word}|_%' ESCAPE '|'" for word in sorted(_SAVING))
    query = (
        "SELECT c.path, c.cell, c.line, c.end_line, c.scope, c.id, c.name, c.method, c.target,"
        " c.receiver, a.position, a.keyword, a.kind, a.value FROM call c"
        " JOIN call_argument a ON a.path = c.path AND a.call = c.id AND a.position < 3"
        f" WHERE (c.method IN ({','.join('?' * len(wanted))}) OR {saving})"
        " AND a.value IS NOT NULL"
        " ORDER BY c.path, c.id, a.position"
    )
    done: set[tuple[str, str]] = set()
    modes, kept = _write_modes(connection), _printed_to_files(connection)
    texts = NestedTexts(connection)
    judging = known.judging(_JUDGING)
    # Where predictions are compared by hand, only what is surely a metric counts.
    predicting = {action.path for action in known.of_kind("predict")} - judging
    for row in connection.execute(query, wanted):
        path, cell, line, end, scope, call, name, method, target, receiver, *argument = row
        if not known.written(path) or (path, scope) in done:
            continue
        if path not in judging and path not in predicting:
            continue
        if known.of_call(path, call) & {"write_metric_file", "log_metric", "save_model"}:
            continue
        position, keyword, kind, value = argument
        if kind == "call":
            # What is put together inside the call: `json.dumps(metrics)`, `os.path.join(…)`.
            kind, value = "text", texts.inside(path, scope, line, end, value)
        if not value:
            continue
        if method in _OPENS:
            shown = _opened(position, kind, value, target, modes.get((path, call)))
        elif method == "print":
            shown = written(kind, value, "") if (path, call) in kept else None
        elif method in _WRITES:
            shown = written(kind, value, receiver)
            if kind == "name" and texts.measured(path, scope, value) and receiver != "st":
                shown = value
        elif method in _SAVES:
            numpy = target.startswith("numpy.") and position == 0
            shown = value if numpy and file_of_metrics(value, kind) else None
        else:
            if method not in _DUMPS and not (
                kind == "name"
                and set(name_parts(method)) & _SAVING
                and set(name_parts(method)) & _FORMATS
            ):
                continue
            # How the repository's own functions call their parameters says nothing.
            of_a_library = method in _DUMPS
            shown = dumped(
                kind, value, receiver if of_a_library else "", keyword if of_a_library else None
            )
            if not shown and kind == "name" and position == 0:
                shown = texts.dictionary(path, scope, value)
        if shown and (path in judging or set(name_parts(shown)) & METRICS):
            done.add((path, scope))
            yield idiom(
                Site(path, cell, line, scope),
                "write_metric_file",
                f"{name}({shown})",
                call=call,
                confidence="medium",
            )


def _write_modes(connection: sqlite3.Connection) -> dict[tuple[str, int], str]:
    query = (
        "SELECT a.path, a.call, a.value FROM call_argument a JOIN call c"
        " ON c.path = a.path AND c.id = a.call WHERE c.method = 'open' AND a.kind = 'string'"
        " AND (a.position = 1 AND a.keyword IS NULL OR a.keyword = 'mode')"
    )
    return {(path, call): value for path, call, value in connection.execute(query)}


def _printed_to_files(connection: sqlite3.Connection) -> set[tuple[str, int]]:
    query = (
        "SELECT a.path, a.call FROM call_argument a JOIN call c"
        " ON c.path = a.path AND c.id = a.call WHERE c.method = 'print' AND a.keyword = 'file'"
        " AND a.value NOT LIKE 'sys.std%'"
    )
    return {(path, call) for path, call in connection.execute(query)}


def _opened(position: int, kind: str, value: str, target: str, mode: str | None) -> str | None:
    if target != "builtins.open" or position != 0:
        return None
    if kind not in ("string", "fstring", "text", "name"):
        return None
    if mode is None or not mode.startswith(_MODES):
        return None
    return value if file_of_metrics(value, kind) else None
