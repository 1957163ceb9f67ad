"""Steps of Azure Pipelines: scripts, and the tasks that run scripts."""

from collections.abc import Iterator

from mlops_audit.readers.automation.common import (
    RUN_LIMIT,
    CommandLog,
    compact,
    is_never,
    is_true,
    text_or_none,
)
from mlops_audit.readers.masking import masked_text
from mlops_audit.readers.shell import working_directory
from mlops_audit.readers.tree_node import MISSING, Node
from mlops_audit.schema import Step

_SCRIPTS = ("script", "bash", "pwsh", "powershell")
_OTHERS = ("checkout", "publish", "download", "downloadBuild", "getPackage", "reviewApp")
#: Inputs that hold a script, in the order in which tasks prefer them.
_INLINE = ("inlineScript", "InlineScript", "Inline", "script")
_SCRIPT_FILES = ("scriptPath", "filePath", "ScriptPath")


def read_steps(
    path: str, scope: str, steps: Node, log: CommandLog, tolerated: bool
) -> Iterator[Step]:
    """Yield the steps of a job; their commands go to the log."""
    from mlops_audit.readers.automation.azure_pipelines import unfolded

    position = 0
    for step in unfolded(steps):
        if not step.is_mapping:
            continue
        ignored = tolerated or is_true(step.get("continueOnError"))
        off = is_never(step.get("enabled")) or is_never(step.get("condition"))
        script, directory = _script(step)
        inputs = step.get("inputs") or step.get("parameters")
        condition = "false" if off else text_or_none(step.get("condition"))
        yield Step(
            path=path,
            line=step.start,
            scope=scope,
            position=position,
            name=text_or_none(step.get("displayName")) or text_or_none(step.get("name")) or "",
            uses=_uses(step),
            run=masked_text(script.text[:RUN_LIMIT]) if script.is_scalar else None,
            condition=condition,
            tolerated=ignored,
            inputs=masked_text(compact(inputs)) if inputs else "",
        )
        position += 1
        if off:
            continue
        if script.is_scalar:
            log.shell(
                script.text,
                script.start,
                scope,
                tolerated=ignored,
                directory=directory,
                macros=True,
            )
        elif text := _script_file(step):
            log.shell(text, step.start, scope, tolerated=ignored, directory=directory, macros=True)


def _uses(step: Node) -> str | None:
    for key in ("task", "template"):
        if found := text_or_none(step.get(key)):
            return found
    return next((key for key in _OTHERS if step.has(key)), None)


def _script(step: Node) -> tuple[Node, str]:
    """Return the script of a step and the folder where it runs."""
    inputs = step.get("inputs")
    where = text_or_none(
        step.get("workingDirectory") or inputs.first("workingDirectory", "cwd", "workingFolder")
    )
    directory = working_directory("", where) if where else ""
    for key in _SCRIPTS:
        if step.get(key).is_scalar:
            return step.get(key), directory
    task = (text_or_none(step.get("task")) or "").lower()
    location = text_or_none(inputs.first("scriptLocation", "targetType", "scriptSource")) or ""
    if task.startswith("pythonscript") or location.lower() in ("scriptpath", "filepath"):
        return MISSING, directory
    return inputs.first(*_INLINE), directory


def _script_file(step: Node) -> str:
    """Return the command line by which a task runs a script file, '' if it runs none."""
    inputs = step.get("inputs")
    file = text_or_none(inputs.first(*_SCRIPT_FILES))
    if not file or "\n" in file:
        return ""
    arguments = text_or_none(
        inputs.first("arguments", "scriptArguments", "ScriptArguments", "args")
    )
    task = (text_or_none(step.get("task")) or "").lower()
    kind = (text_or_none(inputs.get("scriptType")) or "").lower()
    if task.startswith("pythonscript"):
        program = "python"
    elif "powershell" in task or kind in ("ps", "pscore"):
        program = "pwsh"
    else:
        program = "bash"
    return f'{program} "{file}" {" ".join((arguments or "").split())}'.strip()
