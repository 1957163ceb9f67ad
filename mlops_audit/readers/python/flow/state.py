"""What is known while a unit is walked: names, loops, and what happened so far."""

import ast
from typing import NamedTuple

from mlops_audit.readers.python.flow.knowledge import part_by_name
from mlops_audit.readers.python.flow.rows import Columns, Frame, Rows, Site, Split, contains
from mlops_audit.readers.python.flow.values import (
    Data,
    Estimator,
    Fit,
    Instance,
    Lesson,
    Loop,
    Method,
    Scored,
    Seq,
    Value,
)

#: Nodes of code that are evaluated for one file, calls of functions included.
MAX_STEPS = 150_000
_MAX_EVENTS = 3_000


class OutOfStepsError(Exception):
    """The work that one file may take is done."""


class Learned(NamedTuple):
    """A lesson from rows that a split divides."""

    lesson: Lesson
    split: Split
    rows: Rows


class Mistake(NamedTuple):
    """A mistake at a place, with the place that makes it one."""

    kind: str
    site: Site
    subject: str
    what: str
    related: Site | None
    related_what: str
    confidence: str
    detail: str


class Pair(NamedTuple):
    """Features and answers that a model is fitted to, or that are split together."""

    site: Site
    features: Data
    answers: Data
    subject: str
    #: The split, if they are not fitted to but split.
    split: Split | None = None


class Divided(NamedTuple):
    """Data that was split."""

    data: Data
    split: Split
    subject: str


class Early(NamedTuple):
    """A fit that stops, or keeps its best state, by what it sees of some rows."""

    fit: Fit
    model: Estimator
    rows: Rows
    what: str


class Env:
    """Names of a module or of a call."""

    __slots__ = ("names", "outer", "returned")

    def __init__(self, names: dict[str, Value], outer: "Env | None" = None) -> None:
        self.names = names
        self.outer = outer
        self.returned: list[Value] = []


class State:
    """Names and events of the unit that is being walked."""

    def __init__(self) -> None:
        self.cell: int | None = None
        self.scope = ""
        self.module = Env({})
        self.env = self.module
        self.stack: list[Env] = [self.module]
        self.loops: list[Loop] = []
        self.steps = MAX_STEPS
        #: Whether names that nothing is bound to are what a caller hands over.
        self.standalone = False
        self.start()

    def start(self) -> None:
        """Forget what happened: another unit begins."""
        self.order = 0
        self.fits: list[tuple[Estimator, Fit]] = []
        self.scores: list[Scored] = []
        self.learned: list[Learned] = []
        self.mistakes: list[Mistake] = []
        self.pairs: list[Pair] = []
        self.divided: list[Divided] = []
        self.early: list[Early] = []
        self.grouped: list[tuple[Rows, Site, str]] = []
        #: How often something was learned from rows.
        self.taught = 0
        #: Whether any data is called test data.
        self.test_seen = False
        #: Whether weights that were kept are loaded again.
        self.restored = False
        #: Names whose values come out of calls on test rows.
        self.measured: dict[str, bool] = {}
        #: Functions that go through test rows, and where they do.
        self.through: dict[str, Site] = {}
        #: Loops over settings.
        self.walked: list[Loop] = []
        #: Loops out of whose scores the best is chosen, and where.
        self.chosen: dict[Loop, Site] = {}
        #: Those of which a better score is kept as the loop goes on.
        self.kept: set[Loop] = set()
        #: Those of which the place of the best score is asked for.
        self.picked: set[Loop] = set()
        #: Models whose predictions of other rows go somewhere that is not known.
        self.looked: set[Estimator] = set()

    def tick(self, node: ast.AST) -> None:
        """Count one step."""
        self.steps -= 1
        if self.steps < 0:
            raise OutOfStepsError

    def site(self, node: ast.AST) -> Site:
        """Return the place of a node."""
        return Site(self.cell, getattr(node, "lineno", 0), self.scope)

    def next(self) -> int:
        """Return the number of the next event."""
        self.order += 1
        if self.order > _MAX_EVENTS:
            raise OutOfStepsError
        return self.order

    def find(self, name: str) -> tuple[bool, Value]:
        """Return whether a name is bound, and to what."""
        env: Env | None = self.env
        while env is not None:
            if name in env.names:
                return True, env.names[name]
            env = env.outer
        return False, None

    def bind(self, name: str, value: Value) -> None:
        """Bind a name in the current scope."""
        if isinstance(value, Data):
            value = self.named(name, value)
        self.env.names[name] = value

    def fresh(self, name: str, site: Site | None = None) -> Data:
        """Return data of which nothing but a name is known."""
        rows = Rows()
        rows.frame = Frame()
        rows.part = part_by_name(name)
        rows.named = bool(rows.part)
        self.test_seen = self.test_seen or rows.part == "test"
        rows.site = site
        return Data(rows, columns=Columns(rows.frame), opaque=True)

    def named(self, name: str, data: Data) -> Data:
        """Take a part from the name that data is bound to."""
        rows = data.rows
        part = part_by_name(name)
        if not part or data.by is not None:
            return data
        if rows.split is not None and {rows.part, part} == {"val", "test"}:
            # Which of the two a held-out part is, only its name says.
            rows.part = part
        if rows.part or rows.split is not None:
            return data
        if rows.parent is None:
            if not rows.members:
                rows.part, rows.named = part, True
                self.test_seen = self.test_seen or part == "test"
            return data
        if rows.role:
            return data
        parent = rows.parent
        if parent.hand is None:
            site = rows.site or Site(None, 0, "")
            parent.hand = Split(site, "the rows taken by hand")
            parent.hand.hand = True
            parent.hand.restored = any(node.members for node in parent.chain())
        rows.part, rows.split, rows.named = part, parent.hand, True
        parent.hand.given.add(part)
        # What happened to the part alone did not happen to the whole.
        whole = data._replace(rows=parent, copies=None)
        self.divided.append(Divided(whole, parent.hand, name))
        for lesson in data.lessons:
            if contains(lesson.rows, parent):
                self.learned.append(Learned(lesson, parent.hand, parent))
        return data

    def mutate(self, old: Value, new: Value) -> None:
        """Let every name of a value that is changed in place stand for what it becomes."""
        if old is None or old is new:
            return
        for env in (*self.stack, self.module):
            names = env.names
            for name, value in names.items():
                if value is old:
                    names[name] = new
                elif isinstance(value, Instance):
                    attributes = value.attributes
                    for key, held in attributes.items():
                        if held is old:
                            attributes[key] = new


def data_of(value: Value) -> Data | None:
    """Return a value as data, None if it is none."""
    if isinstance(value, Data):
        return value
    if isinstance(value, Method):
        return data_of(value.owner)
    if isinstance(value, Seq):
        for item in value.values()[:4]:
            found = data_of(item)
            if found is not None:
                return found
    return None


def merged(values: list[Value]) -> Data | None:
    """Return the first of several values with the history of all, columns beside each other."""
    found = [data for value in values[:20] if (data := data_of(value)) is not None]
    if not found:
        return None
    lessons = frozenset[Lesson]().union(*(data.lessons for data in found))
    time = next((data.time for data in found if data.time), None)
    copies = next((data.copies for data in found if data.copies), None)
    return found[0]._replace(
        lessons=limited(lessons), time=time, copies=copies, series=False, by=None
    )


def limited(lessons: frozenset[Lesson]) -> frozenset[Lesson]:
    """Return at most thirty lessons."""
    if len(lessons) <= 30:
        return lessons
    return frozenset(sorted(lessons, key=lambda one: (one.site.cell or 0, one.site.line))[:30])
