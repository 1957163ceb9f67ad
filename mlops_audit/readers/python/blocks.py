"""Pieces of code in a normal form, so that copies show: function bodies, cells, runs of statements.

Two pieces have one digest if they differ only in comments, docstring, layout and in which of the
names bound inside them stands where. Only pieces that say something are kept: imports, argument
parsers, plots and messages repeat everywhere and mean nothing.
"""

import ast
from collections.abc import Collection, Iterator, Sequence
from hashlib import blake2b

from mlops_audit.readers.python.statements import is_main_guard
from mlops_audit.schema import CodeBlock

#: Lines that say something which a piece must have.
MIN_STATEMENTS = 8
#: Lines of a piece that are looked at.
_MAX_LINES = 2_000
#: Bytes that are part of words (all that are not ASCII may be), and the layout between them.
_LETTERS = bytes(byte for byte in range(256) if byte > 127 or chr(byte).isalnum() or byte == 95)
_LAYOUT = b" \t\n"
#: Every sign as a space, but the dot: a word after it is no name of a value.
_SPACED = bytes(byte if byte in _LETTERS or byte == 46 else 32 for byte in range(256))
_QUOTES = bytes.maketrans(b"'", b'"')
#: Lines that repeat everywhere.
_THIN = (
    "import ", "from ", "parser.", "plt.", "ax.", "axs", "axes", "fig.", "fig,", "sns.", "print(",
    "logger.", "logging.", "log.", "display(", "global ", "pass", "st.", "self.logger",
    "add_argument", "warnings.", '"""', "'''",
)  # fmt: skip


def function_block(
    path: str,
    cell: int | None,
    lines: Sequence[str],
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    scope: str,
    names: Collection[str],
) -> CodeBlock | None:
    """Return the body of a function; ``names`` are those bound in it."""
    last = node.end_lineno or node.lineno
    if last - node.lineno < MIN_STATEMENTS or node.name.startswith("test"):
        return None
    body = node.body
    first = body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        if len(body) == 1:
            return None
        first = body[1]
    found = _normal(lines, [(first.lineno, last)], names)
    if found is None:
        return None
    return CodeBlock(path, cell, node.lineno, last, scope, "function", *found)


def run_blocks(
    path: str,
    cell: int | None,
    lines: Sequence[str],
    body: Sequence[ast.stmt],
) -> Iterator[CodeBlock]:
    """Yield the statements of a cell together, or each run of statements of a module."""
    spans: list[tuple[int, int]] = []
    names: set[str] = set()
    for statement in (*body, None):
        if statement is None or isinstance(statement, _APART):
            if spans and (cell is None or statement is None):
                found = _normal(lines, spans, names)
                if found is not None:
                    kind = "run" if cell is None else "cell"
                    yield CodeBlock(path, cell, spans[0][0], spans[-1][1], "", kind, *found)
                spans = []
            continue
        if _says_nothing(statement):
            continue
        spans.append((statement.lineno, statement.end_lineno or statement.lineno))
        if isinstance(statement, (ast.Assign, ast.For)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            names.update(_bound(targets))


_APART = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _says_nothing(statement: ast.stmt) -> bool:
    """Tell whether a statement is a text (a licence) or a main guard, which repeat everywhere."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.If) and is_main_guard(statement.test)


def _bound(targets: Sequence[ast.expr]) -> Iterator[str]:
    for target in targets:
        if isinstance(target, ast.Name):
            yield target.id
        elif isinstance(target, (ast.Tuple, ast.List)):
            yield from (item.id for item in target.elts if isinstance(item, ast.Name))


#: How thin lines begin; only these are looked at twice.
_THIN_HEADS = frozenset(text[:2] for text in _THIN)


def _normal(
    lines: Sequence[str], spans: Sequence[tuple[int, int]], names: Collection[str]
) -> tuple[int, str] | None:
    """Return how many lines say something, and the digest of all."""
    kept: list[str] = []
    for first, last in spans:
        part = lines[first - 1 : min(last, first + _MAX_LINES)]
        kept += [text for line in part if (text := line.strip()) and text[0] != "#"]
    if len(kept) < MIN_STATEMENTS:
        return None
    # A line of one or two signs closes what another one says.
    few = [text for text in kept if text[:2] in _THIN_HEADS or len(text) < 3]
    thin = sum(len(text) < 3 or text.startswith(_THIN) for text in few)
    if len(kept) - thin < MIN_STATEMENTS:
        return None
    whole = "\n".join(kept)
    if "  #" in whole:
        whole = "\n".join([text.partition("  #")[0].rstrip() for text in kept])
    code = whole.encode("utf-8", "replace")
    words = code.replace(b".", b" .").translate(_SPACED).split()
    local = {name.encode("utf-8", "replace"): b"\0" for name in names}
    digest = blake2b(b"\x1f".join(map(local.get, words, words)), digest_size=8)
    digest.update(code.translate(_QUOTES, _LETTERS + _LAYOUT))
    return len(kept) - thin, digest.hexdigest()
