"""Rows of run logs, as one file alone can tell them.

A run is spread over many files, and a reader sees one. So each file yields what it knows, keyed by
store and run, as often as it likes: unknown fields are empty, the same parameter may come twice. A
row whose ``run`` is `STORE` tells about the store as a whole (the name of an experiment, what a
data set is). `mlops_audit.linking.runs` puts the parts together.
"""

import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from mlops_audit.readers.masking import masked_setting
from mlops_audit.readers.tree_node import Node
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import (
    Run,
    RunArtifact,
    RunEnvironment,
    RunMetric,
    RunParameter,
    RunTag,
)

#: In place of a run id: the row describes the store.
STORE = ""
#: Tag of a run with the id of a model that it logged.
LOGGED_MODEL = "mlflow.loggedModel"
#: Tags of MLflow that say what a column of a run says.
TAGGED = {
    "mlflow.runName": "name",
    "mlflow.source.name": "source",
    "mlflow.source.git.commit": "commit_sha",
    "mlflow.user": "user",
    "mlflow.parentRunId": "parent",
    "mlflow.source.git.dirty": "dirty",
}
#: Names under which people note the commit themselves.
_COMMIT_TAG = re.compile(
    r"(?:git[._-]?)?(?:commit|sha|rev|revision|hash)(?:[._-]?(?:sha|id|hash))?"
)
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
VALUE_LIMIT = 500
KEY_LIMIT = 250
#: Parameters, metrics or tags that one file may tell.
ITEM_LIMIT = 2_000
_DEPTH = 12
_MODEL_SUFFIXES = (
    *(".pt", ".pth", ".pkl", ".pickle", ".joblib", ".onnx", ".h5", ".keras", ".safetensors"),
    *(".bin", ".cbm", ".ubj", ".skops", ".tflite", ".gguf", ".model"),
)

_SYSTEM_PATH = re.compile(
    r"(?:.*/)?_?system[/.].*|(?:cpu|gpu|disk|net|network|proc|memory|queue|perf|power)[./].*|_.*"
    r"|.*\b(?:cpu|gpu|disk|network|system|swap)_(?:\w+_)?(?:utilization|usage|memory|percentage"
    r"|megabytes|watts|power|available)\w*|hardware[/.].*|lr[-/_.].*|.*[/_-]lr",
    re.IGNORECASE,
)
_SYSTEM_NAME = re.compile(
    r"(?:\w+_)?(?:epochs?|global_?step|steps?|iterations?|iters?|batch(?:es)?|runtime|timestamp"
    r"|duration|elapsed|wall_?time|learning_?rate|lr)(?:_?(?:num|count|idx|index|trained|completed"
    r"|s|sec|seconds|ms|time|\d))*"
    r"|(?:\w+_)?(?:samples|steps|tokens|images|it|global_step)(?:_per_|/)s(?:ec(?:ond)?)?|sec"
    r"|(?:total_)?flos|(?:\w+_)?(?:training|train|fit|epoch|inference|step|total|data|batch)_?time"
    r"(?:_?\w{1,8})?|time(?:_left|_s|_sec|_total_s|_this_iter_s)?|num_(?:params|parameters|workers)",
    re.IGNORECASE,
)
#: A loss per epoch is a loss, and so is an error by step.
_MEASURE = re.compile(
    r"loss|acc|auc|f1|prec|recall|error|rmse|mse|mae|score|r2|map|bleu|rouge|perplex", re.IGNORECASE
)
#: Logs in the repository's own tests and in somebody else's code come from no training here. The
#: role says `test` of a log's folder of that name, too, so the place decides.
_FOREIGN_FOLDER = re.compile(r"(?:^|/)(?:tests|testdata|test_data|fixtures)/")
_FOREIGN_ROLES = frozenset({"vendored", "template"})


def is_own(file: SourceFile) -> bool:
    """Tell whether a log can come from training that the repository does."""
    return is_own_log(file.path, file.role)


def is_own_log(path: str, role: str) -> bool:
    """Tell the same of a path and its role."""
    return role not in _FOREIGN_ROLES and not _FOREIGN_FOLDER.search(f"{path}/")


def is_system(key: str) -> bool:
    """Tell counters, clocks, learning rates and what the machine did from results of training."""
    if _SYSTEM_PATH.fullmatch(key[:KEY_LIMIT]):
        return True
    name = re.split(r"[/.]", key[:KEY_LIMIT])[-1]
    if key.endswith("/sec"):
        return True
    return _SYSTEM_NAME.fullmatch(name) is not None and not _MEASURE.search(name)


def run_row(
    store: str,
    run: str,
    path: str,
    *,
    experiment: str = "",
    name: str = "",
    status: str = "unknown",
    deleted: bool = False,
    started_at: int | None = None,
    ended_at: int | None = None,
    source: str | None = None,
    commit_sha: str | None = None,
    user: str | None = None,
    parent: str | None = None,
    dirty: bool | None = None,
) -> Run:
    """Return a row with what is known of a run."""
    return Run(
        store=store,
        run=run[:KEY_LIMIT],
        path=path,
        experiment=experiment[:VALUE_LIMIT],
        name=name[:VALUE_LIMIT],
        status=status,
        deleted=deleted,
        started_at=started_at,
        ended_at=ended_at,
        source=source[:VALUE_LIMIT] if source else None,
        commit_sha=commit_sha[:KEY_LIMIT] if commit_sha else None,
        user=user[:KEY_LIMIT] if user else None,
        parent=parent[:KEY_LIMIT] if parent else None,
        dirty=dirty,
    )


