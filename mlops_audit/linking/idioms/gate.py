"""Gates: a metric that is compared, and a release that depends on the outcome."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from mlops_audit.linking.idioms.comparison import Test, number_of, tests_of_size
from mlops_audit.linking.idioms.facts import Known, idiom, name_parts
from mlops_audit.linking.idioms.metric_names import (
    METRICS,
    NOT_QUALITY,
    RIVALS,
    THRESHOLDS,
    VAGUE,
)
from mlops_audit.linking.idioms.reached import Reached
from mlops_audit.linking.index import Unit
from mlops_audit.linking.names import words
from mlops_audit.schema import Action

_RELEASES = words("register_model promote_model deploy approve release")
#: Words in the name of a call that releases; the second kind only together with a model.
_RELEASE_WORDS = words("promote promotion deploy rollout rollback champion transition approve")
_WEAK_RELEASE_WORDS = words("register publish push release stage upload reject")
#: Words of a function whose whole purpose is such a decision.
_DECIDING = words(
    """
    gate gates check checks validate validation evaluate evaluation compare comparison promote
    promotion deploy deployment approve approval accept acceptable decide decision should branch
    trigger better passes passed pass meets quality register good enough improved improvement
    verdict
    """
)
_CONTESTANTS = words("champion challenger candidate incumbent")
#: Names that hold the verdict.
_VERDICTS = words(
    """
    passed passes pass ok approved approve approval promoted promote deploy deployed accepted
    accept blessed better improved gate valid good eligible
    """
)
#: Units that watch training go on: the best epoch is kept, nothing is released.
_WATCHING = words("early stopping stopper earlystopping checkpoint checkpointer callback epoch")
_LEARNING = words("train tune cross_validate predict load_model")
_JUDGING = words("train tune cross_validate evaluate compare")
#: Names in tests of equality, of existence and of size.
_NEITHER = words(
    """
    abs isclose allclose approx isnan isinf isfinite inf len size shape count count_nonzero type
    ndim
    """
)
_STOPPING = (".cancel", ".fail", "sys.exit", "os._exit", "builtins.exit", "builtins.quit")


def gates(connection: sqlite3.Connection, known: Known, reached: Reached) -> Iterator[Action]:
    """Yield `gate` for every comparison of a metric that stops or lets through a release.

    In tests of a model the same comparison is a `model_test` as well.
    """
    found = list(_judged(connection, known, reached))
    decided = {(one.test.site[0], one.test.site[3], one.metric) for one in found if one.decides}
    for test, metric, verdict in found:
        # `passed = auc > 0.8` is told by the `if passed` that follows.
        if test.kind == "value" and (test.site.path, test.site.scope, metric) in decided:
            continue
        name = _shown(test, metric)
        yield idiom(test.site, "gate", name, confidence=verdict)
        if known.roles[test.site.path] == "test":
            yield idiom(test.site, "model_test", name, confidence=verdict)


class _Gate(NamedTuple):
    test: Test
    metric: str
    confidence: str

    @property
    def decides(self) -> bool:
        return self.test.kind != "value"


def _judged(connection: sqlite3.Connection, known: Known, reached: Reached) -> Iterator[_Gate]:
    released = _Releases(connection, reached)
    for test in tests_of_size(connection):
        path = test.site.path
        metric = _metric(test)
        if path not in known.roles or metric is None or _is_plausibility(test):
            continue
        if known.roles[path] == "test" or test.kind == "assert":
            confidence = _asserted(test, metric, reached)
        else:
            confidence = _decided(test, metric, reached, released)
        if confidence is not None:
            yield _Gate(test, metric, confidence)


def _metric(test: Test) -> str | None:
    """Return the name that is a metric, a sure one first."""
    vague = None
    contestants = [name for name in test.names if set(name_parts(name)) & _CONTESTANTS]
    # The name that keeps an outcome is no metric itself: `accuracy_ok = …`.
    for name in test.names[test.kind == "value" :]:
        parts = set(name_parts(name))
        if parts & NOT_QUALITY:
            return None
        if parts & METRICS:
            return name
        if parts & VAGUE and vague is None:
            vague = name
    # `candidate < champion` compares two models, whatever it measures them by.
    return contestants[0] if vague is None and len(contestants) > 1 else vague


def _is_sure(metric: str) -> bool:
    return bool(set(name_parts(metric)) & METRICS)


def _is_plausibility(test: Test) -> bool:
    """Tell checks of what a metric can be at all: 0 <= p <= 1, loss > 0, abs(a - b) < 1e-6."""
    numbers = [number_of(text) for text in test.numbers]
    others = _compared_with(test)
    if {"abs", "isclose", "allclose", "approx", "isnan", "isinf", "isfinite", "inf"} & set(
        test.names
    ):
        return True
    if {"len", "size", "shape", "count", "count_nonzero", "type", "ndim"} & set(test.names):
        return True
    if not numbers:
        return not others
    if others:
        return False
    return all(number in (0, 1, 100) for number in numbers) or all(
        abs(number) < 1e-3 or abs(number) > 1e4 for number in numbers
    )


def _compared_with(test: Test) -> list[str]:
    """Return the names of thresholds and of other models in a test."""
    return [name for name in test.names if set(name_parts(name)) & (THRESHOLDS | RIVALS)]


def _asserted(test: Test, metric: str, reached: Reached) -> str | None:
    """Judge an assertion: it must hold a model's quality against a bound."""
    if not test.consequence & {"raise", "exit"}:
        return None
    if not _is_sure(metric) and not _fractions(test) and not _thresholds(test):
        return None
    unit = Unit(test.site.path, test.site.scope)
    if not reached.actions(unit) & _LEARNING:
        return None
    return "high" if _is_sure(metric) else "medium"


