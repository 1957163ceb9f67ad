"""Making estimators and splitters out of the calls of their classes."""

import ast

from mlops_audit.readers.python.flow.arguments import Args, text_of
from mlops_audit.readers.python.flow.knowledge import PREDICTING, group_of
from mlops_audit.readers.python.flow.rows import Site, Split
from mlops_audit.readers.python.flow.splits import crossed
from mlops_audit.readers.python.flow.state import State, data_of
from mlops_audit.readers.python.flow.values import (
    Const,
    Data,
    Estimator,
    Folds,
    Loop,
    Name,
    Seq,
    Splitter,
    Value,
)

_CONSTANT = frozenset({"constant"})


_NAMED = (
    ("scaler", "fitted"), ("standardizer", "fitted"), ("vectorizer", "fitted"), ("tfidf", "fitted"),
    ("imputer", "imputed"), ("smote", "resampled"), ("pca", "fitted"),
)  # fmt: skip


def construct(state: State, cls: str, group: str, args: Args, node: ast.Call) -> Estimator:
    """Return the estimator that a call of a class makes."""
    made = Estimator(cls, group, state.site(node))
    for value in args.all()[:40]:
        made.steps.extend(_steps(value))
    for name, value in list(args.keywords.items())[:60]:
        if isinstance(value, Const):
            made.options[name] = value.value
    if group == "imputed" and made.options.get("strategy") in _CONSTANT:
        made.group = "plain"
    if group == "selected":
        # The model inside a selector is no model of its own.
        made.steps = []
    if group == "columns":
        made.steps = [step for step in made.steps if step.group not in PREDICTING]
    made.tuned = loops_in(state, [*args.nodes, *args.keyword_nodes.values()])
    for step in made.steps:
        made.tuned |= step.tuned
    made.early = any(step.early for step in made.steps) or args.given(
        "early_stopping_rounds", "early_stopping", "od_wait", "od_type"
    )
    return made


def _steps(value: Value, depth: int = 0) -> list[Estimator]:
    if isinstance(value, Estimator):
        return [value]
    if isinstance(value, Name) and group_of(value.last):
        return [Estimator(value.last, group_of(value.last), Site(None, 0, ""))]
    if isinstance(value, Seq) and depth < 4:
        return [step for item in value.values()[:40] for step in _steps(item, depth + 1)]
    return []


def loops_in(state: State, nodes: list[ast.expr]) -> frozenset[Loop]:
    """Return the loops over settings whose variable is in the arguments."""
    if not state.loops:
        return frozenset()
    varied = [loop for loop in state.loops if loop.kind == "numbers"]
    # What a search asks for differs from one call to the next.
    searches = frozenset(loop for loop in state.loops if loop.kind == "search")
    if not varied:
        return searches
    names = {
        inner.id for node in nodes[:30] for inner in ast.walk(node) if isinstance(inner, ast.Name)
    }
    return searches | {loop for loop in varied if names.intersection(loop.names)}


def guessed(state: State, name: str, site: Site) -> Estimator:
    """Return the estimator that something unknown must be, whose methods are called."""
    last = name.rpartition(".")[2].lower()
    group = next((group for word, group in _NAMED if word in last), "")
    made = Estimator("", group, site)
    if group:
        made.steps.append(Estimator(last, group, site))
    return made


def splitter(state: State, cls: str, args: Args, node: ast.Call) -> Splitter:
    """Return a splitter of folds."""
    seed = args.node(-1, "random_state")
    random = args.constant(-1, "shuffle") is True or cls in (
        "ShuffleSplit", "StratifiedShuffleSplit", "RepeatedKFold", "RepeatedStratifiedKFold"
    )  # fmt: skip
    return Splitter(cls, state.site(node), random, ast.dump(seed) if seed is not None else None)


def folds(state: State, made: Splitter, args: Args, node: ast.Call) -> Value:
    """Return the pairs of row numbers that `splitter.split(X, y, groups)` gives."""
    split = Split(state.site(node), f"{made.cls}.split", random=made.random, cross=True)
    split.seed = made.seed
    data = data_of(args.get(0, "X"))
    if data is not None:
        subject = text_of(args.node(0, "X"))
        crossed(state, data._replace(lessons=frozenset()), split, subject)
        if args.get(2, "groups") is not None and made.cls in (
            "GroupKFold", "GroupShuffleSplit", "StratifiedGroupKFold", "LeaveOneGroupOut"
        ):  # fmt: skip
            state.grouped.append((data.rows, split.site, text_of(args.node(2, "groups"))))
    return Folds(split)


def may_fit(owner: Data, name: str, args: Args) -> bool:
    """Tell whether a value of which only the name is known is used as an estimator."""
    if not owner.opaque:
        return False
    if name in ("fit", "fit_transform", "fit_resample", "predict", "predict_proba", "partial_fit"):
        return True
    if name in ("transform", "score", "evaluate"):
        return isinstance(args.get(0), (Data, Seq))
    return False
