"""Prose documents, and the people whom repositories name as owners."""

from mlops_audit.readers.base import Reader
from mlops_audit.readers.documents.reader import DocumentReader

READERS: tuple[Reader, ...] = (DocumentReader(),)

__all__ = ["READERS"]
