"""The contract of a reader: one file in, rows out.

A reader is *pure* (the answer depends on the file's path and content only), *bounded* (it stops at
limits that it names in a diagnostic) and *total* (whatever the bytes are, it returns; a problem in
the file is a `Diagnostic` row). `mlops_audit.readers.registry` calls every reader that accepts a
file and turns a reader's bug into a diagnostic, so that one file never ends an audit.
"""

from collections.abc import Iterable
from typing import Any, Protocol

from mlops_audit.repository.model import SourceFile


class Reader(Protocol):
    """Turns files of some kinds into rows of the fact schema."""

    #: Short name, used in diagnostics.
    name: str
    #: Raised whenever the rows for the same bytes change; part of the cache key.
    version: int

    def accepts(self, file: SourceFile) -> bool:
        """Tell from path, kind and size alone whether `read` wants the content."""

    def read(self, file: SourceFile, content: bytes) -> Iterable[Any]:
        """Yield rows (NamedTuples of `mlops_audit.schema`)."""
