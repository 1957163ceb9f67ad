"""Plain text and AsciiDoc as Markdown, line for line."""

import re

from mlops_audit.readers.documents.rst import underlined_as_markdown

_LINE_LIMIT = 20_000

_ATX = re.compile(r"^#{1,6}[ \t]+\S", re.MULTILINE)
_CAPITALS = re.compile(r"(?:\d{1,2}(?:\.\d{1,2}){0,3}[.)]?[ \t]+)?[^a-z]{4,60}\Z")
_ASCIIDOC_TITLE = re.compile(r"(={1,6})[ \t]+(?=\S)")
_ASCIIDOC_BLOCK = re.compile(r"(?:-{4,}|\.{4,}|\+{4,}|/{4,})\Z")
_ASCIIDOC_SILENT = re.compile(
    r"(?:={4,}|\*{4,}|_{4,}|--|\|={3,}|\+)\Z|\[[^\[\]\n]{0,300}\]\Z|:[\w!-]{1,60}:(?:[ \t]|\Z)|//"
    r"|(?:image|include|video|toc)::"
)
_ASCIIDOC_LINK = re.compile(r"\b(?:link|xref|image|https?|mailto):[^\s\[\]]{1,500}\[([^\[\]\n]*)\]")


def text_as_markdown(text: str) -> str:
    """Return Markdown with the same lines; underlined and capital headings become headings."""
    if _ATX.search(text):
        return text
    underlined = underlined_as_markdown(text)
    if _ATX.search(underlined):
        return underlined
    lines = text.split("\n")
    return "\n".join(
        f"## {line.strip()}" if _is_capital_heading(lines, number) else line
        for number, line in enumerate(lines)
    )


def asciidoc_as_markdown(text: str) -> str:
    """Return Markdown with the same headings, prose and line numbers."""
    out: list[str] = []
    closing = ""
    for line in text.split("\n"):
        stripped = line[:_LINE_LIMIT].strip()
        if closing:
            out.append("~~~~" if stripped == closing else "x")
            closing = "" if stripped == closing else closing
        elif _ASCIIDOC_BLOCK.match(stripped):
            closing = stripped
            out.append("~~~~")
        elif found := _ASCIIDOC_TITLE.match(stripped):
            out.append("#" * len(found[1]) + " " + stripped[found.end() :])
        elif _ASCIIDOC_SILENT.match(stripped):
            out.append("")
        else:
            out.append(_ASCIIDOC_LINK.sub(r"\1", stripped))
    return "\n".join(out)


def _is_capital_heading(lines: list[str], number: int) -> bool:
    """Tell a line in capitals that stands alone above its text."""
    line = lines[number].strip()
    if not line or not _CAPITALS.match(line) or sum(map(str.isalpha, line)) < 4:
        return False
    before = lines[number - 1].strip() if number else ""
    after = next((text for text in lines[number + 1 : number + 4] if text.strip()), "")
    return not before and line[-1] not in ".,;!" and any(map(str.islower, after))
