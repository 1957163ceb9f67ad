"""Lines of Markdown as plain text, and what in them only holds a place."""

import html
import re

_TARGET = r"\([^()\n]{0,1000}(?:\([^()\n]{0,200}\)[^()\n]{0,200})?\)|\[[^\[\]\n]{0,100}\]"
_UNWRITTEN = r"(?-i:TODO|ToDo|TBD|TBA|FIXME|XXX)\b|(?:todo|tbd|tba)(?=[ \t]*(?:[:.!\])]|\Z))"

#: What a person has yet to write, wherever it stands in prose.
PLACEHOLDER = re.compile(
    rf"\b(?:{_UNWRITTEN}|lorem ipsum\b|coming soon\b|work in progress\b|under construction\b"
    r"|to be (?:done|added|determined|completed|written|decided|announced|filled)\b)"
    r"|\[\s?more information needed\s?\]"
    r"|[<\[{](?:your\b|(?:insert|enter|add|replace|fill[ -]in|describe|todo|tbd)[ _-]\w)"
    r"[^<>\[\]{}\n]{0,80}[>\]}](?![\[(])"
    r"|\{\{[^{}\n]{0,100}\}\}|\bYOUR[_-][A-Z_-]{2,40}\b",
    re.IGNORECASE,
)
_IMAGE = re.compile(rf"!\[[^\[\]\n]{{0,300}}\](?:{_TARGET})")
_LINK = re.compile(rf"\[([^\[\]\n]{{0,500}})\](?:{_TARGET})")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,1000})>")
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,1000}>")
_EMPHASIS = re.compile(r"\*{2,3}|~~|\*(?=\S)|(?<=\S)\*|(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_MARK = re.compile(r"\{[#.:][^{}\n]{0,100}\}|(?<!\S):[a-z0-9_+-]{2,40}:(?!\S)|\[![A-Z]{3,12}\]")
WORD = re.compile(r"\w+(?:['’.\-/]\w+)*")
_LABEL = re.compile(r"[^:\n]{1,80}:\s*\Z")
_OPENING = re.compile(rf"(?:{_UNWRITTEN}|lorem ipsum\b)", re.IGNORECASE)
_LONGEST_OPENING = 600


def plain(line: str) -> str:
    """Return a line of Markdown without its markup, blanks collapsed, case kept."""
    if "](" in line or "][" in line:
        # Twice, because a badge is an image inside a link.
        line = _LINK.sub(r"\1", _IMAGE.sub("", line))
    if "<" in line:
        line = _TAG.sub(" ", _AUTOLINK.sub(r"\1", line))
    parts = line.split("`")
    if len(parts) % 2 == 0:
        parts = [" ".join(parts)]
    # What stands between backticks is code: its underscores and stars are no emphasis.
    parts[::2] = map(_without_marks, parts[::2])
    line = "".join(parts)
    if "&" in line:
        line = html.unescape(line)
    return " ".join(line.replace("\xa0", " ").split())


def _without_marks(text: str) -> str:
    return _ESCAPE.sub(r"\1", _EMPHASIS.sub("", _MARK.sub(" ", text)))


def is_placeholder(raw: str) -> bool:
    """Tell whether a paragraph or list item only holds the place of what is to be written."""
    text = raw.strip("*_ \t")
    if _OPENING.match(text):
        return len(text) <= _LONGEST_OPENING
    rest, found = PLACEHOLDER.subn("", text)
    if not found:
        return ("..." in text or "…" in text) and not WORD.search(text)
    bare = plain(rest).strip(" .-–—!()")
    return not WORD.search(bare) or bool(_LABEL.match(bare))
