"""What functions of libraries do with data: split, cross-validate, measure, stack, convert."""

import ast

from mlops_audit.readers.python.flow import estimators, frames, making
from mlops_audit.readers.python.flow.arguments import Args, strings, text_of
from mlops_audit.readers.python.flow.dividing import (
    array_split,
    cross_validate,
    random_split,
    train_test_split,
)
from mlops_audit.readers.python.flow.knowledge import (
    ARRAYS,
    CHOOSES,
    CROSS_VALIDATORS,
    EARLY,
    LOADS,
    SIDE_BY_SIDE,
    SORTS,
    SPLITTERS,
    STACKS,
    STATISTICS,
    TABLES,
    TIME_SOURCES,
    group_of,
    is_metric,
)
from mlops_audit.readers.python.flow.splits import taken
from mlops_audit.readers.python.flow.state import Pair, State, data_of, limited, merged
from mlops_audit.readers.python.flow.statistic import score_of, stands_in, statistic
from mlops_audit.readers.python.flow.values import (
    Const,
    Estimator,
    Evidence,
    Folds,
    Lesson,
    RowIndex,
    Score,
    Seq,
    Splitter,
    Value,
)

_SCALES = (
    "scale", "minmax_scale", "maxabs_scale", "robust_scale", "quantile_transform",
    "power_transform", "zscore",
)  # fmt: skip
_DRAWS = frozenset({"rand", "random", "uniform", "choice", "permutation", "random_sample"})


def call(state: State, dotted: str, args: Args, node: ast.Call) -> Value:
    """Return what a function or class of a library gives; None if that is not known."""
    last = dotted.rpartition(".")[2]
    handler = HANDLERS.get(last)
    if handler is not None:
        return handler(state, dotted, args, node)
    group = group_of(last)
    if group:
        if last == "Model" and not dotted.startswith(("keras", "tensorflow", "tf")):
            return None
        return making.construct(state, last, group, args, node)
    if last in SPLITTERS:
        return making.splitter(state, last, args, node)
    if last in CROSS_VALIDATORS:
        return cross_validate(state, last, args, node)
    if last in EARLY:
        watched = args.constant(-1, "monitor")
        held = not isinstance(watched, str) or watched.startswith("val")
        stops = held and (
            last.lower().startswith("early") or args.constant(-1, "save_best_only") is True
        )
        return Estimator(last, "", state.site(node)) if stops else None
    if is_metric(last):
        return _measured(state, last, args, node)
    if last in CHOOSES:
        found = score_of(args.all())
        if found is not None:
            chosen(state, found, node, last)
            return best_of(found)
    if last in STACKS:
        return _stacked(state, args, node)
    if last in SIDE_BY_SIDE:
        return merged([item for value in args.values for item in _flat(value)])
    if last in ARRAYS:
        return _converted(state, last, args, node)
    if last in STATISTICS:
        data = data_of(args.get(0))
        if data is not None and data.by is None:
            return statistic(state, data, last, node)
        return score_of(args.all())
    if TIME_SOURCES.fullmatch(dotted):
        data = state.fresh("", state.site(node))
        return data._replace(time=Evidence(state.site(node), f"prices from {dotted}()"))
    if last in ("load_model", "load_weights"):
        state.restored = True
        return None
    if LOADS.fullmatch(last):
        return _loaded(state, args, node)
    return None


def _flat(value: Value) -> list[Value]:
    return value.values()[:20] if isinstance(value, Seq) else [value]


def _loaded(state: State, args: Args, node: ast.Call) -> Value:
    path = args.constant(0)
    name = path.rpartition("/")[2] if isinstance(path, str) else ""
    data = state.fresh(name[:80], state.site(node))
    if not node_name(node).startswith("read_"):
        # Columns of a frame have names; what other loaders give is not known.
        data = data._replace(columns=None)
    return data._replace(opaque=False) if name else data


def node_name(node: ast.Call) -> str:
    """Return the last part of the name of what is called."""
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _measured(state: State, name: str, args: Args, node: ast.Call) -> Value:
    """`accuracy_score(y_test, model.predict(X_test))`."""
    given = [data for value in args.values[:3] if (data := data_of(value)) is not None]
    given += [
        data
        for key in ("y_true", "y_pred", "y_score", "y_prob")
        if (data := data_of(args.keywords.get(key))) is not None
    ]
    predicted = next((data for data in given if data.by is not None), None)
    if not given:
        return score_of(args.all())
    by = predicted.by if predicted is not None else None
    score = estimators.scored(state, by, predicted or given[0], node, name, args)
    if name not in TABLES:
        return score
    # The largest cell of a table, or point of a curve, chooses no model.
    score = score._replace(loops=frozenset())
    if predicted is not None and name in ("roc_curve", "precision_recall_curve"):
        curve = Lesson(state.site(node), "curve", name, predicted.subject, predicted.rows)
        return score._replace(lessons=frozenset({curve}))
    return score


def _stacked(state: State, args: Args, node: ast.Call) -> Value:
    values = [item for value in args.values[:2] for item in _flat(value)]
    if args.constant(1, "axis") in (1, -1, "columns"):
        return merged(values)
    # A list that a loop has filled holds what one line gave, again and again.
    written = bool(args.nodes) and isinstance(args.nodes[0], (ast.List, ast.Tuple))
    written = written or (len(args.values) > 1 and not isinstance(args.values[0], Seq))
    return frames.stacked(state, values, state.site(node), written=written) or score_of(values)


