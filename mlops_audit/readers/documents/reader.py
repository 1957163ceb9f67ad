"""Reader of prose documents."""

from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.documents.kinds import document_kind
from mlops_audit.readers.documents.placeholders import count_placeholders, is_template
from mlops_audit.readers.documents.text_document import front_matter, load_document
from mlops_audit.readers.markdown_text import SECTION_LIMIT
from mlops_audit.readers.tree_node import Node
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Diagnostic, Document, Section

_KEYS = 100
_KEY_LENGTH = 60


class DocumentReader:
    """Reads Markdown, reStructuredText, AsciiDoc and plain-text documents."""

    name = "documents"
    version = 1

    def accepts(self, file: SourceFile) -> bool:
        """Accept documents; licences, requirement files, data and logs are none."""
        return document_kind(file) != ""

    def read(self, file: SourceFile, content: bytes) -> Iterator[Any]:
        """Yield one row for the document and one for each section."""
        document = load_document(file, content)
        if document is None:
            return
        sections = document.sections
        yield Document(
            path=file.path,
            kind=document.kind,
            title=next((section.heading for section in sections if section.level), ""),
            words=sum(section.words for section in sections),
            placeholders=count_placeholders("\n".join(document.lines)),
            front_matter=" ".join(_keys(front_matter(document))),
        )
        for section in sections:
            yield Section(
                path=file.path,
                cell=None,
                line=section.line,
                end_line=section.end_line,
                level=section.level,
                heading=section.heading,
                text=section.text,
                words=section.words,
                placeholder=section.placeholder or is_template(section, document.lines),
            )
        if len(sections) >= SECTION_LIMIT:
            problem = f"Only the first {SECTION_LIMIT:,} sections were kept."
            yield Diagnostic(file.path, sections[-1].line, self.name, problem, False)


def _keys(node: Node) -> list[str]:
    return ["_".join(key.split())[:_KEY_LENGTH] for key in node.keys[:_KEYS] if key.strip()]
