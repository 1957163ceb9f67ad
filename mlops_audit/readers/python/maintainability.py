"""The maintainability index of a file, from the measures that radon takes.

    MI = 100/171 * (171 - 5.2 ln V - 0.23 G - 16.2 ln L + 50 sin(sqrt(2.46 C)))

V is the Halstead volume, G the cyclomatic complexity of the file, L its logical lines and C the
share of comments as an angle; the result lies between 0 and 100. L is counted in statements of the
tree, where radon counts tokens, so that the index is within a few points of radon's.

See https://radon.readthedocs.io/en/latest/intro.html#maintainability-index.
"""

import ast
import math
from typing import Any

from mlops_audit.readers.python.complexity import CHILDREN, complexity_of, decisions_of

_FUNCTIONS = frozenset({ast.FunctionDef, ast.AsyncFunctionDef})
_NAMED: dict[type[ast.AST], str] = {ast.Name: "id", ast.Attribute: "attr", ast.Constant: "value"}
#: Without one of these a file trains nothing, and nobody asks for its index.
_MAY_TRAIN = ("fit", "train", "backward(", "GradientTape", "value_and_grad", "minimize(")


def may_train(text: str) -> bool:
    """Tell from the text alone whether the file may train a model."""
    return any(word in text for word in _MAY_TRAIN)


def maintainability(tree: ast.Module, lines: list[str]) -> float | None:
    """Return the index of a file, 0 (worst) to 100; None for one without operators."""
    volume = _Volume()
    complexity = 1 + decisions_of(tree.body)
    statements = comments = 0
    left: list[tuple[Any, str]] = [(one, "") for one in tree.body]
    while left:
        node, context = left.pop()
        kind = type(node)
        if issubclass(kind, ast.stmt):
            statements += 1
            if kind in _FUNCTIONS:
                complexity += complexity_of(node)
                left += [(one, node.name) for one in node.body]
                continue
            if kind is ast.Expr and _is_text(node.value):
                comments += node.end_lineno - node.lineno + 1
        volume.add(node, context)
        for field in CHILDREN.get(kind, ()):
            value = getattr(node, field)
            if value.__class__ is list:
                left += [(one, context) for one in value if one is not None]
            elif value is not None:
                left.append((value, context))
    bits = volume.bits()
    if bits <= 0 or statements == 0:
        return None
    found = (
        171
        - 5.2 * math.log(bits)
        - 0.23 * complexity
        - 16.2 * math.log(statements)
        + 50 * math.sin(math.sqrt(2.46 * math.radians(_commented(comments, lines))))
    )
    return round(min(max(0.0, found * 100 / 171), 100.0), 1)


class _Volume:
    """Operators and operands, as radon counts them."""

    def __init__(self) -> None:
        self._operators: set[str] = set()
        self._operands: set[tuple[str, Any]] = set()
        self._length = 0

    def add(self, node: ast.AST, context: str) -> None:
        """Count the operators of one node with their operands."""
        kind = type(node)
        found: Any = node
        if kind is ast.BinOp:
            self._count([found.op], [found.left, found.right], context)
        elif kind is ast.Compare:
            self._count(found.ops, [found.left, *found.comparators], context)
        elif kind is ast.UnaryOp:
            self._count([found.op], [found.operand], context)
        elif kind is ast.BoolOp:
            self._count([found.op], found.values, context)
        elif kind is ast.AugAssign:
            self._count([found.op], [found.target, found.value], context)

    def _count(self, operators: list[Any], operands: list[Any], context: str) -> None:
        self._length += len(operators) + len(operands)
        self._operators.update(type(one).__name__ for one in operators)
        for one in operands:
            field = _NAMED.get(type(one))
            self._operands.add((context, getattr(one, field) if field else one))

    def bits(self) -> float:
        """Return the Halstead volume."""
        vocabulary = len(self._operators) + len(self._operands)
        return self._length * math.log2(vocabulary) if vocabulary else 0.0


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _commented(docstrings: int, lines: list[str]) -> float:
    """Return the percentage of lines that are comments or docstrings, of lines of code."""
    comments = docstrings + sum(line.startswith("#") or " #" in line for line in lines)
    source = sum(bool(plain) and plain[0] != "#" for plain in map(str.strip, lines))
    return 100 * comments / source if source else 0.0
