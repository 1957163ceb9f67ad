"""JSON as a tree with line numbers; comments and trailing commas are tolerated."""

import json
import re
from functools import lru_cache

from mlops_audit.readers.tree_node import MISSING, Node, Scalar, scalar, scalar_text
from mlops_audit.readers.yaml_document import DEPTH_LIMIT, NODE_LIMIT, decode

SIZE_LIMIT = 1_000_000

_TOKEN = re.compile(
    r'"(?:[^"\\\n]|\\.)*"'  # string
    r"|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/"  # comment
    r"|[{}\[\]:,]"
    r"|[^\s{}\[\]:,\"/]+"  # number or word
)
_WORDS: dict[str, Scalar] = {"null": None, "true": True, "false": False}


@lru_cache(maxsize=2)
def load_json(content: bytes) -> Node:
    """Return the tree of a JSON file; missing if it is none or too large."""
    if len(content) > SIZE_LIMIT:
        return MISSING
    try:
        return _Parser(decode(content)).run()
    except (ValueError, IndexError):
        return MISSING


class _Parser:
    """A JSON parser that remembers lines; raises ValueError or IndexError on anything else."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, int]] = []
        line, end = 1, 0
        for match in _TOKEN.finditer(text):
            line += text.count("\n", end, match.start())
            end = match.start()
            token = match.group()
            if not token.startswith(("//", "/*")):
                self._tokens.append((token, line))
            if len(self._tokens) > 4 * NODE_LIMIT:
                raise ValueError("too many values")
        self._at = 0

    def run(self) -> Node:
        node = self._value(0)
        if self._at != len(self._tokens):
            raise ValueError("text after the value")
        return node

    def _take(self) -> tuple[str, int]:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _value(self, depth: int) -> Node:
        if depth > DEPTH_LIMIT:
            raise ValueError("nested too deep")
        token, line = self._take()
        if token == "{":
            return self._mapping(line, depth)
        if token == "[":
            return self._sequence(line, depth)
        value = self._scalar(token)
        return scalar(value, scalar_text(value), line)

    @staticmethod
    def _scalar(token: str) -> Scalar:
        if token in _WORDS:
            return _WORDS[token]
        value: object = json.loads(token, strict=False)
        if not isinstance(value, str | int | float):
            raise ValueError("not a scalar")
        return value

    def _mapping(self, line: int, depth: int) -> Node:
        pairs: dict[str, Node] = {}
        while True:
            token, at = self._take()
            if token == "}":
                break
            if token == ",":
                continue
            name = self._scalar(token)
            if not isinstance(name, str) or self._take()[0] != ":":
                raise ValueError("not a member")
            found = self._value(depth + 1)
            if name not in pairs:
                pairs[name] = _at_line(found, at)
        weight = 1 + sum(child.weight for child in pairs.values())
        return Node(
            kind="mapping", line=line, start=line, pairs=tuple(pairs.items()), weight=weight
        )

    def _sequence(self, line: int, depth: int) -> Node:
        children: list[Node] = []
        while (token := self._tokens[self._at][0]) != "]":
            if token == ",":
                self._at += 1
                continue
            children.append(self._value(depth + 1))
        self._at += 1
        weight = 1 + sum(child.weight for child in children)
        return Node(kind="sequence", line=line, start=line, children=tuple(children), weight=weight)


def _at_line(node: Node, line: int) -> Node:
    if node.line == line:
        return node
    return Node(
        kind=node.kind,
        line=line,
        start=node.start,
        text=node.text,
        value=node.value,
        pairs=node.pairs,
        children=node.children,
        weight=node.weight,
    )
