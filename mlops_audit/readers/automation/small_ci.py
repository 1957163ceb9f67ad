"""CI systems whose file is a list of scripts: Travis, Bitbucket, Cloud Build, CodeBuild."""

import shlex
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.automation.common import (
    CommandLog,
    FileReader,
    flat,
    image_base,
    is_true,
    text_or_none,
    yaml_documents,
)
from mlops_audit.readers.shell import working_directory
from mlops_audit.readers.tree_node import Node
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import AutomationTrigger, Job, Step, Workflow

_TRAVIS_SCRIPTS = ("before_install", "install", "before_script", "script", "after_success")
_PHASES = ("install", "pre_build", "build", "post_build")
_BITBUCKET = {
    "default": "push",
    "branches": "push",
    "pull-requests": "pull_request",
    "tags": "tag",
    "custom": "manual",
}
#: Builders of Cloud Build whose entry point is not the last part of their name.
_BUILDERS = {"cloud-sdk": "gcloud", "google-cloud-cli": "gcloud", "kaniko-project/executor": ""}

_BUILDER_MARKS = (b"cloud-builders/", b"cloud-sdk", b"kaniko-project/")
#: Top-level keys of other systems whose files have steps.
_FOREIGN = frozenset({"apiVersion", "jobs", "kind", "on", "pool", "runs", "stages", "trigger"})


def _accepts(file: SourceFile) -> bool:
    if file.suffix not in (".yml", ".yaml"):
        return False
    return not file.path.startswith(".github/")


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    name = file.name.lower()
    named = name.startswith("cloudbuild") or "buildspec" in name
    # A build of Google's may have any name: it is given on the command line.
    built = named or (b"steps:" in content and any(mark in content for mark in _BUILDER_MARKS))
    if not built and name not in (".travis.yml", "bitbucket-pipelines.yml"):
        return
    for document in yaml_documents(content)[:1]:
        log = CommandLog(file.path)
        if name == ".travis.yml":
            yield from _travis(file.path, document, log)
        elif name.startswith("bitbucket"):
            yield from _bitbucket(file.path, document, log)
        elif document.get("phases").is_mapping:
            yield from _code_build(file.path, document, log)
        elif document.get("steps").is_sequence and not _FOREIGN.intersection(document.keys):
            yield from _cloud_build(file, document, log)
        yield from log.rows


def _job(path: str, line: int | None, name: str, environment: str | None = None) -> Job:
    return Job(path, line, name, name, "", environment, None, None, None, None, False)


def _travis(path: str, document: Node, log: CommandLog) -> Iterator[Any]:
    live = path == ".travis.yml"
    yield Workflow(path, "travis", ".travis.yml", live)
    for kind in ("push", "pull_request"):
        yield AutomationTrigger(path, document.line, "", kind, "", live)
    included = document.first("jobs", "matrix").get("include")
    jobs = [item for item in included.items() if item.is_mapping] or [document]
    for number, job in enumerate(jobs):
        title = text_or_none(job.get("name")) or text_or_none(job.get("stage")) or "build"
        name = f"{title}-{number}" if len(jobs) > 1 else title
        yield _job(path, job.line or job.start, name)
        for key in _TRAVIS_SCRIPTS:
            ignored = key == "after_success"
            log.node(job.get(key) or document.get(key), f"job:{name}", tolerated=ignored)
        for position, deploy in enumerate((job.get("deploy") or document.get("deploy")).items()):
            provider = text_or_none(deploy.get("provider")) or text_or_none(deploy)
            if provider == "script":
                log.node(deploy.get("script"), f"job:{name}")
            elif provider:
                yield Step(
                    path, deploy.start, f"job:{name}", position, "deploy",
                    f"travis-deploy/{provider}", None, None, False, "",
                )  # fmt: skip


