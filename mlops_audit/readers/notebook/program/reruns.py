"""Statements that make a value of what it was, so that running them twice gives something else."""

import ast

_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Pow, ast.MatMult)
#: Methods of a frame that fail or add columns when they are applied to their own result.
_METHODS = frozenset({"merge", "append"})
_GROWING = frozenset({"append", "extend"})


def changed_name(node: ast.stmt) -> str:
    """Return the variable that a statement changes anew each time it runs, '' if none for sure."""
    if isinstance(node, ast.AugAssign):
        return _root(node.target) if isinstance(node.op, _ARITHMETIC) else ""
    if isinstance(node, ast.Assign):
        if len(node.targets) == 1 and _is_made_of(node.value, node.targets[0]):
            return _root(node.targets[0])
        return ""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        func = node.value.func
        if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name):
            if func.attr in _GROWING and len(node.value.args) == 1:
                return func.value.id
            if _keyword(node.value, "inplace") is True and _drops(node.value, func.attr):
                return func.value.id
    return ""


def _is_made_of(value: ast.expr, target: ast.expr) -> bool:
    if isinstance(value, ast.BinOp):
        if not isinstance(value.op, _ARITHMETIC):
            return False
        return _same(value.left, target) or _same(value.right, target)
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
        return False
    func = value.func
    if _same(func.value, target):
        return func.attr in _METHODS or _drops(value, func.attr)
    if func.attr == "concat" and value.args and isinstance(value.args[0], (ast.List, ast.Tuple)):
        return any(_same(each, target) for each in value.args[0].elts)
    return (
        func.attr == "get_dummies"
        and bool(value.args)
        and _same(value.args[0], target)
        and _keyword(value, "columns") is not None
    )


def _drops(call: ast.Call, method: str) -> bool:
    """Tell whether a call takes named columns away, which it can do once."""
    if method == "set_index":
        return _keyword(call, "drop") is not False
    if method != "drop" or _keyword(call, "errors") == "ignore":
        return False
    return _keyword(call, "axis") in (1, "columns") or any(
        keyword.arg == "columns" for keyword in call.keywords
    )


def _keyword(call: ast.Call, name: str) -> object:
    """Return the constant given for a keyword, `...` if it is no constant, None without it."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value.value if isinstance(keyword.value, ast.Constant) else ...
    return None


def _root(node: ast.expr) -> str:
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _same(left: ast.expr, right: ast.expr) -> bool:
    """Tell whether two expressions are written alike; `right` is a target."""
    if isinstance(left, ast.Name):
        return isinstance(right, ast.Name) and left.id == right.id
    if isinstance(left, ast.Attribute):
        return (
            isinstance(right, ast.Attribute)
            and left.attr == right.attr
            and _same(left.value, right.value)
        )
    if isinstance(left, ast.Subscript):
        return (
            isinstance(right, ast.Subscript)
            and isinstance(left.slice, ast.Constant)
            and isinstance(right.slice, ast.Constant)
            and left.slice.value == right.slice.value
            and _same(left.value, right.value)
        )
    return False
