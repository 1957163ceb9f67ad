"""Configuration as a tree with line numbers, whatever format it was written in.

Readers of hostile files ask this tree for what they hope to find; a missing key or a value of
another shape answers with an empty node, never an exception.
"""

from collections.abc import Iterator
from dataclasses import dataclass

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A mapping, sequence or scalar, or nothing (kind `missing`)."""

    kind: str
    #: Line of the key that holds the value, else of the value.
    line: int | None = None
    #: First line of the value's own text.
    start: int | None = None
    text: str = ""
    value: Scalar = None
    pairs: tuple[tuple[str, "Node"], ...] = ()
    children: tuple["Node", ...] = ()
    #: Nodes in the tree below, counting what aliases repeat.
    weight: int = 1

    @property
    def is_mapping(self) -> bool:
        """Whether this is a mapping."""
        return self.kind == "mapping"

    @property
    def is_sequence(self) -> bool:
        """Whether this is a sequence."""
        return self.kind == "sequence"

    @property
    def is_scalar(self) -> bool:
        """Whether this is a scalar other than null."""
        return self.kind == "scalar" and self.value is not None

    def __bool__(self) -> bool:
        """Tell whether there is a value at all."""
        return self.kind != "missing"

    def get(self, *keys: str) -> "Node":
        """Return the value below the keys, or a missing node."""
        found = self
        for key in keys:
            for name, child in found.pairs:
                if name == key:
                    found = child
                    break
            else:
                return MISSING
        return found

    def first(self, *keys: str) -> "Node":
        """Return the value of the first of the keys that is there."""
        for key in keys:
            if found := self.get(key):
                return found
        return MISSING

    def has(self, *keys: str) -> bool:
        """Tell whether the mapping has all the keys."""
        names = {name for name, _ in self.pairs}
        return names.issuperset(keys)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of a mapping, in order."""
        return tuple(name for name, _ in self.pairs)

    def items(self) -> Iterator["Node"]:
        """Yield the items of a sequence, or the value itself if it is a scalar or mapping."""
        if self.kind == "sequence":
            yield from self.children
        elif self.kind == "mapping" or self.is_scalar:
            yield self

    def texts(self) -> list[str]:
        """Return the scalar, or the scalars of a sequence, as text."""
        return [item.text for item in self.items() if item.is_scalar]

    def plain(self, depth: int = 20) -> object:
        """Return plain dictionaries, lists and scalars."""
        if self.kind == "mapping":
            return {name: child.plain(depth - 1) for name, child in self.pairs} if depth else {}
        if self.kind == "sequence":
            return [child.plain(depth - 1) for child in self.children] if depth else []
        return self.value


MISSING = Node(kind="missing")


def scalar(value: Scalar, text: str, line: int | None, start: int | None = None) -> Node:
    """Return a scalar node."""
    return Node(kind="scalar", value=value, text=text, line=line, start=start or line)


def scalar_text(value: Scalar) -> str:
    """Return a scalar as configuration files write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def from_plain(value: object, line: int | None = None, depth: int = 50) -> Node:
    """Return the tree of plain dictionaries, lists and scalars, all at one line."""
    if isinstance(value, dict):
        found = value.items() if depth else ()
        pairs = tuple((str(key), from_plain(item, line, depth - 1)) for key, item in found)
        weight = 1 + sum(child.weight for _, child in pairs)
        return Node(kind="mapping", pairs=pairs, line=line, start=line, weight=weight)
    if isinstance(value, list | tuple):
        children = tuple(from_plain(item, line, depth - 1) for item in value) if depth else ()
        weight = 1 + sum(child.weight for child in children)
        return Node(kind="sequence", children=children, line=line, start=line, weight=weight)
    if value is None or isinstance(value, str | int | float | bool):
        return scalar(value, scalar_text(value), line)
    return scalar(str(value), str(value), line)
