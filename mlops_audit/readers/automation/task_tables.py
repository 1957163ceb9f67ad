"""Task runners whose tasks stand in a table: poe, PDM, Hatch, taskipy, pixi, mise, npm, Task."""

import re
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
from mlops_audit.schema import Task, UnitLink

TASK_LIMIT = 500
_TOML = ("pyproject.toml", "pixi.toml", "mise.toml", ".mise.toml", "hatch.toml")
_TASKFILES = frozenset({"taskfile.yml", "taskfile.yaml"})
#: Keys under which a task says what it runs, and which tasks it needs.
_RUN = ("cmd", "shell", "script", "run", "command", "cmds")
_NEEDS = ("depends", "deps", "depends-on", "depends_on", "depends_post", "sequence", "parallel")
#: Keys that name a Python function: `script = "shop.train:fit(rounds=3)"`.
_FUNCTIONS = {"poe": "script", "pdm": "call"}
_FUNCTION = re.compile(r"([A-Za-z_][\w.]{0,200}:[A-Za-z_][\w.]{0,100})\s*(?:\(.*)?", re.DOTALL)
_VARIABLE = re.compile(r"\{\{\s{0,5}\.([A-Za-z_]\w{0,60})\s{0,5}\}\}")


def _accepts(file: SourceFile) -> bool:
    name = file.name.lower()
    return name in _TOML or name == "package.json" or name in _TASKFILES


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    log = CommandLog(file.path)
    tasks = list(_tasks(file.name.lower(), content))[:TASK_LIMIT]
    known = {(runner, name) for runner, name, _ in tasks}
    variables = _variables(content) if file.name.lower() in _TASKFILES else {}
    for runner, name, task in tasks:
        lines, needs = [], list(_needs(runner, task))
        for line in _lines(runner, task):
            # A line of a chain may be the name of another task.
            first = line.text.partition(" ")[0]
            if runner in _CHAINED and (runner, first) in known and first != name:
                needs.append(first)
            else:
                lines.append(line)
        if runner == "npm":
            needs += [f"{when}{name}" for when in ("pre", "post") if ("npm", when + name) in known]
        yield Task(file.path, task.line, runner, name, " ".join(dict.fromkeys(needs)))
        for alias in task.get("alias").texts() if runner == "mise" else ():
            yield Task(file.path, task.line, runner, alias, name)
        yield from _functions(file.path, runner, name, task)
        where = text_or_none(task.get("dir")) or text_or_none(task.get("cwd")) or ""
        directory = folder(file.path)
        if where and "$" not in where and "{{" not in where:
            directory = working_directory(directory, where)
        for line in lines:
            text = _VARIABLE.sub(lambda match: variables.get(match[1], match[0]), line.text)
            log.shell(text, line.start, f"task:{name}", directory=directory)
    yield from log.rows


#: Runners whose lists hold names of tasks among commands.
_CHAINED = frozenset({"poe", "pdm", "hatch"})


def _variables(content: bytes) -> dict[str, str]:
    """Return the plain variables of a Taskfile."""
    return {
        name: value.text
        for document in yaml_documents(content)[:1]
        for name, value in document.get("vars").pairs
        if value.is_scalar and "{{" not in value.text
    }


def _functions(path: str, runner: str, name: str, task: Node) -> Iterator[UnitLink]:
    """Yield the Python functions that a task calls."""
    key = _FUNCTIONS.get(runner)
    if key is None:
        return
    for body in (task, *flat(task), *flat(task.get("sequence"))):
        found = body.get(key)
        match = _FUNCTION.fullmatch(found.text) if found.is_scalar else None
        if match is not None:
            yield UnitLink(path, found.line, f"task:{name}", "module", match[1])


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
    keys = [*_RUN, "composite"] if runner == "pdm" else _RUN
    keys = [key for key in keys if key != _FUNCTIONS.get(runner)]
    bodies = [task] if not task.is_mapping else [task.get(key) for key in keys if task.get(key)]
    if runner == "poe":
        bodies += [item for item in task.get("sequence").items() if item.is_mapping]
    for body in bodies:
        for item in flat(body) if body.is_sequence else [body]:
            if item.is_scalar:
                yield item
            elif text_or_none(item.get("cmd")) or text_or_none(item.get("shell")):
                yield item.first("cmd", "shell")
    if runner == "mise" and text_or_none(task.get("file")):
        yield task.get("file")


def _needs(runner: str, task: Node) -> Iterator[str]:
    for key in _NEEDS:
        for item in task.get(key).items():
            name = text_or_none(item) or text_or_none(item.get("task"))
            name = name or text_or_none(item.get("ref"))
            if name:
                # What follows the name are its arguments.
                yield name.partition(" ")[0] if runner == "poe" else name.replace(" ", "-")
    for key in {"task": ("cmds",), "mise": ("run", "run_windows")}.get(runner, ()):
        for item in task.get(key).items():
            yield from item.get("task").texts()
            yield from item.get("tasks").texts()
    if runner == "poe" and task.is_sequence:
        yield from (
            name.partition(" ")[0] for item in task.items() for name in item.get("ref").texts()
        )


READER = FileReader("task-tables", 2, _accepts, _rows)
