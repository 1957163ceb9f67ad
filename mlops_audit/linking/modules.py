"""Which file a module name means, seen from the file that imports it."""

import sqlite3
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from functools import lru_cache
from posixpath import dirname

from mlops_audit.linking.confidence import HIGH, MEDIUM

#: The folder of a path; asked for every name of every file.
folder_of = lru_cache(maxsize=32768)(dirname)


class ModuleIndex:
    """The modules of the repository by dotted name, looked up along what `sys.path` may be."""

    def __init__(
        self, connection: sqlite3.Connection, files: Set[str], modules: Mapping[str, str]
    ) -> None:
        """Take the files and their module names; read projects and dependencies."""
        self.files = files
        self.modules = modules
        roots = {root for (root,) in connection.execute("SELECT root FROM project")} | {""}
        self._roots = sorted(roots, key=lambda root: (-root.count("/"), not root, root))
        # A dependency that the repository builds itself is no foreign code.
        self._external = set(sys.stdlib_module_names) | {
            name.replace("-", "_").lower()
            for (name,) in connection.execute(
                "SELECT DISTINCT name FROM dependency WHERE name NOT IN"
                " (SELECT lower(replace(name, '_', '-')) FROM package_metadata"
                "  WHERE name IS NOT NULL)"
            )
        }
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._by_tail: dict[str, list[str]] = defaultdict(list)
        for path, name in self.modules.items():
            self._by_name[name].append(path)
            self._by_tail[name.rpartition(".")[2]].append(path)
        self._searched: dict[str, list[tuple[str, int]]] = {}

    def find(self, name: str, importer: str) -> tuple[str, int] | None:
        """Return the file of a module as `importer` would import it, and how sure that is."""
        tail = self._by_tail.get(name.rpartition(".")[2])
        if not tail:
            return None
        folder = folder_of(importer)
        for root, rank in self._search_path(folder):
            full = f"{root.replace('/', '.')}.{name}" if root else name
            if full in self._by_name:
                return self._nearest(self._by_name[full], folder), rank
        if name.partition(".")[0] in self._external:
            return None
        ending = f".{name}"
        candidates = [
            path
            for path in tail
            if self.modules[path].endswith(ending) and not self._inside_package(path, name)
        ]
        if len(candidates) == 1:
            return candidates[0], MEDIUM
        if candidates:
            best = max(_shared(path, folder) for path in candidates)
            nearest = [path for path in candidates if _shared(path, folder) == best]
            if best and len(nearest) == 1:
                return nearest[0], MEDIUM
        return None

    def _search_path(self, folder: str) -> list[tuple[str, int]]:
        """Return the folders that may be on `sys.path` for code in `folder`, likeliest first."""
        if folder not in self._searched:
            found = {folder: HIGH}
            for root in self._roots:
                if not root or f"{folder}/".startswith(f"{root}/"):
                    found.setdefault(root, HIGH)
                    found.setdefault(f"{root}/src".lstrip("/"), HIGH)
            above = dirname(folder)
            while above:
                found.setdefault(above, MEDIUM)
                above = dirname(above)
            self._searched[folder] = list(found.items())
        return self._searched[folder]

    def _inside_package(self, path: str, name: str) -> bool:
        # A module of a package is imported by the package's name, never by its own alone.
        parent = self.modules[path][: -len(name) - 1].replace(".", "/")
        return f"{parent}/__init__.py" in self.files

    @staticmethod
    def _nearest(paths: Sequence[str], folder: str) -> str:
        # A notebook and a module may have the same dotted name: what is imported is the module.
        return min(paths, key=lambda path: (not path.endswith(".py"), -_shared(path, folder), path))


def _shared(path: str, folder: str) -> int:
    count = 0
    for left, right in zip(folder_of(path).split("/"), folder.split("/"), strict=False):
        if left != right:
            break
        count += bool(left)
    return count
