"""Details of calls: kinds and values of arguments, trivial assertions, dynamic imports."""

import ast
from collections.abc import Container
from typing import Any

from mlops_audit.readers.python.strings import masked
from mlops_audit.readers.python.unit import Unit

_KINDS: dict[type[Any], str] = {
    str: "string",
    int: "number",
    float: "number",
    complex: "number",
    bool: "bool",
    type(None): "none",
}
_MAX_VALUE = 500
_MAX_NESTED = 6
_MAX_PARTS = 20


def argument(
    node: ast.expr, origin: str | None, unit: Unit, name: str = ""
) -> tuple[str, str | None, str | None]:
    """Return kind, value and origin of an expression as `call_argument` has them."""
    kind = type(node)
    if kind is ast.Name or kind is ast.Attribute:
        # That a name is bound to a literal says nothing about where the value comes from.
        plain = origin is not None and origin.startswith("builtins.") and origin[-1] == ")"
        return "name", unit.segment(node, _MAX_VALUE), None if plain else origin
    if kind is ast.Call:
        return "call", None, origin
    if kind is ast.Subscript:
        return "other", part_of(node, unit), None
    if isinstance(node, ast.BinOp):
        text = composed(node)
        return ("other", None, None) if text is None else ("text", masked(text, name), None)
    found = literal(node, unit, name)
    return ("other", None, None) if found is None else (*found, None)


def literal(node: ast.expr, unit: Unit, name: str = "") -> tuple[str, str | None] | None:
    """Return kind and value of a literal, None for anything else."""
    if isinstance(node, ast.Constant):
        kind = _KINDS.get(type(node.value))
        if kind is None:
            return None
        if kind == "string":
            return kind, masked(str(node.value)[:_MAX_VALUE], name)
        return kind, number_text(node.value) if kind == "number" else str(node.value)
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return "list", masked(unit.segment(node, _MAX_VALUE), name)
    if isinstance(node, ast.Dict):
        return "dict", masked(unit.segment(node, _MAX_VALUE), name)
    if isinstance(node, ast.JoinedStr):
        return "fstring", masked(_fstring_text(node)[:_MAX_VALUE], name)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        inner = literal(node.operand, unit) if isinstance(node.operand, ast.Constant) else None
        if inner is not None and inner[0] == "number":
            sign = "-" if isinstance(node.op, ast.USub) else ""
            return "number", f"{sign}{inner[1]}"
    return None


def composed(node: ast.BinOp) -> str | None:
    """Return a text put together with ``+``, ``%`` or ``/`` as an f-string would have it.

    None if no part of it is a literal text: then it is a calculation.
    """
    parts: list[str] = []
    literals = 0
    # Long sums nest to the left.
    left: ast.expr = node
    while isinstance(left, ast.BinOp) and len(parts) < _MAX_PARTS:
        if not isinstance(left.op, (ast.Add, ast.Mod, ast.Div)):
            return None
        right = left.right
        inner = right.elts if isinstance(right, ast.Tuple) else [right]
        found = [_part(one) for one in inner[:_MAX_PARTS]]
        literals += sum(text for _, text in found)
        sign = "/" if isinstance(left.op, ast.Div) else " " if isinstance(left.op, ast.Mod) else ""
        parts.append(sign + " ".join(shown for shown, _ in found))
        left = left.left
    shown, text = _part(left)
    if not literals + text:
        return None
    return "".join([shown, *reversed(parts)])[:_MAX_VALUE]


def _part(node: ast.expr) -> tuple[str, bool]:
    """Return a part of a text, and whether it is literal text."""
    if isinstance(node, ast.Constant):
        text = isinstance(node.value, str)
        return (str(node.value)[:_MAX_VALUE] if text else "{…}"), text
    if isinstance(node, ast.JoinedStr):
        return _fstring_text(node), True
    for _ in range(_MAX_NESTED):
        # `str(accuracy)`, `accuracy * 100`, `scores[0]`: what it is made of says what it is.
        if isinstance(node, ast.Call) and node.args:
            node = node.args[0]
        elif isinstance(node, ast.BinOp):
            node = node.left
        elif isinstance(node, ast.Subscript):
            node = node.value
        else:
            break
    return f"{{{_plain(node)}}}", False


def part_of(node: ast.expr, unit: Unit) -> str | None:
    """Return the dotted name of the value that a subscript takes a part of.

    An environment variable is kept whole: its name says more than that it is one.
    """
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        text = unit.segment(node, _MAX_VALUE)
        if text.startswith(("os.environ[", "environ[")):
            return text.replace('"', "'")
    for _ in range(_MAX_NESTED):
        if not isinstance(node, ast.Subscript):
            break
        node = node.value
    if isinstance(node, (ast.Name, ast.Attribute)):
        text = unit.segment(node, _MAX_VALUE)
        return text if all(part.isidentifier() for part in text.split(".")) else None
    return None


def part_kind(node: ast.Subscript, comparisons: Container[str]) -> str:
    """Return what part a subscript takes; ``comparisons`` are names bound to a comparison."""
    if isinstance(node.value, ast.Subscript):
        # `df[df.day < cut][columns]`: the rows tell more than the columns.
        inner = part_kind(node.value, comparisons)
        if inner != "item":
            return inner
    index = node.slice
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    for one in parts:
        while isinstance(one, (ast.UnaryOp, ast.BoolOp, ast.BinOp)):
            if isinstance(one, ast.UnaryOp):
                one = one.operand
            else:
                one = one.left if isinstance(one, ast.BinOp) else one.values[0]
        if isinstance(one, ast.Slice) and (one.lower is not None or one.upper is not None):
            return "slice"
        if isinstance(one, ast.Compare) or (isinstance(one, ast.Name) and one.id in comparisons):
            return "filter"
    return "item"


def number_text(value: Any) -> str:
    """Return a number as text; digits beyond what Python converts are not shown."""
    try:
        return str(value)[:60]
    except ValueError:
        return "huge"


def _fstring_text(node: ast.JoinedStr) -> str:
    parts = []
    for value in node.values:
        if isinstance(value, ast.Constant):
            parts.append(str(value.value))
        elif isinstance(value, ast.FormattedValue):
            parts.append(f"{{{_plain(value.value)}}}")
    return "".join(parts)


def _plain(node: ast.expr) -> str:
    """Return a dotted name; positions inside f-strings are unreliable before Python 3.12."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < 10:
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else "…"


def assertion_is_trivial(method: str, node: ast.Call) -> bool:
    """Tell whether a `self.assert…` call checks nothing but constants."""
    values = node.args[:2] if "Equal" in method or "Is" in method else node.args[:1]
    return bool(values) and all(isinstance(value, ast.Constant) for value in values)


def imported_module(node: ast.Call, package: list[str]) -> str | None:
    """Return the module that `importlib.import_module("…")` names literally."""
    if not node.args or not isinstance(node.args[0], ast.Constant):
        return None
    name = node.args[0].value
    if not isinstance(name, str) or len(name) > 200:
        return None
    level = len(name) - len(name.lstrip("."))
    if not all(part.isidentifier() for part in name[level:].split(".")):
        return None
    if level:
        return ".".join([*package[: len(package) - level + 1], name[level:]])
    return name
