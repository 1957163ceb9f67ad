"""Cyclomatic complexity by radon, on the tree that is parsed already."""

import ast
from typing import Any


def complexities(tree: ast.Module) -> dict[tuple[int, str], int]:
    """Return the complexity of every function by line and name."""
    # radon is imported only where a file has functions.
    from radon.visitors import ComplexityVisitor

    found: dict[tuple[int, str], int] = {}
    try:
        visitor = ComplexityVisitor.from_ast(tree)
    except RecursionError:
        return found
    open_blocks: list[Any] = [*visitor.functions, *visitor.classes]
    while open_blocks:
        block = open_blocks.pop()
        if hasattr(block, "closures"):
            found[block.lineno, block.name] = block.complexity
            open_blocks.extend(block.closures)
        else:
            open_blocks.extend(block.methods)
            open_blocks.extend(block.inner_classes)
    return found


def complexity_of(
    node: ast.FunctionDef | ast.AsyncFunctionDef, known: dict[tuple[int, str], int]
) -> int | None:
    """Return the complexity of one function; radon skips those of classes inside functions."""
    found = known.get((node.lineno, node.name))
    if found is None:
        found = complexities(ast.Module(body=[node], type_ignores=[])).get((node.lineno, node.name))
    return found
