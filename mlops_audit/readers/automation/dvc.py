"""DVC: pipelines, their locks and data pointers; MLflow projects."""

from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.automation.common import (
    VALUE_LIMIT,
    CommandLog,
    FileReader,
    flat,
    folder,
    image_base,
    is_true,
    moved,
    text_or_none,
)
from mlops_audit.readers.automation.dvc_loops import filled, plain_values, rounds
from mlops_audit.readers.shell import working_directory
from mlops_audit.readers.tree_node import Node
from mlops_audit.readers.yaml_document import load_yaml
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import LockStage, PipelineStage, StageItem

_SECTIONS = {"deps": "dep", "outs": "out", "metrics": "metric", "plots": "plot"}


def _accepts(file: SourceFile) -> bool:
    return file.name in ("dvc.yaml", "dvc.yml", "dvc.lock", "MLproject") or file.suffix == ".dvc"


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    loaded = load_yaml(content)
    if file.name not in ("dvc.yaml", "dvc.yml", "MLproject"):
        yield from loaded.diagnostics(file.path, "dvc")  # no other reader takes these as YAML
    for document in loaded.documents[:1]:
        if not document.is_mapping:
            continue
        if file.name == "MLproject":
            yield from _project(file.path, document)
        elif file.name == "dvc.lock":
            yield from _lock(file.path, document)
        elif file.suffix == ".dvc":
            yield from _locked(file.path, "", document)
        else:
            yield from _pipeline(file.path, document)


def _pipeline(path: str, document: Node) -> Iterator[Any]:
    log = CommandLog(path)
    constants = plain_values(document.get("vars"))
    for name, stage in document.get("stages").pairs:
        body = stage.get("do") if stage.has("foreach") else stage
        if not body.is_mapping:
            continue
        frozen = is_true(body.get("frozen"))
        yield PipelineStage(path, stage.line, "dvc", "", name, "stage", frozen)
        yield from _items(path, name, body)
        directory = folder(path)
        if wdir := text_or_none(body.get("wdir")):
            directory = working_directory(directory, wdir)
        seen: set[tuple[str, str]] = set()
        for values in rounds(stage, constants):
            where = directory
            for item in flat(body.get("cmd")):
                # A loop is one stage: what its rounds run alike is told once.
                text = filled(item.text, values) if item.is_scalar else ""
                if text and (text, where) not in seen:
                    seen.add((text, where))
                    found = log.shell(text, item.start, f"stage:{name}", directory=where)
                    where = moved(where, found)
    yield from _items(path, "", document)
    yield from log.rows


def _items(path: str, stage: str, body: Node) -> Iterator[StageItem]:
    for section, kind in _SECTIONS.items():
        for item in body.get(section).items():
            if item.is_scalar:
                yield StageItem(path, item.line, stage, kind, item.text[:VALUE_LIMIT])
            elif value := text_or_none(item.get("path")):
                yield StageItem(path, item.start, stage, kind, value)
            else:
                for key, child in item.pairs:
                    yield StageItem(path, child.line, stage, kind, key[:VALUE_LIMIT])
    for item in body.get("params").items():
        if item.is_scalar:
            yield StageItem(path, item.line, stage, "param", item.text[:VALUE_LIMIT])
        for file, names in item.pairs:
            if not names.children:
                yield StageItem(path, names.line, stage, "param", f"{file}:"[:VALUE_LIMIT])
            for name in names.children:
                value = f"{file}:{name.text}"[:VALUE_LIMIT]
                yield StageItem(path, name.line, stage, "param", value)


def _lock(path: str, document: Node) -> Iterator[LockStage]:
    stages = document.get("stages") if document.has("stages") else document
    for name, stage in stages.pairs:
        if stage.is_mapping:
            yield from _locked(path, name, stage)


def _locked(path: str, name: str, stage: Node) -> Iterator[LockStage]:
    command = stage.get("cmd")
    if command:
        text = "\n".join(command.texts())[:VALUE_LIMIT]
        yield LockStage(path, command.line, name, "cmd", text, None, None)
    for section, kind in (("deps", "dep"), ("outs", "out")):
        for item in stage.get(section).items():
            value = text_or_none(item.get("path"))
            if value is None:
                continue
            digest = text_or_none(item.first("md5", "etag", "checksum", "sha256"))
            digest = digest or text_or_none(item.get("repo", "rev_lock"))
            size = item.get("size").value
            number = size if isinstance(size, int) and not isinstance(size, bool) else None
            yield LockStage(path, item.start, name, kind, value, digest, number)
    for file, values in stage.get("params").pairs:
        for key, value_node in values.pairs:
            recorded = value_node.text if value_node.is_scalar else str(value_node.plain(5))
            label = f"{file}:{key}"[:VALUE_LIMIT]
            yield LockStage(
                path, value_node.line, name, "param", label, recorded[:VALUE_LIMIT], None
            )


def _project(path: str, document: Node) -> Iterator[Any]:
    name = text_or_none(document.get("name")) or ""
    log = CommandLog(path)
    for key, entry in document.get("entry_points").pairs:
        yield PipelineStage(path, entry.line, "mlproject", name, key, "entry-point", False)
        for parameter, value in entry.get("parameters").pairs:
            yield StageItem(path, value.line, key, "param", parameter[:VALUE_LIMIT])
        log.node(entry.get("command"), f"stage:{key}", directory=folder(path))
    image = document.get("docker_env", "image")
    if image.is_scalar:
        yield image_base(path, image.line, image.text, "environment", None)
    yield from log.rows


READER = FileReader("dvc", 2, _accepts, _rows)
