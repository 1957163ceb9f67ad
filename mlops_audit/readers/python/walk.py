"""The state of the walk over one file or notebook, and what both halves of it share."""

import ast
from collections import deque
from typing import NamedTuple

from mlops_audit.readers.python.comparisons import COMPARISONS, dotted
from mlops_audit.readers.python.origins import CONTAINER, element, part
from mlops_audit.readers.python.records import MAX_ROWS, CallRecord, Collected
from mlops_audit.readers.python.source import package_of
from mlops_audit.readers.python.strings import classify, masked
from mlops_audit.readers.python.unit import Unit
from mlops_audit.schema import Import, StringLiteral

Names = dict[str, str | None]
_EMPTY = (f"{CONTAINER}D", f"{CONTAINER}L")


class Deferred(NamedTuple):
    """A function whose body is walked after the module, as it runs later than the module."""

    node: ast.FunctionDef | ast.AsyncFunctionDef
    qualname: str
    chain: tuple[Names, ...]
    names: Names
    owner: str
    unit: Unit


class Walk:
    """Scopes, counters and bindings. The names of a scope map to origins, None if unknown."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.package = package_of(path)
        self.out = Collected()
        self.unit = Unit([])
        self.module_names: Names = {}
        self.chain: tuple[Names, ...] = (self.module_names,)
        self.scope = ""
        #: Qualified name of the class whose body or method is walked.
        self.owner = ""
        self.class_body = False
        self.global_names: frozenset[str] = frozenset()
        self.loops = 0
        self.guards = 0
        self.tries = 0
        self.handlers = 0
        #: Modules of star imports.
        self.stars: list[str] = []
        #: Names and attributes bound to a comparison.
        self.compared: dict[str, ast.expr] = {}
        #: What statements did, in order: raise, return, assign …
        self.events: list[str] = []
        self.deferred: deque[Deferred] = deque()
        self.last_call: CallRecord | None = None
        self._counts: dict[str, int] = {}

    def eval(self, node: ast.expr) -> str | None:
        """Visit an expression and return the origin of its value."""
        raise NotImplementedError

    def lookup(self, name: str) -> str | None:
        """Return the origin of a name, None if it is unknown."""
        raise NotImplementedError

    def room(self, kind: str) -> bool:
        """Tell whether another row of a kind may be kept."""
        count = self._counts.get(kind, 0) + 1
        self._counts[kind] = count
        if count > MAX_ROWS:
            self.out.full.add(kind)
            return False
        return True

    def string(self, node: ast.expr, text: str) -> None:
        """Record a string if it names a path or a URI."""
        kind = classify(text)
        if kind is not None and self.room("strings"):
            self.out.rows.append(
                StringLiteral(
                    self.path, self.unit.cell, node.lineno, self.scope, kind, masked(text)[:300]
                )
            )

    def imported(self, target: str, line: int, alias: str = "") -> None:
        """Record one import."""
        if self.room("imports"):
            guarded = bool(self.guards or self.tries or self.global_scope is False)
            root = target.partition(".")[0]
            self.out.rows.append(
                Import(self.path, self.unit.cell, line, self.scope, target, root, alias, guarded)
            )

    @property
    def global_scope(self) -> bool:
        """Whether the walk is outside of functions."""
        return self.chain[0] is self.module_names and (len(self.chain) == 1 or self.class_body)

    def bind(self, target: ast.expr, origin: str | None, value: ast.expr | None = None) -> None:
        """Bind an assignment target to an origin."""
        if isinstance(target, ast.Name):
            self.bind_name(target.id, origin)
            if isinstance(value, COMPARISONS):
                self.compared[target.id] = value
            elif self.compared:
                self.compared.pop(target.id, None)
        elif isinstance(target, ast.Attribute):
            base = self.eval(target.value)
            name = dotted(target)
            if name is not None and isinstance(value, COMPARISONS):
                self.compared[name] = value
            elif name is not None and self.compared:
                self.compared.pop(name, None)
            if base is not None and base[0] == "." and base.endswith("()"):
                info = self.out.definitions.classes.get(base[1:-2])
                if info is not None:
                    info.bind(target.attr, origin)
                    if origin is None and type(value) is ast.Name:
                        info.given.setdefault(target.attr, (self.scope, value.id))
        elif isinstance(target, ast.Subscript):
            base = self.eval(target.value)
            self.eval(target.slice)
            self.fill(target.value, base, origin)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for index, item in enumerate(target.elts):
                self.bind(item, part(origin, index))
        elif isinstance(target, ast.Starred):
            self.bind(target.value, None)

    def fill(self, node: ast.expr, base: str | None, origin: str | None) -> None:
        """Note what a container that was empty is filled with."""
        if base is None or origin is None or origin.startswith(("builtins.", CONTAINER)):
            return
        if type(node) is ast.Name and base in _EMPTY:
            names = next((names for names in reversed(self.chain) if node.id in names), None)
            if names is not None:
                names[node.id] = f"{base}{origin}"
        elif type(node) is ast.Attribute and type(node.value) is ast.Name and base[0] == ".":
            owner = self.lookup(node.value.id)
            info = self.out.definitions.classes.get(owner[1:-2]) if owner else None
            held = info.attributes.get(node.attr) if info is not None else None
            if info is not None and held in _EMPTY:
                info.attributes[node.attr] = f"{held}{origin}"

    def bind_name(self, name: str, origin: str | None) -> None:
        """Bind a name in the innermost scope."""
        names = self.module_names if name in self.global_names else self.chain[-1]
        known = names.get(name)
        if known is not None and known != "builtins.None()":
            # A fallback (`except ImportError: x = None`) does not hide what is meant.
            if self.handlers:
                return
            if origin == "builtins.None()" and (self.guards or name in self.global_names):
                return
        names[name] = origin
        if self.class_body:
            self.out.definitions.classes[self.owner].bind(name, origin)

    def bind_iteration(self, target: ast.expr, source: ast.expr, origin: str | None) -> None:
        """Bind the target of a loop over a value."""
        if isinstance(target, (ast.Tuple, ast.List)) and isinstance(source, ast.Call):
            func = source.func
            parts = [item for item in target.elts if not isinstance(item, ast.Starred)]
            if isinstance(func, ast.Attribute) and func.attr == "items" and len(parts) == 2:
                self.bind(parts[0], None)
                self.bind(parts[1], element(origin))
                return
            if isinstance(func, ast.Name) and func.id in ("enumerate", "zip"):
                values = [self._peek(value) for value in source.args]
                if func.id == "enumerate":
                    values.insert(0, None)
                for item, value in zip(target.elts, values, strict=False):
                    self.bind_iteration(item, item, value)
                for item in target.elts[len(values) :]:
                    self.bind(item, None)
                return
        self.bind(target, element(origin))

    def _peek(self, node: ast.expr) -> str | None:
        """Return the origin of a simple name that was visited before."""
        return self.lookup(node.id) if isinstance(node, ast.Name) else None
