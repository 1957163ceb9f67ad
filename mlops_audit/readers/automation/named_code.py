"""Small files that name code: Ploomber pipelines, MLflow recipes, components, services, hooks."""

import re
import shlex
from collections.abc import Callable, Iterator
from typing import Any

from mlops_audit.readers.automation.common import (
    VALUE_LIMIT,
    CommandLog,
    FileReader,
    text_or_none,
    yaml_documents,
)
from mlops_audit.readers.automation.containers import container_words
from mlops_audit.readers.json_document import load_json
from mlops_audit.readers.tree_node import Node
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import PipelineStage, UnitLink

ITEM_LIMIT = 300
_DOTTED = re.compile(r"[A-Za-z_]\w{0,100}(?:\.\w{1,100}){1,10}")
_MODULE = re.compile(r"[A-Za-z_][\w.]{0,200}:[A-Za-z_]\w{0,100}")
_STEPS = ("ingest", "ingest_scoring", "split", "transform", "train", "evaluate", "register")

_Rows = Callable[[str, Node, CommandLog], Iterator[Any]]


def _ploomber(path: str, document: Node, log: CommandLog) -> Iterator[Any]:
    """`pipeline.yaml`: https://docs.ploomber.io/en/latest/api/spec.html."""
    tasks = [task for task in document.get("tasks").items() if task.has("source", "product")]
    for task in tasks[:ITEM_LIMIT]:
        source = text_or_none(task.get("source")) or ""
        title = text_or_none(task.get("name")) or source.rpartition("/")[2].partition(".")[0]
        name = title[:VALUE_LIMIT]
        yield PipelineStage(path, task.start, "ploomber", "", name, "stage", False)
        if _DOTTED.fullmatch(source) and not source.endswith((".py", ".sql", ".R", ".ipynb")):
            module, _, function = source.rpartition(".")
            target = f"{module}:{function}"
            yield UnitLink(path, task.start, f"stage:{name}", "module", target[:VALUE_LIMIT])
        elif source and "{{" not in source:
            yield UnitLink(path, task.start, f"stage:{name}", "file", source[:VALUE_LIMIT])


def _recipe(path: str, document: Node, log: CommandLog) -> Iterator[Any]:
    """`recipe.yaml`: the code of a step stands in `steps/STEP.py`, under the name given there."""
    if not text_or_none(document.get("recipe")):
        return
    for step in _STEPS:
        yield UnitLink(path, document.line, "", "file", f"steps/{step}.py")
    for name, given in document.get("steps").pairs:
        for key, value in given.pairs:
            if key.endswith(("_method", "_function")) and value.is_scalar:
                target = f"steps|{name}.{value.text}"[:VALUE_LIMIT]
                yield UnitLink(path, value.line, "", "handler", target)


def _component(path: str, document: Node, log: CommandLog) -> Iterator[Any]:
    """`component.yaml` of Kubeflow Pipelines: a container and its command."""
    container = document.get("implementation", "container")
    if not container.is_mapping:
        return
    words = [*container.get("command").texts(), *container.get("args").texts()]
    image = text_or_none(container.get("image")) or ""
    yield from container_words(path, "", container.line, words, image, log)


def _bento(path: str, document: Node, log: CommandLog) -> Iterator[Any]:
    """`bentofile.yaml`: the service to build."""
    service = document.get("service")
    if service.is_scalar and _MODULE.fullmatch(service.text):
        yield UnitLink(path, service.line, "", "module", service.text)


def _ray(path: str, document: Node, log: CommandLog) -> Iterator[Any]:
    """The configuration of Ray Serve: applications and where they are made."""
    inner = document.get("ray_serve_config")
    for application in (document, inner, *document.get("applications").items()):
        target = application.get("import_path")
        if target.is_scalar and _MODULE.fullmatch(target.text):
            yield UnitLink(path, target.line, "", "module", target.text)


def _anyscale(path: str, document: Node, log: CommandLog) -> Iterator[Any]:
    """A job of Anyscale: the command that it starts."""
    entry = document.get("entrypoint")
    if entry.is_scalar:
        log.shell(entry.text, entry.start, "")
    yield from ()


def _mlserver(path: str, document: Node, log: CommandLog) -> Iterator[Any]:
    """`model-settings.json`: the class that answers."""
    target = document.get("implementation")
    if target.is_scalar and _DOTTED.fullmatch(target.text):
        module, _, name = target.text.rpartition(".")
        yield UnitLink(path, target.line, "", "module", f"{module}:{name}")


def _hooks(path: str, document: Node, log: CommandLog) -> Iterator[Any]:
    """`.pre-commit-config.yaml`: hooks of the repository itself."""
    for repository in document.get("repos").items():
        if text_or_none(repository.get("repo")) != "local":
            continue
        for hook in repository.get("hooks").items():
            name = text_or_none(hook.get("id")) or ""
            entry = text_or_none(hook.get("entry")) or ""
            language = text_or_none(hook.get("language")) or ""
            if name and entry and language not in ("pygrep", "fail", "docker_image"):
                scope = f"stage:{name}"[:VALUE_LIMIT]
                yield UnitLink(path, hook.start, "", "part", scope)
                text = f"{entry} {shlex.join(hook.get('args').texts())}".strip()
                log.shell(text, hook.get("entry").line, scope)


#: What a file is by its name, else by the keys that it must have.
_BY_NAME: dict[str, _Rows] = {
    "recipe.yaml": _recipe,
    "bentofile.yaml": _bento,
    "model-settings.json": _mlserver,
    ".pre-commit-config.yaml": _hooks,
}
_BY_TEXT: tuple[tuple[bytes, bytes, _Rows], ...] = (
    (b"product:", b"tasks:", _ploomber),
    (b"implementation:", b"container:", _component),
    (b"import_path:", b":", _ray),
    (b"entrypoint:", b"compute_config:", _anyscale),
    (b"entrypoint:", b"cluster_env:", _anyscale),
    (b"entrypoint:", b"image_uri:", _anyscale),
)


def _accepts(file: SourceFile) -> bool:
    if file.name in _BY_NAME:
        return True
    return file.suffix in (".yml", ".yaml") and not file.path.startswith(".github/")


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    read = _BY_NAME.get(file.name)
    if read is None:
        read = next(
            (rows for one, two, rows in _BY_TEXT if one in content and two in content), None
        )
    if read is None:
        return
    log = CommandLog(file.path)
    json = file.suffix == ".json"
    for document in (load_json(content),) if json else yaml_documents(content)[:1]:
        yield from read(file.path, document, log)
    yield from log.rows


READER = FileReader("named-code", 1, _accepts, _rows)
