"""Evaluations that do not say what they seem to: on training rows, on rows that chose."""

from collections.abc import Iterator

from mlops_audit.readers.python.flow.knowledge import part_by_name
from mlops_audit.readers.python.flow.rows import Rows, Site, Split, contains
from mlops_audit.readers.python.flow.state import Mistake, State
from mlops_audit.readers.python.flow.values import Estimator, Fit, Loop, Scored

_MANY_MODELS = 8


def evaluated(state: State) -> Iterator[Mistake]:
    """Yield what is wrong with the evaluations of a unit."""
    on_training: list[tuple[Estimator, Fit, Scored]] = []
    wider: list[tuple[Estimator, Fit, Scored]] = []
    honest: set[Estimator] = set(state.looked)
    unclear = False
    for scored in state.scores:
        model = scored.model
        if model is None:
            unclear = unclear or scored.rows.role != "train"
            continue
        fit = _last_fit(model, scored.asked)
        if fit is None:
            honest.add(model)
        elif _wider(fit.rows, scored.rows):
            wider.append((model, fit, scored))
        elif not _seen(fit.rows, scored.rows):
            honest.add(model)
            yield from _other_draw(fit, scored)
        elif scored.rows.role == "test" and _of_a_fold(fit.rows):
            # What a loop over folds leaves behind is not known.
            honest.add(model)
        elif scored.rows.role == "test":
            honest.add(model)
            if _told_apart(fit, scored.rows):
                yield _on_test(model, fit, scored)
        else:
            on_training.append((model, fit, scored))
    if not unclear:
        yield from _with_training_rows(wider, honest)
        yield from _only_training(state, on_training, honest)
    yield from _chosen(state)
    yield from _stopped(state)


def _of_a_fold(rows: Rows) -> bool:
    split = split_of(rows)
    return split is not None and split.cross


def _last_fit(model: Estimator, order: int) -> Fit | None:
    return next((fit for fit in reversed(model.fits) if fit.order < order), None)


def _seen(fitted: Rows, rows: Rows) -> bool:
    return contains(fitted, rows) or any(contains(fitted, member) for member in rows.members)


def _wider(fitted: Rows, rows: Rows) -> bool:
    """Tell whether rows are those of a fit and others, which is known."""
    if rows is fitted or rows.role == "train" or not contains(rows, fitted):
        return False
    if _of_a_fold(fitted):
        return False
    if split_of(fitted) is not None:
        return True
    parent = fitted.parent
    return parent is rows and any(
        child is fitted and isinstance(key, tuple) and key[0] == "slice"
        for key, child in rows.children.items()
    )


def _with_training_rows(
    found: list[tuple[Estimator, Fit, Scored]], honest: set[Estimator]
) -> Iterator[Mistake]:
    classes = {step.cls for model in honest for step in model.all_steps()}
    told: set[Estimator] = set()
    for model, fit, scored in found:
        if model in honest or model in told or not fit.supervised or fit.rows.root.parameter:
            continue
        if not classes.isdisjoint(step.cls for step in model.all_steps()):
            continue
        told.add(model)
        yield Mistake(
            "rows-in-both-parts", scored.site, scored.subject or fit.subject, scored.what,
            fit.site, f"{_name(model)}.fit", "medium",
            f"{scored.what} judges {_name(model)} on rows among which are all that it was fitted"
            " to",
        )  # fmt: skip


def split_of(rows: Rows) -> Split | None:
    """Return the nearest split that rows come out of."""
    return next((node.split for node in rows.chain() if node.split is not None), None)


def _name(model: Estimator) -> str:
    return model.cls.rpartition(".")[0] or model.cls or "the model"


def _told_apart(fit: Fit, rows: Rows) -> bool:
    """Tell whether rows are test rows by more than the name of a file that all is made from."""
    if split_of(rows) is not None or fit.rows.members:
        return True
    return part_by_name(fit.subject) == "test"


def _on_test(model: Estimator, fit: Fit, scored: Scored) -> Mistake:
    split = split_of(scored.rows)
    related, what = (split.site, split.what) if split is not None else (scored.site, scored.what)
    return Mistake(
        "test-data-fitted", fit.site, fit.subject, f"{_name(model)}.fit", related, what, "high",
        f"{_name(model)} is fitted on {fit.subject or 'rows'} with test rows among them, on which"
        f" {scored.what} judges it at {place(scored.site)}",
    )  # fmt: skip


def _other_draw(fit: Fit, scored: Scored) -> Iterator[Mistake]:
    """The training rows of one random split, the test rows of another."""
    first, second = _drawn(fit.rows), _drawn(scored.rows)
    if first is None or second is None or first.split is None or second.split is None:
        return
    one, other = first.split, second.split
    if one is other or one.site == other.site or first.parent is not second.parent:
        return
    if first.part != "train" or second.part == "train" or one.cross or other.cross:
        return
    if one.seed is not None and one.seed == other.seed:
        return
    yield Mistake(
        "rows-in-both-parts", scored.site, scored.subject, scored.what, one.site, one.what, "high",
        f"Fitted on the training rows of one random split, judged by {scored.what} on the test"
        f" rows of another ({place(other.site)})",
    )  # fmt: skip


