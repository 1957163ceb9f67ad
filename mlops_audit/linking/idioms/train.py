"""Training loops written by hand: a gradient is computed and a step is taken."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from mlops_audit.linking.idioms.facts import Known, Site, idiom, name_parts
from mlops_audit.linking.names import words
from mlops_audit.schema import Action

#: What computes a gradient: the packages that it is of, and the technology that this means.
_GRADIENTS = {
    "backward": {
        "torch": "pytorch",
        "accelerate": "hf-training",
        "paddle": "paddle",
        "tinygrad": "tinygrad",
    },
    "GradientTape": {"tensorflow": "tensorflow-keras"},
    "value_and_grad": {"jax": "jax", "flax": "jax", "mlx": "tinygrad"},
    "grad": {"jax": "jax", "flax": "jax", "mlx": "tinygrad"},
    "minimize": {"tensorflow": "tensorflow-keras"},
}
#: What takes a step with it.
_STEPS = {
    "backward": words("step minimize"),
    "GradientTape": words("apply_gradients apply minimize assign_sub"),
    "value_and_grad": words("apply_gradients apply_updates update step"),
    "grad": words("apply_gradients apply_updates update step"),
    "minimize": words("run"),
}
_METHODS = sorted(set(_GRADIENTS).union(*_STEPS.values()))
_OPTIMISERS = words("optim optimizer optimizers optimiser optimisers opt opts opti scaler")
_OPTIMISER_STARTS = ("opt", "adam", "sgd")


class _Call(NamedTuple):
    id: int
    cell: int | None
    line: int
    scope: str
    target: str
    method: str
    receiver: str


def training_loops(connection: sqlite3.Connection, known: Known) -> Iterator[Action]:
    """Yield one `train` action for each unit of code that takes gradient steps itself."""
    by_file: dict[str, list[_Call]] = defaultdict(list)
    query = (
        "SELECT path, id, cell, line, scope, target, method, receiver FROM call"
        f" WHERE method IN ({','.join('?' * len(_METHODS))}) ORDER BY path, id"
    )
    for path, *call in connection.execute(query, _METHODS):
        if known.written(path):
            by_file[path].append(_Call(*call))
    taught = _taught_by_a_framework(connection)
    for path, calls in by_file.items():
        done: set[str] = set()
        for call in calls:
            found = _technology(call, path, known)
            if found is None or _framework_runs(path, call.scope, taught) or call.scope in done:
                continue
            step = _step(call, calls)
            if step is None or "train" in known.of_call(path, step.id):
                continue
            done.add(call.scope)
            confidence = "high" if _around(call.scope, step.scope) else "medium"
            yield idiom(
                Site(path, call.cell, call.line, call.scope),
                "train",
                f"{_shown(call)} and {_shown(step)}",
                call=call.id,
                confidence=confidence,
                technology=found,
            )


def _technology(call: _Call, path: str, known: Known) -> str | None:
    if call.method not in _GRADIENTS:
        return None
    packages = _GRADIENTS[call.method]
    if call.method == "backward":
        if not call.receiver or call.receiver in ("self", "super()"):
            return None
        return next((packages[root] for root in packages if known.imports(path, root)), None)
    technology = packages.get(call.target.partition(".")[0])
    # Graphs of TensorFlow 1: the operation is built here and run in a session.
    built = call.method != "minimize" or ".train." in call.target
    return technology if built else None


def _step(gradient: _Call, calls: list[_Call]) -> _Call | None:
    """Return the nearest call that takes a step: in the same unit, else in the same class."""
    wanted = _STEPS[gradient.method]
    fitting = [call for call in calls if call.method in wanted and _is_step(call, gradient)]
    same = [call for call in fitting if _around(gradient.scope, call.scope)]
    owner = gradient.scope.rpartition(".")[0]
    related = [call for call in fitting if owner and call.scope.rpartition(".")[0] == owner] or [
        call for call in fitting if gradient.receiver.rpartition(".")[2] == "accelerator"
    ]
    choice = same or related
    return min(choice, key=lambda call: abs(call.id - gradient.id)) if choice else None


def _is_step(call: _Call, gradient: _Call) -> bool:
    if call.method in ("apply_gradients", "assign_sub"):
        return True
    if call.method == "apply_updates":
        return call.target.startswith(("optax.", "equinox.", "?."))
    if gradient.method == "minimize":
        return "Session" in call.target or call.receiver.lower().startswith("sess")
    if call.target.startswith(("torch.optim.lr_scheduler.", "optax.", "paddle.optimizer.lr.")):
        return call.target.startswith("optax.") and call.method == "update"
    if call.target.startswith(("torch.optim.", "torch_optimizer.", "paddle.optimizer.")):
        return True
    last = name_parts(call.receiver)[-1:]
    return bool(last) and (last[0] in _OPTIMISERS or last[0].startswith(_OPTIMISER_STARTS))


def _around(inner: str, outer: str) -> bool:
    """Tell whether two units are the same or one is defined inside the other."""
    return inner == outer or (
        bool(inner and outer) and (inner.startswith(f"{outer}.") or outer.startswith(f"{inner}."))
    )


def _taught_by_a_framework(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    """Return the classes whose training step a framework calls: its `fit` is the training."""
    query = (
        "SELECT path, qualname, target FROM base"
        " WHERE target LIKE '%keras%' OR target LIKE '%LightningModule' OR target LIKE '%Trainer'"
    )
    return {
        (path, qualname)
        for path, qualname, target in connection.execute(query)
        if target.endswith(("LightningModule", "Trainer", "Model"))
    }


def _framework_runs(path: str, scope: str, taught: set[tuple[str, str]]) -> bool:
    owner, _, method = scope.rpartition(".")
    return (path, owner) in taught and method in ("train_step", "training_step")


def _shown(call: _Call) -> str:
    receiver = call.receiver if len(call.receiver) <= 40 else "…"
    return f"{receiver}.{call.method}()" if receiver else f"{call.method}()"
