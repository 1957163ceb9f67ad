"""GitLab CI: jobs with what they extend, their scripts, and what starts them."""

import re
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.automation.common import (
    CommandLog,
    FileReader,
    flat,
    image_base,
    is_true,
    moved,
    text_or_none,
    yaml_documents,
)
from mlops_audit.readers.tree_node import MISSING, Node
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import AutomationTrigger, Job, UnitLink, Workflow

#: Keys of the file that are no jobs (https://docs.gitlab.com/ci/yaml/#global-keywords).
_GLOBAL = frozenset(
    {"default", "include", "stages", "variables", "workflow", "image", "services", "cache"}
    | {"before_script", "after_script", "spec"}
)
#: Where files that are included usually lie: `ci/train.yml`, `gitlab/jobs.yml`.
_FOLDER = re.compile(r"(?:^|[/._-])(?:ci|cicd|ci-cd|gitlab)[/._-]", re.IGNORECASE)
#: Keys of which every job has one.
_MARKS = ("script", "extends", "trigger", "run")
_SCRIPTS = ("before_script", "script", "after_script")
_EXTENDS_DEPTH = 10
#: What a condition on a pipeline's variables says about what started it.
_SOURCES = (
    (re.compile(r"schedule"), "schedule"),
    (re.compile(r"merge_request|CI_MERGE_REQUEST"), "pull_request"),
    (re.compile(r"CI_COMMIT_TAG"), "tag"),
    (re.compile(r"[\"'](?:web|chat)[\"']"), "manual"),
    (re.compile(r"[\"'](?:api|trigger|pipeline|external)[\"']"), "api"),
)
_ONLY = {
    "schedules": "schedule",
    "merge_requests": "pull_request",
    "external_pull_requests": "pull_request",
    "tags": "tag",
    "web": "manual",
    "api": "api",
    "triggers": "api",
    "pipelines": "api",
}


def _accepts(file: SourceFile) -> bool:
    return file.suffix in (".yml", ".yaml") and (
        file.name.endswith((".gitlab-ci.yml", ".gitlab-ci.yaml"))
        or _conventional(file.path)
        or _may_be_included(file.path)
    )


def _may_be_included(path: str) -> bool:
    return bool(_FOLDER.search(path)) and not path.startswith((".github/", ".circleci/"))


def _conventional(path: str) -> bool:
    """Tell whether a file lies where the main file usually includes files from."""
    return path.startswith((".gitlab/ci/", ".gitlab-ci/", ".gitlab/pipelines/"))


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    for document in yaml_documents(content)[-1:]:
        live = file.path in (".gitlab-ci.yml", ".gitlab-ci.yaml") or _conventional(file.path)
        if not file.name.startswith(".gitlab-ci") and not live and not _looks_included(document):
            continue
        yield from _includes(file.path, document)
        jobs = [
            (name, job)
            for name, job in document.pairs
            if name not in _GLOBAL and job.is_mapping and not name.startswith(".")
        ]
        if not jobs:
            continue
        yield Workflow(file.path, "gitlab-ci", file.name, live)
        log = CommandLog(file.path)
        for name, job in jobs:
            yield from _job(file.path, name, job, document, live, log)
        yield from log.rows


def _looks_included(document: Node) -> bool:
    """Tell whether a file somewhere has the form of a part of a pipeline."""
    jobs = [job for name, job in document.pairs if name not in _GLOBAL]
    return any(job.has("script") for job in jobs) and all(
        job.is_mapping and any(job.has(mark) for mark in _MARKS)
        for name, job in document.pairs
        if name not in _GLOBAL and not name.startswith(".")
    )


def _includes(path: str, document: Node) -> Iterator[UnitLink]:
    for item in document.get("include").items():
        local = text_or_none(item) or text_or_none(item.get("local")) or ""
        if local and "://" not in local and "$" not in local and "*" not in local:
            yield UnitLink(path, item.start, "", "include", local.lstrip("/"))


