"""What an annotation says about the origin of a value."""

import ast
from collections.abc import Callable

from mlops_audit.readers.python.origins import CONTAINER, join

_MAX_QUOTED = 200
_WRAPPERS = frozenset({"Optional", "Union", "Annotated", "Final", "ClassVar", "Required"})
#: Containers by name, and whether they map.
_CONTAINERS = {
    **dict.fromkeys(("list", "List", "Sequence", "Iterable", "set", "Set"), False),
    **dict.fromkeys(("tuple", "Tuple", "Collection"), False),
    **dict.fromkeys(("dict", "Dict", "Mapping", "MutableMapping", "OrderedDict"), True),
}
#: Annotations that do not say where a value comes from.
_VAGUE = frozenset(
    {
        "Any",
        "Callable",
        "object",
        "dict",
        "list",
        "tuple",
        "set",
        "Dict",
        "List",
        "Tuple",
        "Set",
        "Sequence",
        "Iterable",
        "Iterator",
        "Mapping",
        "Type",
        "type",
        "TypeVar",
        "Generator",
        "Literal",
        "None",
    }
)


def annotation_origin(
    node: ast.expr, lookup: Callable[[str], str | None], depth: int = 0
) -> str | None:
    """Return the origin of an instance of the annotated class, None if it says too little."""
    if depth > 6:
        return None
    if isinstance(node, ast.Name):
        origin = None if node.id in _VAGUE else lookup(node.id)
        return None if origin is None or origin[-1] in ")]" else f"{origin}()"
    if isinstance(node, ast.Attribute):
        origin = None if node.attr in _VAGUE else dotted_origin(node, lookup, 0)
        return None if origin is None or origin[-1] in ")]" else f"{origin}()"
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _quoted(node.value, lookup, depth)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return annotation_origin(node.left, lookup, depth + 1) or annotation_origin(
            node.right, lookup, depth + 1
        )
    if isinstance(node, ast.Subscript):
        name = node.value
        last = name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", "")
        if last in _CONTAINERS:
            return _container(node.slice, last, lookup, depth)
        if last in ("Type", "type"):
            origin = annotation_origin(node.slice, lookup, depth + 1)
            return origin[:-2] if origin and origin.endswith("()") else None
        if last not in _WRAPPERS:
            return annotation_origin(name, lookup, depth + 1)
        inner = node.slice
        parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        for part in parts[:1] if last == "Annotated" else parts:
            origin = annotation_origin(part, lookup, depth + 1)
            if origin is not None:
                return origin
    return None


def _container(
    inner: ast.expr, kind: str, lookup: Callable[[str], str | None], depth: int
) -> str | None:
    """Return a container of what the last parameter promises: `dict[str, Pipeline]`."""
    parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    origin = annotation_origin(parts[-1], lookup, depth + 1) if parts else None
    if origin is None or origin.startswith(("builtins.", CONTAINER)):
        return None
    return f"{CONTAINER}{'D' if _CONTAINERS[kind] else 'L'}{origin}"


def dotted_origin(
    node: ast.expr, lookup: Callable[[str], str | None], depth: int = 0
) -> str | None:
    """Return the origin of a dotted name; nothing is recorded of it."""
    if isinstance(node, ast.Name):
        return lookup(node.id)
    if isinstance(node, ast.Attribute) and depth < 10:
        return join(dotted_origin(node.value, lookup, depth + 1), node.attr)
    return None


def _quoted(text: str, lookup: Callable[[str], str | None], depth: int) -> str | None:
    if len(text) > _MAX_QUOTED:
        return None
    try:
        inner = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return annotation_origin(inner, lookup, depth + 1)
