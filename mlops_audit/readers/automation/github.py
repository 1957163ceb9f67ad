"""GitHub Actions: workflows and composite actions."""

from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.automation.common import (
    RUN_LIMIT,
    CommandLog,
    FileReader,
    compact,
    flat,
    image_base,
    is_never,
    is_true,
    text_or_none,
    words,
    yaml_documents,
)
from mlops_audit.readers.automation.github_values import Values, varied
from mlops_audit.readers.masking import masked_text
from mlops_audit.readers.shell import working_directory
from mlops_audit.readers.tree_node import Node
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import AutomationTrigger, Job, Step, Workflow

_KINDS = {
    "push": "push",
    "pull_request": "pull_request",
    "pull_request_target": "pull_request",
    "merge_group": "pull_request",
    "schedule": "schedule",
    "workflow_dispatch": "manual",
    "repository_dispatch": "api",
    "workflow_run": "workflow",
    "workflow_call": "reusable",
    "release": "tag",
    "create": "tag",
}
#: Actions that run a script elsewhere, and the input that holds it.
_SCRIPTED = {
    "appleboy/ssh-action": "script",
    "azure/cli": "inlineScript",
    "google-github-actions/ssh-compute": "command",
    "fifsky/ssh-action": "command",
    "garygrossgarten/github-action-ssh": "command",
}
_SHELLS_READ = ("bash", "sh", "pwsh", "powershell", "cmd", "zsh")


def _accepts(file: SourceFile) -> bool:
    if file.suffix not in (".yml", ".yaml"):
        return False
    return file.name in ("action.yml", "action.yaml") or _may_be_workflow(file.path)


def _may_be_workflow(path: str) -> bool:
    parts = path.split("/")
    return "workflows" in parts[:-1] or any("github" in part.lower() for part in parts[:-1])


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    for document in yaml_documents(content)[:1]:
        if file.name.startswith("action.") and document.has("runs"):
            yield from _action(file, document)
        elif document.has("jobs") and document.has("on") and document.get("jobs").is_mapping:
            yield from _workflow(file, document)


def _workflow(file: SourceFile, document: Node) -> Iterator[Any]:
    path = file.path
    live = path.startswith(".github/workflows/") and path.count("/") == 2
    name = text_or_none(document.get("name")) or file.name
    yield Workflow(path, "github-actions", name, live)
    yield from _triggers(path, document.get("on"), live)
    log = CommandLog(path)
    for key, job in document.get("jobs").pairs:
        if job.is_mapping:
            yield from _job(path, key, job, document, log)
    yield from log.rows


def _triggers(path: str, on: Node, live: bool) -> Iterator[AutomationTrigger]:
    if not on.is_mapping:
        for event in on.items():
            if event.is_scalar:
                yield AutomationTrigger(path, event.line, "", _kind(event.text), event.text, live)
        return
    for name, settings in on.pairs:
        if name == "schedule":
            for entry in settings.items():
                cron = entry.get("cron")
                if cron.is_scalar:
                    yield AutomationTrigger(path, cron.line, "", "schedule", cron.text, live)
            continue
        if name == "push" and settings.has("tags"):
            tags = words(settings.get("tags"))
            yield AutomationTrigger(path, settings.line, "", "tag", tags[:500], live)
            if not settings.has("branches"):
                continue
        detail = _detail(name, settings)[:500]
        kind = _dispatched(detail) if name == "repository_dispatch" else _kind(name)
        yield AutomationTrigger(path, settings.line, "", kind, detail, live)


def _kind(event: str) -> str:
    # Issue, label, discussion and similar events come from outside, as a call would.
    return _KINDS.get(event, "api")


def _dispatched(detail: str) -> str:
    """Return what a dispatched event is by the types that the workflow waits for."""
    types = detail.lower()
    if any(word in types for word in ("drift", "decay", "degrad", "performance")):
        return "drift_alert"
    return "data_arrival" if "data" in types else "api"


def _detail(name: str, settings: Node) -> str:
    if name == "workflow_run":
        return words(settings.get("workflows")) if settings.has("workflows") else ""
    parts = [words(settings.get("branches"))]
    for key in ("paths", "types", "branches-ignore", "paths-ignore"):
        if found := words(settings.get(key)):
            parts.append(f"{key}: {found}")
    detail = "; ".join(part for part in parts if part)
    return detail or (name if name not in ("push", "pull_request", "workflow_dispatch") else "")