def told_by_tag(key: str, value: str) -> tuple[str, str] | None:
    """Return which column of a run a tag tells, and what it says; None for other tags."""
    if not value:
        return None
    if column := TAGGED.get(key):
        return column, value
    if _COMMIT_TAG.fullmatch(key[:40].lower()) and _COMMIT.fullmatch(value.strip().lower()):
        return "commit_sha", value.strip()
    return None


def finished(run: Run, tagged: dict[str, str]) -> Run:
    """Return a run with what its tags say of it (see `TAGGED`), which is surer than its columns."""
    dirty = {"true": True, "false": False}.get(tagged.get("dirty", "").lower())
    return run._replace(
        name=run.name or tagged.get("name", ""),
        source=tagged.get("source") or run.source,
        commit_sha=tagged.get("commit_sha") or run.commit_sha,
        user=tagged.get("user") or run.user,
        parent=tagged.get("parent") or run.parent,
        dirty=run.dirty if dirty is None else dirty,
    )


def metric_row(
    store: str, run: str, key: str, value: float | None, points: int = 1, *, system: bool = False
) -> RunMetric:
    """Return a metric with its last value; ``system`` says so where the name does not."""
    flagged = system or is_system(key)
    return RunMetric(store, run[:KEY_LIMIT], key[:KEY_LIMIT], finite(value), points, flagged)


def parameter_row(store: str, run: str, key: str, value: str) -> RunParameter:
    """Return a parameter; what looks like a credential is masked."""
    text = masked_setting(key, value[: 4 * VALUE_LIMIT])[:VALUE_LIMIT]
    return RunParameter(store, run[:KEY_LIMIT], key[:KEY_LIMIT], text)


def tag_row(store: str, run: str, key: str, value: str) -> RunTag:
    """Return a tag; what looks like a credential is masked."""
    text = masked_setting(key, value[: 4 * VALUE_LIMIT])[:VALUE_LIMIT]
    return RunTag(store, run[:KEY_LIMIT], key[:KEY_LIMIT], text)


def environment_row(store: str, run: str, key: str, value: str) -> RunEnvironment:
    """Return what a run says about where it ran; what looks like a credential is masked."""
    text = masked_setting(key, value[: 4 * VALUE_LIMIT])[:VALUE_LIMIT]
    return RunEnvironment(store, run[:KEY_LIMIT], key[:KEY_LIMIT], text)


def artifact_row(store: str, run: str, name: str, size: int | None = None) -> RunArtifact:
    """Return a file or folder that a run kept; its name tells what it is."""
    return RunArtifact(store, run[:KEY_LIMIT], name[:VALUE_LIMIT], artifact_kind(name), size)


def artifact_kind(name: str) -> str:
    """Return what an artifact of this name is."""
    lower = name.lower().rstrip("/")
    if "checkpoint" in lower or lower.endswith(".ckpt"):
        return "checkpoint"
    if lower.endswith(_MODEL_SUFFIXES) or base_name(lower) in ("model", "mlmodel"):
        return "model"
    if lower.endswith((".png", ".jpg", ".jpeg", ".svg", ".gif", ".webp")):
        return "image"
    if lower.endswith((".csv", ".parquet", ".tsv", ".jsonl", ".arrow", ".feather", ".npz")):
        return "data"
    return "file"


def finite(value: object) -> float | None:
    """Return a finite number, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def number(text: str) -> float | None:
    """Return the finite number that a text is."""
    if len(text) > 60:
        return None
    try:
        return finite(float(text))
    except ValueError:
        return None


def seconds(value: object, unit: int = 1) -> int | None:
    """Return Unix seconds of a time in ``1/unit`` seconds, None if it is out of any reason."""
    found = finite(value)
    if found is None or not 0 < found / unit < 10**11:
        return None
    return int(found / unit)


def instant(text: str) -> int | None:
    """Return Unix seconds of an ISO 8601 time; without a zone it is taken for UTC."""
    try:
        found = datetime.fromisoformat(text.strip()[:40])
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return int(found.timestamp())
    except (ValueError, OverflowError):
        return None


def flat(node: Node, prefix: str = "") -> Iterator[tuple[str, Node]]:
    """Yield dotted key and node of every scalar of a mapping; a list counts as one value.

    Pictures, tables and histograms, which W&B writes as mappings with a `_type`, are left out.
    """
    stack = [(prefix, node, 0)]
    count = 0
    while stack and count < ITEM_LIMIT:
        key, found, depth = stack.pop()
        if found.is_mapping and found.get("_type"):
            continue
        if found.is_mapping and depth < _DEPTH and found.pairs:
            stack.extend(
                (f"{key}.{name}" if key else name, child, depth + 1)
                for name, child in reversed(found.pairs)
            )
        elif key:
            count += 1
            yield key, found


def shown_value(node: Node) -> str:
    """Return the text of a scalar or of a list of scalars."""
    if node.is_sequence:
        return "[" + ", ".join(child.text for child in node.children[:50]) + "]"
    return node.text


def parent_folder(folder: str) -> str:
    """Return the folder above, `.` for the root of the repository."""
    return folder.rpartition("/")[0] or "."


def base_name(folder: str) -> str:
    """Return the last part of a folder."""
    return folder.rpartition("/")[2] or folder
