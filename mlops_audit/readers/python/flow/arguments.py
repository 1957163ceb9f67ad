"""Arguments of a call with their values."""

import ast
from typing import NamedTuple

from mlops_audit.readers.python.flow.values import Const, Data, Name, Seq, Value

_SHOWN = 60
_MODULES = frozenset({"pd", "np", "pandas", "numpy", "tf", "torch", "sparse"})


class Args(NamedTuple):
    """Positional and keyword arguments: nodes, and what they stand for."""

    nodes: list[ast.expr]
    values: list[Value]
    keyword_nodes: dict[str, ast.expr]
    keywords: dict[str, Value]

    def get(self, position: int, *names: str) -> Value:
        """Return an argument by position or by one of its names."""
        if 0 <= position < len(self.values):
            return self.values[position]
        return next((self.keywords[name] for name in names if name in self.keywords), None)

    def node(self, position: int, *names: str) -> ast.expr | None:
        """Return the node of an argument."""
        if 0 <= position < len(self.nodes):
            return self.nodes[position]
        return next(
            (self.keyword_nodes[name] for name in names if name in self.keyword_nodes), None
        )

    def all(self) -> list[Value]:
        """Return every value."""
        return [*self.values, *self.keywords.values()]

    def constant(self, position: int, *names: str) -> object:
        """Return the literal that an argument is, None if it is no literal."""
        value = self.get(position, *names)
        return value.value if isinstance(value, Const) else None

    def given(self, *names: str) -> bool:
        """Tell whether one of the keywords is written with something but None or False."""
        for name in names:
            if name in self.keyword_nodes:
                value = self.keywords[name]
                if not (isinstance(value, Const) and not value.value):
                    return True
        return False


def text_of(node: ast.AST | None) -> str:
    """Return code as a short text: a name, an attribute, or what stands before brackets."""
    parts: list[str] = []
    for _ in range(8):
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Subscript):
            key = node.slice
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                parts.append(f"[{key.value!r}]")
            node = node.value
        elif isinstance(node, ast.Call):
            function = node.func
            module = isinstance(function, ast.Attribute) and (
                isinstance(function.value, ast.Name) and function.value.id in _MODULES
            )
            if isinstance(function, ast.Attribute) and not (module and node.args):
                node = function.value
            elif node.args:
                node = node.args[0]
            else:
                break
        elif isinstance(node, ast.Starred):
            node = node.value
        elif isinstance(node, ast.Name):
            parts.append(node.id)
            break
        else:
            break
    text = ""
    for part in reversed(parts):
        text += part if not text or part.startswith("[") else f".{part}"
    return text[:_SHOWN]


def strings(value: Value) -> list[str] | None:
    """Return the strings that a literal or a list of literals is, None if not all are known."""
    if isinstance(value, Const):
        return [value.value] if isinstance(value.value, str) else None
    if isinstance(value, Seq):
        found = []
        for item in value.values()[:500]:
            if not isinstance(item, Const) or not isinstance(item.value, str):
                return None
            found.append(item.value)
        return found
    return None


def is_data(value: Value) -> bool:
    """Tell whether a value is data."""
    return isinstance(value, Data)


def called(value: Value) -> str:
    """Return the last part of the name of a library function."""
    return value.last if isinstance(value, Name) else ""
