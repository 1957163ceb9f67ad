"""Transformers, models, pipelines and searches: what they learn, and from which rows."""

import ast

from mlops_audit.readers.python.flow.arguments import Args, text_of
from mlops_audit.readers.python.flow.knowledge import PICTURE, PREDICTING
from mlops_audit.readers.python.flow.making import loops_in
from mlops_audit.readers.python.flow.rows import Rows, Site, Split
from mlops_audit.readers.python.flow.splits import check_applied, crossed
from mlops_audit.readers.python.flow.state import Mistake, Pair, State, data_of, limited
from mlops_audit.readers.python.flow.values import (
    Data,
    Estimator,
    Fit,
    Lesson,
    Score,
    Scored,
    Seq,
    Value,
)
from mlops_audit.readers.python.flow.watching import watched

_LEARNING = {
    "fitted": "fitted",
    "vocabulary": "fitted",
    "imputed": "imputed",
    "selected": "selected",
    "resampled": "resampled",
}


_FITS = frozenset(
    {"fit", "partial_fit", "fit_generator", "train", "adapt", "fit_on_texts", "fit_params"}
)


_TRANSFORMS = frozenset(
    {"fit_transform", "transform", "fit_resample", "fit_sample", "texts_to_sequences",
     "texts_to_matrix", "fit_resample_", "inverse_transform"}
)  # fmt: skip


_PREDICTS = frozenset(
    {"predict", "predict_proba", "decision_function", "predict_log_proba", "predict_classes",
     "predict_generator", "fit_predict", "predict_on_batch"}
)  # fmt: skip


def is_model(estimator: Estimator) -> bool:
    """Tell whether an estimator predicts."""
    return any(step.group in PREDICTING for step in estimator.all_steps()) or (
        estimator.group in ("", "pipeline") and not learns(estimator)[0]
    )


def learns(estimator: Estimator) -> tuple[str, str]:
    """Return what kind of lesson a transformer takes, and the class that takes it."""
    found: dict[str, str] = {}
    for step in estimator.all_steps():
        kind = _LEARNING.get(step.group)
        if kind is not None:
            found.setdefault(kind, step.cls)
    for kind in ("resampled", "selected", "fitted", "imputed"):
        if kind in found:
            return kind, found[kind]
    return "", ""


def method(state: State, estimator: Estimator, name: str, args: Args, node: ast.Call) -> Value:
    """Return what a method of an estimator gives."""
    if name in _FITS:
        fit(state, estimator, args, node, name)
        return estimator
    if name in _TRANSFORMS:
        return _transform(state, estimator, name, args, node)
    if name in _PREDICTS:
        if name == "fit_predict":
            fit(state, estimator, args, node, name)
        data = data_of(args.get(0, "X", "x", "data"))
        if data is None:
            return None
        return data._replace(
            by=estimator,
            asked=state.next(),
            columns=None,
            lessons=frozenset(),
            series=True,
            opaque=False,
        )
    if name in ("score", "evaluate", "evaluate_generator"):
        data = data_of(args.get(0, "X", "x", "dataset"))
        if data is None:
            return None
        return scored(state, estimator, data, node, name, args)
    if name == "get_support":
        lesson = estimator.lesson
        return Score((), lessons=frozenset({lesson})) if lesson is not None else None
    if name in ("load_weights", "load_state_dict", "load_model"):
        state.restored = True
        return None
    if name in ("set_params", "compile", "build", "add", "summary", "to", "cuda", "double"):
        if name == "set_params":
            estimator.tuned |= loops_in(state, [*args.nodes, *args.keyword_nodes.values()])
        return estimator if name != "compile" else None
    return None


def weighed(estimator: Estimator, name: str, site: Site) -> Score | None:
    """Return how much each feature weighs in a model that was fitted."""
    if not estimator.fits:
        return None
    fit = estimator.fits[-1]
    what = f"{estimator.cls or 'model'}.{name}"
    lesson = Lesson(site, "selected", what, fit.subject, fit.rows, "medium")
    return Score((), lessons=frozenset({lesson}))


def _lesson(state: State, estimator: Estimator, data: Data, name: str, node: ast.Call) -> None:
    kind, cls = learns(estimator)
    if not kind or is_model(estimator):
        return
    subject = text_of(node.args[0]) if node.args else data.subject
    confidence = "medium" if kind == "imputed" or estimator.group == "vocabulary" else "high"
    if not estimator.cls:
        confidence = "medium"
    shown = estimator.cls or cls
    what = f"{shown}.{name}" if shown == cls else f"{shown} with {cls}"
    state.taught += 1
    estimator.lesson = Lesson(state.site(node), kind, what, subject, data.rows.widest, confidence)


def fit(state: State, estimator: Estimator, args: Args, node: ast.Call, name: str) -> None:
    """Take note of a fit."""
    data = data_of(args.get(0, "X", "x", "training_data", "X_train", "texts", "dtrain"))
    if data is None:
        return
    if not is_model(estimator):
        _lesson(state, estimator, data, name, node)
        _refitted(state, estimator, data, node, name)
        return
    fitted(state, estimator, data, args, node, name)


