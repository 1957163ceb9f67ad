"""CloudFormation and SAM templates: functions, state machines, builds, and what starts them."""

import re
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.automation.common import (
    SIZE_LIMIT,
    VALUE_LIMIT,
    CommandLog,
    FileReader,
    image_base,
    text_or_none,
    yaml_documents,
)
from mlops_audit.readers.automation.containers import container_words
from mlops_audit.readers.json_document import load_json
from mlops_audit.readers.tree_node import Node
from mlops_audit.readers.yaml_document import load_yaml
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import AutomationTrigger, UnitLink

RESOURCE_LIMIT = 500
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{0,254}")
_SUBSTITUTED = re.compile(r"\$\{([A-Za-z][A-Za-z0-9]{0,254})(?:\.[\w.]{1,100})?\}")
_FUNCTIONS = frozenset({"AWS::Serverless::Function", "AWS::Lambda::Function"})
_MACHINES = frozenset({"AWS::Serverless::StateMachine", "AWS::StepFunctions::StateMachine"})
#: Resources that run something, and so are units.
_UNITS = frozenset(
    {
        *_FUNCTIONS,
        *_MACHINES,
        "AWS::CodeBuild::Project",
        "AWS::CodePipeline::Pipeline",
        "AWS::ECS::TaskDefinition",
        "AWS::Batch::JobDefinition",
    }
)
_EVENTS = {"Schedule": "schedule", "ScheduleV2": "schedule", "S3": "data_arrival"}
_PHASES = ("install", "pre_build", "build", "post_build")


def _accepts(file: SourceFile) -> bool:
    if file.suffix in (".json", ".template"):
        return file.size <= SIZE_LIMIT  # large JSON files are data
    return file.suffix in (".yml", ".yaml") and not file.path.startswith(".github/")


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    if b"Resources" not in content or b"AWS::" not in content:
        return
    found = [load_json(content)] if file.suffix == ".json" else yaml_documents(content)[:1]
    log = CommandLog(file.path)
    for document in found:
        resources = [
            (name, resource)
            for name, resource in document.get("Resources").pairs[:RESOURCE_LIMIT]
            if _kind(resource).startswith("AWS::")
        ]
        names = {name for name, resource in resources if _kind(resource) in _UNITS}
        for name, resource in resources:
            yield from _resource(file.path, name, resource, names, log)
    yield from log.rows


def _kind(resource: Node) -> str:
    return text_or_none(resource.get("Type")) or ""


def _resource(
    path: str, name: str, resource: Node, names: set[str], log: CommandLog
) -> Iterator[Any]:
    kind = _kind(resource)
    given = resource.get("Properties")
    scope = f"stage:{name}"[:VALUE_LIMIT]
    if kind in _FUNCTIONS or kind in _MACHINES:
        yield UnitLink(path, resource.line, "", "part", scope)
        for _, event in given.get("Events").pairs:
            yield from _event(path, scope, event)
    if kind in _FUNCTIONS:
        folder = text_or_none(given.get("CodeUri")) or ""
        handler = text_or_none(given.get("Handler"))
        if handler and "://" not in folder:
            target = f"{folder}|{handler}"[:VALUE_LIMIT]
            yield UnitLink(path, given.get("Handler").line, scope, "handler", target)
    elif kind in _MACHINES:
        if definition := text_or_none(given.get("DefinitionUri")):
            yield UnitLink(path, given.get("DefinitionUri").line, scope, "file", definition)
        yield from _parts(path, scope, given, names - {name})
    elif kind in ("AWS::Events::Rule", "AWS::Scheduler::Schedule"):
        yield from _rule(path, given, names - {name})
    elif kind == "AWS::CodeBuild::Project":
        yield from _build(path, scope, resource, given, log)
    elif kind == "AWS::CodePipeline::Pipeline":
        # A pipeline starts when its source changes, unless it says otherwise.
        yield UnitLink(path, resource.line, "", "part", scope)
        yield AutomationTrigger(path, resource.line, scope, "push", name, True)
        yield from _parts(path, scope, given.get("Stages"), names - {name})
    elif kind in ("AWS::ECS::TaskDefinition", "AWS::Batch::JobDefinition"):
        yield UnitLink(path, resource.line, "", "part", scope)
        for one in (*given.get("ContainerDefinitions").items(), given.get("ContainerProperties")):
            yield from _container(path, scope, one, log)


def _event(path: str, scope: str, event: Node) -> Iterator[AutomationTrigger]:
    kind = text_or_none(event.get("Type")) or ""
    given = event.get("Properties")
    when = given.first("Schedule", "ScheduleExpression")
    detail = text_or_none(when) or kind
    yield AutomationTrigger(
        path, event.line, scope, _EVENTS.get(kind, "api"), detail[:VALUE_LIMIT], _enabled(given)
    )


def _enabled(given: Node) -> bool:
    state = (text_or_none(given.get("State")) or "").upper()
    return state != "DISABLED" and given.get("Enabled").value is not False


def _rule(path: str, given: Node, names: set[str]) -> Iterator[AutomationTrigger]:
    when = given.get("ScheduleExpression")
    kind, detail = "schedule", text_or_none(when) or ""
    if not detail:
        pattern = str(given.get("EventPattern").plain(6))
        kind = "data_arrival" if "aws.s3" in pattern else "api"
        detail = "event"
    targets = given.get("Targets") or given.get("Target")
    for target in sorted(_referred(targets, names)):
        scope = f"stage:{target}"[:VALUE_LIMIT]
        yield AutomationTrigger(
            path, given.line, scope, kind, detail[:VALUE_LIMIT], _enabled(given)
        )


def _parts(path: str, scope: str, given: Node, names: set[str]) -> Iterator[UnitLink]:
    for other in sorted(_referred(given, names)):
        yield UnitLink(path, given.line, scope, "part", f"stage:{other}"[:VALUE_LIMIT])


def _referred(node: Node, names: set[str], depth: int = 20) -> set[str]:
    """Return the resources of the template that a value refers to (!Ref, !GetAtt, !Sub)."""
    if node.is_scalar:
        text = node.text[:4_000]
        found = set(_SUBSTITUTED.findall(text))
        match = _NAME.match(text)
        # `!Ref Name` and `!GetAtt Name.Arn` come as plain text.
        if match is not None and text[match.end() : match.end() + 1] in ("", "."):
            found.add(match[0])
        return found & names
    found = set()
    for child in (*node.children, *(value for _, value in node.pairs)) if depth else ():
        found |= _referred(child, names, depth - 1)
    return found


def _build(
    path: str, scope: str, resource: Node, given: Node, log: CommandLog
) -> Iterator[UnitLink]:
    yield UnitLink(path, resource.line, "", "part", scope)
    specification = given.get("Source", "BuildSpec")
    text = text_or_none(specification, 20_000) or "buildspec.yml"
    if "\n" not in text:
        yield UnitLink(path, resource.line, scope, "file", text[:VALUE_LIMIT])
        return
    for document in load_yaml(text.encode()).documents[:1]:
        for phase in _PHASES:
            for command in document.get("phases", phase, "commands").texts():
                log.shell(command, specification.start, scope)


def _container(path: str, scope: str, given: Node, log: CommandLog) -> Iterator[Any]:
    image = text_or_none(given.get("Image"))
    command = [*given.get("EntryPoint").texts(), *given.get("Command").texts()]
    if image:
        yield image_base(path, given.get("Image").line, image, "kubernetes", None)
    yield from container_words(path, scope, given.line, command, image or "", log)


READER = FileReader("cloudformation", 1, _accepts, _rows)
