"""Azure Machine Learning: jobs, pipelines, components, sweeps, schedules, environments."""

import re
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.automation.common import (
    VALUE_LIMIT,
    CommandLog,
    FileReader,
    folder,
    image_base,
    text_or_none,
    yaml_documents,
)
from mlops_audit.readers.shell import working_directory
from mlops_audit.readers.tree_node import Node
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import AutomationTrigger, PipelineStage, StageItem, UnitLink

_SCHEMA = "azuremlschemas"
_PARENT = re.compile(r"\$\{\{\s*parent\.jobs\.([\w-]{1,100})\.")
_COMMAND_KEYS = frozenset({"environment", "compute", "code", "inputs", "outputs", "distribution"})
_KINDS = {"sweep": "sweep-job", "pipeline": "pipeline-job"}


def _accepts(file: SourceFile) -> bool:
    return file.suffix in (".yml", ".yaml") and not file.path.startswith(".github/")


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    for document in yaml_documents(content)[:1]:
        kind = kind_of(document)
        log = CommandLog(file.path)
        name = (
            text_or_none(document.get("name"))
            or text_or_none(document.get("display_name"))
            or file.name.rsplit(".", 1)[0]
        )
        if kind == "schedule":
            yield from _schedule(file.path, name, document, log)
        elif kind == "pipeline":
            yield from _pipeline(file.path, name, document, log)
        elif kind == "environment":
            image = document.get("image")
            if image.is_scalar:
                yield image_base(file.path, image.line, image.text, "environment", None)
        elif document.get("code_configuration").is_mapping:
            yield from _deployment(file.path, document)
        elif kind:
            row = kind if kind != "command" else "command-job"
            yield PipelineStage(file.path, document.line, "azureml", "", name, row, False)
            yield from _stage(file.path, name, document, log)
        yield from log.rows


def _deployment(path: str, document: Node) -> Iterator[UnitLink]:
    """Yield the script that answers requests: of an online or batch deployment."""
    given = document.get("code_configuration")
    script = given.get("scoring_script")
    known = document.has("endpoint_name") or _SCHEMA in document.get("$schema").text
    if known and script.text.endswith(".py"):
        folder = text_or_none(given.get("code")) or ""
        for function in ("init", "run"):
            target = f"{folder}|{script.text.removesuffix('.py')}.{function}"
            yield UnitLink(path, script.line, "", "handler", target[:VALUE_LIMIT])


def kind_of(document: Node) -> str:
    """Return schedule, pipeline, environment, component, sweep-job, command, or ''."""
    schema = (text_or_none(document.get("$schema")) or "").lower()
    if schema and _SCHEMA not in schema:
        return ""
    of_type = text_or_none(document.get("type")) or ""
    if document.has("trigger") and (document.has("create_job") or document.has("create_monitor")):
        return "schedule"
    if document.get("jobs").is_mapping and (of_type.startswith("pipeline") or "pipeline" in schema):
        return "pipeline"
    if schema and "environment" in schema:
        return "environment"
    if (schema and "component" in schema) or (of_type == "command" and document.has("version")):
        return "component"
    if of_type == "sweep" or (schema and "sweepjob" in schema):
        return "sweep-job"
    if "commandjob" in schema or (schema and "sparkjob" in schema):
        return "command"
    known = _COMMAND_KEYS.intersection(document.keys)
    if text_or_none(document.get("command")) and of_type == "command" and known:
        return "command"
    if text_or_none(document.get("command")) and {"environment", "compute"} <= known:
        return "command"
    return ""


def _pipeline(path: str, name: str, document: Node, log: CommandLog) -> Iterator[Any]:
    jobs = document.get("jobs")
    component = "component" in (text_or_none(document.get("$schema")) or "").lower()
    if name not in jobs.keys:
        kind = "component" if component else "pipeline-job"
        yield PipelineStage(path, document.line, "azureml", name, name, kind, False)
        yield from _values(path, name, document)
    for key, job in jobs.pairs:
        if not job.is_mapping:
            continue
        kind = _KINDS.get(text_or_none(job.get("type")) or "", "command-job")
        yield PipelineStage(path, job.line, "azureml", name, key, kind, False)
        yield from _stage(path, key, job, log)


