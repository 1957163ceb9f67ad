"""Templates of DVC: `${…}` in commands, with the rounds of `foreach` and `matrix`."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice, product

from mlops_audit.readers.tree_node import Node

#: Rounds of one loop that are looked at.
ROUND_LIMIT = 20
_PLACE = re.compile(r"\$\{\s{0,5}([A-Za-z_][\w.\-\[\]]{0,120})\s{0,5}\}")


def plain_values(node: Node) -> dict[str, str]:
    """Return the scalars of `vars` by their dotted names."""
    found: dict[str, str] = {}
    for item in node.items():
        found.update(_flat("", item))
    return found


def rounds(stage: Node, constants: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """Yield what `item` and `key` mean in each round; once, without them, if there is no loop."""
    loop = stage.get("foreach")
    matrix = stage.get("matrix")
    found = False
    if matrix.is_mapping:
        columns = [[(name, value) for value in values.items()] for name, values in matrix.pairs]
        for row in islice(product(*columns), ROUND_LIMIT):
            found = True
            yield {**constants, **_row(row)}
    elif loop.is_mapping:
        for key, value in loop.pairs[:ROUND_LIMIT]:
            found = True
            yield {**constants, "key": key, **_flat("item", value)}
    else:
        for value in islice(loop.items() if loop.is_sequence else (), ROUND_LIMIT):
            found = True
            yield {**constants, **_flat("item", value)}
    if not found:
        yield constants


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a command with what is known put in; what is not known stays a shell variable."""

    def value(match: re.Match[str]) -> str:
        name = match[1].replace("[", ".").replace("]", "")
        return values.get(name) or "${" + re.sub(r"\W", "_", name) + "}"

    return _PLACE.sub(value, text)


def _row(row: tuple[tuple[str, Node], ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in row:
        found.update(_flat(f"item.{name}", value))
    return found


def _flat(prefix: str, node: Node, depth: int = 5) -> dict[str, str]:
    if node.is_scalar:
        return {prefix: node.text} if prefix else {}
    found: dict[str, str] = {}
    inside = f"{prefix}." if prefix else ""
    if node.is_mapping and depth:
        for key, child in node.pairs[:200]:
            found.update(_flat(inside + key, child, depth - 1))
    elif node.is_sequence and depth and prefix:
        for index, child in enumerate(node.children[:50]):
            found.update(_flat(f"{inside}{index}", child, depth - 1))
    return found
