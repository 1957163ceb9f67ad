"""Kubernetes manifests: what containers run, and what starts by the clock; Argo and Tekton too."""

import re
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.automation import argo, tekton
from mlops_audit.readers.automation.common import (
    VALUE_LIMIT,
    CommandLog,
    FileReader,
    text_or_none,
    yaml_documents,
)
from mlops_audit.readers.automation.containers import clock, run_container
from mlops_audit.readers.tree_node import Node
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import PipelineStage, UnitLink

_DOCUMENT_LIMIT = 100
#: Where the pod of a workload is described.
_PODS = {
    "Pod": ("spec",),
    "Deployment": ("spec", "template", "spec"),
    "StatefulSet": ("spec", "template", "spec"),
    "DaemonSet": ("spec", "template", "spec"),
    "ReplicaSet": ("spec", "template", "spec"),
    "Job": ("spec", "template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
}
_TEMPLATE = re.compile(r"\{\{[^{}]{0,300}\}\}")
_KUSTOMIZATION = ("kustomization.yaml", "kustomization.yml")


def _accepts(file: SourceFile) -> bool:
    return file.suffix in (".yml", ".yaml") and not file.path.startswith(".github/")


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    if file.name in _KUSTOMIZATION:
        yield from _kustomization(file.path, content)
        return
    if b"apiVersion" not in content or b"kind" not in content:
        return
    log = CommandLog(file.path)
    for document in yaml_documents(content)[:_DOCUMENT_LIMIT]:
        kind = text_or_none(document.get("kind")) or ""
        version = text_or_none(document.get("apiVersion")) or ""
        name = _TEMPLATE.sub("", text_or_none(document.get("metadata", "name")) or "").strip("-")
        name = name or kind.lower()
        if version.startswith("argoproj.io/"):
            yield from argo.rows(file.path, kind, name[:VALUE_LIMIT], document, log)
        elif "tekton.dev/" in version:
            yield from tekton.rows(file.path, kind, name[:VALUE_LIMIT], document, log)
        elif kind in _PODS:
            yield from _workload(file.path, kind, name[:VALUE_LIMIT], document, log)
        elif "kubeflow.org/" in version and kind.endswith("Job"):
            for pod in _replicas(document):
                yield from _pod(file.path, f"stage:{name}"[:VALUE_LIMIT], pod, log)
    yield from log.rows


def _workload(path: str, kind: str, name: str, document: Node, log: CommandLog) -> Iterator[Any]:
    if kind in ("Job", "CronJob"):
        # Alone: several jobs in one file are no pipeline.
        yield PipelineStage(path, document.line, "kubernetes", "", name, "component", False)
    if kind == "CronJob":
        yield from clock(path, f"stage:{name}", document.get("spec"))
    yield UnitLink(path, document.line, "", "part", f"stage:{name}"[:VALUE_LIMIT])
    yield from _pod(path, f"stage:{name}"[:VALUE_LIMIT], document.get(*_PODS[kind]), log)


def _kustomization(path: str, content: bytes) -> Iterator[UnitLink]:
    for document in yaml_documents(content)[:1]:
        for key in ("resources", "bases", "components"):
            for item in document.get(key).items():
                if item.is_scalar and "://" not in item.text:
                    kind = "file" if item.text.endswith((".yaml", ".yml", ".json")) else "folder"
                    yield UnitLink(path, item.start, "", kind, item.text[:VALUE_LIMIT])


def _replicas(document: Node) -> Iterator[Node]:
    for key, group in document.get("spec").pairs:
        if key.endswith("ReplicaSpecs"):
            for _, replica in group.pairs:
                yield replica.get("template", "spec")


def _pod(path: str, scope: str, pod: Node, log: CommandLog) -> Iterator[Any]:
    for section in ("initContainers", "containers"):
        for container in pod.get(section).items():
            yield from run_container(path, scope, container, log)


READER = FileReader("kubernetes", 2, _accepts, _rows)
