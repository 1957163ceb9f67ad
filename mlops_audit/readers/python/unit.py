"""The piece of source text that positions refer to: a file, or one notebook cell."""

import ast


class Unit:
    """Source lines, to quote code as written."""

    __slots__ = ("ascii", "cell", "lines")

    def __init__(self, lines: list[str], cell: int | None = None) -> None:
        self.lines = lines
        self.cell = cell
        self.ascii = all(map(str.isascii, lines))

    def segment(self, node: ast.expr, limit: int) -> str:
        """Return the source of a node on one line, at most ``limit`` characters."""
        if type(node) is ast.Name:
            return node.id[:limit]
        first, last = node.lineno, node.end_lineno or node.lineno
        start, end = node.col_offset, node.end_col_offset or 0
        if not 0 < first <= last <= len(self.lines):
            return ""
        if first == last:
            return self._cut(first, start, end)[:limit]
        parts = [self._cut(first, start, None)]
        size = len(parts[0])
        for line in range(first + 1, last + 1):
            if size > limit:
                break
            text = self._cut(line, 0, end if line == last else None).strip()
            size += len(text) + 1
            parts.append(text)
        if type(node) is ast.Attribute:
            return "".join(part.strip() for part in parts)[:limit]
        return " ".join(parts)[:limit]

    def _cut(self, line: int, start: int, end: int | None) -> str:
        text = self.lines[line - 1]
        if self.ascii or text.isascii():
            return text[start:end]
        # Columns of the parser count UTF-8 bytes.
        return text.encode("utf-8", "replace")[start:end].decode("utf-8", "replace")
