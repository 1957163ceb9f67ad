"""What of all that happened in a unit is a mistake."""

from collections.abc import Iterator

from mlops_audit.readers.python.flow.models import evaluated
from mlops_audit.readers.python.flow.rows import Columns, Frame, Rows, Split, contains
from mlops_audit.readers.python.flow.selecting import LAST
from mlops_audit.readers.python.flow.state import Divided, Learned, Mistake, Pair, State
from mlops_audit.readers.python.flow.values import Lesson

_KINDS = {
    "fitted": "fitted-before-split",
    "imputed": "imputed-before-split",
    "selected": "features-selected-before-split",
    "resampled": "resampled-before-split",
}


def judged(state: State) -> Iterator[Mistake]:
    """Yield the mistakes of the unit that was walked, those that weigh most first."""
    yield from _learned(state)
    yield from state.mistakes
    yield from evaluated(state)
    yield from _targets(state)
    told: set[Split] = set()
    for one in state.divided:
        yield from _in_time(state, one)
        if one.split not in told:
            for mistake in _copied(state, one):
                told.add(one.split)
                yield mistake
        yield from _grouped(state, one)
    yield from _drawn_twice(state)


def is_split(split: Split) -> bool:
    """Tell whether something really tells training rows from held-out rows."""
    if split.restored:
        return False
    return not split.hand or ("train" in split.given and bool(split.given & {"test", "val"}))


def held_apart(state: State, rows: Rows) -> bool:
    """Tell whether rows are training rows beside which others are held back."""
    for node in rows.chain():
        if node.part != "train":
            if node.part:
                return True
            continue
        if node.split is not None:
            return is_split(node.split)
        if node.parameter:
            return True
        return any(
            one.rows.role == "test" and one.rows.root is not node and one.rows.root.named
            for one in state.scores
        )
    return False


def _learned(state: State) -> Iterator[Mistake]:
    for learned in state.learned:
        lesson, split = learned.lesson, learned.split
        if not is_split(split):
            continue
        kind = _KINDS.get(lesson.kind, "")
        if lesson.kind == "statistic":
            kind = "fitted-before-split" if _is_answer(state, lesson) else ""
        if not kind:
            continue
        if held_apart(state, lesson.rows):
            cross = split.what.startswith("cross_val") and kind == "resampled-before-split"
            if not cross:
                continue
        yield _of_lesson(kind, learned)


def _is_answer(state: State, lesson: Lesson) -> bool:
    """Tell whether a statistic of groups is one of the column to be predicted."""
    return bool(lesson.target) and any(
        pair.answers.columns is not None and pair.answers.columns.kept == frozenset({lesson.target})
        for pair in state.pairs
    )


def _of_lesson(kind: str, learned: Learned) -> Mistake:
    lesson, split = learned.lesson, learned.split
    subject = lesson.subject or "the data"
    how = "cross-validated" if split.cross else "split"
    detail = f"{lesson.what} learns from all rows of {subject} before they are {how}"
    if kind == "resampled-before-split":
        detail = f"{lesson.what} makes rows out of all of {subject} before they are {how}"
    return Mistake(
        kind, lesson.site, subject, lesson.what, split.site, split.what, lesson.confidence, detail
    )


def _targets(state: State) -> Iterator[Mistake]:
    told: set[tuple[Frame, str]] = set()
    for pair in state.pairs:
        features, answers = pair.features.columns, pair.answers.columns
        if features is None or answers is None or features.frame is not answers.frame:
            continue
        if answers.kept is None or len(answers.kept) != 1:
            continue
        if not contains(pair.features.rows, pair.answers.rows):
            continue
        target = next(iter(answers.kept))
        if _kept(features, target):
            if (features.frame, target) not in told and not _dropped_later(state, pair, target):
                told.add((features.frame, target))
                shown = "the last column" if target == LAST else f"'{target}'"
                yield _target(pair, f"{shown}, which is to be predicted, is among the features")
            continue
        for (column, source), site in list(features.frame.derived.items()):
            if source == target and column in features.added and _kept(features, column):
                why = f"'{column}' is computed from '{target}', which is to be predicted"
            elif column == target and _kept(features, source):
                why = f"'{target}', which is to be predicted, is computed from '{source}'"
            else:
                continue
            other = column if source == target else source
            if (features.frame, other) not in told and not _dropped_later(state, pair, other):
                told.add((features.frame, other))
                mistake = _target(pair, f"{why}, and '{other}' is among the features")
                yield mistake._replace(site=site, related=pair.site)


