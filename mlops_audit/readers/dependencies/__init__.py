"""Readers of declared dependencies, lock files and packaging metadata."""

from mlops_audit.readers.base import Reader
from mlops_audit.readers.dependencies.reader import DependencyReader

READERS: tuple[Reader, ...] = (DependencyReader(),)
