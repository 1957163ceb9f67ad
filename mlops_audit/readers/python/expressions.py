"""Walking expressions: every expression is visited once and says where its value comes from."""

import ast
import builtins
from collections.abc import Callable
from typing import Any

from mlops_audit.readers.python.annotations import annotation_origin
from mlops_audit.readers.python.calls import argument, assertion_is_trivial
from mlops_audit.readers.python.comparisons import COMPARISONS
from mlops_audit.readers.python.origins import CONTAINER, element, join
from mlops_audit.readers.python.records import (
    MAX_ARGUMENTS,
    MAX_CALLS,
    Argument,
    CallRecord,
)
from mlops_audit.readers.python.special_calls import FILLING, OPAQUE, SAME, SPECIAL, SpecialCalls

_BUILTINS = frozenset(dir(builtins)) | {"unicode", "xrange", "raw_input", "reduce", "execfile"}
_LITERALS: dict[type[Any], str] = {
    kind: f"builtins.{kind.__name__}()" for kind in (str, bytes, int, float, complex, bool)
}
_LITERALS[type(None)] = "builtins.None()"

Names = dict[str, str | None]


class Expressions(SpecialCalls):
    """The expression half of the walk."""

    def eval(self, node: ast.expr) -> str | None:
        """Visit an expression and return the origin of its value."""
        return _HANDLERS.get(type(node), Expressions._other)(self, node)

    def lookup(self, name: str) -> str | None:
        """Return the origin of a name, None if it is unknown."""
        for names in reversed(self.chain):
            if name in names:
                return names[name]
        if name in _BUILTINS:
            return f"builtins.{name}"
        # Only one star import can have brought the name.
        return f"{self.stars[0]}.{name}" if len(self.stars) == 1 else None

    def _other(self, node: ast.AST) -> str | None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.eval(child)
        return None

    def _name(self, node: ast.Name) -> str | None:
        return self.lookup(node.id)

    def _attribute(self, node: ast.Attribute) -> str | None:
        return join(self.eval(node.value), node.attr)

    def _constant(self, node: ast.Constant) -> str | None:
        if type(node.value) is str:
            self.string(node, node.value)
        return _LITERALS.get(type(node.value))

    def _call(self, node: ast.Call) -> str | None:
        func = node.func
        base: str | None = None
        if type(func) is ast.Attribute:
            base = self.eval(func.value)
            origin, method = join(base, func.attr), func.attr
        elif type(func) is ast.Name:
            origin, method = self.lookup(func.id), func.id
        else:
            origin, method = self.eval(func), "__call__"
        if origin is not None and origin[-1] in ")]":
            origin = f"{origin}.__call__"
        record = CallRecord(
            self.unit.cell, node.lineno, node.col_offset, node.end_lineno or node.lineno, self.scope
        )
        record.name = self.unit.segment(func, 200)
        record.method = method
        record.origin = origin
        if type(func) is ast.Attribute:
            record.receiver = self.unit.segment(func.value, 200)
        record.in_loop = self.loops > 0
        record.guarded = self.guards > 0
        record.count = len(node.args) + len(node.keywords)
        if len(self.out.calls) < MAX_CALLS:
            self.out.calls.append(record)
        else:
            self.out.full.add("calls")
        origins = self._arguments(node, record)
        # After the calls among the arguments: `@flow(retry=Retry(3))` is decorated by `flow`.
        self.last_call = record
        if method.startswith("assert"):
            record.trivial = assertion_is_trivial(method, node)
        if origin is None:
            return None
        if origin in SPECIAL:
            special = self.special(node, origin, origins)
            if special is not None or origin in OPAQUE:
                return special
        elif method in SAME and base is not None and base[-1] == ")" and self.foreign(base, method):
            return base
        elif method in FILLING and origins and type(func) is ast.Attribute:
            self.fill(func.value, base, origins[-1])
        if method in ("values", "items", "copy", "get", "pop") and base and base[0] == CONTAINER:
            return base if method in ("values", "items", "copy") else element(base)
        return f"{origin}()"

    def _arguments(self, node: ast.Call, record: CallRecord) -> list[str | None]:
        origins: list[str | None] = []
        keep = record.arguments
        for value in node.args:
            origin = self.eval(value)
            origins.append(origin)
            if len(keep) < MAX_ARGUMENTS:
                if type(value) is ast.Starred:
                    keep.append(Argument("*", *argument(value.value, origin, self.unit)))
                else:
                    keep.append(Argument(None, *argument(value, origin, self.unit)))
        for keyword in node.keywords:
            origin = self.eval(keyword.value)
            if isinstance(keyword.value, COMPARISONS):
                self.kept(keyword.value, keyword.arg)
            if len(keep) < MAX_ARGUMENTS:
                name = "**" if keyword.arg is None else keyword.arg
                keep.append(Argument(name, *argument(keyword.value, origin, self.unit, name)))
        return origins

    def _binary(self, node: ast.BinOp) -> str | None:
        # Long sums nest to the left: walked in a loop, so that they cannot exhaust the stack.
        rights: list[ast.expr] = []
        left: ast.expr = node
        while type(left) is ast.BinOp:
            rights.append(left.right)
            left = left.left
        origin = self.eval(left)
        for right in reversed(rights):
            self.eval(right)
        if origin is not None and origin.startswith(("pathlib.", "builtins.str")):
            return origin
        return None

    def _boolean(self, node: ast.BoolOp) -> str | None:
        found = None
        for value in node.values:
            origin = self.eval(value)
            found = found or (None if origin == "builtins.None()" else origin)
        return found

    def _ternary(self, node: ast.IfExp) -> str | None:
        self.eval(node.test)
        calls = len(self.out.calls)
        self.guards += 1
        first, second = self.eval(node.body), self.eval(node.orelse)
        self.guards -= 1
        self.condition("ternary", node.test, node, (), calls)
        return second if first is None or first == "builtins.None()" else first

    def _lambda(self, node: ast.Lambda) -> str | None:
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.eval(default)
        self.chain = (*self.chain, self.parameters(node.args))
        self.eval(node.body)
        self.chain = self.chain[:-1]
        return None

    def parameters(self, arguments: ast.arguments) -> Names:
        """Return the names that a function's parameters bind, with what annotations tell."""
        names: Names = {}
        for parameter in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            kind = parameter.annotation
            names[parameter.arg] = annotation_origin(kind, self.lookup) if kind else None
        for rest in (arguments.vararg, arguments.kwarg):
            if rest is not None:
                names[rest.arg] = None
        return names

    def _comprehension(self, node: Any) -> str | None:
        self.chain = (*self.chain, {})
        self.loops += 1
        for generator in node.generators:
            origin = self.eval(generator.iter)
            self.bind_iteration(generator.target, generator.iter, origin)
            for test in generator.ifs:
                self.eval(test)
        if type(node) is ast.DictComp:
            self.eval(node.key)
            found = self.eval(node.value)
        else:
            found = self.eval(node.elt)
        self.loops -= 1
        self.chain = self.chain[:-1]
        return f"{CONTAINER}L{_worth(found) or ''}"

    def _sequence(self, node: Any) -> str | None:
        found = None
        for value in node.elts:
            origin = self.eval(value)
            found = found or _worth(origin)
        return f"{CONTAINER}L{found or ''}"

    def _mapping(self, node: ast.Dict) -> str | None:
        found = None
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None:
                self.eval(key)
            origin = self.eval(value)
            if isinstance(value, COMPARISONS) and isinstance(key, ast.Constant):
                self.kept(value, str(key.value))
            found = found or _worth(origin)
        return f"{CONTAINER}D{found or ''}"

    def _subscript(self, node: ast.Subscript) -> str | None:
        origin = self.eval(node.value)
        self.eval(node.slice)
        return origin if type(node.slice) is ast.Slice else element(origin)

    def _inner(self, node: Any) -> str | None:
        return self.eval(node.value)

    def _yield(self, node: ast.Yield) -> str | None:
        if node.value is not None:
            self.eval(node.value)
        return None

    def _walrus(self, node: ast.NamedExpr) -> str | None:
        origin = self.eval(node.value)
        self.bind(node.target, origin, node.value)
        return origin

    def _fstring(self, node: ast.JoinedStr) -> str | None:
        parts = []
        for value in node.values:
            if isinstance(value, ast.Constant):
                parts.append(str(value.value))
            elif isinstance(value, ast.FormattedValue):
                self.eval(value.value)
                parts.append("{}")
        self.string(node, "".join(parts))
        return "builtins.str()"


