"""Metric files and text logs that no tracker wrote: weaker evidence of runs.

A file counts by its name *and* its shape: a column that tells the step beside one that measures,
in at least two rows; or lines that say an epoch and a measure. Anything less is no log of a run.
"""

import re
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.runs.curves import (
    Curves,
    curve_rows,
    json_lines,
    numbers,
    plain_json,
    record_curves,
    table_curves,
)
from mlops_audit.readers.runs.folders import is_named_format
from mlops_audit.readers.runs.history import History
from mlops_audit.readers.runs.plain_text import STEP, is_log, text_curves
from mlops_audit.readers.runs.rows import is_own, number, parent_folder, run_row
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import RunStore

_NAME = re.compile(
    r"(?:[\w.-]{0,60}[_.-])?(?:train(?:ing)?|fit|learn(?:ing)?|epoch|keras|loss|history|metrics?"
    r"|results?|scores?|eval(?:uation)?|val(?:idation)?|log|logs|logger|csv_?log(?:ger)?)"
    r"(?:[_.-][\w.-]{0,60})?",
    re.IGNORECASE,
)
#: Columns that Keras writes: `loss` beside `val_loss`, or beside a measure of the same rows.
_KERAS = frozenset({"epoch", "loss"})


class PlainLogReader:
    """Reads metric files in CSV, JSON and JSON lines, and text logs of common shapes."""

    name = "runs-plain"
    version = 1

    def accepts(self, file: SourceFile) -> bool:
        """Accept files that are called like a log of training."""
        stem = file.name.rpartition(".")[0]
        if file.suffix not in (".csv", ".tsv", ".jsonl", ".json", ".log", ".txt", ".out"):
            return False
        if is_named_format(file.path):
            return False
        return _NAME.fullmatch(stem) is not None and is_own(file) and file.role == "source"

    def read(self, file: SourceFile, content: bytes) -> Iterator[Any]:
        """Yield the run that the file tells about, if its shape is that of a log."""
        if file.suffix in (".csv", ".tsv"):
            delimiter = "\t" if file.suffix == ".tsv" else ","
            curves, kind = table_curves(content, delimiter), "metrics-file"
            if _is_keras(curves, content):
                kind = "keras"
        elif file.suffix == ".jsonl":
            flat = [dict(numbers(record)) for record in json_lines(content)]
            curves, kind = record_curves(flat), "metrics-file"
        elif file.suffix == ".json":
            curves, kind = _json(content), "metrics-file"
        else:
            curves, kind = text_curves(content), "text-log"
        if not is_log(curves):
            return
        # Two logs in one folder are two runs, and the folder is their store.
        store = f"{parent_folder(file.path)}" if kind == "keras" else file.path
        run = file.name
        yield RunStore(store, kind, 0)
        yield run_row(store, run, file.path)
        yield from curve_rows(store, run, curves)


def _is_keras(curves: Curves, content: bytes) -> bool:
    """Tell the table of `CSVLogger`: the epoch first, then names in order of the alphabet."""
    if not curves.keys() >= _KERAS or next(iter(curves)) != "epoch":
        return False
    names = list(curves)[1:]
    own = [name for name in names if not name.startswith("val_")]
    return names == sorted(names) and (
        len(own) == len(names)
        or {f"val_{name}" for name in own if name != "lr"} & set(names) != set()
    )


def _json(content: bytes) -> Curves:
    """Return the curves of a mapping of lists, or of a list of mappings under any key."""
    told = plain_json(content)
    lists = {
        key: value
        for key, value in told.items()
        if isinstance(value, list) and value and all(isinstance(v, int | float) for v in value)
    }
    curves: Curves = {}
    if len(lists) >= 1 and len({len(value) for value in lists.values()}) == 1:
        for key, values in lists.items():
            curve = curves.setdefault(str(key), History())
            for step, value in enumerate(values):
                curve.add(number(str(value)), step)
        if curves and not any(STEP.fullmatch(key) for key in curves):
            steps = curves.setdefault("epoch", History())
            for step in range(len(next(iter(lists.values())))):
                steps.add(float(step), step)
        return curves
    for value in told.values():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return record_curves(value)
    return {}
