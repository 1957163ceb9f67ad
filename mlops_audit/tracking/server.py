"""Runs and registered models of an MLflow tracking server, by its REST interface."""

from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.runs.history import History
from mlops_audit.readers.runs.mlflow_tables import STATUSES
from mlops_audit.readers.runs.rows import (
    LOGGED_MODEL,
    finished,
    metric_row,
    number,
    parameter_row,
    run_row,
    seconds,
    tag_row,
    told_by_tag,
)
from mlops_audit.schema import Diagnostic, RegisteredModel, RunInput, RunStore
from mlops_audit.tracking.http import NotThereError, Server
from mlops_audit.tracking.problem import TrackingError

KIND = "mlflow-server"
READER = "tracking-server"
_API = "/api/2.0/mlflow"
_PAGE = 1_000
_PAGE_LIMIT = 1_000
_RUN_LIMIT = 200_000
#: Experiments in one question for runs.
_EXPERIMENTS = 100
#: Metrics whose history is asked for one by one, unless all are wanted.
_HISTORIES = 200


def server_rows(server: Server, store: str, *, history: bool = False) -> Iterator[Any]:
    """Yield finished rows of a server that is called ``store``; problems are diagnostics."""
    rows = _Rows(server, store, history=history)
    try:
        yield from rows.all()
    except TrackingError as error:
        yield Diagnostic(store, None, READER, str(error), True)
    if rows.seen:
        yield RunStore(store, KIND, rows.active)


