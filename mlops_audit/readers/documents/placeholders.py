"""Prose that nobody has written yet: markers, and text that a template brought along."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files

from mlops_audit.readers.markdown_plain import PLACEHOLDER, WORD, plain
from mlops_audit.readers.markdown_text import LINE_LIMIT, MarkdownSection, front_matter_end

#: Beyond what Markdown prose is searched for anyway.
_FURTHER = re.compile(
    r"\bmore information needed\b(?!\s?\])|\[(?:name|email|project name|company|team|date"
    r"|organi[sz]ation|contact)[^\[\]\n]{0,40}\](?![(\[:])"
    r"|(?:github\.com/|gitlab\.com/|(?<!\w)@)your(?:org|user|name|team|company|handle)[\w-]*"
    r"|\byour[-_.]?(?:name|email)@[\w.-]+",
    re.IGNORECASE,
)
_CODE_SPAN = re.compile(r"(`{1,3})[^`\n]{1,2000}\1")
_FENCE = re.compile(r"[ \t>]{0,20}(`{3,}|~{3,})")
_ITEM = re.compile(r"[ \t>]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|\Z)(?:\[[ xX]\][ \t]+)?")
_SETEXT = re.compile(r"[ \t]*(?:=+|-+)[ \t]*\Z")
_DIGEST_SIZE = 6


def count_placeholders(markdown: str) -> int:
    """Return how many placeholders stand in the prose; code is not searched."""
    lines = markdown.split("\n")
    count = 0
    for _, line in prose_lines(lines[front_matter_end(lines) :]):
        line = _CODE_SPAN.sub("", line)
        count += sum(1 for pattern in (PLACEHOLDER, _FURTHER) for _ in pattern.finditer(line))
    return count


def has_placeholder(text: str) -> bool:
    """Tell whether some part of the text is yet to be written."""
    return any(pattern.search(text) for pattern in (PLACEHOLDER, _FURTHER))


def is_template(section: MarkdownSection, lines: Sequence[str]) -> bool:
    """Tell whether a section says nothing but what a known template says.

    ``lines`` are the lines of the whole document. A paragraph that a template brings along and a
    placeholder weigh the same; a single own sentence makes the section the author's.
    """
    known = 0
    body = lines[section.line - 1 : section.end_line]
    for digest, words, block in _blocks(body[1:] if section.level else body):
        if digest in _template_digests():
            known += 1
        elif words and WORD.search(_FURTHER.sub("", PLACEHOLDER.sub("", block))):
            return False
    return known > 0


def block_digests(markdown: str) -> Iterator[str]:
    """Yield the digest of each paragraph, list item and table row of a template."""
    lines = markdown.split("\n")
    for digest, words, _ in _blocks(lines[front_matter_end(lines) :]):
        if words:
            yield digest


@lru_cache(maxsize=1)
def _template_digests() -> frozenset[str]:
    text = (files(__package__) / "template_digests.txt").read_text(encoding="ascii")
    return frozenset(line for line in text.split("\n") if line and not line.startswith("#"))


def _blocks(lines: Sequence[str]) -> Iterator[tuple[str, int, str]]:
    """Yield (digest, words, text) of what stands between blank lines, item by item."""
    text = _without_comments("\n".join(lines))
    block: list[str] = []
    last = 0
    for number, line in prose_lines(text.split("\n")):
        stripped = line.strip()
        head = _ITEM.match(line)
        starts = stripped[:1] in ("|", "#", "") or head is not None
        if block and (starts or number != last + 1):
            yield _digested(block)
            block = []
        last = number
        if stripped and not _SETEXT.match(line) and stripped[0] != "#":
            block.append(line[head.end() :] if head else line)
    if block:
        yield _digested(block)


def _without_comments(text: str) -> str:
    """Return the text with the lines of comments left blank."""
    kept: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0:
        end = text.find("-->", start)
        if end < 0:
            break
        kept.append(text[at:start])
        kept.append("\n" * text.count("\n", start, end))
        at = end + 3
    return "".join(kept) + text[at:]


def _digested(block: list[str]) -> tuple[str, int, str]:
    text = plain(" ".join(block)[:LINE_LIMIT]).lower()
    words = WORD.findall(text)
    digest = hashlib.blake2b(" ".join(words).encode("utf-8", "replace"), digest_size=_DIGEST_SIZE)
    return digest.hexdigest(), len(words), text


def prose_lines(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield number and text of the lines outside fenced code."""
    fence = ""
    for number, line in enumerate(lines):
        line = line[:LINE_LIMIT]
        found = _FENCE.match(line)
        if fence:
            if found and found[1].startswith(fence) and not line.strip(" \t>" + fence[0]):
                fence = ""
        elif found:
            fence = found[1]
        else:
            yield number, line