def _bitbucket(path: str, document: Node, log: CommandLog) -> Iterator[Any]:
    live = path == "bitbucket-pipelines.yml"
    yield Workflow(path, "bitbucket", "bitbucket-pipelines.yml", live)
    for section, pipelines in document.get("pipelines").pairs:
        kind = _BITBUCKET.get(section)
        if kind is None:
            continue
        named = (("", pipelines),) if section == "default" else pipelines.pairs
        for target, steps in named:
            for number, step in enumerate(_bitbucket_steps(steps)):
                name = f"{section}-{target}-{number}".replace(" ", "-").replace("--", "-")
                environment = text_or_none(step.get("deployment"))
                yield _job(path, step.line or step.start, name, environment)
                by_hand = text_or_none(step.get("trigger")) == "manual"
                yield AutomationTrigger(
                    path,
                    step.line,
                    f"job:{name}",
                    "manual" if by_hand else kind,
                    target[:500],
                    live,
                )
                log.node(step.get("script"), f"job:{name}")
                yield from _pipes(path, name, step)


def _bitbucket_steps(steps: Node) -> Iterator[Node]:
    for item in flat(steps):
        if item.has("parallel"):
            inner = item.get("parallel")
            yield from _bitbucket_steps(inner.get("steps") if inner.is_mapping else inner)
        elif item.has("stage"):
            yield from _bitbucket_steps(item.get("stage", "steps"))
        elif item.get("step").is_mapping:
            yield item.get("step")


def _pipes(path: str, name: str, step: Node) -> Iterator[Step]:
    for position, item in enumerate(step.get("script").items()):
        if pipe := text_or_none(item.get("pipe")):
            uses = pipe.partition(":")[0]
            yield Step(path, item.start, f"job:{name}", position, uses, uses, None, None, False, "")


def _code_build(path: str, document: Node, log: CommandLog) -> Iterator[Any]:
    yield Workflow(path, "code-build", path.rpartition("/")[2], True)
    # What starts a CodeBuild project is configured in AWS, not in the file.
    yield AutomationTrigger(path, document.line, "", "manual", "outside the repository", True)
    yield _job(path, document.line, "build")
    for phase in _PHASES:
        log.node(document.get("phases", phase, "commands"), "job:build")


def _cloud_build(file: SourceFile, document: Node, log: CommandLog) -> Iterator[Any]:
    path = file.path
    steps = [step for step in document.get("steps").items() if text_or_none(step.get("name"))]
    if not steps:
        return
    yield Workflow(path, "cloud-build", file.name, True)
    # What starts a build is configured in the cloud, not in the file.
    yield AutomationTrigger(path, document.line, "", "manual", "outside the repository", True)
    yield _job(path, document.line, "build")
    for step in steps:
        image = text_or_none(step.get("name")) or ""
        yield image_base(path, step.start, image, "workflow", None)
        where = text_or_none(step.get("dir")) or ""
        directory = working_directory("", where) if where else ""
        tolerated = is_true(step.get("allowFailure"))
        script = step.get("script")
        if script.is_scalar:
            log.shell(
                script.text, script.start, "job:build", tolerated=tolerated, directory=directory
            )
            continue
        program = text_or_none(step.get("entrypoint")) or _builder(image)
        arguments = step.get("args").texts()
        if program in ("bash", "sh") and arguments[:1] in (["-c"], ["-ec"], ["-xc"]):
            line = step.get("args").children[1].start if len(arguments) > 1 else step.start
            text = arguments[1] if len(arguments) > 1 else ""
        else:
            text = shlex.join([program, *arguments]) if program else ""
            line = step.start
        if text:
            log.shell(
                text.replace("$$", "$"),
                line,
                "job:build",
                tolerated=tolerated,
                directory=directory,
            )


def _builder(image: str) -> str:
    """Return the program that a builder image runs."""
    plain = image.partition("@")[0]
    head, colon, tail = plain.rpartition(":")
    name = (head if colon and "/" not in tail else plain).rpartition("/")[2]
    return _BUILDERS.get(name, name)


READER = FileReader("small-ci", 2, _accepts, _rows)
