"""What Terraform resources start: functions, state machines, jobs and modules."""

import re
from collections.abc import Iterable, Iterator, Mapping
from posixpath import dirname
from typing import Any

from mlops_audit.readers.automation.common import VALUE_LIMIT
from mlops_audit.schema import AutomationTrigger, Setting, UnitLink

#: Attribute that says when, and attribute that switches the resource off, by resource type.
_CLOCKS = {
    "aws_cloudwatch_event_rule": ("schedule_expression", ("is_enabled", "state")),
    "aws_scheduler_schedule": ("schedule_expression", ("state",)),
    "aws_glue_trigger": ("schedule", ("enabled",)),
    "google_cloud_scheduler_job": ("schedule", ("paused",)),
    "azurerm_data_factory_trigger_schedule": ("frequency", ("activated",)),
    "azurerm_logic_app_trigger_recurrence": ("frequency", ()),
    "databricks_job": ("schedule.quartz_cron_expression", ("schedule.pause_status",)),
    "kubernetes_cron_job_v1": ("spec.schedule", ("spec.suspend",)),
}
_OFF = {
    "is_enabled": "false", "enabled": "false", "activated": "false", "paused": "true",
    "state": "DISABLED", "schedule.pause_status": "PAUSED", "spec.suspend": "true",
}  # fmt: skip
#: Attributes that name what a resource starts.
_TARGETS = ("target.arn", "arn", "pipeline_name", "pipeline.name")
_REFERENCE = re.compile(
    r"(?:\$\{)?(data\.)?([a-z]\w{2,80}\.[A-Za-z_][\w-]{0,80})(?:\.[\w.\[\]]{1,80})?\}?"
)
_FILE = re.compile(r"(?:file|templatefile)\(\s{0,5}\"([^\"\n]{1,300})\"")
_MODULE_PATH = re.compile(r"\$\{path\.(?:module|root|cwd)\}/?")

_Block = Mapping[str, Setting]


def links(path: str, rows: Iterable[Any]) -> Iterator[Any]:
    """Yield triggers and links of the resources whose settings are given."""
    blocks: dict[str, dict[str, Setting]] = {}
    for row in rows:
        if not isinstance(row, Setting):
            continue
        parts = row.key.split(".")
        size = 2 if parts[0] == "module" else 3
        if parts[0] in ("resource", "data", "module") and len(parts) >= size:
            block = blocks.setdefault(".".join(parts[:size]), {})
            block.setdefault(".".join(parts[size:]), row)
    for key, block in blocks.items():
        kind, _, name = key.partition(".")
        if kind == "module":
            yield from _module(path, block)
        elif kind == "resource":
            yield from _resource(path, name, block, blocks)


def _module(path: str, block: _Block) -> Iterator[UnitLink]:
    source = block.get("source")
    if source is not None and source.value.startswith((".", "${path.")):
        folder = _MODULE_PATH.sub("", source.value)
        yield UnitLink(path, source.line, "", "folder", folder[:VALUE_LIMIT])


def _resource(path: str, name: str, block: _Block, blocks: Mapping[str, _Block]) -> Iterator[Any]:
    head = block.get("")
    line = head.line if head is not None else None
    kind = name.partition(".")[0]
    scope = f"stage:{name}"[:VALUE_LIMIT]
    if kind == "aws_cloudwatch_event_target":
        rule = _reference(block.get("rule"))
        target = _reference(block.get("arn"))
        if rule and target:
            started = f"terraform/{target}"[:VALUE_LIMIT]
            yield UnitLink(path, line, f"stage:{rule}"[:VALUE_LIMIT], "declared", started)
        return
    found = [*_clock(path, kind, scope, block), *_code(path, kind, scope, block, blocks)]
    for attribute in _TARGETS if found else ():
        if target := _reference(block.get(attribute)):
            found.append(UnitLink(path, line, scope, "declared", f"terraform/{target}"))
    if found:
        yield UnitLink(path, line, "", "part", scope)
        yield UnitLink(path, line, scope, "declares", f"terraform/{name}"[:VALUE_LIMIT])
        yield from found


def _clock(path: str, kind: str, scope: str, block: _Block) -> Iterator[AutomationTrigger]:
    attribute, switches = _CLOCKS.get(kind, ("", ()))
    when = block.get(attribute) if attribute else None
    if when is None:
        return
    detail = when.value
    if attribute == "frequency":
        every = block.get("interval")
        detail = f"every {every.value if every is not None else '1'} {detail}"
    live = all(
        (setting := block.get(switch)) is None or setting.value != _OFF[switch]
        for switch in switches
    )
    yield AutomationTrigger(path, when.line, scope, "schedule", detail[:VALUE_LIMIT], live)


def _code(
    path: str, kind: str, scope: str, block: _Block, blocks: Mapping[str, _Block]
) -> Iterator[UnitLink]:
    """Yield the code that a function or state machine runs."""
    handler = block.get("handler") or block.get("entry_point")
    image = block.get("image_uri")
    definition = block.get("definition")
    if kind == "aws_lambda_function" and handler is not None:
        folder = _plain(_archived(block, blocks))
        yield UnitLink(path, handler.line, scope, "handler", f"{folder}|{handler.value}")
    elif kind == "aws_lambda_function" and image is not None:
        yield UnitLink(path, image.line, scope, "image", image.value)
    elif kind == "aws_sfn_state_machine" and definition is not None:
        if match := _FILE.match(definition.value):
            name = _MODULE_PATH.sub("", match[1])
            yield UnitLink(path, definition.line, scope, "file", name[:VALUE_LIMIT])
    elif kind == "databricks_job":
        for key, setting in block.items():
            if key.endswith(("notebook_path", "python_file")) and "$" not in setting.value:
                yield UnitLink(path, setting.line, scope, "file", setting.value)


def _archived(block: _Block, blocks: Mapping[str, _Block]) -> str:
    """Return the folder that is packed for a function, as written."""
    packed = block.get("filename")
    match = _REFERENCE.fullmatch(packed.value) if packed is not None else None
    archive = blocks.get(f"data.{match[2]}", {}) if match is not None and match[1] else {}
    folder, file = archive.get("source_dir"), archive.get("source_file")
    if folder is not None:
        return folder.value
    return dirname(file.value) if file is not None else ""


def _plain(folder: str) -> str:
    """Return a folder relative to the file, '' if it is not known."""
    plain = _MODULE_PATH.sub("", folder)
    return "" if "$" in plain else plain


def _reference(setting: Setting | None) -> str:
    """Return the resource that an attribute refers to, '' if it is none."""
    match = _REFERENCE.fullmatch(setting.value) if setting is not None else None
    return match[2] if match is not None and not match[1] else ""
