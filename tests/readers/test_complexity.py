"""Complexity and maintainability are what radon says of the same source."""

import argparse
import ast
import asyncio.base_events
import dataclasses
import inspect
import json.decoder
import types
from typing import Any

import pytest
from radon.metrics import mi_visit
from radon.visitors import ComplexityVisitor

from mlops_audit.readers.python.complexity import complexity_of
from mlops_audit.readers.python.maintainability import maintainability

_EVERY_DECISION = '''
def outer(rows, limit=[x for x in range(3) if x]):
    """Every construct that decides something."""
    assert rows and limit or not rows, "never empty"
    total = 0 if rows else 1
    for row in rows:
        while row and total < 3:
            total += 1
        else:
            break
    else:
        total = 2
    try:
        total += sum(a for b in rows for a in b if a if a > 1)
    except ValueError:
        pass
    except (TypeError, KeyError):
        total = {k: v for k, v in rows}
    else:
        total = lambda x: 1 if x else 2
    finally:
        total = total or [1]

    match total:
        case 1:
            return 1
        case [2, *_] if rows:
            return 2
        case _:
            pass

    def inner(x):
        return x and rows and total

    class Kept:
        def method(self):
            return [i for i in self] if self else None

    async def later():
        async with rows as r:
            async for one in r:
                yield one
    return inner if total else Kept
'''


def by_radon(source: str) -> dict[tuple[int, str], int]:
    """Return what radon counts, by line and name; it leaves out classes in functions."""
    visitor = ComplexityVisitor.from_code(source)
    found: dict[tuple[int, str], int] = {}
    left: list[Any] = [*visitor.functions, *visitor.classes]
    while left:
        block = left.pop()
        if hasattr(block, "closures"):
            found[block.lineno, block.name] = block.complexity
            left += block.closures
        else:
            left += [*block.methods, *block.inner_classes]
    return found


@pytest.mark.parametrize(
    "source",
    [
        _EVERY_DECISION,
        *map(inspect.getsource, (argparse, ast, asyncio.base_events, dataclasses, json.decoder)),
        inspect.getsource(types),
    ],
    ids=["every decision", "argparse", "ast", "base_events", "dataclasses", "decoder", "types"],
)
def test_complexity_is_what_radon_counts(source: str) -> None:
    expected = by_radon(source)
    counted = {
        (node.lineno, node.name): complexity_of(node)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (node.lineno, node.name) in expected
    }
    assert expected
    assert counted == expected


@pytest.mark.parametrize("module", [argparse, ast, asyncio.base_events, dataclasses, json.decoder])
def test_maintainability_is_close_to_what_radon_says(module: types.ModuleType) -> None:
    source = inspect.getsource(module)
    found = maintainability(ast.parse(source), source.splitlines())
    assert found == pytest.approx(mi_visit(source, multi=True), abs=5)


def test_code_without_operators_has_no_index() -> None:
    assert maintainability(ast.parse("import a\nprint(a)\n"), ["import a", "print(a)"]) is None
