"""A whole file store of MLflow, read folder by folder from the disk.

A store of ten thousand runs is some hundred thousand files of a few bytes; the way of single files
(list, describe, hash, cache, put together) would cost many times what is in them. So a large store
is one unit: this module opens the files of a run where they lie, relative to the folder that it
holds open, follows no link, and returns finished rows. What the readers of single files say of the
same store is the same; a test holds both beside each other.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from mlops_audit.readers.masking import masked_setting
from mlops_audit.readers.runs.mlflow_files import (
    KIND,
    MlflowFilesReader,
    last_point,
    metric_history,
    run_meta,
)
from mlops_audit.readers.runs.rows import (
    KEY_LIMIT,
    LOGGED_MODEL,
    STORE,
    VALUE_LIMIT,
    artifact_row,
    finished,
    is_system,
    number,
    told_by_tag,
)
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import (
    Diagnostic,
    RegisteredModel,
    Run,
    RunArtifact,
    RunInput,
    RunPoint,
    RunTag,
)

#: Runs that are read at a time.
CHUNK_RUNS = 250
#: A metric file beyond this is not parsed; its last line is taken for its last step.
_PARSED_BYTES = 8 * 1024 * 1024
_BLOCK = 1024 * 1024
_FIRST_READ = 16 * 1024
_TEXT_BYTES = 64 * 1024
#: What a metric file consists of; NaN and Inf are looked at line by line.
_NUMERIC = b"0123456789.eE+- \n"
_NAMES_LIMIT = 5_000
_DEPTH = 8
_HEX = frozenset("0123456789abcdef")
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_READ |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)

#: Name of a table -> rows in column order.
Tables = dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Experiment:
    """An experiment and the folders of its runs."""

    identity: str
    name: str
    deleted: bool
    #: Below the store: the experiment's folder, in the trash or not.
    folder: str
    runs: tuple[str, ...]

    def first(self, count: int, start: int = 0) -> "Experiment":
        """Return the experiment with so many of its runs."""
        return replace(self, runs=self.runs[start : start + max(count, 0)])


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some runs of one experiment: what one process reads at a time."""

    #: Place of the store on disk, and what it is called in the facts.
    place: str
    store: str
    experiment: Experiment
    history: bool = False


@dataclass(slots=True)
class Outline:
    """What a store holds beside the runs themselves."""

    experiments: list[Experiment] = field(default_factory=list)
    tables: Tables = field(default_factory=dict)

    @property
    def runs(self) -> int:
        """Folders of runs that are there."""
        return sum(len(experiment.runs) for experiment in self.experiments)


def is_run_id(name: str) -> bool:
    """Tell whether a folder is called like a run."""
    return len(name) == 32 and _HEX.issuperset(name)


def outline(place: str, store: str) -> Outline:
    """Return the experiments, registered models and data sets of the store at a place."""
    found = Outline()
    for below in ("", ".trash"):
        folder = f"{place}/{below}" if below else place
        for name in _folders(folder):
            if name.isascii() and name.isdigit() and len(name) <= 30:
                inside = f"{below}/{name}" if below else name
                runs = tuple(filter(is_run_id, _folders(f"{folder}/{name}")))
                title, deleted = _experiment(place, inside)
                found.experiments.append(Experiment(name, title, deleted, inside, runs))
    models = list(_models(place, store))
    if any(row.run and row.run.startswith("m-") for row in models):
        makers = _makers(place, found.experiments)
        models = [
            row._replace(run=makers.get(row.run)) if row.run and row.run[:2] == "m-" else row
            for row in models
        ]
    found.tables["registered_model"] = models
    return found


def chunks(found: Outline, place: str, store: str, *, history: bool = False) -> Iterator[Chunk]:
    """Yield the work to be done for the runs of a store."""
    for experiment in found.experiments:
        for start in range(0, len(experiment.runs), CHUNK_RUNS):
            some = experiment.first(CHUNK_RUNS, start)
            yield Chunk(place, store, some, history)


