"""Reader of comments that answer a finding: `# mlops-audit: ignore[rule] reason`.

A comment behind code speaks for its statement, one on a line of its own for the statement below
it, and `ignore-file[rule]` for the whole file. The reader does not know the rules: whether a
comment counts is decided where findings are.
"""

import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mlops_audit.readers.base import Reader
from mlops_audit.readers.notebook.document import NotANotebookError, load_notebook
from mlops_audit.readers.python.source import decode
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Suppression
from mlops_audit.text import mask_secrets

_MARK = b"mlops-audit:"
_LIMIT = 500
_KINDS = frozenset(
    {"python", "notebook", "yaml", "toml", "ini", "shell", "dockerfile", "makefile", "r"}
)
_TEXT_NAMES = ("requirements", "constraints", "codeowners", "jenkinsfile", ".gitignore")
_TEXT_SUFFIXES = frozenset({".in", ".tf", ".tfvars", ".hcl", ".groovy", ".j2"})

_LAYOUT = (tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
_MARKS = ("#", "//", ";", "--")
_COMMENT = re.compile(r"(?:^|(?<=[\s\"']))(?:#|//|;|--|<!--)+[ \t]{0,10}mlops-audit:(.{0,600})")
_PROSE = re.compile(r"<!--[ \t]{0,10}mlops-audit:(.{0,600})")
_VERB = re.compile(
    r"[ \t]{0,10}([\w-]{1,30})[ \t]{0,5}(?:\[([^\]]{0,300})\])?:?[ \t]{0,10}(.{0,600})"
)
_UNTIL = re.compile(r"until[ =:]{1,3}(\d[\d-]{0,20})[ \t]{0,5}[,;:.]?[ \t]{0,5}(.{0,600})")
_NAME = re.compile(r"[a-z0-9]+(?:[-/][a-z0-9]+){0,30}")


class _Comment(NamedTuple):
    """A comment: its text after the mark, its line, and the lines it speaks for."""

    text: str
    line: int
    first: int
    last: int


class SuppressionReader:
    """One row for each comment."""

    name = "suppressions"
    version = 1

    def accepts(self, file: SourceFile) -> bool:
        """Take code, configuration and prose that other readers take too."""
        if file.kind in _KINDS or file.kind == "markdown":
            return True
        if file.kind != "text":
            return False
        return file.suffix in _TEXT_SUFFIXES or file.name.lower().startswith(_TEXT_NAMES)

    def read(self, file: SourceFile, content: bytes) -> Iterator[Suppression]:
        """Yield the comments of a file, in notebooks those of each cell."""
        if _MARK not in content:
            return
        for number, row in enumerate(_rows(file, content)):
            if number == _LIMIT:
                return
            yield row


def _rows(file: SourceFile, content: bytes) -> Iterator[Suppression]:
    if file.kind == "notebook" and file.suffix == ".ipynb":
        try:
            cells = load_notebook(content).cells
        except NotANotebookError:
            return
        for index, cell in enumerate(cells):
            if "mlops-audit:" in cell.source:
                found = _code(cell.source) if cell.kind == "code" else _prose(cell.source)
                yield from (_row(file.path, index, comment) for comment in found)
        return
    text = decode(content).text if file.kind == "python" else content.decode("utf-8", "replace")
    if file.kind == "python":
        found = _code(text)
    elif file.kind == "markdown":
        found = _prose(text)
    else:
        found = _plain(text.splitlines())
    yield from (_row(file.path, None, comment) for comment in found)


def _row(path: str, cell: int | None, comment: _Comment) -> Suppression:
    verb, names, reason = "", "", ""
    if match := _VERB.match(comment.text):
        verb, names, reason = match[1], match[2] or "", match[3]
    reason = reason.removesuffix("-->").strip()
    until = ""
    if match := _UNTIL.match(reason):
        until, reason = match[1], match[2]
    rules = names.replace(",", " ").split()
    problem = ""
    if verb not in ("ignore", "ignore-file"):
        problem = "says neither ignore nor ignore-file"
    elif not rules:
        problem = "names no rule in [ ]"
    elif not all(_NAME.fullmatch(name) for name in rules):
        problem = "names what is no rule"
    elif not reason.strip(" .-–:"):
        problem = "gives no reason"
    elif until and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", until):
        problem = "has a day after until that is not written YYYY-MM-DD"
    whole = verb == "ignore-file"
    return Suppression(
        path=path,
        cell=cell,
        line=comment.line,
        first_line=None if whole else comment.first,
        last_line=None if whole else comment.last,
        rules=" ".join(rules),
        reason=mask_secrets(reason.strip()),
        until=until,
        problem=problem,
    )


def _code(text: str) -> list[_Comment]:
    """Return the comments of Python, tokens where it has them, else lines."""
    try:
        return list(_tokens(text))
    except (tokenize.TokenError, SyntaxError, ValueError, RecursionError):
        return list(_plain(text.split("\n")))


def _tokens(text: str) -> Iterator[_Comment]:
    waiting: list[tuple[str, int]] = []  # comments on lines of their own
    inside: list[tuple[str, int]] = []  # comments of the statement that is being read
    start = 0
    decorated = False
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        kind = token.type
        if kind == tokenize.COMMENT:
            match = _COMMENT.match(token.string)
            if match:
                (inside if start else waiting).append((match[1], token.start[0]))
        elif kind == tokenize.NEWLINE:
            last = token.start[0]
            yield from (_Comment(said, line, start, last) for said, line in inside)
            inside = []
            if not decorated:
                yield from (_Comment(said, line, line, last) for said, line in waiting)
                waiting = []
            start, decorated = 0, False
        elif not start and kind not in _LAYOUT:
            start, decorated = token.start[0], token.string == "@"
    yield from (_Comment(said, line, line, line) for said, line in (*inside, *waiting))


def _plain(lines: Sequence[str]) -> Iterator[_Comment]:
    """Yield the comments of a file whose statements are lines."""
    for number, line in enumerate(lines, 1):
        if "mlops-audit:" not in line or not (match := _COMMENT.search(line[:5_000])):
            continue
        last = number
        if not line[: match.start()].strip():
            below = range(number + 1, min(number + 50, len(lines)) + 1)
            last = next(
                (
                    at
                    for at in below
                    if lines[at - 1].strip() and not lines[at - 1].lstrip().startswith(_MARKS)
                ),
                number,
            )
        yield _Comment(match[1], number, number, last)


def _prose(text: str) -> Iterator[_Comment]:
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if match := _PROSE.search(line[:5_000]):
            last = next(
                (at for at in range(number + 1, len(lines) + 1) if lines[at - 1].strip()), number
            )
            yield _Comment(match[1], number, number, last)


READERS: tuple[Reader, ...] = (SuppressionReader(),)
