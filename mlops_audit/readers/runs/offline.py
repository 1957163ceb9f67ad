"""Runs that hosted trackers keep on the disk until they are sent: Neptune, ClearML, Comet."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.runs.curves import Curves, curve_rows, items, json_lines, plain_json
from mlops_audit.readers.runs.history import History
from mlops_audit.readers.runs.rows import (
    artifact_row,
    environment_row,
    finite,
    instant,
    parameter_row,
    run_row,
    seconds,
    tag_row,
)
from mlops_audit.schema import Diagnostic, RunInput, RunStore

NEPTUNE = re.compile(
    r"(?P<store>(?:[^\n]{1,300}/)?\.neptune/offline)/(?P<run>run__[\w-]{1,150})"
    r"(?:/exec-[^/\n]{1,100})?/(?P<file>metadata\.json|data-\d{1,9}\.log)"
)
CLEARML = re.compile(
    r"(?:(?P<store>[^\n]{1,300})/)?(?P<run>offline-[0-9a-f]{32})/(?P<file>task\.json|metrics\.jsonl)"
)
CLEARML_ZIP = re.compile(r"(?:(?P<store>[^\n]{1,300})/)?(?P<run>offline-[0-9a-f]{32})\.zip")
COMET_ZIP = re.compile(r"(?:(?P<store>[^\n]{1,300})/)?(?P<run>[0-9a-z]{32})\.zip")

_MEMBER_LIMIT = 20_000_000
_LOG_LIMIT = 200_000


def neptune(path: str, found: re.Match[str], content: bytes) -> Iterator[Any]:
    """Yield an offline run of Neptune: operations that build it up, one JSON object each."""
    store, run = found["store"], found["run"]
    folder = f"{store}/{run}"
    if found["file"] == "metadata.json":
        told = plain_json(content)
        if told.get("containerType") != "run":
            return
        yield RunStore(store, "neptune", 0)
        yield run_row(store, run, folder, started_at=instant(str(told.get("createdAt"))))
        for key, name in (("os", "os"), ("python", "pythonVersion")):
            if isinstance(told.get(name), str):
                yield environment_row(store, run, key, str(told[name]))
        return
    curves: Curves = {}
    for record in json_lines(content):
        operation = record.get("obj")
        if isinstance(operation, dict) and isinstance(operation.get("path"), list):
            yield from _operation(store, run, folder, operation, curves)
    yield from curve_rows(store, run, curves)


def _operation(
    store: str, run: str, folder: str, operation: dict[str, Any], curves: Curves
) -> Iterator[Any]:
    name = "/".join(str(part) for part in operation["path"])
    kind = str(operation.get("type"))
    value = operation.get("value")
    if kind == "LogFloats":
        for point in items(operation.get("values", value)):
            if isinstance(point, dict) and len(curves) < 2_000:
                curve = curves.setdefault(name, History())
                curve.add(finite(point.get("value")), point.get("step"), point.get("ts"))
    elif name.startswith("monitoring/"):
        return
    elif name in ("sys/name", "source_code/entrypoint"):
        text = str(value or "")
        if name == "sys/name":
            yield run_row(store, run, folder, name=text)
        else:
            yield run_row(store, run, folder, source=text or None)
    elif name.startswith("source_code/") or kind == "TrackFilesToArtifact":
        for entry in items(operation.get("entries")):
            yield RunInput(store, run, f"{name} {entry}"[:250], None, None)
    elif kind in ("UploadFile", "UploadFileContent"):
        yield artifact_row(store, run, name)
    elif kind in ("AssignFloat", "AssignInt") and not name.startswith(("sys/", "parameters/")):
        curves.setdefault(name, History()).add(finite(value))
    elif kind.startswith("Assign") and not name.startswith("sys/"):
        shown = str(value) if value is not None else ""
        yield parameter_row(store, run, name.removeprefix("parameters/"), shown)
    elif kind == "AddStrings":
        for tag in items(operation.get("values")):
            yield tag_row(store, run, name, str(tag))


def clearml(path: str, found: re.Match[str], content: bytes) -> Iterator[Any]:
    """Yield the task or the scalars of an offline folder of ClearML."""
    store, run = found["store"] or ".", found["run"]
    if found["file"] == "task.json":
        yield from _task(store, run, path.rpartition("/")[0], plain_json(content))
    else:
        yield from curve_rows(store, run, _clearml_curves(content))


def clearml_zip(path: str, found: re.Match[str], content: bytes) -> Iterator[Any]:
    """Yield the same of the archive that is to be imported."""
    store, run = found["store"] or ".", found["run"]
    members = _members(content, ("task.json", "metrics.jsonl"))
    if members is None:
        yield Diagnostic(path, None, "runs-folders", "The archive is damaged.", True)
        return
    yield from _task(store, run, path, plain_json(members.get("task.json", b"")))
    yield from curve_rows(store, run, _clearml_curves(members.get("metrics.jsonl", b"")))


def _task(store: str, run: str, place: str, task: dict[str, Any]) -> Iterator[Any]:
    if "project_name" not in task or "hyperparams" not in task:
        return
    script = task.get("script")
    script = script if isinstance(script, dict) else {}
    commit = str(script.get("version_num") or "")
    yield RunStore(store, "clearml", 0)
    yield run_row(
        store,
        run,
        place,
        experiment=str(task["project_name"] or ""),
        name=str(task.get("name") or ""),
        source=str(script.get("entry_point") or "") or None,
        commit_sha=commit or None,
        dirty=bool(script.get("diff")) if commit else None,
    )
    if isinstance(script.get("binary"), str):
        yield environment_row(store, run, "python", script["binary"])
    groups = task["hyperparams"]
    for section, entries in groups.items() if isinstance(groups, dict) else ():
        for name, entry in entries.items() if isinstance(entries, dict) else ():
            value = entry.get("value") if isinstance(entry, dict) else entry
            key = str(name) if section == "General" else f"{section}/{name}"
            yield parameter_row(store, run, key, "" if value is None else str(value))
    for tag in items(task.get("tags")):
        yield tag_row(store, run, str(tag), "true")


def _clearml_curves(content: bytes) -> Curves:
    curves: Curves = {}
    for line in content.splitlines()[:_LOG_LIMIT]:
        try:
            events = json.loads(line)
        except (ValueError, RecursionError):
            continue
        for event in events if isinstance(events, list) else [events]:
            if isinstance(event, dict) and event.get("type") == "training_stats_scalar":
                metric, variant = str(event.get("metric")), str(event.get("variant"))
                single = metric == "Summary"
                curve = curves.setdefault(variant if single else f"{metric}/{variant}", History())
                time = finite(event.get("timestamp"))
                step = None if single else event.get("iter")
                curve.add(finite(event.get("value")), step, time / 1_000 if time else None)
    return curves


def comet_zip(path: str, found: re.Match[str], content: bytes) -> Iterator[Any]:
    """Yield the experiment in an archive of Comet; another archive of such a name says nothing."""
    members = _members(content, ("experiment.json", "messages.json"))
    told = plain_json((members or {}).get("experiment.json", b""))
    if "offline_id" not in told:
        return
    store, run = found["store"] or ".", found["run"]
    yield RunStore(store, "comet", 0)
    yield run_row(
        store,
        run,
        path,
        experiment=str(told.get("project_name") or ""),
        status="finished" if told.get("stop_time") else "unknown",
        started_at=seconds(told.get("start_time"), 1_000),
        ended_at=seconds(told.get("stop_time"), 1_000),
    )
    for tag in items(told.get("tags")):
        yield tag_row(store, run, str(tag), "true")
    curves: Curves = {}
    for message in json_lines((members or {}).get("messages.json", b"")):
        payload = message.get("payload")
        if isinstance(payload, dict):
            yield from _comet_message(store, run, path, str(message.get("type")), payload, curves)
    yield from curve_rows(store, run, curves)


def _comet_message(
    store: str, run: str, path: str, kind: str, payload: dict[str, Any], curves: Curves
) -> Iterator[Any]:
    metric, parameter = payload.get("metric"), payload.get("param")
    if kind == "metric_msg" and isinstance(metric, dict):
        name = str(metric.get("metricName"))
        if name.startswith("sys.") or name == "process duration":
            name = "system/" + name.removeprefix("sys.")
        if len(curves) < 2_000:
            time = finite(payload.get("local_timestamp"))
            curves.setdefault(name, History()).add(
                finite(metric.get("metricValue")),
                metric.get("step"),
                time / 1_000 if time else None,
            )
    elif kind == "parameter_msg" and isinstance(parameter, dict):
        if parameter.get("source") != "auto-logged":
            key = str(parameter.get("paramName")).replace("|", ".")
            yield parameter_row(store, run, key, str(parameter.get("paramValue")))
    elif kind == "log_other" and payload.get("key") == "Name":
        yield run_row(store, run, path, name=str(payload.get("value")))
    elif kind == "file_name":
        yield run_row(store, run, path, source=str(payload.get("file_name") or "") or None)
    elif kind == "git_metadata":
        told = payload.get("git_metadata")
        parent = told.get("parent") if isinstance(told, dict) else None
        if isinstance(parent, str):
            yield run_row(store, run, path, commit_sha=parent)
    elif kind == "system_details":
        for key, name in (("host", "hostname"), ("os", "os"), ("python", "python_version")):
            if isinstance(payload.get(name), str):
                yield environment_row(store, run, key, payload[name])


def _members(content: bytes, names: tuple[str, ...]) -> dict[str, bytes] | None:
    """Return members of an archive by name, none beyond the limit; None if it is damaged."""
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in names:
                if name in archive.NameToInfo:
                    with archive.open(name) as member:
                        found[name] = member.read(_MEMBER_LIMIT)
    except (zipfile.BadZipFile, OSError, RuntimeError, ValueError, EOFError, NotImplementedError):
        return found or None
    except Exception as error:  # zlib and lzma raise errors of their own
        if type(error).__module__ not in ("zlib", "lzma", "_lzma", "bz2"):
            raise
        return found or None
    return found
