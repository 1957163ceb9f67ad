"""What `.gitattributes` files say about vendored, generated and filtered paths."""

from collections.abc import Iterable
from dataclasses import dataclass

from mlops_audit.repository.globs import PathGlob

_VENDORED = "linguist-vendored"
_GENERATED = "linguist-generated"
_DOCUMENTATION = "linguist-documentation"
#: Attributes that make the content in the work tree differ from the stored blob.
_FILTERS = ("filter", "working-tree-encoding", "ident")
_KNOWN = (_VENDORED, _GENERATED, _DOCUMENTATION, *_FILTERS)
#: More patterns than this in one repository are not looked at.
_MAX_PATTERNS = 2_000


@dataclass(frozen=True, slots=True)
class _Line:
    folder: str
    glob: PathGlob
    values: tuple[tuple[str, bool], ...]


class Attributes:
    """The attributes of a whole tree, asked path by path."""

    def __init__(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Take (path of the .gitattributes, content) in any order."""
        lines: list[_Line] = []
        # The deeper file wins, so it has to come later.
        for path, content in sorted(files, key=lambda item: (item[0].count("/"), item[0])):
            folder = path.rpartition("/")[0]
            lines += _parse(folder, content.decode("utf-8", "replace"))
        self._lines = lines[:_MAX_PATTERNS]
        self.cut = len(lines) > _MAX_PATTERNS

    def vendored(self, path: str) -> bool | None:
        """Tell what `linguist-vendored` says; None: nothing."""
        return self._value(path, _VENDORED)

    def generated(self, path: str) -> bool | None:
        """Tell what `linguist-generated` says; None: nothing."""
        return self._value(path, _GENERATED)

    def documentation(self, path: str) -> bool | None:
        """Tell what `linguist-documentation` says; None: nothing."""
        return self._value(path, _DOCUMENTATION)

    def filtered(self, path: str) -> bool:
        """Tell whether git would convert the content between work tree and store."""
        return any(self._value(path, name) for name in _FILTERS)

    def _value(self, path: str, attribute: str) -> bool | None:
        for line in reversed(self._lines):
            for name, value in line.values:
                if name == attribute and _applies(line, path):
                    return value
        return None


def _applies(line: _Line, path: str) -> bool:
    if not line.folder:
        return line.glob.matches(path)
    prefix = f"{line.folder}/"
    return path.startswith(prefix) and line.glob.matches(path[len(prefix) :])


def _parse(folder: str, text: str) -> Iterable[_Line]:
    for raw in text.splitlines():
        words = raw.split()
        if len(words) < 2 or words[0].startswith(("#", "!", "[attr]")):
            continue
        values = tuple(pair for word in reversed(words[1:]) if (pair := _attribute(word)))
        if values:
            yield _Line(folder, PathGlob(words[0].strip('"')), values)


def _attribute(word: str) -> tuple[str, bool] | None:
    name, _, value = word.lstrip("-!").partition("=")
    if name not in _KNOWN:
        return None
    return name, not word.startswith(("-", "!")) and value.lower() not in ("false", "0")
