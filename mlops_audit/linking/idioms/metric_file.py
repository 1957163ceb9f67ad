"""Metrics that training or evaluation code writes to a file itself."""

import re
import sqlite3
from collections.abc import Iterator

from mlops_audit.linking.idioms.facts import Known, Site, idiom, name_parts
from mlops_audit.linking.idioms.metric_names import METRICS
from mlops_audit.linking.names import words
from mlops_audit.schema import Action

_JUDGING = words("train tune cross_validate evaluate")
#: Words of a file or of a value that holds metrics.
_HOLDERS = METRICS | words("metric metrics scores score losses loss history kpi kpis")
_DUMPS = words("dump safe_dump to_csv to_json to_yaml to_excel to_parquet")
#: Parts of the names of the repository's own functions that write something down.
_SAVING = words("save write dump export store")
_FORMATS = words("json yaml yml csv dict metrics metric results scores report")
_WRITES = words("write writerow writerows write_text writelines")
_OPENS = words("open Path")
_MODES = ("w", "a", "x")
#: Names inside f-strings and in the text of lists and dictionaries.
_NAMES = re.compile(r"[A-Za-z_][\w.]{0,60}")
_PLACEHOLDER = re.compile(r"\{([A-Za-z_][\w.\[\]'\"]{0,60})")


def metric_files(connection: sqlite3.Connection, known: Known) -> Iterator[Action]:
    """Yield `write_metric_file` once for each unit that writes metrics to a file."""
    wanted = sorted(_DUMPS | _WRITES | _OPENS)
    saving = " OR ".join(f"c.method LIKE '{word}|_%' ESCAPE '|'" for word in sorted(_SAVING))
    texts = _metrics_as_text(connection)
    query = (
        "SELECT c.path, c.cell, c.line, c.scope, c.id, c.name, c.method, c.target, c.receiver,"
        " a.position, a.keyword, a.kind, a.value FROM call c"
        " JOIN call_argument a ON a.path = c.path AND a.call = c.id AND a.position < 3"
        f" WHERE (c.method IN ({','.join('?' * len(wanted))}) OR {saving})"
        " AND a.value IS NOT NULL"
        " ORDER BY c.path, c.id, a.position"
    )
    done: set[tuple[str, str]] = set()
    modes = _write_modes(connection)
    for row in connection.execute(query, wanted):
        path, cell, line, scope, call, name, method, target, receiver, *argument = row
        if not known.written(path) or not known.of_file(path) & _JUDGING or (path, scope) in done:
            continue
        if known.of_call(path, call) & {"write_metric_file", "log_metric", "save_model"}:
            continue
        position, keyword, kind, value = argument
        if method in _OPENS:
            shown = _opened(position, kind, value, target, modes.get((path, call)))
        elif method in _WRITES:
            shown = _written(kind, value, receiver)
            if value == "json.dumps":
                shown = texts.get((path, scope, line))
        elif method not in _DUMPS:
            saves = set(name_parts(method)) & _SAVING and set(name_parts(method)) & _FORMATS
            shown = _dumped(kind, value, "", None) if saves and kind == "name" else None
        else:
            shown = _dumped(kind, value, receiver, keyword)
        if shown:
            done.add((path, scope))
            yield idiom(
                Site(path, cell, line, scope),
                "write_metric_file",
                f"{name}({shown})",
                call=call,
                confidence="medium",
            )


def _metrics_as_text(connection: sqlite3.Connection) -> dict[tuple[str, str, int], str]:
    """Return the places of `json.dumps(metrics)`, which is written down only if something does."""
    query = (
        "SELECT c.path, c.scope, c.line, a.kind, a.value FROM call c JOIN call_argument a"
        " ON a.path = c.path AND a.call = c.id AND a.position = 0"
        " WHERE c.target = 'json.dumps' AND a.value IS NOT NULL"
    )
    return {
        (path, scope, line): shown
        for path, scope, line, kind, value in connection.execute(query)
        if (shown := _dumped(kind, value, "", None))
    }


def _write_modes(connection: sqlite3.Connection) -> dict[tuple[str, int], str]:
    query = (
        "SELECT a.path, a.call, a.value FROM call_argument a JOIN call c"
        " ON c.path = a.path AND c.id = a.call WHERE c.method = 'open' AND a.kind = 'string'"
        " AND (a.position = 1 AND a.keyword IS NULL OR a.keyword = 'mode')"
    )
    return {(path, call): value for path, call, value in connection.execute(query)}


def _opened(position: int, kind: str, value: str, target: str, mode: str | None) -> str | None:
    if target != "builtins.open" or position != 0 or kind not in ("string", "fstring", "name"):
        return None
    if mode is None or not mode.startswith(_MODES):
        return None
    return value if _file_of_metrics(value, kind) else None


def _file_of_metrics(value: str, kind: str) -> bool:
    parts = name_parts(value.rpartition("/")[2] if kind != "name" else value)
    return bool(set(parts) & _HOLDERS) and not set(parts) & {"plot", "png", "model", "pkl"}


def _written(kind: str, value: str, receiver: str) -> str | None:
    if receiver in ("sys.stdout", "sys.stderr") or receiver.startswith(("st", "wandb", "tqdm")):
        return None
    if kind == "fstring":
        found = next((one for one in _PLACEHOLDER.findall(value) if _is_metric(one)), None)
    elif kind == "list":
        found = next((one for one in _NAMES.findall(value) if _is_metric(one)), None)
    else:
        found = None
    return f"… {found} …" if found else None


def _is_metric(name: str) -> bool:
    parts = set(name_parts(name))
    return bool(parts & (METRICS | {"loss", "score", "metrics", "metric"})) and "fn" not in parts


def _dumped(kind: str, value: str, receiver: str, keyword: str | None) -> str | None:
    if keyword is not None and keyword not in ("obj", "path_or_buf", "path"):
        return None
    if kind in ("string", "fstring"):
        return value if _file_of_metrics(value, kind) else None
    if kind == "name":
        parts = set(name_parts(value))
        held = parts & (_HOLDERS - {"history"}) and not parts & {"path", "file", "dir", "fn"}
        return value if held or set(name_parts(receiver)) & {"metrics", "scores"} else None
    if kind == "dict":
        keys = re.findall(r"['\"]([\w .-]{1,40})['\"]\s{0,3}:", value)
        return next((key for key in keys if set(name_parts(key)) & METRICS), None)
    return None
