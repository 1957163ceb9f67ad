"""Event files of TensorBoard: which scalars were written, and their last values."""

import re
import struct
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.runs.event_notes import HPARAMS, told_of
from mlops_audit.readers.runs.history import History
from mlops_audit.readers.runs.rows import (
    KEY_LIMIT,
    base_name,
    finite,
    is_own,
    metric_row,
    parameter_row,
    parent_folder,
    run_row,
    seconds,
    tag_row,
)
from mlops_audit.readers.runs.wire import fields, floating, integer, messages, string
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Diagnostic, RunStore

_NAME = re.compile(r"(?:.*\.)?tfevents(?:\..*)?")
_GUILD_RUN = re.compile(r"[0-9a-f]{32}")
_CATBOOST_PARTS = ("learn", "test")
_EVENT_LIMIT = 2_000_000
_TAG_LIMIT = 2_000
#: DataType: DT_FLOAT and DT_DOUBLE.
_FLOAT, _DOUBLE = 1, 2
#: The tag under which Lightning registers its hyper-parameters before there is any result.
_HYPER = "hp_metric"
#: Ray Tune writes the same beside it, under names without this.
_REPEATED = "ray/tune/"


class TensorboardReader:
    """Reads event files; the framing and the messages are decoded by hand."""

    name = "runs-tensorboard"
    version = 2

    def accepts(self, file: SourceFile) -> bool:
        """Accept event files by their name."""
        return _NAME.fullmatch(file.name) is not None and is_own(file)

    def read(self, file: SourceFile, content: bytes) -> Iterator[Any]:
        """Yield the run and its scalars; text, graphs and pictures are no metrics."""
        store, run, folder, kind = place_of(file.path)
        scalars: dict[str, tuple[History, float, int]] = {}
        parameters: dict[str, str] = {}
        texts: dict[str, str] = {}
        first = last = None
        events = told = 0
        at = 0
        while (frame := _frame(content, at)) is not None and events < _EVENT_LIMIT:
            event, at = frame
            events += 1
            time, step, summaries, says = _event(event)
            told += says
            if time is not None:
                first = time if first is None else min(first, time)
                last = time if last is None else max(last, time)
            for summary in summaries:
                for tag, value in _scalars(summary):
                    if tag not in scalars and len(scalars) >= _TAG_LIMIT:
                        continue
                    curve, kept, latest = scalars.get(tag, (History(), value, step))
                    curve.add(finite(value), step, time)
                    kept = value if step >= latest else kept
                    scalars[tag] = (curve, kept, max(step, latest))
                for tag, found in told_of(summary):
                    (parameters if tag.startswith(HPARAMS) else texts).setdefault(tag, found)
        if at < len(content):
            problem = "The event file is damaged or cut off; what stands before was read."
            yield Diagnostic(file.path, None, self.name, problem, False)
        if not told:
            # A writer that was opened and never used.
            return
        yield RunStore(store, kind, 0)
        yield run_row(store, run, folder, started_at=seconds(first), ended_at=seconds(last))
        part = base_name(file.path.rpartition("/")[0])
        prefix = f"{part}/" if part not in (run, ".guild") else ""
        for tag, (curve, value, _) in scalars.items():
            if tag.startswith(_REPEATED):
                continue
            # A single -1 says that nothing was measured.
            system = tag == _HYPER and value == -1.0
            yield metric_row(store, run, f"{prefix}{tag}", value, curve.count, system=system)
            yield from curve.rows(store, run, f"{prefix}{tag}")
        for tag, found in parameters.items():
            yield parameter_row(store, run, tag.removeprefix(HPARAMS), found)
        for tag, found in texts.items():
            yield tag_row(store, run, f"{prefix}{tag}", found)


def place_of(path: str) -> tuple[str, str, str, str]:
    """Return store, run, folder of the run and kind of store of an event file."""
    folder = path.rpartition("/")[0]
    above = folder.rpartition("/")[0]
    if base_name(folder) in _CATBOOST_PARTS and base_name(above).startswith("catboost_info"):
        return above, base_name(above), above, "catboost"
    if base_name(folder) == ".guild" and _GUILD_RUN.fullmatch(base_name(above)):
        return parent_folder(above), base_name(above), above, "guild"
    name = base_name(folder) or "events"
    kind = "lightning" if re.fullmatch(r"version_\d+", name) else "tensorboard"
    return parent_folder(folder), name, folder or path, kind


def _frame(content: bytes, at: int) -> tuple[bytes, int] | None:
    """Return the record at a place and the place after it: length, its sum, bytes, their sum."""
    if at + 12 > len(content):
        return None
    (length,) = struct.unpack_from("<Q", content, at)
    end = at + 12 + length
    if end + 4 > len(content):
        return None
    return content[at + 12 : end], end + 4


def _event(event: bytes) -> tuple[float | None, int, list[bytes], bool]:
    """Return wall time, step and summaries of an event, and whether it says anything at all."""
    time, step, says = None, 0, False
    summaries = []
    for number, value in fields(event):
        if number == 1:
            time = floating(value)
        elif number == 2 and isinstance(value, int):
            step = value
        elif number == 5 and isinstance(value, bytes):
            summaries.append(value)
        # A graph, a log message, metadata of a run or a graph; a version number is nothing.
        says = says or number in (4, 5, 6, 8, 9)
    return time, step, summaries, says


def _scalars(summary: bytes) -> Iterator[tuple[str, float]]:
    """Yield tag and value of the scalars in a summary, of the old and of the new kind."""
    for value in messages(summary, 1):
        tag = string(value, 1)[:KEY_LIMIT]
        scalar: float | None = None
        for number, given in fields(value):
            if number == 2:
                scalar = floating(given)
            elif number == 8 and isinstance(given, bytes):
                scalar = _tensor(given)
        if tag and scalar is not None:
            yield tag, scalar


def _tensor(tensor: bytes) -> float | None:
    """Return the number in a tensor of one float or double; None for text and larger ones."""
    kind = integer(tensor, 1)
    if kind not in (_FLOAT, _DOUBLE):
        return None
    size = 4 if kind == _FLOAT else 8
    for number, value in fields(tensor):
        # tensor_content, float_val (packed), double_val (packed)
        if number in (4, 5, 6) and isinstance(value, bytes):
            return floating(value) if len(value) == size else None
    return None