def _job(path: str, key: str, job: Node, document: Node, log: CommandLog) -> Iterator[Any]:
    environment = job.get("environment")
    container = job.get("container")
    image = text_or_none(container) or text_or_none(container.get("image"))
    permissions = job.get("permissions") or document.get("permissions")
    condition = job.get("if")
    yield Job(
        path=path,
        line=job.line,
        name=key,
        title=text_or_none(job.get("name")) or "",
        needs=words(job.get("needs")),
        environment=text_or_none(environment) or text_or_none(environment.get("name")),
        uses=text_or_none(job.get("uses")),
        condition=text_or_none(condition),
        image=image,
        permissions=compact(permissions) if permissions else None,
        disabled=is_never(condition),
    )
    if image:
        yield image_base(path, container.line, image, "workflow", None)
    for _, service in job.get("services").pairs:
        if found := text_or_none(service.get("image")):
            yield image_base(path, service.line, found, "workflow", None)
    defaults = _first_default(job, document, "working-directory")
    shell = _first_default(job, document, "shell")
    tolerated = is_true(job.get("continue-on-error"))
    scope = f"job:{key}"
    first = len(log.rows)
    environment_values = Values(document.get("env"), job.get("env"))
    yield from _steps(
        path, scope, job.get("steps"), log, defaults, shell, tolerated, environment_values
    )
    log.rows[first:] = varied(log.rows[first:], job.get("strategy", "matrix"), first)


def _first_default(job: Node, document: Node, key: str) -> str:
    for node in (job, document):
        if found := text_or_none(node.get("defaults", "run", key)):
            return found
    return ""


def _steps(
    path: str,
    scope: str,
    steps: Node,
    log: CommandLog,
    directory: str,
    shell: str,
    tolerated: bool,
    values: Values,
) -> Iterator[Step]:
    position = 0
    for step in flat(steps):
        if not step.is_mapping:
            continue
        run = step.get("run")
        ignored = tolerated or is_true(step.get("continue-on-error"))
        inputs = step.get("with")
        yield Step(
            path=path,
            line=step.start,
            scope=scope,
            position=position,
            name=text_or_none(step.get("name")) or text_or_none(step.get("id")) or "",
            uses=text_or_none(step.get("uses")),
            run=masked_text(run.text[:RUN_LIMIT]) if run.is_scalar else None,
            condition=text_or_none(step.get("if")),
            tolerated=ignored,
            inputs=masked_text(compact(inputs)) if inputs else "",
        )
        position += 1
        script = inputs.get(_scripted(text_or_none(step.get("uses"))))
        if script.is_scalar and not is_never(step.get("if")):
            log.shell(values.filled(script.text), script.start, scope, tolerated=ignored)
        used = text_or_none(step.get("shell")) or shell or "bash"
        if run.is_scalar and not is_never(step.get("if")) and used.startswith(_SHELLS_READ):
            where = text_or_none(step.get("working-directory")) or directory
            known = values.with_(step.get("env"))
            where = known.filled(where)
            log.shell(
                known.filled(run.text),
                run.start,
                scope,
                tolerated=ignored,
                directory=working_directory("", where) if where else "",
                variables=known.known,
            )


def _scripted(uses: str | None) -> str:
    """Return the input of an action that is a script, '' if there is none."""
    return _SCRIPTED.get((uses or "").partition("@")[0].lower(), "")


def _action(file: SourceFile, document: Node) -> Iterator[Any]:
    path = file.path
    name = text_or_none(document.get("name")) or file.name
    yield Workflow(path, "action", name, True)
    yield AutomationTrigger(path, document.line, "", "reusable", "", True)
    runs = document.get("runs")
    yield Job(path, runs.line, "action", name, "", None, None, None, None, None, False)
    log = CommandLog(path)
    yield from _steps(path, "job:action", runs.get("steps"), log, "", "", False, Values())
    if (image := text_or_none(runs.get("image"))) and image.startswith("docker://"):
        yield image_base(path, runs.get("image").line, image[9:], "workflow", None)
    yield from log.rows


READER = FileReader("github-actions", 3, _accepts, _rows)
