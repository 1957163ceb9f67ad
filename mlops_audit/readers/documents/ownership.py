"""Reader of who owns what."""

from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.documents.catalog import (
    CATALOG_NAMES,
    CITATION_NAME,
    catalog_owners,
    citation_authors,
)
from mlops_audit.readers.documents.codeowners import CODEOWNERS_PATHS, codeowners, owners_file
from mlops_audit.readers.documents.named_owners import named_owners, names_owners
from mlops_audit.readers.documents.text_document import load_document
from mlops_audit.repository.model import SourceFile

#: Owners in somebody else's code, in a template or in test data own nothing here.
_FOREIGN_ROLES = frozenset({"vendored", "generated", "template", "test", "example"})


class OwnershipReader:
    """Reads CODEOWNERS, OWNERS, catalogues, citation files, and documents that name owners."""

    name = "ownership"
    version = 1

    def accepts(self, file: SourceFile) -> bool:
        """Accept files that can name an owner of the repository's own work."""
        return file.role not in _FOREIGN_ROLES and (_is_list(file) or names_owners(file))

    def read(self, file: SourceFile, content: bytes) -> Iterator[Any]:
        """Yield one row for each owner of each part."""
        path = file.path
        if path in CODEOWNERS_PATHS:
            yield from codeowners(path, content)
        elif file.name == "OWNERS":
            yield from owners_file(path, content)
        elif file.name in CATALOG_NAMES:
            yield from catalog_owners(path, content)
        elif path == CITATION_NAME:
            yield from citation_authors(path, content)
        elif document := load_document(file, content):
            yield from named_owners(file, document)


def _is_list(file: SourceFile) -> bool:
    return (
        file.path in CODEOWNERS_PATHS
        or file.path == CITATION_NAME
        or file.name == "OWNERS"
        or file.name in CATALOG_NAMES
    )
