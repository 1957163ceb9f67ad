"""Abstract values: which rows a value holds, what was learned from which rows, who predicted it."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

#: Longest chain of rows that is followed.
_MAX_CHAIN = 60


class Site(NamedTuple):
    """A place in the code of a unit."""

    cell: int | None
    line: int
    scope: str


class Split:
    """Where rows are divided into parts that are trained on and parts that are held back."""

    __slots__ = ("cross", "given", "hand", "random", "restored", "seed", "site", "what")

    def __init__(self, site: Site, what: str, *, random: bool = False, cross: bool = False) -> None:
        self.site = site
        self.what = what
        #: Rows are drawn in random order.
        self.random = random
        #: Cross-validation: every row is held back once.
        self.cross = cross
        #: Taken apart by slices or masks; a split only if both parts are named.
        self.hand = False
        #: Files that were put together are taken apart again.
        self.restored = False
        self.seed: str | None = None
        self.given: set[str] = set()


class Rows:
    """A set of rows: all of a source, or a part of other rows."""

    __slots__ = (
        "children",
        "frame",
        "hand",
        "members",
        "named",
        "parameter",
        "parent",
        "part",
        "site",
        "split",
    )

    def __init__(
        self, parent: "Rows | None" = None, part: str = "", split: Split | None = None
    ) -> None:
        self.parent = parent
        #: Where they come from, if that is known.
        self.site: Site | None = None
        #: The split that slices and masks of these rows make, once the parts have names.
        self.hand: Split | None = None
        #: train | test | val | '' (all, or not known)
        self.part = part
        self.split = split
        #: The part is known by its name only.
        self.named = False
        #: Handed to the unit by its caller.
        self.parameter = False
        #: Rows put together from these.
        self.members: tuple[Rows, ...] = ()
        #: Parts by how they are taken, so that the same slice of X and of y is the same rows.
        self.children: dict[object, Rows] = {}
        self.frame: Frame | None = parent.frame if parent is not None else None

    def chain(self) -> "Iterator[Rows]":
        """Yield the rows, then the rows that they are part of, and so on."""
        node: Rows | None = self
        for _ in range(_MAX_CHAIN):
            if node is None:
                return
            yield node
            node = node.parent

    @property
    def role(self) -> str:
        """Part of the nearest rows that are known to be one."""
        return next((node.part for node in self.chain() if node.part), "")

    @property
    def root(self) -> "Rows":
        """The rows that these are taken from in the end."""
        last = self
        for node in self.chain():
            last = node
        return last

    def part_of(self, key: object) -> "Rows":
        """Return the part that is taken by a key, the same for the same key."""
        if key not in self.children:
            if len(self.children) > 200:
                return Rows(self)
            self.children[key] = Rows(self)
        return self.children[key]


def contains(whole: Rows, part: Rows, depth: int = 0) -> bool:
    """Tell whether all of `part` are among `whole`, as far as is known."""
    for node in part.chain():
        if node is whole:
            return True
    if depth > 4:
        return False
    if any(contains(member, part, depth + 1) for member in whole.members):
        return True
    return bool(part.members) and all(
        contains(whole, member, depth + 1) for member in part.members[:20]
    )


class Frame:
    """What is known of the columns of one source."""

    __slots__ = ("derived", "seen")

    def __init__(self) -> None:
        #: Columns that were named anywhere.
        self.seen: set[str] = set()
        #: (column, the one column that it is computed from, line)
        self.derived: dict[tuple[str, str], Site] = {}


class Columns(NamedTuple):
    """Which columns of a source a value has."""

    frame: Frame
    #: The columns, None for all but those dropped.
    kept: frozenset[str] | None = None
    dropped: frozenset[str] = frozenset()
    #: No column was dropped or renamed unseen.
    sure: bool = True
    #: Columns that were written to it.
    added: frozenset[str] = frozenset()

    def has(self, column: str) -> bool:
        """Tell whether a column is certainly there."""
        if self.kept is not None:
            return column in self.kept
        return self.sure and column not in self.dropped


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
    #: One column by itself.
    series: bool = False
    #: Nothing is known but a name.
    opaque: bool = False
    #: Features and answers of a set in one value (`DMatrix`, `Dataset`).
    subject: str = ""


class Score(NamedTuple):
    """A number computed from rows: a metric of a model, a loss, a count."""

    held: tuple[Rows, ...]
    loops: frozenset["Loop"] = frozenset()
    lessons: frozenset[Lesson] = frozenset()
    #: The number says how good a model is.
    metric: bool = False


class Loop:
    """A loop that is being walked."""

    __slots__ = ("kind", "names", "site", "tests")

    def __init__(self, site: Site, names: tuple[str, ...], kind: str) -> None:
        self.site = site
        self.names = names
        #: numbers | models | folds | epochs | ''
        self.kind = kind
        #: Scores on held-out rows of what the loop varies.
        self.tests: list[tuple[Estimator, Rows, Site]] = []


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