def read_chunk(chunk: Chunk) -> Tables:
    """Return the rows of some runs."""
    return _Reading(chunk).tables()


class _Reading:
    """Reads the runs of a chunk; one for each chunk, so that what they share is read once."""

    def __init__(self, chunk: Chunk) -> None:
        self._chunk = chunk
        self._store = chunk.store
        self._runs: list[Run] = []
        self._metrics: list[Sequence[Any]] = []
        self._points: list[RunPoint] = []
        self._parameters: list[Sequence[Any]] = []
        self._tags: list[Sequence[Any]] = []
        self._inputs: list[RunInput] = []
        self._artifacts: list[RunArtifact] = []
        self._diagnostics: list[Diagnostic] = []
        self._data: dict[str, tuple[str, str | None]] = {}

    def tables(self) -> Tables:
        experiment = self._chunk.experiment
        place = f"{self._chunk.place}/{experiment.folder}"
        for run in experiment.runs:
            try:
                handle = os.open(f"{place}/{run}", _READ)
            except OSError as problem:
                self._lost(run, problem)
                continue
            try:
                self._run(run, handle)
            except OSError as problem:
                self._lost(run, problem)
            finally:
                os.close(handle)
        return {
            "run": self._runs,
            "run_metric": self._metrics,
            "run_point": self._points,
            "run_parameter": self._parameters,
            "run_tag": self._tags,
            "run_input": self._inputs,
            "run_artifact": self._artifacts,
            "diagnostic": self._diagnostics,
        }

    def _lost(self, run: str, problem: OSError) -> None:
        path = f"{self._store}/{self._chunk.experiment.folder}/{run}"
        text = f"The run could not be read: {problem.strerror}. Make its folder readable."
        self._diagnostics.append(Diagnostic(path, None, KIND, text, True))

    def _run(self, run: str, handle: int) -> None:
        store = self._store
        experiment = self._chunk.experiment
        parts = frozenset(os.listdir(handle))
        path = f"{store}/{experiment.folder}/{run}"
        measured = 0
        if "metrics" in parts:
            for key, content, lines in _entries(handle, "metrics"):
                measured += self._metric(run, key, content, lines)
        found = run_meta(path, run, _content("meta.yaml", handle)) if "meta.yaml" in parts else None
        if found is None:
            reason = "damaged" if "meta.yaml" in parts else "missing"
            text = (
                f"The run's meta.yaml is {reason}; its status, name and times are unknown."
                " Restore it from a backup, or remove the folder."
            )
            self._diagnostics.append(Diagnostic(path, None, KIND, text, True))
            if not measured:
                return
            found = Run(store, run, path, "", "", "unknown", False, *(None,) * 6)
        if "params" in parts:
            self._parameters.extend(
                (store, run, key, masked(key, _text(content)))
                for key, content, _ in _entries(handle, "params")
            )
        tagged: dict[str, str] = {}
        if "tags" in parts:
            for key, content, _ in _entries(handle, "tags"):
                value = masked(key, _text(content).strip())
                self._tags.append((store, run, key, value))
                if said := told_by_tag(key, value):
                    tagged.setdefault(*said)
        if "inputs" in parts:
            self._input(run, handle)
        if "artifacts" in parts:
            self._artifacts.extend(
                artifact_row(store, run, _shown(name)) for name in _names(handle, "artifacts")
            )
        found = found._replace(
            store=store,
            experiment=experiment.name or found.experiment or experiment.identity,
            deleted=found.deleted or experiment.deleted,
        )
        self._runs.append(finished(found, tagged))

    def _metric(self, run: str, key: str, content: bytes, lines: int | None) -> int:
        """Add a metric; return whether it has a value."""
        if lines is not None:
            points, last = lines, number(_last_value(content))
            text = (
                f"The metric {key[:60]} has too many values to look at each; the last line is"
                " taken for the last step. Log it less often."
            )
            path = f"{self._store}/{self._chunk.experiment.folder}/{run}/metrics/{key}"
            self._diagnostics.append(Diagnostic(path, None, KIND, text, False))
        else:
            points, last = _quick_point(content) or last_point(content)
        if not points:
            return 0
        self._metrics.append((self._store, run, key, last, points, is_system_key(key)))
        if self._chunk.history and lines is None:
            self._points.extend(metric_history(content).rows(self._store, run, key))
        return 1

    def _input(self, run: str, handle: int) -> None:
        for name in _names(handle, "inputs"):
            meta = _content(f"inputs/{name}/meta.yaml", handle)
            for row in _said(f"0/{'0' * 32}/inputs/{_shown(name)[:90]}/meta.yaml", meta):
                if isinstance(row, RunInput):
                    title, digest = self._dataset(row.name)
                    self._inputs.append(RunInput(self._store, run, title, digest, row.context))

    def _dataset(self, identity: str) -> tuple[str, str | None]:
        if identity not in self._data:
            found: tuple[str, str | None] = (identity, None)
            if identity.isalnum():
                chunk = self._chunk
                inside = f"{chunk.experiment.folder}/datasets/{identity}/meta.yaml"
                content = _content(f"{chunk.place}/{inside}")
                for row in _said(inside, content):
                    if isinstance(row, RunInput):
                        found = row.name, row.digest
            self._data[identity] = found
        return self._data[identity]


