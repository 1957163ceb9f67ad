"""Abstract values: which rows a value holds, what was learned from which rows, who predicted it."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from mlops_audit.readers.python.flow.rows import Columns, Rows, Site, Split


class Lesson(NamedTuple):
    """Something that was learned from rows, and has shaped a value since."""

    site: Site
    kind: str
    what: str
    subject: str
    rows: Rows
    confidence: str = "high"
    #: The column of answers that it was learned from, if from one.
    target: str = ""
    #: The columns that it has shaped, none if that is not known.
    columns: frozenset[str] = frozenset()


class Evidence(NamedTuple):
    """Why rows are known to follow each other in time, or to be copies of others."""

    site: Site
    why: str


class Data(NamedTuple):
    """A frame, an array, a series, or what may be one."""

    rows: Rows
    lessons: frozenset[Lesson] = frozenset()
    columns: Columns | None = None
    time: Evidence | None = None
    copies: Evidence | None = None
    #: The model whose predictions these are.
    by: "Estimator | None" = None
    #: When they were made, in the order of events.
    asked: int = 0
    #: One column by itself.
    series: bool = False
    #: Nothing is known but a name.
    opaque: bool = False
    #: Features and answers of a set in one value (`DMatrix`, `Dataset`).
    subject: str = ""
    #: Loops over thresholds at one of which predictions were cut.
    cuts: frozenset["Loop"] = frozenset()


class Score(NamedTuple):
    """A number computed from rows: a metric of a model, a loss, a count."""

    held: tuple[Rows, ...]
    loops: frozenset["Loop"] = frozenset()
    lessons: frozenset[Lesson] = frozenset()
    #: The number says how good a model is.
    metric: bool = False


class Loop:
    """A loop that is being walked."""

    __slots__ = ("cuts", "end", "kind", "names", "site", "tests")

    def __init__(self, site: Site, names: tuple[str, ...], kind: str) -> None:
        self.site = site
        self.names = names
        #: numbers | models | folds | epochs | search | ''
        self.kind = kind
        #: When it was over, in the order of events.
        self.end = 0
        #: Scores on held-out rows of what the loop varies.
        self.tests: list[tuple[Estimator, Rows, Site]] = []
        #: Scores of one model's predictions, cut at what the loop varies.
        self.cuts: list[tuple[Estimator, Rows, Site]] = []


class Estimator:
    """A transformer, a model, a pipeline, a search."""

    __slots__ = ("cls", "early", "fits", "group", "lesson", "options", "site", "steps", "tuned")

    def __init__(self, cls: str, group: str, site: Site) -> None:
        self.cls = cls
        self.group = group
        self.site = site
        self.steps: list[Estimator] = []
        self.options: dict[str, object] = {}
        self.lesson: Lesson | None = None
        self.fits: list[Fit] = []
        #: Loops whose variable is among the settings.
        self.tuned: frozenset[Loop] = frozenset()
        self.early = False

    def all_steps(self, depth: int = 0) -> "Iterator[Estimator]":
        """Yield itself and everything inside."""
        yield self
        if depth < 6:
            for step in self.steps[:30]:
                yield from step.all_steps(depth + 1)


class Fit(NamedTuple):
    """A model was fitted."""

    order: int
    site: Site
    rows: Rows
    supervised: bool
    subject: str


class Scored(NamedTuple):
    """Something was evaluated; `model` is None if it is not known what."""

    order: int
    site: Site
    model: Estimator | None
    rows: Rows
    what: str
    subject: str
    #: When the predictions were made.
    asked: int


class Seq:
    """A list, tuple, set or dict."""

    __slots__ = ("items", "keys")

    def __init__(self, items: "list[Value] | None" = None) -> None:
        self.items: list[Value] = items if items is not None else []
        self.keys: dict[str, Value] = {}

    def values(self) -> "list[Value]":
        """Return what it holds."""
        return [*self.items, *self.keys.values()]


class Name(NamedTuple):
    """Something of a library, by its dotted name."""

    dotted: str

    @property
    def last(self) -> str:
        """The last part of the name."""
        return self.dotted.rpartition(".")[2]


class Const(NamedTuple):
    """A literal."""

    value: object


class Function(NamedTuple):
    """A function of the file."""

    node: "ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda"
    qualname: str
    cell: int | None
    names: "dict[str, Value] | None"
    self_value: "Instance | None" = None


class Klass(NamedTuple):
    """A class of the file."""

    qualname: str
    methods: dict[str, Function]
    bases: "tuple[Value, ...]"


class Instance:
    """An object of a class of the file."""

    __slots__ = ("attributes", "klass")

    def __init__(self, klass: Klass) -> None:
        self.klass = klass
        self.attributes: dict[str, Value] = {}


class RowIndex(NamedTuple):
    """Numbers or labels of rows: of one fold, of a frame, of a condition."""

    key: object
    part: str = ""
    split: Split | None = None
    #: The rows whose index it is (`train.index`).
    rows: Rows | None = None
    negated: bool = False


class Folds(NamedTuple):
    """What a splitter's `split` gives: pairs of row numbers."""

    split: Split
    parts: int = 2


class Splitter(NamedTuple):
    """KFold and its kin."""

    cls: str
    site: Site
    random: bool
    seed: str | None


class Method(NamedTuple):
    """A method of a value, before it is called."""

    owner: "Value"
    name: str


#: Whatever a name may be bound to; None is a value of which nothing is known.
Value = object
