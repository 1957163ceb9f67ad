"""From bytes to text and a syntax tree, whatever the bytes are."""

import ast
import codecs
import re
import warnings
from typing import NamedTuple

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Codecs that a file may name but that do not decode text, or do more than that.
_TEXT_CODEC = re.compile(
    r"(?:utf|latin|iso|cp|windows|ascii|us-ascii|gb|big5|euc|koi8|mac|shift|s?jis|johab|hz)",
    re.IGNORECASE,
)


class Text(NamedTuple):
    """Decoded text and what was odd about the bytes."""

    text: str
    problem: str | None


class Parsed(NamedTuple):
    """A syntax tree and how it was obtained."""

    tree: ast.Module | None
    parsed: str
    problem: str | None
    line: int | None


def decode(content: bytes) -> Text:
    """Decode source code: byte order mark, PEP 263 cookie, UTF-8, else Latin-1."""
    encoding = "utf-8"
    for mark, name in _BOMS:
        if content.startswith(mark):
            content, encoding = (content[3:], name) if name == "utf-8" else (content, name)
            break
    else:
        for line in content[:1000].split(b"\n", 2)[:2]:
            found = _COOKIE.match(line)
            if found:
                encoding = found.group(1).decode("ascii", "replace")
                break
    problem = None
    try:
        if not _TEXT_CODEC.match(encoding):
            raise LookupError(encoding)
        text = content.decode(encoding)
    except (UnicodeError, LookupError, ValueError):
        try:
            text = content.decode("utf-8")
            problem = f"declares the encoding {encoding[:40]!r}, read as UTF-8"
        except UnicodeDecodeError:
            text = content.decode("latin-1")
            problem = "is not valid UTF-8, read as Latin-1"
    if "\0" in text:
        text = text.replace("\0", " ")
        problem = "contains NUL bytes, read as blanks"
    return Text(text, problem)


def split_lines(text: str) -> list[str]:
    """Split as the Python parser counts lines (not at form feeds and Unicode separators)."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.split("\n")


def count_code_lines(lines: list[str]) -> int:
    """Count lines that are neither blank nor a comment."""
    count = 0
    for line in lines:
        stripped = line.strip()
        if stripped and stripped[0] != "#":
            count += 1
    return count


def parse(text: str) -> Parsed:
    """Parse Python, falling back to the error-tolerant parser."""
    try:
        with warnings.catch_warnings():
            # Invalid escapes and the like are warnings about the audited code, not ours.
            warnings.simplefilter("ignore")
            return Parsed(ast.parse(text), "full", None, None)
    except SyntaxError as error:
        problem, line = f"is not valid Python: {str(error.msg)[:120]}", error.lineno
    except (RecursionError, MemoryError):
        problem, line = "is nested too deeply for the Python parser", None
    except (ValueError, OverflowError, SystemError):
        problem, line = "cannot be parsed as Python", None
    # tree-sitter is imported only when a file needs it.
    from mlops_audit.readers.python.tolerant import tolerant_tree

    tree = tolerant_tree(text)
    return Parsed(tree, "none" if tree is None else "tolerant", problem, line)


def module_name(path: str) -> str:
    """Return a path as a dotted module name."""
    stem, _, suffix = path.rpartition(".")
    name = stem if stem and "/" not in suffix else path
    dotted = name.strip("/").replace("/", ".")
    return dotted.removesuffix(".__init__") if dotted != "__init__" else ""


def package_of(path: str) -> list[str]:
    """Return the parts of the package that relative imports of a file start from."""
    return path.split("/")[:-1]
