"""A document with its sections, whatever it is written in."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from mlops_audit.readers.documents.kinds import (
    document_kind,
    is_data,
    is_named_document,
    is_prose,
)
from mlops_audit.readers.documents.placeholders import prose_lines
from mlops_audit.readers.documents.plain_text import asciidoc_as_markdown, text_as_markdown
from mlops_audit.readers.documents.rst import rst_as_markdown
from mlops_audit.readers.markdown_text import (
    MarkdownSection,
    front_matter_end,
    split_sections,
)
from mlops_audit.readers.tree_node import MISSING, Node
from mlops_audit.readers.yaml_document import decode, load_yaml
from mlops_audit.repository.model import SourceFile


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDocument:
    """The prose of one file."""

    #: markdown | rst | text
    kind: str
    #: Lines as Markdown; their numbers are those of the file.
    lines: tuple[str, ...]
    sections: tuple[MarkdownSection, ...]

    def body(self, section: MarkdownSection) -> Iterator[tuple[int, str]]:
        """Yield number and text of the lines of a section outside code, its heading included."""
        lines = self.lines[section.line - 1 : section.end_line]
        for offset, line in prose_lines(lines):
            yield section.line + offset, line


@lru_cache(maxsize=2)
def load_document(file: SourceFile, content: bytes) -> TextDocument | None:
    """Return the document in a file, None if there is none; several readers share the work."""
    kind = document_kind(file)
    text = decode(content)
    if kind == "rst":
        text = rst_as_markdown(text)
    elif kind == "text":
        if is_data(text) or not (is_named_document(file) or is_prose(text)):
            return None
        asciidoc = file.suffix in (".adoc", ".asciidoc")
        text = asciidoc_as_markdown(text) if asciidoc else text_as_markdown(text)
    elif kind != "markdown":
        return None
    sections = tuple(split_sections(text))
    return TextDocument(kind=kind, lines=tuple(text.split("\n")), sections=sections)


def front_matter(document: TextDocument) -> Node:
    """Return the YAML front matter; missing if there is none or it is no mapping."""
    end = front_matter_end(list(document.lines)) if document.kind == "markdown" else 0
    if not end:
        return MISSING
    # A blank line in place of the opening mark keeps the line numbers.
    loaded = load_yaml("\n".join(["", *document.lines[1 : end - 1]]).encode("utf-8", "replace"))
    found = loaded.documents[0] if loaded.documents else MISSING
    return found if found.is_mapping else MISSING
