"""The journal of an Optuna study: one operation a line, which together build its trials."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mlops_audit.readers.runs.curves import curve_rows, json_lines
from mlops_audit.readers.runs.folders import is_named_format
from mlops_audit.readers.runs.history import History
from mlops_audit.readers.runs.rows import (
    finite,
    instant,
    is_own,
    metric_row,
    parameter_row,
    run_row,
    tag_row,
    told_by_tag,
)
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import RunStore

#: Numbers of the operations.
_STUDY, _TRIAL, _PARAMETER, _STATE, _INTERMEDIATE, _ATTRIBUTE = 0, 4, 5, 6, 7, 8
_STATES = {0: "running", 1: "finished", 2: "killed", 3: "failed", 4: "scheduled"}
_TRIAL_LIMIT = 20_000
_NAMED = re.compile(r"(?:journal|optuna|study)[^/]{0,100}\.jsonl\Z", re.IGNORECASE)


@dataclass(slots=True)
class _Trial:
    study: str
    number: int
    status: str = "running"
    started_at: int | None = None
    ended_at: int | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    values: list[Any] = field(default_factory=list)
    steps: History = field(default_factory=History)
    tags: dict[str, str] = field(default_factory=dict)


class OptunaJournalReader:
    """Reads files of Optuna's journal storage."""

    name = "runs-optuna-journal"
    version = 1

    def accepts(self, file: SourceFile) -> bool:
        """Accept logs and journals; the first line tells whether Optuna wrote them."""
        if file.suffix not in (".log", ".journal") and not _NAMED.search(file.path):
            return False
        return not is_named_format(file.path) and is_own(file)

    def read(self, file: SourceFile, content: bytes) -> Iterator[Any]:
        """Yield the trials."""
        head = content[:300]
        if not head.lstrip().startswith(b'{"op_code"') or b'"worker_id"' not in head:
            return
        trials = _trials(content)
        if trials:
            yield RunStore(file.path, "optuna", 0)
        for trial in trials:
            yield from _rows(file.path, trial)


def _trials(content: bytes) -> list[_Trial]:
    studies: list[str] = []
    trials: list[_Trial] = []
    numbers: dict[str, int] = {}
    for operation in json_lines(content):
        code = operation.get("op_code")
        if code == _STUDY:
            studies.append(str(operation.get("study_name")))
        elif code == _TRIAL and len(trials) < _TRIAL_LIMIT:
            at = operation.get("study_id")
            known = isinstance(at, int) and 0 <= at < len(studies)
            study = studies[at] if known and isinstance(at, int) else str(at)
            number = numbers.get(study, 0)
            numbers[study] = number + 1
            trials.append(_Trial(study, number))
            _take(trials[-1], _STATE, operation)
        elif isinstance(at := operation.get("trial_id"), int) and 0 <= at < len(trials):
            _take(trials[at], code, operation)
    return trials


def _take(trial: _Trial, code: object, operation: dict[str, Any]) -> None:
    if code == _STATE:
        if isinstance(state := operation.get("state"), int):
            trial.status = _STATES.get(state, "unknown")
        if isinstance(values := operation.get("values"), list):
            trial.values = values
        trial.started_at = instant(str(operation.get("datetime_start"))) or trial.started_at
        trial.ended_at = instant(str(operation.get("datetime_complete"))) or trial.ended_at
    elif code == _PARAMETER:
        value = chosen(operation.get("param_value_internal"), operation.get("distribution"))
        trial.parameters[str(operation.get("param_name"))] = value
    elif code == _INTERMEDIATE:
        trial.steps.add(finite(operation.get("intermediate_value")), operation.get("step"))
    elif code == _ATTRIBUTE and isinstance(told := operation.get("user_attr"), dict):
        trial.tags |= {str(key): str(value) for key, value in told.items()}


def chosen(internal: object, distribution: object) -> str:
    """Return a parameter as it was suggested; of a choice, the internal value is its place."""
    try:
        told = json.loads(str(distribution))
        choices = told["attributes"]["choices"]
        return str(choices[int(str(internal).partition(".")[0])])
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        kind = str(distribution)[:60]
    number = finite(internal)
    return str(int(number)) if number is not None and '"Int' in kind else str(internal)


def _rows(store: str, trial: _Trial) -> Iterator[Any]:
    run = f"{trial.study}/{trial.number}"
    told = [said for key, value in trial.tags.items() if (said := told_by_tag(key, value))]
    yield run_row(
        store,
        run,
        store,
        experiment=trial.study,
        status=trial.status,
        started_at=trial.started_at,
        ended_at=trial.ended_at,
        commit_sha=dict(told).get("commit_sha"),
    )
    # Of a pruned trial the value is only the last one that it reported.
    for objective, value in enumerate(trial.values if trial.status != "killed" else ()):
        key = f"value_{objective}" if objective else "value"
        yield metric_row(store, run, key, finite(value))
    if trial.steps.count:
        yield from curve_rows(store, run, {"intermediate": trial.steps})
    for key, value in trial.parameters.items():
        yield parameter_row(store, run, key, value)
    for key, value in trial.tags.items():
        yield tag_row(store, run, key, value)
