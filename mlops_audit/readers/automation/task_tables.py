"""Task runners whose tasks stand in a table: poe, PDM, Hatch, taskipy, pixi, mise, npm, Task."""

from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.automation.common import (
    CommandLog,
    FileReader,
    flat,
    folder,
    text_or_none,
    yaml_documents,
)
from mlops_audit.readers.json_document import load_json
from mlops_audit.readers.shell import working_directory
from mlops_audit.readers.toml_document import load_toml
from mlops_audit.readers.tree_node import Node
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Task

TASK_LIMIT = 500
_TOML = ("pyproject.toml", "pixi.toml", "mise.toml", ".mise.toml", "hatch.toml")
_TASKFILES = frozenset({"taskfile.yml", "taskfile.yaml"})
#: Keys under which a task says what it runs, and which tasks it needs.
_RUN = ("cmd", "shell", "script", "run", "command", "cmds")
_NEEDS = ("depends", "deps", "depends-on", "depends_on", "sequence")


def _accepts(file: SourceFile) -> bool:
    name = file.name.lower()
    return name in _TOML or name == "package.json" or name in _TASKFILES


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    log = CommandLog(file.path)
    for runner, name, task in list(_tasks(file.name.lower(), content))[:TASK_LIMIT]:
        yield Task(file.path, task.line, runner, name, " ".join(_needs(runner, task)))
        where = text_or_none(task.get("dir")) or text_or_none(task.get("cwd")) or ""
        directory = folder(file.path)
        if where and "$" not in where and "{{" not in where:
            directory = working_directory(directory, where)
        for line in _lines(runner, task):
            log.shell(line.text, line.start, f"task:{name}", directory=directory)
    yield from log.rows


def _tasks(name: str, content: bytes) -> Iterator[tuple[str, str, Node]]:
    if name == "package.json":
        yield from _named("npm", load_json(content).get("scripts"))
    elif name in _TASKFILES:
        for document in yaml_documents(content)[:1]:
            yield from _named("task", document.get("tasks"))
    elif name.endswith("mise.toml"):
        yield from _named("mise", load_toml(content)[0].get("tasks"))
    else:
        root = load_toml(content)[0]
        tool = root.get("tool") if name == "pyproject.toml" else root
        yield from _named("poe", tool.get("poe", "tasks"))
        yield from _named("pdm", tool.get("pdm", "scripts"))
        yield from _named("rye", tool.get("rye", "scripts"))
        yield from _named("task", tool.get("taskipy", "tasks"))
        pixi = tool.get("pixi") if name == "pyproject.toml" else root
        yield from _named("pixi", pixi.get("tasks"))
        for _, feature in pixi.get("feature").pairs:
            yield from _named("pixi", feature.get("tasks"))
        hatch = tool.get("hatch", "envs") if name == "pyproject.toml" else root.get("envs")
        for environment, settings in hatch.pairs:
            for key, task in settings.get("scripts").pairs:
                yield "hatch", key, task
                if environment != "default":
                    yield "hatch", f"{environment}:{key}", task


def _named(runner: str, tasks: Node) -> Iterator[tuple[str, str, Node]]:
    for name, task in tasks.pairs:
        yield runner, name, task


def _lines(runner: str, task: Node) -> Iterator[Node]:
    """Yield the shell lines of a task."""
    bodies = [task] if not task.is_mapping else [task.get(key) for key in _RUN if task.get(key)]
    for body in bodies:
        for item in flat(body):
            if item.is_scalar:
                yield item
            elif text_or_none(item.get("cmd")) or text_or_none(item.get("shell")):
                yield item.first("cmd", "shell")


def _needs(runner: str, task: Node) -> Iterator[str]:
    for key in _NEEDS:
        for item in task.get(key).items():
            name = text_or_none(item) or text_or_none(item.get("task"))
            name = name or text_or_none(item.get("ref"))
            if name:
                yield name.replace(" ", "-")
    for item in task.get("cmds").items() if runner == "task" else ():
        if name := text_or_none(item.get("task")):
            yield name


READER = FileReader("task-tables", 1, _accepts, _rows)
