"""Markdown as sections of plain prose: what documents and the prose cells of notebooks share.

A scan line by line, not a full parser: it needs no dependency, its time is linear in the text, and
what it gives up (headings inside lists, HTML blocks with their own headings inside) no rule reads.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from mlops_audit.readers.markdown_plain import WORD, is_placeholder, plain

SECTION_LIMIT = 5_000
TEXT_LIMIT = 3_000
#: Longer lines are data; what follows in them is not looked at.
LINE_LIMIT = 20_000
FRONT_MATTER_LIMIT = 2_000
#: Lines that a heading in HTML may stretch over.
_HTML_HEADING_LINES = 12

_DATA_URI = re.compile(r"data:[\w/+.-]{1,60};base64,[A-Za-z0-9+/=]*")
_FENCE = re.compile(r"(`{3,}|~{3,})([^\n]*)")
_SETEXT = re.compile(r" {0,3}(?:(={2,})|-{3,})[ \t]*\Z")
_RULE = re.compile(r"(?:[-*_][ \t]*){3,}\Z")
_TABLE_RULE = re.compile(r"[|:\-+= \t]*[|+][|:\-+= \t]*\Z")
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|\Z)(?:\[[ xX]\][ \t]+)?")
_DEFINITION = re.compile(r"\[[^\]\[^][^\]\[]{0,100}\]:[ \t]*\S")
_HTML_HEADING = re.compile(r"[ \t]{0,12}(?:<div[^<>]{0,100}>[ \t]{0,4})?<h([1-6])\b", re.IGNORECASE)
_HIDDEN = re.compile(r"<(?:!--|(style|script)\b)", re.IGNORECASE)


class MarkdownSection(NamedTuple):
    """A heading and the prose below it up to the next heading of any level."""

    #: 1-based line of the heading, or of the first text before any heading.
    line: int
    #: Last line that is not blank.
    end_line: int
    #: 1 to 6; 0 for text before the first heading.
    level: int
    #: Lower case, markup removed.
    heading: str
    #: Lower case, markup, code blocks and line breaks removed, at most `TEXT_LIMIT` characters.
    text: str
    #: Words of the whole prose.
    words: int
    #: Whether nothing but placeholders stands below the heading.
    placeholder: bool


def split_sections(text: str) -> list[MarkdownSection]:
    """Return the sections of a Markdown text in order; a section without heading only if it says
    something.

    Fenced code, front matter, HTML comments and images are left out.
    """
    lines = _lines(text)
    splitter = _Splitter()
    for number in range(front_matter_end(lines), len(lines)):
        splitter.add(number + 1, lines[number][:LINE_LIMIT])
        if len(splitter.closed) >= SECTION_LIMIT:
            break
    else:
        splitter.close()
    return splitter.closed


def front_matter_end(lines: list[str]) -> int:
    """Return how many lines a YAML front matter takes, 0 if there is none."""
    if not lines or lines[0].rstrip() != "---":
        return 0
    for number, line in enumerate(lines[1:FRONT_MATTER_LIMIT], 1):
        if line.rstrip() in ("---", "..."):
            return number + 1
    return 0


def _lines(text: str) -> list[str]:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if ";base64," in text:
        text = _DATA_URI.sub("", text)
    return text.removeprefix("\ufeff").split("\n")


@dataclass(slots=True)
class _Open:
    """The section that is being read."""

    line: int
    level: int
    heading: str
    end: int
    #: Paragraphs and list items: the lines of each, as written.
    blocks: list[list[str]] = field(default_factory=list)
    fresh: bool = True
    code: bool = False
    hidden: bool = False


class _Splitter:
    """Goes through the lines of one document."""

    def __init__(self) -> None:
        self.closed: list[MarkdownSection] = []
        self._open = _Open(0, 0, "", 0)
        self._fence = ""
        self._quoted = False
        self._until = ""
        self._html: list[str] = []
        self._html_line = 0
        self._html_level = 0
        #: Line of a paragraph of one line, which an underline makes a heading, and the last line
        #: with text before it.
        self._paragraph: int | None = None
        self._before = 0

    def add(self, number: int, line: str) -> None:
        """Take the next line."""
        if self._fence:
            self._inside_fence(number, line)
            return
        bare = self._visible(line)
        stripped = bare.strip()
        quoted = stripped.startswith(">")
        content = stripped.lstrip("> \t") if quoted else stripped
        fence = _FENCE.match(content)
        if fence and not (fence[1][0] == "`" and "`" in fence[2]):
            self._fence, self._quoted = fence[1], quoted
            self._open.code = self._open.fresh = True
            self._touch(number)
        elif self._html:
            self._html_heading(number, bare)
        elif not content:
            self._open.fresh = True
            self._paragraph = None
            if line.strip():
                self._touch(number)
        elif not quoted and self._heading(number, bare, stripped):
            self._paragraph = None
        else:
            self._prose(number, content, quoted)

    def close(self) -> None:
        """End the open section."""
        if self._html:
            self._prose(self._html_line, " ".join(self._html), False)
            self._html = []
        section = _finished(self._open)
        if section.level or section.text or section.placeholder:
            self.closed.append(section)

    def _inside_fence(self, number: int, line: str) -> None:
        stripped = line.strip()
        if self._quoted and not stripped.startswith(">"):
            # The quotation ends, and the code in it.
            self._fence = ""
            self.add(number, line)
            return
        mark = stripped.lstrip("> \t") if self._quoted else stripped
        if mark.startswith(self._fence) and not mark.strip(self._fence[0]):
            self._fence = ""
        if stripped:
            self._touch(number)

    def _visible(self, line: str) -> str:
        """Return a line without comments and style sheets, which may go on over lines."""
        if not self._until and "<" not in line:
            return line
        kept: list[str] = []
        at = 0
        lower = line.lower()
        while at < len(line):
            if self._until:
                end = lower.find(self._until, at)
                self._open.hidden = True
                if end < 0:
                    break
                at = end + len(self._until)
                self._until = ""
                continue
            opening = _HIDDEN.search(line, at)
            if opening is None:
                kept.append(line[at:])
                break
            self._until = f"</{opening[1].lower()}>" if opening[1] else "-->"
            kept.append(line[at : opening.start()])
            at = opening.end()
        return "".join(kept)

    def _heading(self, number: int, line: str, stripped: str) -> bool:
        """Open a section if the line is a heading, or makes one of the line before."""
        if stripped[0] == "#" and line[:4].strip():
            text = stripped.lstrip("#")
            level = len(stripped) - len(text)
            # Notebook front ends take `##Title` for a heading as well.
            if level <= 6 and (not text or text[0] in " \t" or (level > 1 and text[0].isalpha())):
                bare = text.strip()
                closing = bare.rstrip("#")
                text = closing if not closing or closing[-1] in " \t" else bare
                self._start(number, level, text, number)
                return True
        if self._paragraph == number - 1 and (found := _SETEXT.match(line)):
            text = self._open.blocks.pop()[0]
            self._open.end = self._before
            self._start(number - 1, 1 if found[1] else 2, text, number)
            return True
        if stripped[0] == "<" and (tag := _HTML_HEADING.match(line)):
            self._html_line, self._html_level = number, int(tag[1])
            self._html_heading(number, line)
            return True
        return False

    def _html_heading(self, number: int, line: str) -> None:
        self._html.append(line)
        if f"</h{self._html_level}" in line.lower():
            text = " ".join(self._html)
            self._html = []
            self._start(self._html_line, self._html_level, text, number)
        elif len(self._html) > _HTML_HEADING_LINES:
            self._prose(number, " ".join(self._html), False)
            self._html = []

    def _start(self, line: int, level: int, heading: str, end: int) -> None:
        self.close()
        self._open = _Open(line, level, plain(heading.strip()).lower()[:300], end)

    def _prose(self, number: int, content: str, quoted: bool) -> None:
        section = self._open
        previous = self._paragraph
        self._paragraph = None
        self._before = section.end
        self._touch(number)
        if _RULE.match(content) or _TABLE_RULE.match(content) or content.startswith(":::"):
            section.fresh = True
            return
        if _DEFINITION.match(content):
            return
        item = _ITEM.match(content)
        if section.fresh or item or not section.blocks or content[0] == "|":
            section.blocks.append([])
            section.fresh = False
            if not (item or quoted or content[0] in "|<" or previous == number - 1):
                self._paragraph = number
        if item:
            content = content[item.end() :]
        if content[:1] == "|" or " | " in content:
            content = content.replace("|", " ")
        section.blocks[-1].append(content)

    def _touch(self, number: int) -> None:
        section = self._open
        section.line = section.line or number
        section.end = number


def _finished(section: _Open) -> MarkdownSection:
    prose: list[str] = []
    size = words = 0
    pending = 0
    said = 0
    for raw in _joined(section.blocks):
        text = plain(raw)
        count = sum(1 for _ in WORD.finditer(text))
        words += count
        if text and size <= TEXT_LIMIT:
            prose.append(text)
            size += len(text) + 1
        if is_placeholder(raw):
            pending += 1
        elif count:
            said += 1
    commented = section.hidden and not section.code and section.level > 0 and not prose

    return MarkdownSection(
        line=max(1, section.line),
        end_line=max(1, section.line, section.end),
        level=section.level,
        heading=section.heading,
        text=" ".join(prose).lower()[:TEXT_LIMIT].rstrip(),
        words=words,
        placeholder=(pending > 0 or commented) and not said,
    )


def _joined(blocks: list[list[str]]) -> Iterator[str]:
    """Yield paragraphs; one that is longer than a line may be comes in pieces."""
    for block in blocks:
        size, first = 0, 0
        for position, line in enumerate(block):
            size += len(line) + 1
            if size > LINE_LIMIT and position > first:
                yield " ".join(block[first:position])
                size, first = len(line), position
        yield " ".join(block[first:])
