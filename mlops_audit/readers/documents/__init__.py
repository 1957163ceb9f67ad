"""Prose documents, and the people whom repositories name as owners."""

from mlops_audit.readers.base import Reader
from mlops_audit.readers.documents.ownership import OwnershipReader
from mlops_audit.readers.documents.reader import DocumentReader

READERS: tuple[Reader, ...] = (DocumentReader(), OwnershipReader())

__all__ = ["READERS"]