def _converted(state: State, name: str, args: Args, node: ast.Call) -> Value:
    first = args.get(0, "data", "tensors")
    if isinstance(first, (Folds, Splitter)):
        return first
    data = data_of(first)
    if name == "where" and data is not None and len(args.values) == 3:
        taught = stands_in(state, Seq(args.values[1:]), data, name, node)
        others = [other for value in args.values[1:] if (other := data_of(value)) is not None]
        if taught and others:
            return others[0]._replace(lessons=limited(others[0].lessons | taught), opaque=False)
    if data is None:
        weights = score_of([first]) if name == "DataFrame" else None
        if weights is not None and any(one.kind == "selected" for one in weights.lessons):
            return weights
        if isinstance(first, Seq) or name in ("list", "tuple", "DataFrame", "Series"):
            return first if isinstance(first, Seq) else score_of(args.all())
        return score_of(args.all())
    if isinstance(first, Seq):
        data = merged(list(first.items)) or data
        if name not in ("zip", "DataFrame"):
            data = data._replace(columns=None)
    if name in ("DMatrix", "Dataset", "Pool", "QuantileDMatrix"):
        answers = data_of(args.get(1, "label"))
        if answers is not None:
            state.pairs.append(Pair(state.site(node), data, answers, text_of(args.node(0, "data"))))
        return data._replace(columns=None, opaque=False)
    if name == "get_dummies":
        names = strings(args.get(-1, "columns"))
        if names is None and not data.series:
            return data._replace(columns=None, opaque=False)
        return data._replace(series=False, opaque=False)
    if name in ("DataFrame", "Series", "Index"):
        columns = data.columns if name == "Series" or "columns" not in args.keywords else None
        return data._replace(opaque=False, columns=columns, series=name == "Series")
    return data._replace(opaque=False)


def _train(state: State, dotted: str, args: Args, node: ast.Call) -> Value:
    """`xgb.train(params, dtrain, evals=…)`, `lgb.train(params, data, valid_sets=…)`."""
    if not dotted.startswith(("xgboost", "xgb", "lightgbm", "lgb")):
        return None
    data = data_of(args.get(1, "dtrain", "train_set"))
    if data is None:
        return None
    made = Estimator(dotted, "network", state.site(node))
    made.early = args.given("early_stopping_rounds")
    made.tuned = making.loops_in(state, args.nodes)
    shifted = Args(args.nodes[1:2], [data], dict(args.keyword_nodes), dict(args.keywords))
    estimators.fitted(state, made, data, shifted, node, "train")
    return made


def _scaled(state: State, dotted: str, args: Args, node: ast.Call) -> Value:
    """`sklearn.preprocessing.scale(X)`, `scipy.stats.zscore(X)`: by the statistics of X."""
    data = data_of(args.get(0, "X", "a"))
    if data is None or not any(word in dotted for word in ("preprocessing.", "stats.")):
        return None
    what, subject = dotted.rpartition(".")[2], text_of(args.node(0, "X", "a"))
    lesson = Lesson(state.site(node), "fitted", what, subject, data.rows.widest, "medium")
    state.taught += 1
    return data._replace(lessons=limited(data.lessons | {lesson}), opaque=False)


def _dataset(state: State, dotted: str, args: Args, node: ast.Call) -> Value:
    """`lgb.Dataset(X, label=y)`; any other `Dataset` is not followed."""
    if dotted.startswith(("lightgbm", "lgb")):
        return _converted(state, "Dataset", args, node)
    return None


def _resample(state: State, dotted: str, args: Args, node: ast.Call) -> Value:
    """`sklearn.utils.resample(frame, replace=True)`."""
    data = data_of(args.get(0))
    if data is None:
        return None
    site = state.site(node)
    part = taken(state, data, ("resample", state.cell, node.lineno, node.col_offset), site)
    if args.constant(-1, "replace") is False:
        return part
    return part._replace(copies=Evidence(site, "resample with replacement"))


def _shuffled(state: State, dotted: str, args: Args, node: ast.Call) -> Value:
    found = [data_of(value) for value in args.values[:4]]
    if all(data is None for data in found):
        return None
    return Seq(list(found)) if len(found) > 1 else found[0]


def _drawn_numbers(state: State, dotted: str, args: Args, node: ast.Call) -> Value:
    if "random" not in dotted:
        return None
    return RowIndex(("draw", state.cell, node.lineno, node.col_offset))


def _numbers(state: State, dotted: str, args: Args, node: ast.Call) -> Value:
    """`range(1, 40)`: a few numbers stand for all."""
    return Seq([Const(1), Const(2)])


def best_of(score: Score) -> Score:
    """Return the best of several numbers; out of a curve it is a threshold."""
    if not any(one.kind == "curve" for one in score.lessons):
        return score
    lessons = {
        one._replace(kind="threshold") if one.kind == "curve" else one for one in score.lessons
    }
    return score._replace(lessons=frozenset(lessons))


def chosen(state: State, score: Score, node: ast.AST, how: str) -> None:
    """Take note of a choice of the best of several scores."""
    keyed = isinstance(node, ast.Call) and any(item.arg == "key" for item in node.keywords)
    if how.startswith(("arg", "idx", "nanarg")) or keyed:
        state.picked |= score.loops
    for loop in score.loops:
        # Models in the order of their scores are a table; the first setting of a list is chosen.
        if loop.kind == "numbers" or how not in SORTS:
            state.chosen.setdefault(loop, state.site(node))


HANDLERS = {
    "train_test_split": train_test_split,
    "iterative_train_test_split": train_test_split,
    "random_split": random_split,
    "split": array_split,
    "array_split": array_split,
    "train": _train,
    "Dataset": _dataset,
    "resample": _resample,
    "shuffle": _shuffled,
    **dict.fromkeys(("range", "arange", "linspace", "logspace", "geomspace"), _numbers),
    **dict.fromkeys(_SCALES, _scaled),
    **dict.fromkeys(_DRAWS, _drawn_numbers),
}