def _kept(features: Columns, column: str) -> bool:
    if column == LAST:
        return features.kept is None and features.sure and not features.dropped
    return features.has(column)


def _dropped_later(state: State, pair: Pair, column: str) -> bool:
    """Tell whether the parts of a split are fitted to without a column, or that is not known."""
    if pair.split is None:
        return False
    return any(
        any(node.split is pair.split for node in later.features.rows.chain())
        and (later.features.columns is None or not _kept(later.features.columns, column))
        for later in state.pairs
    )


def _target(pair: Pair, detail: str) -> Mistake:
    subject = pair.subject or "the features"
    return Mistake(
        "target-in-features", pair.site, subject, "", pair.site,
        pair.split.what if pair.split is not None else "the fit", "high",
        f"In {subject}, {detail}",
    )  # fmt: skip


def _in_time(state: State, one: Divided) -> Iterator[Mistake]:
    time, split = one.data.time, one.split
    if time is None or not time.why or not split.random or not is_split(split):
        return
    if held_apart(state, one.data.rows):
        return
    weak = time.why.startswith("sorted")
    yield Mistake(
        "time-split-at-random", split.site, one.subject, split.what, time.site, time.why,
        "low" if weak else "medium",
        f"{split.what} draws rows at random that follow each other in time ({time.why})",
    )  # fmt: skip


def _copied(state: State, one: Divided) -> Iterator[Mistake]:
    copies, split = one.data.copies, one.split
    if copies is None or held_apart(state, one.data.rows) or not is_split(split):
        return
    drawn = "replace" in copies.why
    yield Mistake(
        "resampled-before-split" if drawn else "rows-in-both-parts",
        copies.site, one.subject, copies.why, split.site, split.what, "high",
        f"Copies of rows ({copies.why}) are in {one.subject or 'the data'} before it is split",
    )  # fmt: skip


def _grouped(state: State, one: Divided) -> Iterator[Mistake]:
    split = one.split
    if not split.random or split.cross:
        return
    for rows, site, groups in state.grouped:
        if site.scope and site.scope == split.site.scope:
            # A function that splits by groups where there are any, and by rows otherwise.
            continue
        if contains(one.data.rows, rows) or contains(rows, one.data.rows):
            yield Mistake(
                "groups-split-apart", split.site, one.subject, split.what, site,
                f"folds by {groups or 'groups'}", "medium",
                f"{split.what} draws single rows, though rows belong to groups ({groups})",
            )  # fmt: skip
            return


def _drawn_twice(state: State) -> Iterator[Mistake]:
    """`train = df.sample(…)` and `test = df.sample(…)`: the draws do not know of each other."""
    seen: set[Rows] = set()
    for one in state.divided:
        rows = one.data.rows
        if not one.split.hand or rows in seen:
            continue
        seen.add(rows)
        drawn = {
            child.part: child
            for key, child in rows.children.items()
            if isinstance(key, tuple) and key and key[0] == "sample" and child.split is one.split
        }
        if "train" in drawn and "test" in drawn:
            first, second = drawn["train"].site, drawn["test"].site
            if first is not None and second is not None:
                yield Mistake(
                    "rows-in-both-parts", second, one.subject, "sample", first, "sample", "high",
                    "Training and test rows are drawn from the same rows without regard to"
                    " each other",
                )  # fmt: skip
