"""reStructuredText as Markdown, line for line, so that both are split by the same rules.

What has no counterpart (comments, options, images, generated content) becomes blank lines; line
numbers stay. Headings, literal blocks and inline markup are told apart as docutils does.
"""

import re

LINE_LIMIT = 20_000

_ADORNMENT = re.compile(r"([!-/:-@\[-`{-~])\1+\Z")
_UNDERLINE = re.compile(r"([!-/:-@\[-`{-~])\1*\Z")
_TABLE_LINE = re.compile(r"(?:={2,}|-{2,})(?:[ \t]+(?:={2,}|-{2,}))+\Z")
_DIRECTIVE = re.compile(r"\.\.[ \t]+(?:\|[^|\n]{1,100}\|[ \t]+)?([A-Za-z][\w:.+-]{0,60}?)::(.*)")
_OPTION = re.compile(r":[\w -]{1,60}:(?:[ \t]|\Z)")
_TARGET = re.compile(r"\.\.[ \t]+(?:_[^\n]{0,500}?:|__:)|__[ \t]")
_FOOTNOTE = re.compile(r"\.\.[ \t]+\[[^\]\n]{1,60}\][ \t]+")
_FIELD = re.compile(r":([^:\n`]{1,60}):(?=[ \t]|\Z)")
_ROLE = re.compile(r":[a-z][\w:.+-]{0,40}:`([^`\n]{1,500})`")
_REFERENCE = re.compile(r"`([^`\n]{1,500})`__?")
_SUBSTITUTION = re.compile(r"\|[A-Za-z][^|\n]{0,60}\|_{0,2}")
_NAMED = re.compile(r"\b([A-Za-z0-9]{1,60}(?:[.-][A-Za-z0-9]{1,60}){0,5})__?(?=[\s.,;:!?)]|\Z)")
_AUTO_ITEM = re.compile(r"#\.[ \t]")

_DIRECTIVES = {
    "code": "code code-block sourcecode literalinclude parsed-literal doctest testcode testoutput"
    " testsetup ipython jupyter-execute prompt math graphviz mermaid uml plot program-output"
    " command-output raw highlight click argparse runblock console",
    # What does not come out as prose of the author.
    "silent": "image figure toctree include contents sectnum automodule autoclass autofunction"
    " automethod autosummary autoattribute autodata autoexception currentmodule module index meta"
    " bibliography video youtube replace unicode date class role default-role title",
    # The argument is prose: `.. note:: Mind the gap.`
    "spoken": "note warning tip important hint caution danger error attention seealso admonition"
    " todo topic sidebar rubric versionadded versionchanged deprecated epigraph pull-quote dropdown"
    " card",
}
_DIRECTIVE_KIND = {name: kind for kind, names in _DIRECTIVES.items() for name in names.split()}


def rst_as_markdown(text: str) -> str:
    """Return Markdown with the same headings, prose and line numbers."""
    return "\n".join(_Converter(text).run())


def underlined_as_markdown(text: str) -> str:
    """Return plain text whose underlined headings are written as Markdown does."""
    return "\n".join(_Converter(text).titles())


