"""Logs that frameworks write by themselves: Lightning, Transformers, Ultralytics, CatBoost."""

import re
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.runs.curves import (
    Curves,
    curve_rows,
    items,
    plain_json,
    record_curves,
    table_curves,
)
from mlops_audit.readers.runs.rows import (
    base_name,
    finite,
    flat,
    parameter_row,
    parent_folder,
    run_row,
    shown_value,
)
from mlops_audit.readers.tree_node import MISSING, Node, from_plain
from mlops_audit.readers.yaml_document import load_yaml
from mlops_audit.schema import RunInput, RunStore

LIGHTNING = re.compile(
    r"(?P<folder>(?:[^\n]{1,300}/)?version_\d{1,6})/(?P<file>metrics\.csv|hparams\.yaml)"
)
ULTRALYTICS = re.compile(
    r"(?:(?P<folder>[^\n]{1,300})/)?(?P<file>results\.csv|args\.yaml|opt\.yaml)"
)
TRAINER = re.compile(
    r"(?:(?P<folder>[^\n]{1,300}?)/)?(?:checkpoint-\d{1,12}/)?(?P<file>trainer_state\.json)"
)
CATBOOST = re.compile(r"(?P<folder>[^\n]{1,300})/(?P<file>catboost_training\.json)")

_ULTRALYTICS_ARGUMENTS = (("task", "mode", "model", "data", "epochs"), ("weights", "hyp", "epochs"))


def lightning(path: str, found: re.Match[str], content: bytes) -> Iterator[Any]:
    """Yield a version of the CSV logger or the hyper-parameters beside it."""
    folder = found["folder"]
    store, run = parent_folder(folder), base_name(folder)
    if found["file"] == "hparams.yaml":
        yield from _parameters(store, run, _yaml(content))
        return
    curves = table_curves(content)
    if not {"epoch", "step"} & curves.keys():
        return
    yield from _run(store, run, folder, "lightning", curves)


def ultralytics(path: str, found: re.Match[str], content: bytes) -> Iterator[Any]:
    """Yield a training of Ultralytics or YOLOv5: one folder with results and arguments."""
    folder = found["folder"] or ""
    store, run = parent_folder(folder), base_name(folder) or "train"
    if found["file"] == "results.csv":
        curves = table_curves(content)
        measured = any(key.startswith(("metrics/", "val/")) for key in curves)
        if measured and "epoch" in curves and any(key.startswith("train/") for key in curves):
            yield from _run(store, run, folder or path, "ultralytics", curves)
        return
    tree = _yaml(content)
    if any(tree.has(*keys) for keys in _ULTRALYTICS_ARGUMENTS):
        yield from _parameters(store, run, tree)
        if data := tree.get("data").text:
            yield RunInput(store, run, data[:250], None, "training")


def trainer(path: str, found: re.Match[str], content: bytes) -> Iterator[Any]:
    """Yield the history of a trainer of Transformers; its checkpoints repeat parts of it."""
    state = plain_json(content)
    history = state.get("log_history")
    if "global_step" not in state or not isinstance(history, list):
        return
    folder = found["folder"] or ""
    store, run = folder or ".", base_name(folder) or "trainer"
    yield from _run(store, run, folder or path, "hf-trainer", record_curves(history))
    epochs, done = finite(state.get("num_train_epochs")), finite(state.get("epoch"))
    if epochs and done and done >= epochs:
        yield run_row(store, run, folder or path, status="finished")
    yield from _parameters(store, run, from_plain(state.get("trial_params")))


def catboost(path: str, found: re.Match[str], content: bytes) -> Iterator[Any]:
    """Yield what a fit of CatBoost measured at each iteration."""
    training = plain_json(content)
    meta = training.get("meta")
    if not isinstance(meta, dict):
        return
    curves: Curves = {}
    for part in ("learn", "test"):
        names = [
            str(metric.get("name"))
            for metric in items(meta.get(f"{part}_metrics"))
            if isinstance(metric, dict)
        ]
        records = [
            dict(zip(names, values, strict=False))
            for iteration in items(training.get("iterations"))
            if isinstance(iteration, dict) and isinstance(values := iteration.get(part), list)
        ]
        curves |= record_curves(records, {name: f"{part}/{name}" for name in names})
    folder = found["folder"]
    yield from _run(folder, base_name(folder), folder, "catboost", curves)


def _run(store: str, run: str, folder: str, kind: str, curves: Curves) -> Iterator[Any]:
    yield RunStore(store, kind, 0)
    yield run_row(store, run, folder)
    yield from curve_rows(store, run, curves)


def _parameters(store: str, run: str, tree: Node) -> Iterator[Any]:
    for key, node in flat(tree):
        yield parameter_row(store, run, key, shown_value(node))


def _yaml(content: bytes) -> Node:
    documents = load_yaml(content).documents
    return documents[0] if documents else MISSING
