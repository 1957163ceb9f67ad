"""Calls whose value is told by their arguments: partial, getattr, clone, pipelines."""

import ast

from mlops_audit.readers.python.annotations import annotation_origin
from mlops_audit.readers.python.calls import imported_module
from mlops_audit.readers.python.conditions import Conditions
from mlops_audit.readers.python.origins import CONTAINER, element, join
from mlops_audit.readers.python.steps import PIPELINES, pipeline_origin

#: Calls that give back what they are given.
_PASSING = frozenset(
    {
        "functools.partial",
        "functools.partialmethod",
        "copy.copy",
        "copy.deepcopy",
        "sklearn.base.clone",
        "sklearn.clone",
        "torch.compile",
        "torch.jit.script",
        "jax.jit",
        "jax.pmap",
        "jax.vmap",
        "flax.nnx.jit",
        "tensorflow.function",
    }
)
#: Calls whose value is unknown unless their arguments tell.
OPAQUE = _PASSING - {"sklearn.base.clone", "sklearn.clone"} | {
    "builtins.getattr",
    "builtins.eval",
    "builtins.next",
    "builtins.max",
    "builtins.min",
    "builtins.vars",
    "builtins.globals",
    "builtins.locals",
    "typing.cast",
}
SPECIAL = (
    OPAQUE
    | PIPELINES
    | {
        "importlib.import_module",
        "builtins.__import__",
        "builtins.super",
        "builtins.list",
        "builtins.tuple",
        "builtins.sorted",
        "builtins.reversed",
    }
)
#: Methods that give back the value itself, on another device or in another mode.
SAME = frozenset(
    {"to", "cuda", "cpu", "eval", "float", "half", "double", "bfloat16", "requires_grad_"}
)
FILLING = frozenset({"append", "add", "insert", "setdefault"})


class SpecialCalls(Conditions):
    """The part of the walk that knows calls whose value depends on their arguments."""

    def foreign(self, base: str, method: str) -> bool:
        """Tell whether a method of a value is not one that this file defines."""
        info = self.out.definitions.classes.get(base[1:-2]) if base[0] == "." else None
        return info is None or method not in info.methods

    def special(self, node: ast.Call, origin: str, origins: list[str | None]) -> str | None:
        """Return the origin of what some calls of the standard library give back."""
        if origin in ("importlib.import_module", "builtins.__import__"):
            name = imported_module(node, self.package)
            if name:
                self.imported(name, node.lineno)
            return name
        if origin in PIPELINES:
            return pipeline_origin(node, self.lookup)
        if origin in _PASSING:
            return origins[0] if origins else None
        if origin == "builtins.super" and self.owner:
            bases = self.out.definitions.classes[self.owner].bases
            return next((f"{base}()" for base in bases if base), None)
        if origin == "builtins.getattr" and len(node.args) >= 2:
            name_node = node.args[1]
            if isinstance(name_node, ast.Constant) and isinstance(name_node.value, str):
                return join(origins[0], name_node.value[:100])
            first = origins[0]
            vague = first is None or first.startswith(("builtins.", "importlib.", CONTAINER))
            return None if vague else join(first, "__getattr__")
        if origin == "builtins.next":
            return element(origins[0]) if origins else None
        if origin == "typing.cast":
            return annotation_origin(node.args[0], self.lookup) if node.args else None
        if origin in ("builtins.list", "builtins.tuple", "builtins.sorted", "builtins.reversed"):
            first = origins[0] if origins else None
            return first if first and first[0] == CONTAINER else None
        return None
