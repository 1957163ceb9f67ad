"""Whether what is written down, or the file it goes to, is a metric: by names in the text."""

import re
import sqlite3
from collections import defaultdict

from mlops_audit.linking.idioms.facts import name_parts
from mlops_audit.linking.idioms.metric_names import METRICS
from mlops_audit.linking.names import words

#: Words of a file or of a value that holds metrics.
_HOLDERS = METRICS | words("metric metrics scores score losses loss history kpi kpis")
#: Words of a value that is written: the reward is the metric of an agent.
_VALUES = METRICS | words("loss score metrics metric reward rewards")
#: Files that show, hold a model or set how something is measured.
_OTHER_FILES = words("plot plots png jpg svg html model pkl pickle pt pth config fn")
_PATHS = words("path paths file files filename dir folder fn name")
#: Names in the text of lists and dictionaries, inside f-strings, and keys.
_NAMES = re.compile(r"[A-Za-z_][\w.]{0,60}")
_PLACEHOLDER = re.compile(r"\{([A-Za-z_][\w.\[\]'\"]{0,60})")
_KEY = re.compile(r"['\"]([\w .-]{1,40})['\"]\s{0,3}:")
#: Names of values before a placeholder: `mse:{}`, `accuracy = %f`.
_LABEL = re.compile(r"([A-Za-z_][\w]{0,40})\s{0,3}[:=]?\s{0,3}(?:\{|%)")


def file_of_metrics(value: str, kind: str) -> bool:
    """Tell whether a path (or the name of one) is that of a file of metrics."""
    parts = set(name_parts(value.rpartition("/")[2] if kind != "name" else value))
    return bool(parts & _HOLDERS) and not parts & _OTHER_FILES


def is_metric(name: str) -> bool:
    """Tell whether a value of this name is a metric."""
    parts = set(name_parts(name))
    return bool(parts & _VALUES) and not parts & (_PATHS | {"fn", "fns", "func"})


def written(kind: str, value: str, receiver: str) -> str | None:
    """Return the metric in what is written to a file, None if there is none."""
    if receiver in ("sys.stdout", "sys.stderr") or receiver.startswith(("st", "wandb", "tqdm")):
        return None
    names: list[str] = []
    if kind in ("fstring", "text"):
        names = _PLACEHOLDER.findall(value)
    elif kind == "list":
        names = _NAMES.findall(value)
    found = next((one for one in names if is_metric(one)), None)
    return f"… {found} …" if found else None


def dumped(kind: str, value: str, receiver: str, keyword: str | None) -> str | None:
    """Return what names the metrics in an argument of a call that dumps data, or None."""
    if keyword is not None and keyword not in ("obj", "path_or_buf", "path"):
        return None
    of_metrics = bool(set(name_parts(receiver)) & {"metrics", "scores"})
    if kind in ("string", "fstring", "text"):
        return value if of_metrics or file_of_metrics(value, kind) else None
    if kind == "name":
        parts = set(name_parts(value))
        held = parts & (_HOLDERS - {"history"}) and not parts & _PATHS
        return value if held or of_metrics else None
    if kind == "dict":
        return _key(value)
    return None


def _key(dictionary: str) -> str | None:
    keys = _KEY.findall(dictionary)
    return next((key for key in keys if set(name_parts(key)) & (METRICS | {"metrics"})), None)


class NestedTexts:
    """Texts and dictionaries that are made in one place and written down in another."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read calls that put texts together, and dictionaries with metrics among their keys."""
        self._made: dict[tuple[str, str], list[tuple[int, str, str]]] = defaultdict(list)
        query = (
            "SELECT c.path, c.scope, c.line, c.target, c.receiver, a.kind, a.value FROM call c"
            " JOIN call_argument a ON a.path = c.path AND a.call = c.id"
            " WHERE (c.target IN ('json.dumps', 'builtins.str', 'os.path.join')"
            "        OR c.method = 'format') AND a.value IS NOT NULL"
            " ORDER BY c.path, c.id, a.position"
        )
        for path, scope, line, target, receiver, kind, value in connection.execute(query):
            text = _text(target, receiver, kind, value)
            if text:
                self._made[path, scope].append((line, target, text))
        self._dictionaries: dict[tuple[str, str, str], str] = {}
        for path, scope, name, value in connection.execute(
            "SELECT path, scope, name, value FROM assignment WHERE kind = 'dict'"
        ):
            key = _key(value or "")
            if key:
                self._dictionaries[path, scope, name] = key

        #: Names that hold what a library measured: `report = classification_report(…)`.
        self._measured: set[tuple[str, str, str]] = set(
            connection.execute(
                "SELECT path, scope, name FROM assignment WHERE kind = 'call'"
                " AND value LIKE 'sklearn.metrics.%' AND value NOT LIKE '%Display%'"
                " AND value NOT LIKE '%curve'"
            )
        )

    def measured(self, path: str, scope: str, name: str) -> bool:
        """Tell whether a name of this unit holds what a library measured."""
        return (path, scope, name) in self._measured

    def inside(self, path: str, scope: str, line: int, end: int, target: str) -> str:
        """Return the text that a call among a call's arguments makes, '' if it isn't known."""
        return "/".join(
            text
            for made, maker, text in self._made.get((path, scope), ())
            if maker == target and line <= made <= end
        )

    def dictionary(self, path: str, scope: str, name: str) -> str | None:
        """Return a metric among the keys of a dictionary of this name."""
        return self._dictionaries.get((path, scope, name))


def _text(target: str, receiver: str, kind: str, value: str) -> str:
    if target == "os.path.join":
        return value if kind in ("string", "fstring", "text") else f"{{{value}}}"
    if target == "json.dumps":
        shown = dumped(kind, value, "", None)
        return f"{{{shown}}}" if shown else ""
    if target == "builtins.str":
        return f"{{{value}}}" if kind in ("name", "other") else ""
    label = next((one for one in _LABEL.findall(receiver[:200]) if is_metric(one)), None)
    return f"{{{label or value}}}" if kind in ("name", "other") else ""