def _worth(origin: str | None) -> str | None:
    """Return an origin that is worth remembering for the elements of a container."""
    if origin is None or origin.startswith("builtins."):
        return None
    if origin[0] == CONTAINER:
        return origin[2:] or None
    return origin


_HANDLERS: dict[type[ast.AST], Callable[[Expressions, Any], str | None]] = {
    ast.Name: Expressions._name,
    ast.Attribute: Expressions._attribute,
    ast.Constant: Expressions._constant,
    ast.Call: Expressions._call,
    ast.BinOp: Expressions._binary,
    ast.BoolOp: Expressions._boolean,
    ast.IfExp: Expressions._ternary,
    ast.Lambda: Expressions._lambda,
    ast.ListComp: Expressions._comprehension,
    ast.SetComp: Expressions._comprehension,
    ast.GeneratorExp: Expressions._comprehension,
    ast.DictComp: Expressions._comprehension,
    ast.List: Expressions._sequence,
    ast.Tuple: Expressions._sequence,
    ast.Set: Expressions._sequence,
    ast.Dict: Expressions._mapping,
    ast.Subscript: Expressions._subscript,
    ast.Starred: Expressions._inner,
    ast.Await: Expressions._inner,
    ast.Yield: Expressions._yield,
    ast.YieldFrom: Expressions._inner,
    ast.NamedExpr: Expressions._walrus,
    ast.JoinedStr: Expressions._fstring,
}