def fitted(
    state: State, estimator: Estimator, data: Data, args: Args, node: ast.Call, name: str
) -> None:
    """Take note of a model that is fitted to data."""
    site = state.site(node)
    answers = data_of(args.get(1, "y", "y_train", "label"))
    supervised = (
        answers is not None
        or estimator.group == "network"
        or bool(estimator.options.get("boosted"))
    )
    if estimator.group == "cluster":
        return
    subject = text_of(args.node(0, "X", "x")) or data.subject
    record = Fit(state.next(), site, data.rows, supervised, subject)
    estimator.fits.append(record)
    state.fits.append((estimator, record))
    if answers is not None:
        # Steps of a pipeline may choose columns, and lists are inputs of their own.
        chooses = any(step.group in ("pipeline", "columns") for step in estimator.all_steps())
        if chooses or isinstance(args.get(0, "X", "x"), Seq):
            state.pairs.append(Pair(site, data._replace(columns=None), answers, subject))
        else:
            state.pairs.append(Pair(site, data, answers, subject))
    if estimator.group == "search":
        split = Split(site, f"{estimator.cls} cross-validation", cross=True)
        crossed(state, data, split, subject)
        groups = args.get(-1, "groups")
        if groups is not None:
            state.grouped.append((data.rows, site, "groups"))
    watched(state, estimator, record, args)


def _refitted(state: State, estimator: Estimator, data: Data, node: ast.Call, name: str) -> None:
    """Report a transformer that is fitted to held-out rows."""
    if data.rows.role != "test" or data.rows.members:
        return
    apart = any(node.split is not None for node in data.rows.chain())
    if estimator.group == "plain" and (
        not apart or estimator.cls not in ("OneHotEncoder", "OrdinalEncoder")
    ):
        return
    if estimator.group == "" or any(step.cls in PICTURE for step in estimator.all_steps()):
        return
    if estimator.group == "resampled" or learns(estimator)[0] == "resampled":
        return
    subject = text_of(node.args[0]) if node.args else data.subject
    where = origin(data.rows)
    state.mistakes.append(
        Mistake(
            "test-data-fitted",
            state.site(node),
            subject,
            f"{estimator.cls or 'transformer'}.{name}",
            where[0],
            where[1],
            "high" if apart else "medium",
            f"{estimator.cls or 'The transformer'} is fitted anew on test rows",
        )
    )


def origin(rows: Rows) -> tuple[Site | None, str]:
    """Return where rows were told apart, or came from."""
    for node in rows.chain():
        if node.split is not None:
            return node.split.site, node.split.what
    root = rows.root
    return root.site, "the test data"


def _transform(state: State, estimator: Estimator, name: str, args: Args, node: ast.Call) -> Value:
    data = data_of(args.get(0, "X", "x", "texts"))
    if data is None:
        return None
    kind, _ = learns(estimator)
    fits = name.startswith("fit")
    if fits:
        if kind and is_model(estimator):
            kind = ""
        _lesson(state, estimator, data, name, node)
        _refitted(state, estimator, data, node, name)
    if name == "inverse_transform":
        return data._replace(opaque=False)
    lesson = estimator.lesson
    result = data._replace(opaque=False, subject="")
    if estimator.group not in ("plain", "fitted", "imputed") or not _keeps_columns(estimator):
        result = result._replace(columns=None, series=False)
    if lesson is not None:
        if not fits:
            check_applied(state, lesson, data)
        result = result._replace(lessons=limited(result.lessons | {lesson}))
    if name in ("fit_resample", "fit_sample"):
        answers = data_of(args.get(1, "y"))
        # What comes out are other rows than those that went in, and the same for X and y.
        rows = data.rows.part_of(("resampled", state.cell, node.lineno, node.col_offset))
        result = result._replace(rows=rows, time=None)
        if answers is None:
            return result
        return Seq([result, answers._replace(rows=rows, lessons=result.lessons, opaque=False)])
    return result


def _keeps_columns(estimator: Estimator) -> bool:
    return estimator.cls.endswith(("Scaler", "Imputer", "LabelEncoder", "OrdinalEncoder"))


def _cut_at_its_best(state: State, model: Estimator, data: Data, site: Site, what: str) -> None:
    """Report predictions that are judged at the threshold that is best for the same rows."""
    for lesson in data.lessons:
        if lesson.kind != "threshold" or lesson.rows is not data.rows or data.rows.role != "test":
            continue
        split = next((node.split for node in data.rows.chain() if node.split is not None), None)
        if split is not None and split.cross:
            continue
        name = model.cls.rpartition(".")[0] or model.cls or "the model"
        state.mistakes.append(
            Mistake(
                "selected-on-test-data", lesson.site, name, lesson.what, *origin(data.rows),
                "medium",
                f"The best threshold is read from {lesson.what} of the test rows on which {what}"
                " judges it",
            )
        )  # fmt: skip
        return


def scored(
    state: State, model: Estimator | None, data: Data, node: ast.AST, what: str, args: Args | None
) -> Score:
    """Take note of an evaluation and return its number."""
    site = state.site(node)
    subject = text_of(args.node(0, "X", "x")) if args is not None else ""
    loops = frozenset(state.loops) if state.loops else frozenset()
    order = state.next()
    asked = data.asked if data.by is not None else order
    state.scores.append(Scored(order, site, model, data.rows, what, subject, asked))
    if model is not None:
        _cut_at_its_best(state, model, data, site, what)
        for loop in state.loops:
            varies = loop in model.tuned or loop.kind == "models"
            if varies and len(loop.tests) < 50:
                loop.tests.append((model, data.rows, site))
            elif loop in data.cuts and len(loop.cuts) < 50:
                loop.cuts.append((model, data.rows, site))
                loop.end = order
    return Score((data.rows,), loops, metric=True)