class _Rows:
    def __init__(self, server: Server, store: str, *, history: bool) -> None:
        self._server = server
        self._store = store
        self._history = history
        self._left = 1_000_000 if history else _HISTORIES
        self._makers: dict[str, str] = {}
        self.seen = 0
        self.active = 0

    def all(self) -> Iterator[Any]:
        experiments = {
            _text(item.get("experiment_id")): item for item in self._experiments() if item
        }
        names = list(experiments)
        for start in range(0, len(names), _EXPERIMENTS):
            asked = names[start : start + _EXPERIMENTS]
            pages = self._pages(
                "runs/search", "runs", experiment_ids=asked, run_view_type="ALL", max_results=_PAGE
            )
            for item in pages:
                yield from self._run(item, experiments)
                if self.seen >= _RUN_LIMIT:
                    raise TrackingError(f"More than {_RUN_LIMIT:,} runs; the rest was not read.")
        yield from self._models()

    def _experiments(self) -> Iterator[dict[str, Any]]:
        try:
            yield from self._pages(
                "experiments/search", "experiments", view_type="ALL", max_results=_PAGE
            )
        except NotThereError:
            # Servers before 1.27 list all of them at once.
            answer = self._server.get(f"{_API}/experiments/list", view_type="ALL")
            yield from _dictionaries(answer.get("experiments"))

    def _pages(self, path: str, key: str, **body: object) -> Iterator[dict[str, Any]]:
        token = ""
        for _ in range(_PAGE_LIMIT):
            answer = self._server.post(f"{_API}/{path}", **body, page_token=token)
            yield from _dictionaries(answer.get(key))
            following = _text(answer.get("next_page_token"))
            if not following or following == token:
                return
            token = following

    def _run(self, item: dict[str, Any], experiments: dict[str, Any]) -> Iterator[Any]:
        info, data = _dictionary(item.get("info")), _dictionary(item.get("data"))
        run = _text(info.get("run_id") or info.get("run_uuid"))
        if not run:
            return
        store = self._store
        tagged: dict[str, str] = {}
        for tag in _dictionaries(data.get("tags")):
            row = tag_row(store, run, _text(tag.get("key")), _text(tag.get("value")))
            yield row
            if said := told_by_tag(row.key, row.value):
                tagged.setdefault(*said)
        identity = _text(info.get("experiment_id"))
        experiment = experiments.get(identity, {})
        status = _text(info.get("status")).lower()
        gone = "deleted" in (info.get("lifecycle_stage"), experiment.get("lifecycle_stage"))
        found = run_row(
            store,
            run,
            store,
            experiment=_text(experiment.get("name")) or identity,
            name=_text(info.get("run_name")),
            status=status if status in STATUSES else "unknown",
            deleted=gone,
            started_at=seconds(number(_text(info.get("start_time"))), 1_000),
            ended_at=seconds(number(_text(info.get("end_time"))), 1_000),
            user=_text(info.get("user_id")),
        )
        yield finished(found, tagged)
        self.seen += 1
        self.active += not gone
        for parameter in _dictionaries(data.get("params")):
            key, value = _text(parameter.get("key")), _text(parameter.get("value"))
            yield parameter_row(store, run, key, value)
        for metric in _dictionaries(data.get("metrics")):
            yield from self._metric(run, metric)
        yield from self._inputs(run, _dictionary(item.get("inputs")))
        for model in _dictionaries(_dictionary(item.get("outputs")).get("model_outputs")):
            if identity := _text(model.get("model_id")):
                self._makers[identity] = run
                yield tag_row(store, run, LOGGED_MODEL, identity)

    def _metric(self, run: str, metric: dict[str, Any]) -> Iterator[Any]:
        key = _text(metric.get("key"))
        value = number(_text(metric.get("value")))
        points = 1
        # Only a metric that was logged at a later step can have a history worth a question.
        if (number(_text(metric.get("step"))) or self._history) and self._left > 0:
            self._left -= 1
            curve = self._curve(run, key)
            points = max(1, curve.count)
            yield from curve.rows(self._store, run, key)
        yield metric_row(self._store, run, key, value, points)

    def _curve(self, run: str, key: str) -> History:
        curve = History()
        token = ""
        for _ in range(_PAGE_LIMIT):
            try:
                answer = self._server.get(
                    f"{_API}/metrics/get-history",
                    run_id=run,
                    metric_key=key,
                    max_results=25_000,
                    page_token=token,
                )
            except NotThereError:
                self._left = 0
                break
            for point in _dictionaries(answer.get("metrics")):
                time = number(_text(point.get("timestamp")))
                curve.add(
                    number(_text(point.get("value"))),
                    number(_text(point.get("step"))) or 0,
                    None if time is None else time / 1_000,
                )
            following = _text(answer.get("next_page_token"))
            if not following or following == token:
                break
            token = following
        return curve

    def _inputs(self, run: str, inputs: dict[str, Any]) -> Iterator[RunInput]:
        for given in _dictionaries(inputs.get("dataset_inputs")):
            dataset = _dictionary(given.get("dataset"))
            context = next(
                (
                    _text(tag.get("value"))
                    for tag in _dictionaries(given.get("tags"))
                    if tag.get("key") == "mlflow.data.context"
                ),
                None,
            )
            name, digest = _text(dataset.get("name")), _text(dataset.get("digest")) or None
            yield RunInput(self._store, run, name[:250], digest, context)

    def _models(self) -> Iterator[Any]:
        try:
            yield from self._versions()
        except NotThereError:
            problem = "The server has no model registry, so none was read."
            yield Diagnostic(self._store, None, READER, problem, False)

    def _versions(self) -> Iterator[RegisteredModel]:
        aliases: dict[tuple[str, str], list[str]] = {}
        for model in self._listed("registered-models/search", "registered_models"):
            for alias in _dictionaries(model.get("aliases")):
                key = _text(model.get("name")), _text(alias.get("version"))
                aliases.setdefault(key, []).append(_text(alias.get("alias")))
        for version in self._listed("model-versions/search", "model_versions"):
            name, number_ = _text(version.get("name")), _text(version.get("version"))
            stage = _text(version.get("current_stage"))
            if stage.startswith("Deleted"):
                continue
            labels: list[str | None] = [*aliases.get((name, number_), [])]
            if stage not in ("", "None"):
                labels.insert(0, stage)
            run = _text(version.get("run_id"))
            source = _text(version.get("source")).rpartition("/")[2]
            maker = run or self._makers.get(_text(version.get("model_id")) or source)
            for label in labels or [None]:
                yield RegisteredModel(self._store, None, "mlflow", name, number_, label, maker)

    def _listed(self, path: str, key: str) -> Iterator[dict[str, Any]]:
        token = ""
        for _ in range(_PAGE_LIMIT):
            answer = self._server.get(f"{_API}/{path}", max_results=_PAGE, page_token=token)
            yield from _dictionaries(answer.get(key))
            following = _text(answer.get("next_page_token"))
            if not following or following == token:
                return
            token = following


def _text(value: object) -> str:
    return "" if value is None or isinstance(value, dict | list) else str(value)[:4_000]


def _dictionary(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dictionaries(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
