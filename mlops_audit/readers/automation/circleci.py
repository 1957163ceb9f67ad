"""CircleCI: jobs, the commands they share, and the workflows that start them."""

from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.automation.common import (
    RUN_LIMIT,
    CommandLog,
    FileReader,
    compact,
    flat,
    image_base,
    text_or_none,
    words,
    yaml_documents,
)
from mlops_audit.readers.masking import masked_text
from mlops_audit.readers.shell import working_directory
from mlops_audit.readers.tree_node import MISSING, Node
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import AutomationTrigger, Job, Step, Workflow

#: Steps that CircleCI itself brings (https://circleci.com/docs/configuration-reference/#steps).
_BUILT_IN = frozenset(
    {"run", "checkout", "setup_remote_docker", "save_cache", "restore_cache", "when", "unless"}
    | {"store_artifacts", "store_test_results", "persist_to_workspace", "attach_workspace"}
    | {"add_ssh_keys", "deploy"}
)
_COMMAND_DEPTH = 4


def _accepts(file: SourceFile) -> bool:
    return file.suffix in (".yml", ".yaml") and "/.circleci/" in f"/{file.path}"


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    for document in yaml_documents(content)[:1]:
        jobs = document.get("jobs")
        if not jobs.is_mapping:
            continue
        path = file.path
        live = path.startswith(".circleci/config.")
        yield Workflow(path, "circleci", file.name, live)
        orders = list(_orders(document))
        needs = {name: words(settings.get("requires")) for name, settings, _ in orders}
        log = CommandLog(path)
        for name, job in jobs.pairs:
            if job.is_mapping:
                yield from _job(path, name, job, document, needs.get(name, ""), log)
        for name, settings, workflow in orders:
            yield from _triggers(path, name, settings, workflow, live)
        yield from log.rows


def _orders(document: Node) -> Iterator[tuple[str, Node, Node]]:
    """Yield job, settings and workflow for every job that a workflow starts."""
    workflows = document.get("workflows")
    if not workflows:
        # Without workflows the job called `build` runs on every push.
        yield "build", MISSING, MISSING
        return
    for _, workflow in workflows.pairs:
        for item in workflow.get("jobs").items():
            if item.is_scalar:
                yield item.text, MISSING, workflow
            for name, settings in item.pairs:
                if text_or_none(settings.get("type")) != "approval":
                    yield name, settings, workflow


def _triggers(
    path: str, name: str, settings: Node, workflow: Node, live: bool
) -> Iterator[AutomationTrigger]:
    line = settings.line or workflow.line
    scope = f"job:{name}"
    schedules = [item.get("schedule") for item in workflow.get("triggers").items()]
    for schedule in schedules:
        cron = text_or_none(schedule.get("cron"))
        if cron:
            yield AutomationTrigger(path, schedule.line, scope, "schedule", cron, live)
    if schedules:
        return
    filters = settings.get("filters")
    only_tags = filters.has("tags") and "/.*/" in filters.get("branches", "ignore").texts()
    if filters.has("tags"):
        tags = words(filters.get("tags", "only"))
        yield AutomationTrigger(path, line, scope, "tag", tags[:500], live)
    if not only_tags:
        branches = words(filters.get("branches", "only"))
        yield AutomationTrigger(path, line, scope, "push", branches[:500], live)


def _job(
    path: str, name: str, job: Node, document: Node, needs: str, log: CommandLog
) -> Iterator[Any]:
    executor = text_or_none(job.get("executor")) or text_or_none(job.get("executor", "name"))
    docker = job.get("docker") or document.get("executors", executor or "").get("docker")
    image = next((text_or_none(item.get("image")) for item in docker.items()), None)
    yield Job(path, job.line, name, name, needs, None, None, None, image, None, False)
    for item in docker.items():
        if found := text_or_none(item.get("image")):
            yield image_base(path, item.start, found, "workflow", None)
    directory = text_or_none(job.get("working_directory")) or ""
    directory = "" if directory.startswith("~") else directory
    steps = list(_expanded(job.get("steps"), document, _COMMAND_DEPTH))
    for position, (kind, step) in enumerate(steps):
        yield from _step(path, f"job:{name}", position, kind, step, directory, log)


def _expanded(steps: Node, document: Node, depth: int) -> Iterator[tuple[str, Node]]:
    """Yield each step with its kind; commands of the same file are put in."""
    for item in flat(steps):
        pairs = item.pairs if item.is_mapping else ((item.text, item),)
        for kind, settings in pairs:
            own = document.get("commands", kind)
            if kind in ("when", "unless"):
                yield from _expanded(settings.get("steps"), document, depth - 1) if depth else ()
            elif own.is_mapping and depth:
                yield from _expanded(own.get("steps"), document, depth - 1)
            else:
                yield kind, settings


def _step(
    path: str,
    scope: str,
    position: int,
    kind: str,
    step: Node,
    directory: str,
    log: CommandLog,
) -> Iterator[Step]:
    run = (step if step.is_scalar else step.get("command")) if kind in ("run", "deploy") else None
    text = run.text if run is not None and run.is_scalar else None
    when = text_or_none(step.get("when")) if step.is_mapping else None
    yield Step(
        path=path,
        line=step.line,
        scope=scope,
        position=position,
        name=text_or_none(step.get("name")) or kind,
        uses=None if kind in _BUILT_IN else kind,
        run=None if text is None else masked_text(text[:RUN_LIMIT]),
        condition=when,
        tolerated=False,
        inputs=masked_text(compact(step)) if step.is_mapping and text is None else "",
    )
    if text is not None and run is not None:
        where = text_or_none(step.get("working_directory"))
        log.shell(
            text,
            run.start,
            scope,
            directory=working_directory("", where) if where else directory,
        )


READER = FileReader("circleci", 1, _accepts, _rows)
