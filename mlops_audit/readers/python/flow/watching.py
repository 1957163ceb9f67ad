"""Rows that a fit looks at while it goes on."""

from mlops_audit.readers.python.flow.arguments import Args
from mlops_audit.readers.python.flow.knowledge import EARLY
from mlops_audit.readers.python.flow.rows import Rows
from mlops_audit.readers.python.flow.state import Early, State
from mlops_audit.readers.python.flow.values import Data, Estimator, Fit, Seq, Value


def watched(state: State, estimator: Estimator, record: Fit, args: Args) -> None:
    """Note rows that decide when a fit stops, or which of its states is kept."""
    looked_at = args.get(-1, "eval_set", "validation_data", "valid_sets", "evals")
    if looked_at is None:
        return
    kept = _callbacks(args.get(-1, "callbacks"))
    stops = estimator.early or args.given("early_stopping_rounds")
    if any(cls != "ModelCheckpoint" for cls in kept):
        stops = True
    if not stops and not kept:
        return
    for rows in rows_in(looked_at):
        what = "early stopping" if stops else "the best checkpoint"
        state.early.append(Early(record, estimator, rows, what))


def _callbacks(value: Value, depth: int = 0) -> list[str]:
    if isinstance(value, Estimator):
        return [value.cls] if value.cls in EARLY else []
    if isinstance(value, Seq) and depth < 3:
        return [cls for item in value.values()[:20] for cls in _callbacks(item, depth + 1)]
    return []


def rows_in(value: Value, depth: int = 0) -> list[Rows]:
    """Return the rows of the data in nested tuples and lists."""
    if isinstance(value, Data):
        return [value.rows]
    if isinstance(value, Seq) and depth < 3:
        return [rows for item in value.values()[:6] for rows in rows_in(item, depth + 1)]
    return []
