"""What a tracker's all-purpose call records: a metric, a parameter, a picture or notes on data.

Some trackers have one call for everything (`run.log`, `wandb.log`, `log_metadata`). The catalogue
takes it for a metric; here the arguments decide.
"""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from mlops_audit.linking.idioms.facts import name_parts
from mlops_audit.linking.idioms.metric_names import METRICS, VAGUE
from mlops_audit.linking.idioms.metric_text import NestedTexts, dumped, is_metric
from mlops_audit.linking.names import words
from mlops_audit.schema import Action

_JUDGING = words("train tune cross_validate evaluate")
#: Words of mappings that hold what a run was started with.
_SETTINGS = words(
    """
    param params parameter parameters hparam hparams hyperparam hyperparams hyperparameter
    hyperparameters arg args argument arguments config cfg conf configuration setting settings
    option options opts flags kwargs
    """
)
#: Words of single hyperparameters.
_HYPERPARAMETERS = (
    words(
        """
    alpha lr epochs estimators depth seed penalty regularization regularisation momentum dropout
    optimizer solver kernel gamma lambda l1 hidden layers units iterations learning batch
    """
    )
    | _SETTINGS
)
_MEDIA = re.compile(
    r":\s{0,3}\[?\s{0,3}wandb\.(?:Image|Table|Video|Audio|Html|Histogram|Object3D|Molecule)\("
)
_KEY = re.compile(r"['\"][^'\"\n]{1,60}['\"]\s{0,3}:|\bf['\"][^'\"\n]{1,60}['\"]\s{0,3}:")
#: Longer values are cut off in the facts.
_WHOLE = 500


class _Call(NamedTuple):
    cell: int | None
    line: int
    scope: str
    method: str
    in_loop: bool


def recorded(connection: sqlite3.Connection, actions: Sequence[Action]) -> list[Action]:
    """Return the actions with the metrics replaced that are something else by their arguments."""
    asked = {
        (action.path, action.call)
        for action in actions
        if action.action == "log_metric" and action.technology in _DECIDERS
    }
    if not asked:
        return list(actions)
    facts = _Facts(connection, asked, actions)
    found = []
    for action in actions:
        kind: str | None = action.action
        if kind == "log_metric" and action.call is not None and action.technology in _DECIDERS:
            kind = _DECIDERS[action.technology](action, facts)
        if kind is not None:
            found.append(action._replace(action=kind))
    return found


class _Facts:
    """Calls that record, their arguments and what stands around them."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        asked: set[tuple[str, int | None]],
        actions: Sequence[Action],
    ) -> None:
        paths = sorted({path for path, _ in asked})
        marks = ",".join("?" * len(paths))
        self.calls: dict[tuple[str, int], _Call] = {}
        self._mappings: dict[tuple[str, int | None, str], list[tuple[int, str]]]
        self._mappings = defaultdict(list)
        for path, call, cell, line, scope, method, receiver, in_loop in connection.execute(
            "SELECT path, id, cell, line, scope, method, receiver, in_loop FROM call"
            f" WHERE path IN ({marks})",
            paths,
        ):
            if (path, call) in asked:
                self.calls[path, call] = _Call(cell, line, scope, method, bool(in_loop))
            elif method == "items":
                self._mappings[path, cell, scope].append((line, receiver))
        self.arguments: dict[tuple[str, int], list[tuple[str, str]]] = defaultdict(list)
        for path, call, kind, value in connection.execute(
            "SELECT path, call, kind, value FROM call_argument"
            f" WHERE path IN ({marks}) AND value IS NOT NULL ORDER BY path, call, position",
            paths,
        ):
            if (path, call) in asked:
                self.arguments[path, call].append((kind, value))
        self.judging = {(one.path, one.scope) for one in actions if one.action in _JUDGING}
        self.texts = NestedTexts(connection)

    def mapping(self, path: str, call: _Call) -> str:
        """Return the mapping whose items the loop around a call runs over."""
        before = [one for one in self._mappings[path, call.cell, call.scope] if one[0] < call.line]
        return before[-1][1] if before else ""


def _azureml(action: Action, facts: _Facts) -> str:
    """`run.log(name, value)` takes parameters as well."""
    call = facts.calls.get((action.path, action.call or 0))
    given = facts.arguments.get((action.path, action.call or 0), [])
    if call is None or call.method != "log" or not given:
        return "log_metric"
    kind, value = given[0]
    if kind == "name" and call.in_loop:
        parts = set(name_parts(facts.mapping(action.path, call)))
        held = parts & _SETTINGS and not parts & (METRICS | VAGUE)
    else:
        parts = set(name_parts(value))
        held = kind == "string" and parts & _HYPERPARAMETERS and not parts & (METRICS | VAGUE)
    return "log_param" if held else "log_metric"


def _wandb(action: Action, facts: _Facts) -> str:
    """A dictionary of nothing but pictures and tables holds no metric."""
    given = facts.arguments.get((action.path, action.call or 0), [])
    if given and given[0][0] == "dict" and len(given[0][1]) < _WHOLE:
        media = len(_MEDIA.findall(given[0][1]))
        if media and media == len(_KEY.findall(given[0][1])):
            return "log_artifact"
    return "log_metric"


def _zenml(action: Action, facts: _Facts) -> str | None:
    """Notes on a step's data are no metrics, unless they name some or the step trains."""
    if (action.path, action.scope) in facts.judging:
        return "log_metric"
    for kind, value in facts.arguments.get((action.path, action.call or 0), []):
        if kind == "dict" and dumped(kind, value, "", None):
            return "log_metric"
        if kind == "name" and (
            is_metric(value) or facts.texts.dictionary(action.path, action.scope, value)
        ):
            return "log_metric"
    return None


_DECIDERS = {"azureml-v1": _azureml, "wandb": _wandb, "zenml": _zenml}
