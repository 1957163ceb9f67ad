"""Tasks written in Python: invoke's `tasks.py` and nox's `noxfile.py`, read, never run."""

import ast
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from mlops_audit.readers.automation.common import CommandLog, FileReader, folder
from mlops_audit.readers.python.source import decode, parse
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Task

#: Names of the decorators, by the runner whose tasks they make.
_DECORATORS = {"task": "invoke", "session": "nox"}
_RUNNING = frozenset({"run", "sudo", "local", "run_always"})
_TASK_LIMIT = 300
#: What stands for a part of a command that only the run knows.
_UNKNOWN = "$UNKNOWN"


def _accepts(file: SourceFile) -> bool:
    name = file.name.lower()
    in_tasks = file.path.lower().startswith("tasks/") and file.suffix == ".py"
    return name in ("tasks.py", "noxfile.py", "fabfile.py") or in_tasks


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    tree = parse(decode(content).text).tree
    if tree is None:
        return
    constants = _constants(tree)
    log = CommandLog(file.path)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)][:_TASK_LIMIT]
    tasks = {}
    for function in functions:
        found = _decorator(function)
        if found is not None:
            runner, decorator = found
            name = _declared_name(decorator) or function.name
            # As invoke names it on the command line.
            name = name.replace("_", "-") if runner == "invoke" else name
            tasks[function.name] = (function, runner, decorator, name)
    names = {function: name for function, (_, _, _, name) in tasks.items()}
    for function, runner, decorator, name in tasks.values():
        needs = sorted({*_needed(decorator), *_called(function, names)} - {name})
        yield Task(file.path, function.lineno, runner, name, " ".join(needs))
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and (text := _command(call, runner, constants)):
                log.shell(
                    text,
                    call.lineno,
                    f"task:{name}",
                    tolerated=_is_tolerated(call),
                    directory=folder(file.path) if runner == "nox" else "",
                )
    yield from log.rows


def _constants(tree: ast.Module) -> dict[str, str]:
    """Return the texts that module-level names are bound to."""
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            for target in node.targets:
                if isinstance(target, ast.Name) and isinstance(node.value.value, str):
                    found[target.id] = node.value.value
    return found


def _decorator(function: ast.FunctionDef) -> tuple[str, ast.expr] | None:
    for decorator in function.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if name in _DECORATORS:
            return _DECORATORS[name], decorator
    return None


def _declared_name(decorator: ast.expr) -> str:
    for keyword in decorator.keywords if isinstance(decorator, ast.Call) else ():
        if keyword.arg == "name" and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)[:100]
    return ""


def _needed(decorator: ast.expr) -> Iterator[str]:
    """Yield the tasks that run before this one: `@task(build, pre=[clean])`."""
    if not isinstance(decorator, ast.Call):
        return
    given = list(decorator.args)
    for keyword in decorator.keywords:
        if keyword.arg in ("pre", "post") and isinstance(keyword.value, ast.List):
            given += keyword.value.elts
    for item in given:
        called = item.args[0] if isinstance(item, ast.Call) and item.args else item
        if isinstance(called, ast.Name):
            yield called.id.replace("_", "-")


def _called(function: ast.FunctionDef, names: Mapping[str, str]) -> Iterator[str]:
    """Yield the tasks that the body of a task runs: `build(c)`, `session.notify("tests")`."""
    for call in ast.walk(function):
        if not isinstance(call, ast.Call):
            continue
        if isinstance(call.func, ast.Name) and call.func.id in names:
            yield names[call.func.id]
        elif isinstance(call.func, ast.Attribute) and call.func.attr == "notify" and call.args:
            name = _text(call.args[0], {})
            if name in names.values():
                yield name


def _command(call: ast.Call, runner: str, constants: Mapping[str, str]) -> str:
    function = call.func
    if not isinstance(function, ast.Attribute) or function.attr not in _RUNNING or not call.args:
        return ""
    if runner == "nox":
        parts = [_text(argument, constants) for argument in call.args]
        return shlex.join(part for part in parts if part) if parts[0] != _UNKNOWN else ""
    return _text(call.args[0], constants)


def _text(node: ast.expr, constants: Mapping[str, str]) -> str:
    """Return what an expression says as far as it is written down."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.Name):
        return constants.get(node.id, _UNKNOWN)
    if isinstance(node, ast.JoinedStr):
        return "".join(
            _text(part.value if isinstance(part, ast.FormattedValue) else part, constants)
            for part in node.values
        )
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left, constants) + _text(node.right, constants)
    return _UNKNOWN


def _is_tolerated(call: ast.Call) -> bool:
    """Tell whether a failure of the command is ignored: `c.run(…, warn=True)`."""
    return any(
        keyword.arg == "warn"
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value is True
        for keyword in call.keywords
    )


READER = FileReader("python-tasks", 2, _accepts, _rows)
