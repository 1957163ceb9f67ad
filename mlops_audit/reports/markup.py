"""Markdown and source excerpts as safe building blocks for the page."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from mlops_audit.assessment.model import Excerpt
from mlops_audit.text import visible

#: Pygments token families that get a colour, most specific first, and their class.
_FAMILIES: tuple[tuple[str, str], ...] = (
    ("Comment", "tc"),
    ("Literal.String", "ts"),
    ("Literal.Number", "tn"),
    ("Keyword", "tk"),
    ("Name.Decorator", "td"),
    ("Name.Function", "tf"),
    ("Name.Class", "tf"),
    ("Name.Builtin", "tb"),
    ("Name.Tag", "tt"),
    ("Name.Attribute", "tt"),
    ("Operator.Word", "tk"),
)
#: Colour token of the style sheet by class.
SYNTAX = {
    "tc": "--code-comment",
    "ts": "--code-string",
    "tn": "--code-number",
    "tk": "--code-keyword",
    "td": "--code-name",
    "tf": "--code-name",
    "tb": "--code-builtin",
    "tt": "--code-name",
}
_MAX_LINE = 240


class Piece(NamedTuple):
    """A run of characters of one colour."""

    css: str
    text: str


class Line(NamedTuple):
    """One source line; `hit` marks those that the finding is about."""

    number: int
    hit: bool
    pieces: tuple[Piece, ...]


def markdown(text: str) -> str:
    """Return the small Markdown subset of remedies as HTML: no raw HTML, no unsafe link."""
    rendered = _markdown_parser().render(visible(text, multiline=True))
    assert isinstance(rendered, str)
    return rendered.strip()


def ticks(text: str) -> list[tuple[bool, str]]:
    """Return a message in pieces: (is it between backticks, text)."""
    parts = text.split("`")
    if len(parts) % 2 == 0 or "``" in text:  # an odd backtick means itself
        return [(False, text)]
    return [(bool(number % 2), part) for number, part in enumerate(parts) if part]


@lru_cache(maxsize=1)
def _markdown_parser() -> Any:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("zero", {"html": False, "linkify": False, "typographer": False})
    parser.enable(["backticks", "emphasis", "escape", "entity", "fence", "list", "link"])
    # Only the web: no javascript:, data:, file: or relative address leaves a rule's text.
    parser.validateLink = _is_web_link  # type: ignore[method-assign]
    parser.add_render_rule("link_open", _link_open)
    return parser


def _is_web_link(url: str) -> bool:
    return url.strip().lower().startswith(("https://", "http://"))


def _link_open(renderer: Any, tokens: Any, index: int, options: Any, env: Any) -> Any:
    tokens[index].attrSet("rel", "noopener noreferrer")
    return renderer.renderToken(tokens, index, options, env)


def highlighter() -> Callable[[Excerpt, int | None, int | None], tuple[Line, ...]]:
    """Return a function that colours an excerpt and marks the lines from first to last."""
    from pygments.lexers import get_lexer_by_name
    from pygments.lexers.special import TextLexer
    from pygments.util import ClassNotFound

    lexers: dict[str, Any] = {}

    def lexer_for(language: str) -> Any:
        if language not in lexers:
            try:
                lexers[language] = get_lexer_by_name(language, stripnl=False, ensurenl=False)
            except ClassNotFound:
                lexers[language] = TextLexer(stripnl=False, ensurenl=False)
        return lexers[language]

    def highlight(excerpt: Excerpt, first: int | None, last: int | None) -> tuple[Line, ...]:
        source = "\n".join(_shorten(visible(line)) for line in excerpt.lines)
        rows: list[list[Piece]] = [[]]
        for token, value in lexer_for(excerpt.language).get_tokens(source):
            css = _css(str(token).removeprefix("Token."))
            for number, part in enumerate(value.split("\n")):
                if number:
                    rows.append([])
                if part:
                    _append(rows[-1], Piece(css, part))
        rows = rows[: len(excerpt.lines)]
        low = first if first is not None else -1
        high = max(low, last or low)
        return tuple(
            Line(number, low <= number <= high, tuple(pieces))
            for number, pieces in enumerate(rows, start=excerpt.first_line)
        )

    return highlight


def _append(row: list[Piece], piece: Piece) -> None:
    if row and (row[-1].css == piece.css or not piece.text.strip()):
        row[-1] = Piece(row[-1].css, row[-1].text + piece.text)
    else:
        row.append(piece)


@lru_cache(maxsize=512)
def _css(token: str) -> str:
    for family, css in _FAMILIES:
        if token == family or token.startswith(f"{family}."):
            return css
    return ""


def _shorten(line: str) -> str:
    return line if len(line) <= _MAX_LINE else line[: _MAX_LINE - 1] + "…"