def _drawn(rows: Rows) -> Rows | None:
    return next(
        (node for node in rows.chain() if node.split is not None and node.split.random), None
    )


def _only_training(
    state: State, found: list[tuple[Estimator, Fit, Scored]], honest: set[Estimator]
) -> Iterator[Mistake]:
    classes = {step.cls for model in honest for step in model.all_steps()}
    classes |= {
        step.cls for model, _ in state.fits if model.group == "search" for step in model.all_steps()
    }
    told: set[Rows] = set()
    for model, fit, scored in found:
        if model in honest or fit.rows in told or not fit.supervised:
            continue
        if not classes.isdisjoint(step.cls for step in model.all_steps()):
            continue
        if fit.rows.root.parameter or scored.rows.role == "val":
            continue
        if fit.rows.role == "train" and split_of(fit.rows) is None and not state.test_seen:
            # A training file; the file that is held back is for another program.
            continue
        if model.cls == "LinearRegression" and not fit.rows.role:
            # A line through all points describes them.
            continue
        told.add(fit.rows)
        yield Mistake(
            "scored-on-training-data", scored.site, scored.subject or fit.subject, scored.what,
            fit.site, f"{_name(model)}.fit", "medium",
            f"{scored.what} judges {_name(model)} on the rows that it was fitted to, and on no"
            " others",
        )  # fmt: skip


def _chosen(state: State) -> Iterator[Mistake]:
    loops: dict[Loop, Site | None] = dict(state.chosen)
    for scored in state.scores:
        model = scored.model
        if model is None or not model.cls:
            continue
        for loop in state.walked:
            if loop in loops or loop.kind != "numbers":
                continue
            tests = _on_held_out(loop.tests)
            if any(
                other.cls == model.cls and other is not model and rows is scored.rows
                and loop not in model.tuned and _after(scored, site)
                for other, rows, site in tests
            ):  # fmt: skip
                loops[loop] = scored.site
    for loop, where in loops.items():
        tests = _on_held_out(loop.tests)
        if (
            not tests
            and loop.cuts
            and (loop in state.kept or (loop in state.picked and _judged_later(state, loop)))
        ):
            tests = _on_held_out(loop.cuts)
        if not tests or loop.kind not in ("numbers", "models", "search"):
            continue
        if loop.kind == "models" and len({model for model, _, _ in tests}) < _MANY_MODELS:
            # A few models beside each other are a comparison.
            continue
        if loop.kind == "search" and not _judged_later(state, loop):
            continue
        model, rows, site = tests[0]
        split = split_of(rows)
        varied = "models" if loop.kind == "models" else "settings"
        yield Mistake(
            "selected-on-test-data", site, _name(model), "score",
            split.site if split is not None else rows.root.site,
            split.what if split is not None else "the test data",
            "medium",
            f"The best of several {varied} is chosen"
            f" ({place(where) if where is not None else 'later'}) by the score on the test rows",
        )  # fmt: skip


def _judged_later(state: State, loop: Loop) -> bool:
    """Tell whether rows that a search has looked at judge a model after it."""
    return any(
        one.order > loop.end
        and one.model is not None
        and all(one.site != site for _, _, site in loop.tests)
        and not any(other.kind == "search" for other in one.model.tuned)
        and any(contains(rows, one.rows) for _, rows, _ in (loop.tests or loop.cuts))
        for one in state.scores
    )


def _on_held_out(tests: list[tuple[Estimator, Rows, Site]]) -> list[tuple[Estimator, Rows, Site]]:
    found = []
    for model, rows, site in tests:
        split = split_of(rows)
        if rows.role == "test" and (split is None or not split.cross):
            found.append((model, rows, site))
    return found


def _after(scored: Scored, site: Site) -> bool:
    if scored.site.scope != site.scope:
        return False
    return (scored.site.cell or 0, scored.site.line) > (site.cell or 0, site.line)


def _stopped(state: State) -> Iterator[Mistake]:
    told: set[Site] = set()
    for early in state.early:
        split = split_of(early.rows)
        if early.rows.role != "test" or early.fit.site in told or (split and split.cross):
            continue
        judge = next(
            (
                one
                for one in state.scores
                if one.model is early.model
                and one.rows is early.rows
                and one.order > early.fit.order
            ),
            None,
        )
        if judge is None or (early.what == "the best checkpoint" and not state.restored):
            continue
        told.add(early.fit.site)
        yield Mistake(
            "selected-on-test-data", early.fit.site, _name(early.model), early.what,
            split.site if split is not None else early.rows.root.site,
            split.what if split is not None else "the test data",
            "low",
            f"{early.what.capitalize()} looks at the test rows on which {judge.what} judges the"
            f" model at {place(judge.site)}",
        )  # fmt: skip


def place(site: Site) -> str:
    """Return a place in words."""
    if site.cell is None:
        return f"line {site.line}"
    return f"cell {site.cell + 1} line {site.line}"