class _Converter:
    """Goes through the lines once."""

    def __init__(self, text: str) -> None:
        self._lines = [line[:LINE_LIMIT].rstrip() for line in text.expandtabs(8).split("\n")]
        self._out: list[str] = []
        #: Adornments in order of appearance; the place is the level.
        self._styles: list[tuple[str, bool]] = []

    def titles(self) -> list[str]:
        at = 0
        while at < len(self._lines):
            taken = self._title(at) if self._lines[at].strip() else 0
            if not taken:
                self._out.append(self._lines[at])
            at += taken or 1
        return self._out

    def run(self) -> list[str]:
        lines = self._lines
        at = 0
        while at < len(lines):
            line = lines[at]
            stripped = line.strip()
            if not stripped:
                self._out.append("")
                at += 1
            elif taken := self._title(at):
                at += taken
            elif stripped.startswith("..") and (stripped == ".." or stripped[2] in " \t"):
                at = self._explicit(at, stripped)
            elif stripped.startswith(">>> "):
                at = self._doctest(at)
            else:
                self._out.append(_inline(line, stripped))
                at += 1
                if stripped.endswith("::") and not stripped.startswith(".."):
                    at = self._code(at, _indent(line))
        return self._out

    def _title(self, at: int) -> int:
        """Write a title with its adornments; return how many lines it took."""
        lines = self._lines
        first = lines[at]
        before = lines[at - 1] if at else ""
        following = lines[at + 1] if at + 1 < len(lines) else ""
        third = lines[at + 2] if at + 2 < len(lines) else ""
        if first in ("..", "::"):
            return 0
        if _ADORNMENT.match(first):
            same = third == first or (third[:1] == first[0] and _ADORNMENT.match(third))
            if following.strip() and same and not _ADORNMENT.match(following.strip()):
                self._out.extend(("", self._heading(following, first[0], True), ""))
                return 3
            if len(first) >= 4:
                self._out.append("")
                return 1
            return 0
        if _TABLE_LINE.match(first.strip()):
            self._out.append("")
            return 1
        if first[0] in " \t" or not _UNDERLINE.match(following) or following == "::":
            return 0
        if before.strip() and not before.startswith("..") and not _ADORNMENT.match(before):
            # The last line of a paragraph, not a title.
            return 0
        if len(following) < len(first) and len(following) < 4:
            return 0
        self._out.extend((self._heading(first, following[0], False), ""))
        return 2

    def _heading(self, text: str, mark: str, over: bool) -> str:
        style = (mark, over)
        if style not in self._styles:
            self._styles.append(style)
        level = min(self._styles.index(style) + 1, 6)
        return f"{'#' * level} {_inline(text.strip(), text.strip())}"

    def _explicit(self, at: int, stripped: str) -> int:
        """Write what starts with two dots; return the line after it."""
        indent = _indent(self._lines[at])
        if found := _DIRECTIVE.match(stripped):
            kind = _DIRECTIVE_KIND.get(found[1].lower().rpartition(":")[2])
            if kind == "code":
                self._out.append("")
                return self._code(at + 1, indent)
            if kind == "silent":
                return self._blank(at, indent)
            argument = found[2].strip() if kind == "spoken" else ""
            self._out.append(_inline(argument, argument))
            return self._options(at + 1)
        if found := _FOOTNOTE.match(stripped):
            rest = stripped[found.end() :]
            self._out.append(_inline(rest, rest))
            return at + 1
        if _TARGET.match(stripped):
            self._out.append("")
            return at + 1
        return self._blank(at, indent)

    def _options(self, at: int) -> int:
        while at < len(self._lines) and _OPTION.match(self._lines[at].strip()):
            self._out.append("")
            at += 1
        return at

    def _blank(self, at: int, indent: int) -> int:
        end = self._block_end(at + 1, indent)
        self._out.extend([""] * (end - at))
        return end

    def _code(self, at: int, indent: int) -> int:
        """Write an indented block as fenced code; the line before it is already written."""
        start = at
        while start < len(self._lines) and not self._lines[start]:
            start += 1
        end = self._block_end(at, indent)
        if end <= start:
            return at
        if start == at:
            # No blank line to hold the fence, as in options right below a directive.
            self._out.extend([""] * (end - at))
            return end
        inside = ["~~~~"] * (end - at)
        inside[1:] = ["x"] * (end - at - 1)
        closing = end if end < len(self._lines) and not self._lines[end] else end - 1
        if closing == end:
            inside.append("~~~~")
        else:
            inside[-1] = "~~~~"
        self._out.extend(inside)
        return closing + 1

    def _block_end(self, at: int, indent: int) -> int:
        """Return the line after the last one that is indented deeper."""
        end = at
        for number in range(at, len(self._lines)):
            line = self._lines[number]
            if not line:
                continue
            if _indent(line) <= indent:
                break
            end = number + 1
        return end

    def _doctest(self, at: int) -> int:
        while at < len(self._lines) and self._lines[at]:
            self._out.append("")
            at += 1
        return at


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _inline(line: str, stripped: str) -> str:
    """Return a line of prose with Markdown markup, its indentation kept."""
    if not stripped:
        return ""
    text = stripped
    if text.startswith("| "):
        text = text if text.endswith("|") else text[2:]
    if found := _FIELD.match(text):
        text = f"{found[1]}:{text[found.end() :]}"
    if _AUTO_ITEM.match(text):
        text = f"1.{text[2:]}"
    elif text[0] == "#":
        text = f"\\{text}"
    if text.endswith("::"):
        text = text[:-2].rstrip() if text[-3:-2] in (" ", "") else text[:-1]
    # What stands between double backticks is code and stays as it is.
    parts = text.split("``")
    parts[::2] = map(_references, parts[::2])
    text = "`".join(parts) if len(parts) % 2 else " ".join(parts)
    return line[: _indent(line)] + text


def _references(text: str) -> str:
    if "`" in text:
        text = _ROLE.sub(lambda match: _target(match[1]), text)
        text = _REFERENCE.sub(lambda match: _target(match[1]), text)
    if "|" in text:
        text = _SUBSTITUTION.sub("", text) if not text.startswith("|") else text
    return _NAMED.sub(r"\1", text) if "_" in text else text


def _target(text: str) -> str:
    shown, opening, _ = text.rpartition("<")
    if opening and text.endswith(">") and shown.strip():
        return shown.rstrip()
    return text.lstrip("~!")
