"""What the walk over a file collects before names can be resolved, and its limits."""

from typing import NamedTuple

from mlops_audit.readers.python.origins import Definitions
from mlops_audit.schema import (
    Assertion,
    Assignment,
    CodeBlock,
    Definition,
    Import,
    StringLiteral,
)

MAX_CALLS = 20_000
MAX_ARGUMENTS = 30
MAX_ROWS = 10_000


class Argument(NamedTuple):
    """One argument of a call; `origin` is resolved later."""

    keyword: str | None
    kind: str
    value: str | None
    origin: str | None


class CallRecord:
    """One call as it was met."""

    __slots__ = (
        "arguments",
        "cell",
        "column",
        "count",
        "end_line",
        "guarded",
        "id",
        "in_loop",
        "line",
        "method",
        "name",
        "origin",
        "receiver",
        "result",
        "scope",
        "trivial",
    )

    def __init__(self, cell: int | None, line: int, column: int, end_line: int, scope: str) -> None:
        self.cell = cell
        self.line = line
        self.column = column
        self.end_line = end_line
        self.scope = scope
        self.id = 0
        self.name = ""
        self.method = ""
        self.receiver = ""
        self.origin: str | None = None
        self.result: str | None = None
        self.in_loop = False
        self.guarded = False
        self.trivial = False
        self.count = 0
        self.arguments: list[Argument] = []


class DecoratorRecord(NamedTuple):
    """One decorator."""

    cell: int | None
    line: int
    qualname: str
    origin: str | None
    name: str
    call: CallRecord | None


class BaseRecord(NamedTuple):
    """One base class."""

    line: int
    qualname: str
    origin: str | None
    name: str


class BoundRecord(NamedTuple):
    """A name bound to a call."""

    cell: int | None
    line: int
    scope: str
    name: str
    call: CallRecord


class ConditionRecord(NamedTuple):
    """A comparison that decides something."""

    cell: int | None
    line: int
    end_line: int | None
    scope: str
    kind: str
    in_loop: bool
    names: str
    operators: str
    numbers: str
    events: tuple[str, ...]
    calls: tuple[CallRecord, ...]


class Collected:
    """Everything one file (or one notebook) yielded."""

    def __init__(self) -> None:
        self.definitions = Definitions()
        self.rows: list[
            Definition | CodeBlock | Import | Assignment | StringLiteral | Assertion
        ] = []
        self.calls: list[CallRecord] = []
        self.decorators: list[DecoratorRecord] = []
        self.bases: list[BaseRecord] = []
        self.bound: list[BoundRecord] = []
        self.conditions: list[ConditionRecord] = []
        #: Functions and classes in lists and mappings: (scope, name, origin).
        self.tables: list[tuple[str, str, str]] = []
        #: Names of the module that stand for something with another name.
        self.aliases: dict[str, str] = {}
        self.main_guard: int | None = None
        self.docstring = False
        self.top_level_statements = 0
        #: Kinds of facts of which there were too many.
        self.full: set[str] = set()
        #: Lines where the code was nested too deeply to be followed.
        self.too_deep: list[int] = []
