"""Data flow inside one file: mistakes that make the numbers of a model a lie.

An abstract interpreter over `ast`. It walks a script, or the cells of a notebook in their order,
as one program, follows calls of functions of the file, and then walks by themselves the functions
that nothing called. It knows of every value which rows it holds, what was learned from which rows
before, and which model predicted it; what it does not know stays unknown and leads to silence.
"""

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial

from mlops_audit.readers.python.flow.interpreter import Interpreter
from mlops_audit.readers.python.flow.judge import judged
from mlops_audit.readers.python.flow.state import Mistake, OutOfStepsError
from mlops_audit.readers.python.flow.values import Function, Klass
from mlops_audit.schema import DataMistake

#: Words of code that splits, for itself; of code that learns; of code that holds something back.
_SPLITS = ("train_test_split", "KFold", "random_split", "ShuffleSplit", "cross_val")
_FITS = (".fit", ".train(", "fit_", ".fillna(")
_HOLDS = ("SearchCV", ".score(", "_score(", "_test", "test_", ".evaluate(", ".iloc[", ".sample(")
_BEST = re.compile(r"\n[ \t]{1,40}(?:el)?if [^\n]{0,100}(?:best|lowest|highest|max_|min_)")
_MOST = 60


def matters(text: str) -> bool:
    """Tell from the text alone whether there may be anything to find."""
    if any(word in text for word in _SPLITS):
        return True
    if any(word in text for word in _FITS) and any(word in text for word in _HOLDS):
        return True
    # Training loops that are written by hand: the best epoch by the test rows.
    return "epoch" in text and "test" in text and _BEST.search(text) is not None


def data_mistakes(
    path: str, pieces: Sequence[tuple[ast.Module, int | None]]
) -> Iterator[DataMistake]:
    """Yield the mistakes in pieces of code that run one after the other.

    Args:
        path: of the file.
        pieces: trees with the cells that they come from, None where lines are of the file.
    """
    found: dict[tuple[object, ...], Mistake] = {}
    alone: dict[str, Methods] = {}
    walker = Interpreter()
    _guarded(walker, lambda: _program(walker, pieces))
    _keep(found, walker)
    for function, klass in walker.functions:
        if function.qualname not in walker.entered:
            walker.start()
            walker.standalone = True
            _guarded(walker, partial(walker.alone, function, klass))
            _keep(found, walker)
            if klass is not None:
                alone.setdefault(klass.qualname, Methods(klass)).add(walker, function)
    for methods in list(alone.values())[:_MOST]:
        if methods.worth():
            walker.start()
            walker.standalone = True
            _guarded(walker, partial(walker.in_turn, methods.klass, methods.functions))
            _keep(found, walker)
    for mistake in list(found.values())[:_MOST]:
        site, related = mistake.site, mistake.related
        yield DataMistake(
            path,
            site.cell,
            site.line or None,
            site.scope,
            mistake.kind,
            mistake.subject[:80],
            mistake.what[:80],
            related.cell if related is not None else None,
            (related.line or None) if related is not None else None,
            mistake.related_what[:80],
            mistake.confidence,
            mistake.detail[:300],
        )


class Methods:
    """Methods of a class that nothing in the file calls."""

    def __init__(self, klass: Klass) -> None:
        self.klass = klass
        self.functions: list[Function] = []
        self._learn: set[str] = set()
        self._divide: set[str] = set()

    def add(self, walker: Interpreter, function: Function) -> None:
        """Take note of a method that was just walked by itself."""
        self.functions.append(function)
        if walker.taught:
            self._learn.add(function.qualname)
        if walker.divided:
            self._divide.add(function.qualname)

    def worth(self) -> bool:
        """Tell whether one method may divide what another has learned from."""
        return bool(self._learn and self._divide - self._learn)


def _program(walker: Interpreter, pieces: Sequence[tuple[ast.Module, int | None]]) -> None:
    for tree, cell in pieces:
        walker.cell = cell
        walker.block(tree.body)


def _guarded(walker: Interpreter, walk: Callable[[], None]) -> None:
    """Walk as far as steps and stack allow; what was found until then holds."""
    with suppress(OutOfStepsError, RecursionError):
        walk()
    walker.leave()


def _keep(found: dict[tuple[object, ...], Mistake], walker: Interpreter) -> None:
    for mistake in judged(walker):
        found.setdefault((mistake.kind, mistake.site.cell, mistake.site.line), mistake)