def _experiment(place: str, inside: str) -> tuple[str, bool]:
    content = _content(f"{place}/{inside}/meta.yaml")
    for row in _said(f"{inside}/meta.yaml", content):
        if isinstance(row, Run) and row.run == STORE:
            return row.name, row.deleted
    return "", inside.startswith(".trash")


def _models(place: str, store: str) -> Iterator[RegisteredModel]:
    root = f"{place}/models"
    for name in _folders(root):
        places = [f"{version}/meta.yaml" for version in _folders(f"{root}/{name}")]
        places += [f"aliases/{alias}" for alias in _listed(f"{root}/{name}/aliases")]
        for inside in places:
            path = f"models/{_shown(name)}/{_shown(inside)}"
            content = _content(f"{root}/{name}/{inside}")
            for row in _said(path, content) if content else ():
                if isinstance(row, RegisteredModel):
                    yield row._replace(path=f"{store}/{path}")


def _makers(place: str, experiments: Sequence[Experiment]) -> dict[str, str]:
    """Map logged models to the runs that made them."""
    found: dict[str, str] = {}
    for experiment in experiments:
        for model in _folders(f"{place}/{experiment.folder}/models"):
            inside = f"{experiment.folder}/models/{model}/meta.yaml"
            content = _content(f"{place}/{inside}")
            for row in _said(inside, content):
                if isinstance(row, RunTag) and row.key == LOGGED_MODEL:
                    found[row.value] = row.run
    return found


def _quick_point(content: bytes) -> tuple[int, float | None] | None:
    """Return points and last value of a file whose steps only rise; None: look at each line."""
    if content.translate(None, _NUMERIC):
        return None
    lines = content.split(b"\n")
    if not lines[-1]:
        lines.pop()
    count = len(lines)
    if not count or content.count(b" ") != 2 * count:
        return None
    try:
        # Mostly a metric was logged at each step from 0 on, which is seen without any parsing.
        if not all(map(bytes.endswith, lines, _step_ends(count))):
            steps = [int(line.rpartition(b" ")[2]) for line in lines]
            last = steps.pop()
            if last < 0 or (steps and (last <= max(steps) or min(steps) < 0)):
                return None
        time, text, _ = lines[-1].split(b" ")
        value = float(text)
    except ValueError:
        return None
    if not time.isdigit():
        return None
    return count, value if value - value == 0.0 else None


