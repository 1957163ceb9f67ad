"""A document with its sections, whatever it is written in."""

from dataclasses import dataclass

from mlops_audit.readers.documents.kinds import (
    document_kind,
    is_data,
    is_named_document,
    is_prose,
)
from mlops_audit.readers.documents.plain_text import asciidoc_as_markdown, text_as_markdown
from mlops_audit.readers.documents.rst import rst_as_markdown
from mlops_audit.readers.markdown_text import MarkdownSection, split_sections
from mlops_audit.readers.yaml_document import decode
from mlops_audit.repository.model import SourceFile


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDocument:
    """The prose of one file."""

    #: markdown | rst | text
    kind: str
    #: Lines as Markdown; their numbers are those of the file.
    lines: list[str]
    sections: list[MarkdownSection]

    def body(self, section: MarkdownSection) -> list[tuple[int, str]]:
        """Return number and text of the lines of a section, its heading included."""
        lines = self.lines[section.line - 1 : section.end_line]
        return list(enumerate(lines, section.line))


def load_document(file: SourceFile, content: bytes) -> TextDocument | None:
    """Return the document in a file, None if there is none."""
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
    return TextDocument(kind=kind, lines=text.split("\n"), sections=split_sections(text))
