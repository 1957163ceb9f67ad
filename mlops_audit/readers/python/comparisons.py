"""Describing the test of a condition: names, operators and numbers."""

import ast
from collections.abc import Container

from mlops_audit.readers.python.calls import number_text

_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.In: "in",
    ast.NotIn: "in",
    ast.Is: "is",
    ast.IsNot: "is",
}
#: Expressions that may be a comparison.
COMPARISONS = (ast.Compare, ast.BoolOp, ast.UnaryOp)
_MAX_NODES = 200


def dotted(node: ast.expr) -> str | None:
    """Return the text of a plain dotted name, None for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < 10:
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else None


def describe_test(test: ast.expr, compared: dict[str, ast.expr]) -> tuple[str, str, str]:
    """Return names, operators and numbers of a test; without operators it compares nothing.

    ``compared`` holds names and attributes that were bound to a comparison, so that
    ``passed = acc > 0.8`` counts in ``if not passed``.
    """
    names: dict[str, None] = {}
    operators: dict[str, None] = {}
    numbers: dict[str, None] = {}
    open_nodes: list[ast.AST] = [test]
    opened: set[str] = set()
    for _ in range(_MAX_NODES):
        if not open_nodes:
            break
        node = open_nodes.pop()
        if isinstance(node, ast.Name):
            names[node.id.lower()] = None
            if node.id in compared and node.id not in opened and len(opened) < 5:
                opened.add(node.id)
                open_nodes.append(compared[node.id])
            continue
        if isinstance(node, ast.Attribute):
            names[node.attr.lower()] = None
            bound = dotted(node) if compared else None
            if bound in compared and bound not in opened and len(opened) < 5:
                opened.add(bound)
                open_nodes.append(compared[bound])
        elif isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                if node.value.isprintable() and len(node.value) <= 60 and node.value.strip():
                    names["_".join(node.value.lower().split())] = None
            elif isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
                numbers[number_text(node.value)] = None
            continue
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            inner = node.operand
            if isinstance(inner, ast.Constant) and isinstance(inner.value, (int, float)):
                numbers[f"-{number_text(inner.value)}"] = None
                continue
        elif isinstance(node, ast.Compare):
            for operator in node.ops:
                operators[_OPERATORS[type(operator)]] = None
        open_nodes.extend(reversed(list(ast.iter_child_nodes(node))))
    return " ".join(names), " ".join(operators), " ".join(numbers)


def may_compare(node: ast.expr, compared: Container[str]) -> bool:
    """Tell whether a returned value is a comparison, or a name bound to one."""
    if isinstance(node, ast.Call) and len(node.args) == 1:
        if not isinstance(node.func, ast.Name) or node.func.id != "bool":
            return False
        node = node.args[0]
    if isinstance(node, ast.Name):
        return node.id in compared
    return isinstance(node, COMPARISONS)


def always_true(test: ast.expr) -> bool:
    """Tell a test that checks nothing but constants."""
    if isinstance(test, ast.Tuple):
        return bool(test.elts)
    if isinstance(test, ast.Compare):
        return all(isinstance(side, ast.Constant) for side in (test.left, *test.comparators))
    return isinstance(test, ast.Constant) and bool(test.value)
