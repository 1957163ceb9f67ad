"""Azure Pipelines: pipelines and templates."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mlops_audit.readers.automation.azure_steps import read_steps
from mlops_audit.readers.automation.common import (
    CommandLog,
    FileReader,
    image_base,
    is_never,
    is_true,
    text_or_none,
    words,
    yaml_documents,
)
from mlops_audit.readers.tree_node import Node
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import AutomationTrigger, Job, Workflow

_STEP_KEYS = frozenset(
    ["script", "bash", "pwsh", "powershell", "task", "checkout", "template", "publish", "download"]
)
_HEAD_KEYS = ("trigger", "pr", "schedules", "resources", "pool", "extends")


@dataclass(slots=True)
class _Pipeline:
    """One file while it is read."""

    path: str
    log: CommandLog
    names: set[str] = field(default_factory=set)

    def unique(self, name: str, stage: str) -> str:
        """Return a job name that no other job of the file has."""
        for candidate in (name, f"{stage}.{name}" if stage else name):
            if candidate not in self.names:
                break
        else:
            number = 2
            while f"{candidate}_{number}" in self.names:
                number += 1
            candidate = f"{candidate}_{number}"
        self.names.add(candidate)
        return candidate


def _accepts(file: SourceFile) -> bool:
    return file.suffix in (".yml", ".yaml") and not file.path.startswith(".github/workflows/")


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    for document in yaml_documents(content)[:1]:
        if is_pipeline(document):
            yield from _pipeline(file, document)


def is_pipeline(document: Node) -> bool:
    """Tell an Azure pipeline or template from other YAML by the shape of its lists."""
    if document.has("on") or document.has("apiVersion"):
        return False
    for key, names in (
        ("stages", frozenset({"stage", "template"})),
        ("jobs", frozenset({"job", "deployment", "template"})),
        ("steps", _STEP_KEYS),
    ):
        node = document.get(key)
        if node.is_sequence and any(
            names.intersection(item.keys) for item in unfolded(node) if item.is_mapping
        ):
            return True
    return text_or_none(document.get("extends", "template")) is not None


def unfolded(node: Node, depth: int = 6) -> Iterator[Node]:
    """Yield list items, with those that template expressions insert (`${{ if … }}: [...]`)."""
    for item in node.items():
        inserts = [child for key, child in item.pairs if key.startswith("${{")]
        if inserts and depth:
            for child in inserts:
                yield from unfolded(child, depth - 1)
        else:
            yield item


def _pipeline(file: SourceFile, document: Node) -> Iterator[Any]:
    path = file.path
    template = not any(document.has(key) for key in _HEAD_KEYS) and not file.name.startswith(
        "azure-pipelines"
    )
    name = text_or_none(document.get("name")) or file.name
    yield Workflow(path, "azure-pipelines", name, True)
    if template:
        yield AutomationTrigger(path, document.line, "", "reusable", "", True)
    else:
        yield from _triggers(path, document)
    for container in document.get("resources", "containers").items():
        if image := text_or_none(container.get("image")):
            yield image_base(path, container.start, image, "workflow", None)
    pipeline = _Pipeline(path, CommandLog(path))
    if uses := text_or_none(document.get("extends", "template")):
        line = document.get("extends").line
        yield _job_row(path, line, pipeline.unique("extends", ""), uses=uses)
    yield from _stages(pipeline, document.get("stages"))
    yield from _jobs(pipeline, document.get("jobs"), "", [], is_off=False)
    if document.get("steps").is_sequence:
        name = pipeline.unique("job", "")
        yield _job_row(path, document.get("steps").line, name)
        yield from read_steps(path, f"job:{name}", document.get("steps"), pipeline.log, False)
    yield from pipeline.log.rows


def _triggers(path: str, document: Node) -> Iterator[AutomationTrigger]:
    trigger = document.get("trigger")
    if text_or_none(trigger) == "none" or (trigger.kind == "scalar" and trigger.value is None):
        yield AutomationTrigger(path, trigger.line, "", "manual", "", True)
    else:
        # Without `trigger:` every push starts the pipeline.
        line = trigger.line or document.line
        if tags := words(trigger.get("tags", "include")) or words(trigger.get("tags")):
            yield AutomationTrigger(path, line, "", "tag", tags[:500], True)
        if not trigger.has("tags") or trigger.has("branches"):
            yield AutomationTrigger(path, line, "", "push", _branches(trigger), True)
    request = document.get("pr")
    if request and text_or_none(request) != "none":
        yield AutomationTrigger(path, request.line, "", "pull_request", _branches(request), True)
    for schedule in document.get("schedules").items():
        cron = schedule.get("cron")
        if cron.is_scalar:
            yield AutomationTrigger(path, cron.line, "", "schedule", cron.text[:500], True)
    for upstream in document.get("resources", "pipelines").items():
        started = upstream.get("trigger")
        if started and started.value is not False and text_or_none(started) != "none":
            source = text_or_none(upstream.first("source", "pipeline")) or ""
            yield AutomationTrigger(path, upstream.start, "", "workflow", source, True)
    for hook in document.get("resources", "webhooks").items():
        source = text_or_none(hook.get("webhook")) or ""
        yield AutomationTrigger(path, hook.start, "", "api", source, True)


def _branches(trigger: Node) -> str:
    if not trigger.is_mapping:
        return words(trigger)[:500]
    found = words(trigger.get("branches", "include")) or words(trigger.get("branches"))
    paths = words(trigger.get("paths", "include"))
    return "; ".join(part for part in (found, f"paths: {paths}" if paths else "") if part)[:500]


def _stages(pipeline: _Pipeline, stages: Node) -> Iterator[Any]:
    members: dict[str, list[str]] = {}
    previous: list[str] = []
    for stage in unfolded(stages):
        if not stage.is_mapping:
            continue
        name = text_or_none(stage.get("stage")) or ""
        depends = stage.get("dependsOn")
        needs = (
            [job for key in depends.texts() for job in members.get(key, [])]
            if depends
            else previous
        )
        before = set(pipeline.names)
        if uses := text_or_none(stage.get("template")):
            key = pipeline.unique(_stem(uses), "")
            yield _job_row(pipeline.path, stage.start, key, uses=uses, needs=" ".join(needs))
        off = is_never(stage.get("condition"))
        yield from _jobs(pipeline, stage.get("jobs"), name, needs, is_off=off, owner=stage)
        if stage.get("steps").is_sequence:
            key = pipeline.unique(name or "job", "")
            yield _job_row(pipeline.path, stage.start, key, needs=" ".join(needs))
            yield from read_steps(
                pipeline.path, f"job:{key}", stage.get("steps"), pipeline.log, False
            )
        previous = sorted(pipeline.names - before)
        members[name] = previous


def _jobs(
    pipeline: _Pipeline,
    jobs: Node,
    stage: str,
    stage_needs: list[str],
    *,
    is_off: bool,
    owner: Node | None = None,
) -> Iterator[Any]:
    for job in unfolded(jobs):
        if not job.is_mapping:
            continue
        path = pipeline.path
        if uses := text_or_none(job.get("template")):
            key = pipeline.unique(_stem(uses), stage)
            yield _job_row(path, job.start, key, uses=uses, needs=" ".join(stage_needs))
            continue
        if not (job.has("job") or job.has("deployment") or job.has("steps")):
            continue
        own = text_or_none(job.first("job", "deployment")) or stage or "job"
        key = pipeline.unique(own, stage)
        environment = job.get("environment")
        container = job.get("container")
        image = text_or_none(container) or text_or_none(container.get("image"))
        condition = job.get("condition") or (owner.get("condition") if owner else job.get("-"))
        yield Job(
            path=path,
            line=job.start,
            name=key,
            title=text_or_none(job.get("displayName")) or "",
            needs=" ".join([*job.get("dependsOn").texts(), *stage_needs])[:2_000],
            environment=text_or_none(environment) or text_or_none(environment.get("name")),
            uses=None,
            condition=text_or_none(condition),
            image=image,
            permissions=None,
            disabled=is_off or is_never(job.get("condition")),
        )
        if image and ":" in image:
            yield image_base(path, container.line, image, "workflow", None)
        ignored = is_true(job.get("continueOnError"))
        for steps in _step_lists(job):
            yield from read_steps(path, f"job:{key}", steps, pipeline.log, ignored)


def _step_lists(job: Node) -> Iterator[Node]:
    if job.get("steps"):
        yield job.get("steps")
    for _, strategy in job.get("strategy").pairs:
        for name, phase in strategy.pairs:
            if name == "on":
                for _, outcome in phase.pairs:
                    yield outcome.get("steps")
            elif phase.get("steps"):
                yield phase.get("steps")


def _job_row(
    path: str, line: int | None, name: str, *, uses: str | None = None, needs: str = ""
) -> Job:
    return Job(path, line, name, "", needs[:2_000], None, uses, None, None, None, False)


def _stem(path: str) -> str:
    return path.rsplit("/", 1)[-1].split("@", 1)[0].rsplit(".", 1)[0] or "template"


READER = FileReader("azure-pipelines", 2, _accepts, _rows)
