"""Ignore files."""

from mlops_audit.readers.ignore import READERS
from mlops_audit.repository.model import SourceFile


def source(path: str) -> SourceFile:
    return SourceFile(path=path, kind="other", size=1, role="source", digest="d")


def test_patterns_keep_their_lines_and_comments_are_none() -> None:
    (reader,) = READERS
    content = b"# caches\n\n*.pyc\n!keep.pyc\n\\#odd  \n"
    rows = list(reader.read(source(".gitignore"), content))
    assert [(row.line, row.pattern, row.negated) for row in rows] == [
        (3, "*.pyc", False),
        (4, "!keep.pyc", True),
        (5, "\\#odd", False),
    ]


def test_only_ignore_files_are_read() -> None:
    (reader,) = READERS
    assert reader.accepts(source("docker/train.Dockerfile.dockerignore"))
    assert reader.accepts(source("data/.dvcignore"))
    assert not reader.accepts(source("gitignore.md"))
