"""Cyclomatic complexity of one function, counted as radon counts it.

radon walks every nested function again for each function around it and asks each node for its name,
which was two fifths of the time of reading a file. The count is the same (a test compares the two):
a decision is an if, a ternary, an assert, a loop (one more with `else`), a handler, a `case` that
is not the rest, each further operand of `and` and `or`, a comprehension and each of its filters.
What functions and classes inside the function decide is theirs.

See https://radon.readthedocs.io/en/latest/intro.html#cyclomatic-complexity.
"""

import ast
from typing import Any

_OWN_COUNT = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_NO_NODES = frozenset(
    [
        "ctx",
        "op",
        "ops",
        "id",
        "attr",
        "arg",
        "name",
        "names",
        "type_comment",
        "level",
        "is_async",
        "simple",
        "conversion",
        "rest",
        "kwd_attrs",
        "kind",
    ]
)
#: Fields of each class of nodes that hold other nodes, but for operators and contexts.
CHILDREN: dict[type[ast.AST], tuple[str, ...]] = {
    kind: tuple(field for field in kind._fields if field not in _NO_NODES)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}
CHILDREN[ast.Constant] = CHILDREN[ast.Name] = ()
#: Fields that can hold a decision; radon looks at no assertion.
_FIELDS = {**CHILDREN, ast.Assert: ()}


def complexity_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the cyclomatic complexity of a function, 1 for one without decisions."""
    return 1 + decisions_of(node.body)


def decisions_of(body: list[ast.stmt]) -> int:
    """Return the number of decisions in statements, those of inner functions and classes apart."""
    total = 0
    fields_of, decisions = _FIELDS, _DECISIONS
    open_nodes: list[Any] = list(body)
    while open_nodes:
        found = open_nodes.pop()
        kind = found.__class__
        if kind in _OWN_COUNT:
            continue
        count = decisions.get(kind)
        if count is not None:
            total += count(found)
        for field in fields_of.get(kind, ()):
            value = getattr(found, field)
            if value.__class__ is list:
                open_nodes += value
            elif value is not None:
                open_nodes.append(value)
    return total


def _one(_: Any) -> int:
    return 1


def _loop(node: Any) -> int:
    return 2 if node.orelse else 1


def _try(node: Any) -> int:
    return len(node.handlers) + bool(node.orelse)


def _operands(node: Any) -> int:
    return len(node.values) - 1


def _filters(node: Any) -> int:
    return 1 + len(node.ifs)


def _match(node: Any) -> int:
    rest = any(getattr(case.pattern, "pattern", False) is None for case in node.cases)
    return max(0, len(node.cases) - rest)


_DECISIONS = {
    ast.If: _one,
    ast.IfExp: _one,
    ast.Assert: _one,
    ast.For: _loop,
    ast.AsyncFor: _loop,
    ast.While: _loop,
    ast.Try: _try,
    ast.BoolOp: _operands,
    ast.comprehension: _filters,
    ast.Match: _match,
}
