"""The repository layer: which files there are, what they are for, and how to read them safely."""

from mlops_audit.repository.describe import DEFAULT_MAX_FILE_BYTES
from mlops_audit.repository.model import Repository, SourceFile
from mlops_audit.repository.opening import open_repository
from mlops_audit.repository.projects import project_of

__all__ = [
    "DEFAULT_MAX_FILE_BYTES",
    "Repository",
    "SourceFile",
    "open_repository",
    "project_of",
]
