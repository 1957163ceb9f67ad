"""Reader of ignore files: .gitignore, .dockerignore, .dvcignore and their kin."""

from collections.abc import Iterator

from mlops_audit.readers.base import Reader
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import IgnorePattern

_NAMES = frozenset(
    {
        ".gitignore",
        ".dockerignore",
        ".dvcignore",
        ".gcloudignore",
        ".amlignore",
        ".npmignore",
        ".helmignore",
        ".sagemakerignore",
    }
)
_PATTERN_LIMIT = 5_000


class IgnoreReader:
    """One row a pattern."""

    name = "ignore"
    version = 1

    def accepts(self, file: SourceFile) -> bool:
        """Take ignore files only (also `train.Dockerfile.dockerignore`)."""
        return file.name in _NAMES or file.suffix == ".dockerignore"

    def read(self, file: SourceFile, content: bytes) -> Iterator[IgnorePattern]:
        """Yield the patterns with their lines; comments and blank lines are none."""
        lines = content.decode("utf-8-sig", "replace").splitlines()
        for number, line in enumerate(lines[:_PATTERN_LIMIT], 1):
            pattern = line.rstrip()
            if pattern and not pattern.startswith("#"):
                yield IgnorePattern(file.path, number, pattern[:500], pattern.startswith("!"))


READERS: tuple[Reader, ...] = (IgnoreReader(),)