def _job(
    path: str, name: str, job: Node, document: Node, live: bool, log: CommandLog
) -> Iterator[Any]:
    chain = _extended(job, document)
    environment = _first(chain, "environment")
    image = _first(chain, "image")
    named = text_or_none(image) or text_or_none(image.get("name"))
    included = text_or_none(_first(chain, "trigger").get("include"))
    when = text_or_none(_first(chain, "when"))
    yield Job(
        path=path,
        line=job.line,
        name=name,
        title=name,
        needs=" ".join(_needs(_first(chain, "needs"))),
        environment=text_or_none(environment) or text_or_none(environment.get("name")),
        uses=included and f"./{included.lstrip('/')}",
        condition=None,
        image=named,
        permissions=None,
        disabled=when == "never",
    )
    if named:
        yield image_base(path, image.line, named, "workflow", None)
    yield from _triggers(path, name, chain, document, live)
    scope = f"job:{name}"
    tolerated = is_true(_first(chain, "allow_failure"))
    directory = ""
    for key in _SCRIPTS:
        script = _first(chain, key)
        if not script and key != "script":
            script = document.get("default").get(key) or document.get(key)
        for item in _script(script, document):
            if item.is_scalar:
                ignored = tolerated or key == "after_script"
                found = log.shell(
                    item.text, item.start, scope, tolerated=ignored, directory=directory
                )
                directory = moved(directory, found)


def _script(script: Node, document: Node, depth: int = 5) -> Iterator[Node]:
    """Yield the lines of a script, with `!reference [.job, script]` followed."""
    for item in script.items():
        names = item.texts() if item.is_sequence else []
        referred = document.get(*names) if len(names) in (2, 3) else MISSING
        if referred and depth:
            yield from _script(referred, document, depth - 1)
        else:
            yield from flat(item)


def _extended(job: Node, document: Node) -> list[Node]:
    """Return the job and what it extends, nearest first."""
    chain: list[Node] = []
    queue = [job]
    while queue and len(chain) < _EXTENDS_DEPTH:
        node = queue.pop(0)
        if node.is_mapping and node not in chain:
            chain.append(node)
            # The last name of a list wins (https://docs.gitlab.com/ci/yaml/#extends).
            queue += [document.get(parent) for parent in reversed(node.get("extends").texts())]
    return chain


def _first(chain: list[Node], key: str) -> Node:
    return next((found for node in chain if (found := node.get(key))), MISSING)


def _needs(needs: Node) -> Iterator[str]:
    for item in needs.items():
        name = text_or_none(item) or text_or_none(item.get("job"))
        if name:
            yield name.replace(" ", "-")


def _triggers(
    path: str, name: str, chain: list[Node], document: Node, live: bool
) -> Iterator[AutomationTrigger]:
    allowed = set(_by_rules(document.get("workflow", "rules"))) or None
    rules, only = _first(chain, "rules"), _first(chain, "only")
    if rules:
        found = dict(_by_rules(rules))
    elif only:
        refs = only.get("refs") if only.is_mapping else only
        found = {_ONLY.get(ref, "push"): ref for ref in refs.texts()} or {"push": ""}
    else:
        found = {"push": ""}
    if text_or_none(_first(chain, "when")) == "manual":
        found = {"manual": ""}
    line = (rules or only or chain[0]).line
    if allowed is not None:
        kinds = {kind for kind, _ in allowed}
        if not rules and not only and "manual" not in found:
            found = dict(allowed)
        else:
            found = {kind: text for kind, text in found.items() if kind in kinds | {"manual"}}
    for kind, detail in sorted(found.items()):
        yield AutomationTrigger(path, line, f"job:{name}", kind, detail[:500], live)


def _by_rules(rules: Node) -> Iterator[tuple[str, str]]:
    for rule in rules.items():
        when = text_or_none(rule.get("when"))
        if when == "never":
            continue
        condition = text_or_none(rule.get("if")) or ""
        if when == "manual":
            yield "manual", condition
            continue
        negated = "!=" in condition and "==" not in condition
        kind = next((kind for mark, kind in _SOURCES if mark.search(condition)), "push")
        yield ("push" if negated else kind), condition


READER = FileReader("gitlab-ci", 2, _accepts, _rows)
