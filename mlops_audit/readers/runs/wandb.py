"""Run folders of W&B: configuration, summary, metadata and the binary log."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from mlops_audit.readers.json_document import load_json
from mlops_audit.readers.runs.history import History
from mlops_audit.readers.runs.rows import (
    environment_row,
    finite,
    flat,
    instant,
    is_own,
    metric_row,
    parameter_row,
    run_row,
    seconds,
    shown_value,
    tag_row,
)
from mlops_audit.readers.runs.wandb_binary import BinaryLog, read_log
from mlops_audit.readers.tree_node import Node
from mlops_audit.readers.yaml_document import load_yaml
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import RunInput, RunStore

_PATH = re.compile(
    r"(?P<folder>(?:(?P<store>[^\n]{1,300})/)?(?:offline-)?run-\d{8}_\d{6}-(?P<run>[\w-]{1,64}))/"
    r"(?:files/)?(?P<file>config\.yaml|wandb-summary\.json|wandb-metadata\.json"
    r"|run-[\w-]{1,64}\.wandb)"
)
#: How JSON is written for numbers that are none.
_NO_NUMBERS = frozenset({"NaN", "Infinity", "-Infinity"})
#: What `wandb-metadata.json` calls what a run says of its environment.
_ENVIRONMENT = (
    ("os", "os"),
    ("python", "python"),
    ("host", "host"),
    ("gpu", "gpu"),
    ("cpu", "cpu_count"),
)


class WandbReader:
    """Reads what a run leaves in its folder; `debug.log` alone proves nothing."""

    name = "runs-wandb"
    version = 2

    def accepts(self, file: SourceFile) -> bool:
        """Accept the files of a run folder that say something about the run."""
        return _PATH.fullmatch(file.path) is not None and is_own(file)

    def read(self, file: SourceFile, content: bytes) -> Iterator[Any]:
        """Yield what the file says about its run."""
        found = _PATH.fullmatch(file.path)
        if found is None:
            return
        store, run, folder = found["store"] or ".", found["run"], found["folder"]
        rows: Iterable[Any] = ()
        if found["file"] == "config.yaml":
            documents = load_yaml(content).documents
            rows = _parameters(store, run, documents[0]) if documents else ()
        elif found["file"] == "wandb-summary.json":
            rows = _summary(store, run, load_json(content))
        elif found["file"] == "wandb-metadata.json":
            rows = _metadata(store, run, folder, load_json(content))
        elif log := read_log(content):
            rows = _log(store, run, folder, log)
        told = list(rows)
        if told:
            yield RunStore(store, "wandb", 0)
            yield run_row(store, run, folder)
            yield from told


def _parameters(store: str, run: str, tree: Node) -> Iterator[Any]:
    for key, entry in tree.pairs:
        if key.startswith("_") or key == "wandb_version":
            continue
        value = entry.get("value") if entry.has("value") else entry
        for name, node in flat(value, key):
            yield parameter_row(store, run, name, shown_value(node))


def _summary(store: str, run: str, tree: Node) -> Iterator[Any]:
    for key, node in flat(tree):
        value = finite(node.value)
        if value is not None or node.text in _NO_NUMBERS:
            yield metric_row(store, run, key, value)


def _metadata(store: str, run: str, folder: str, tree: Node) -> Iterator[Any]:
    if not tree.is_mapping:
        return
    yield run_row(
        store,
        run,
        folder,
        started_at=instant(tree.get("startedAt").text),
        source=_entry(tree.first("codePath", "program", "codePathLocal").text),
        commit_sha=tree.get("git", "commit").text,
        user=tree.get("username").text,
    )
    for name, node in (("git.remote", tree.get("git", "remote")), ("args", tree.get("args"))):
        if (text := shown_value(node)) and text != "[]":
            yield tag_row(store, run, name, text)
    for name, key in _ENVIRONMENT:
        if text := tree.get(key).text:
            yield environment_row(store, run, name, text)


def _measured(store: str, run: str, log: BinaryLog) -> Iterator[Any]:
    single = {key: (node, History()) for key, node in log.summary.items()}
    values = single | log.history
    # The parts of a picture or table come as keys of their own, the type among them.
    media = tuple(key.removesuffix("_type") for key in values if key.endswith("._type"))
    for key, (node, curve) in values.items():
        value = finite(node.value)
        if (value is not None or node.text in _NO_NUMBERS) and not key.startswith(media):
            yield metric_row(store, run, key, value, max(1, curve.count))
            yield from curve.rows(store, run, key)


def _entry(program: str) -> str:
    """Return the file of a program that was started as a module: `-m churn.train`."""
    if program.startswith("-m "):
        return program[3:].strip().replace(".", "/") + ".py"
    return program


def _log(store: str, run: str, folder: str, log: BinaryLog) -> Iterator[Any]:
    if not log.run:
        return
    status = "unknown"
    if log.exit_code is not None:
        # The exit code of an interrupted program is 255.
        status = "finished" if not log.exit_code else "killed" if log.exit_code == 255 else "failed"
    started = seconds(log.started_at)
    yield run_row(
        store,
        run,
        folder,
        experiment=log.project,
        name=log.name,
        status=status,
        started_at=started,
        ended_at=started + log.runtime if started and log.runtime > 0 else None,
        source=_entry(log.program),
        commit_sha=log.commit,
        user=log.user,
    )
    for key, node in log.parameters.items():
        if not key.startswith("_"):
            yield parameter_row(store, run, key, shown_value(node))
    yield from _measured(store, run, log)
    for key, text in (("git.remote", log.remote), ("group", log.group)):
        if text:
            yield tag_row(store, run, key, text)
    for name, kind in log.artifacts:
        artifact, _, version = name.partition(":")
        yield RunInput(store, run, artifact[:250], version or None, kind or None)