def _fractions(test: Test) -> bool:
    return any(0 < abs(number_of(text)) < 1 for text in test.numbers)


def _thresholds(test: Test) -> bool:
    return any(set(name_parts(name)) & THRESHOLDS for name in test.names)


def _decided(test: Test, metric: str, reached: Reached, released: "_Releases") -> str | None:
    """Judge an `if` or a returned comparison by what follows from it."""
    site = test.site
    scope = set(name_parts(site.scope))
    if scope & _WATCHING or _counts_rounds(test):
        return None
    sure = _is_sure(metric)
    unit = Unit(site.path, site.scope)
    if test.kind == "value":
        kept = set(name_parts(test.names[0])) & _VERDICTS
        return "medium" if kept and (sure or _compared_with(test)) else None
    if test.kind == "return":
        if scope & _DECIDING and (sure or _compared_with(test)):
            return "high" if sure else "medium"
        return None
    if released.after(test):
        return "high" if sure or _compared_with(test) else "medium"
    if test.consequence & {"raise", "exit"} or any(call.endswith(_STOPPING) for call in test.calls):
        judging = reached.actions(unit) & _JUDGING or scope & _DECIDING
        if sure and not (test.in_loop and "train" in reached.actions(unit)):
            # A bound that says nothing of a model may be one of a number format or of a sensor.
            bound = judging or _fractions(test) or _compared_with(test)
            return "high" if bound else None
        return "medium" if judging and _thresholds(test) else None
    if test.in_loop:
        return None
    if "return" in test.consequence and scope & _DECIDING:
        return "medium" if sure or _compared_with(test) else None
    if released.verdict_in(test) and (sure or _compared_with(test)):
        return "medium"
    return None


def _counts_rounds(test: Test) -> bool:
    """Tell the bookkeeping of the best round: `if loss < best_loss: best_loss = loss; save()`."""
    best = any("best" in name_parts(name) for name in test.names)
    return best and test.in_loop and not test.consequence & {"raise", "exit"}


class _Releases:
    """Which lines release something, and which bind a verdict."""

    def __init__(self, connection: sqlite3.Connection, reached: Reached) -> None:
        self._reached = reached
        self._verdicts: dict[Unit, list[tuple[int | None, int]]] = defaultdict(list)
        for path, scope, cell, line, name in connection.execute(
            "SELECT path, scope, cell, line, name FROM assignment "
            " WHERE kind IN ('bool', 'string', 'number')"
        ):
            if set(name_parts(name)) & _VERDICTS:
                self._verdicts[Unit(path, scope)].append((cell, line))

    def after(self, test: Test) -> bool:
        """Tell whether a branch of the test releases a model or stops its release."""
        site = test.site
        unit = Unit(site.path, site.scope)
        if self._reached.does_within(_RELEASES, unit, site.cell, site.line or 0, test.end_line):
            return True
        return any(_is_release(set(name_parts(call.rpartition(".")[2]))) for call in test.calls)

    def verdict_in(self, test: Test) -> bool:
        """Tell whether the outcome is kept: `approved = False` in a branch, or in the name."""
        if _within(test, self._verdicts):
            return True
        return any(set(name_parts(name)) & _VERDICTS for name in test.names[:2])


def _is_release(parts: set[str]) -> bool:
    return bool(parts & _RELEASE_WORDS or (parts & _WEAK_RELEASE_WORDS and "model" in parts))


def _within(test: Test, lines: dict[Unit, list[tuple[int | None, int]]]) -> bool:
    site = test.site
    start = site.line or 0
    return any(
        cell == site.cell and start <= line <= test.end_line
        for cell, line in lines.get(Unit(site.path, site.scope), ())
    )


def _shown(test: Test, metric: str) -> str:
    operator = next((one for one in ("<", "<=", ">", ">=") if one in test.operators), "<")
    others = [
        name
        for name in _compared_with(test)
        if name != metric and not set(name_parts(name)) & _VERDICTS
    ]
    if others:
        others.sort(key=lambda name: not set(name_parts(name)) & RIVALS)
        other = others[0]
        if set(name_parts(metric)) & _CONTESTANTS:
            return f"{metric} against {other}"
        # Names stand in the order of the source: the metric may be on the right.
        pair = sorted((metric, other), key=test.names.index)
        return f"{pair[0]} {operator} {pair[1]}"
    return f"{metric} {operator} {test.numbers[-1] if test.numbers else '…'}"