@lru_cache(maxsize=256)
def _step_ends(count: int) -> list[bytes]:
    """Return how the lines of a metric end that was logged at each step from 0 on."""
    return [b" %d" % step for step in range(count)]


def _last_value(content: bytes) -> str:
    words = content[-4_096:].rstrip(b"\n").rpartition(b"\n")[2].decode("ascii", "replace").split()
    return words[1] if len(words) > 1 else ""


def _entries(handle: int, folder: str, prefix: str = "", depth: int = 0) -> Iterator[Any]:
    """Yield key, content and None of every file below a folder; a `/` in a key is a folder.

    Of a file that is too large only the end is content, and in place of None comes how many lines
    it has.
    """
    try:
        inside = os.open(folder, _READ, dir_fd=handle)
    except OSError:
        return
    try:
        for name in os.listdir(inside)[:_NAMES_LIMIT]:  # noqa: PTH208
            try:
                file = os.open(name, _READ, dir_fd=inside)
            except OSError:
                continue
            try:
                content = os.read(file, _FIRST_READ)
                lines = None
                if len(content) == _FIRST_READ:
                    content, lines = _rest(file, content)
            except IsADirectoryError:
                if depth < _DEPTH:
                    yield from _entries(inside, name, f"{prefix}{_shown(name)}/", depth + 1)
                continue
            except OSError:
                continue
            finally:
                os.close(file)
            key = f"{prefix}{name}"
            yield (key if key.isascii() and len(key) <= KEY_LIMIT else _key(key)), content, lines
    except NotADirectoryError:
        return
    finally:
        os.close(inside)


def _rest(file: int, content: bytes) -> tuple[bytes, int | None]:
    """Return the whole content and None; of a large file the end and how many lines it has."""
    parts = [content]
    read = len(content)
    lines = content.count(b"\n")
    while block := os.read(file, _BLOCK):
        read += len(block)
        lines += block.count(b"\n")
        parts = [*parts, block] if read <= _PARSED_BYTES else [parts[-1], block]
    return b"".join(parts), lines if read > _PARSED_BYTES else None


def _names(handle: int, folder: str) -> list[str]:
    try:
        inside = os.open(folder, _READ, dir_fd=handle)
    except OSError:
        return []
    try:
        return sorted(os.listdir(inside))[:_NAMES_LIMIT]  # noqa: PTH208
    except OSError:
        return []
    finally:
        os.close(inside)


def _content(name: str, handle: int | None = None) -> bytes:
    """Return the beginning of a file, in the folder of an open handle if there is one."""
    try:
        file = os.open(name, _READ, dir_fd=handle)
    except (OSError, ValueError):
        return b""
    try:
        return os.read(file, _TEXT_BYTES)
    except OSError:
        return b""
    finally:
        os.close(file)


def _folders(place: str) -> list[str]:
    try:
        with os.scandir(place) as children:
            return sorted(item.name for item in children if item.is_dir(follow_symlinks=False))
    except OSError:
        return []


def _listed(place: str) -> list[str]:
    try:
        return sorted(item.name for item in Path(place).iterdir())
    except OSError:
        return []


def _said(inside: str, content: bytes) -> Iterator[Any]:
    """Yield what the reader of single files says about a file at a path below the store."""
    file = SourceFile(path=f"store/{inside}", kind="yaml", size=1, role="source", digest=None)
    return MlflowFilesReader().read(file, content)


def _text(content: bytes) -> str:
    return content[: 4 * VALUE_LIMIT].decode("utf-8", "replace")


def _key(key: str) -> str:
    return _shown(key)[:KEY_LIMIT]


def _shown(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


@lru_cache(maxsize=4_096)
def is_system_key(key: str) -> bool:
    """Tell system metrics; stores repeat their keys in every run."""
    return is_system(key)


@lru_cache(maxsize=16_384)
def masked(key: str, value: str) -> str:
    """Return the text of a parameter or tag with credentials masked; stores repeat them, too."""
    return masked_setting(key, value)[:VALUE_LIMIT]