def _stage(path: str, name: str, job: Node, log: CommandLog) -> Iterator[Any]:
    yield from _values(path, name, job)
    needed: set[str] = set()
    for _, value in (*job.get("inputs").pairs, *job.get("outputs").pairs):
        text = value.text or text_or_none(value.get("path")) or ""
        needed.update(_PARENT.findall(text))
    for need in sorted(needed):
        yield StageItem(path, job.line, name, "needs", need)
    for holder in (job, job.get("trial"), job.get("task")):
        reference = holder if holder.is_scalar else holder.get("component")
        if reference.is_scalar and reference.text:
            target = reference.text.removeprefix("file:")[:VALUE_LIMIT]
            yield StageItem(path, reference.line, name, "runs", target)
        elif reference.is_mapping:
            yield from _run(path, name, reference, log)
        if holder.is_mapping:
            yield from _run(path, name, holder, log)


def _run(path: str, name: str, holder: Node, log: CommandLog) -> Iterator[Any]:
    """Read the command of a job or task, and the image of an environment written in place."""
    directory = folder(path)
    if code := text_or_none(holder.get("code")):
        directory = working_directory(directory, code)
    command = holder.get("command")
    if command.is_scalar:
        log.shell(command.text, command.start, f"stage:{name}", directory=directory)
    entry = text_or_none(holder.get("entry_script")) or text_or_none(holder.get("entry", "file"))
    if entry and "\n" not in entry:
        line = holder.first("entry_script", "entry").line
        arguments = " ".join((text_or_none(holder.get("program_arguments")) or "").split())
        log.shell(f'python "{entry}" {arguments}', line, f"stage:{name}", directory=directory)
    image = holder.get("environment", "image")
    if image.is_scalar:
        yield image_base(path, image.line, image.text, "environment", None)


def _values(path: str, name: str, job: Node) -> Iterator[StageItem]:
    for key, value in job.get("inputs").pairs:
        if found := text_or_none(value.get("path")):
            yield StageItem(path, value.line, name, "dep", found)
        else:
            yield StageItem(path, value.line, name, "param", key[:VALUE_LIMIT])
    for key, value in job.get("outputs").pairs:
        target = text_or_none(value.get("path")) or key
        yield StageItem(path, value.line, name, "out", target[:VALUE_LIMIT])


def _schedule(path: str, name: str, document: Node, log: CommandLog) -> Iterator[Any]:
    trigger = document.get("trigger")
    detail = text_or_none(trigger.get("expression")) or ""
    if not detail and trigger.has("frequency"):
        every = text_or_none(trigger.get("interval")) or "1"
        detail = f"every {every} {text_or_none(trigger.get('frequency'))}"
    live = document.get("is_enabled").value is not False
    yield AutomationTrigger(path, trigger.line, f"stage:{name}", "schedule", detail, live)
    yield PipelineStage(path, document.line, "azureml", "", name, "schedule", not live)
    created = document.get("create_job")
    reference = created if created.is_scalar else created.get("job")
    if reference.is_scalar:
        target = reference.text.removeprefix("file:")[:VALUE_LIMIT]
        yield StageItem(path, reference.line, name, "runs", target)
    elif created.is_mapping:
        yield from _values(path, name, created)
        for key, job in created.get("jobs").pairs:
            yield PipelineStage(path, job.line, "azureml", name, key, "command-job", False)
            yield StageItem(path, job.line, name, "runs", f"stage:{key}")
            yield from _stage(path, key, job, log)
        yield from _run(path, name, created, log)


READER = FileReader("azureml", 2, _accepts, _rows)
