"""What the repository's own modules call things, so that names can be followed through them."""

import sqlite3
from collections.abc import Iterator

from mlops_audit.linking.values import Values

_DEPTH = 12


class ProjectNames:
    """Names that modules of the repository define, import or inherit.

    A module answers to every suffix of its path (``src/pkg/a.py`` to ``src.pkg.a``, ``pkg.a`` and
    ``a``), because which folder is on the path cannot be known; a suffix that several modules share
    is left out.
    """

    def __init__(self, connection: sqlite3.Connection, values: Values | None = None) -> None:
        """Read modules, definitions and imports, and values if they are not given."""
        self._values = values or Values(connection)
        self._outward: dict[tuple[str, str], tuple[str, bool]] = {}
        self._module_of: dict[str, str | None] = {}
        self._dotted: set[str] = set()
        #: Folders that are packages: absolute imports in them mean what is installed.
        self._packages = {
            path.rpartition("/")[0].replace("/", ".")
            for (path,) in connection.execute("SELECT path FROM file WHERE name = '__init__.py'")
        }
        self._declared = {
            name.replace("-", "_").lower()
            for (name,) in connection.execute("SELECT DISTINCT name FROM dependency")
        }
        imports = set(connection.execute("SELECT path, root FROM import"))
        for path, module in connection.execute("SELECT path, module FROM module"):
            if not path.endswith(".py"):
                continue
            name = module.rpartition(".")[2]
            # `mlflow.py` that imports `mlflow` means the library: it can't stand in front of it.
            # The file of a package that imports its own modules does not wrap anything.
            wraps = (path, name) in imports and not path.endswith("/__init__.py")
            if not wraps:
                self._dotted.add(module)
            for suffix in _suffixes(module):
                if (wraps and suffix == name) or self._is_outside(
                    module.rpartition(".")[0], suffix
                ):
                    continue
                known = self._module_of.setdefault(suffix, path)
                if known != path:
                    self._module_of[suffix] = None
        self._definitions: dict[str, set[str]] = {}
        self._classes: set[tuple[str, str]] = set()
        for path, qualname, kind in connection.execute(
            "SELECT path, qualname, kind FROM definition"
        ):
            self._definitions.setdefault(path, set()).add(qualname)
            if kind == "class":
                self._classes.add((path, qualname))
        self._bases: dict[tuple[str, str], list[str]] = {}
        for path, qualname, target in connection.execute("SELECT path, qualname, target FROM base"):
            self._bases.setdefault((path, qualname), []).append(target)
        self._bound: dict[tuple[str, str], str] = {}
        for path, target, alias in connection.execute(
            "SELECT path, target, alias FROM import WHERE scope = '' AND alias <> '*'"
        ):
            self._bound[path, alias] = target
        for path, name, value in connection.execute(
            "SELECT path, name, value FROM assignment WHERE scope = '' AND kind = 'call'"
        ):
            if value and name.isidentifier() and name not in self._definitions.get(path, ()):
                self._bound.setdefault((path, name), value)

    def _is_outside(self, folder: str, name: str) -> bool:
        """Tell whether a bare name in a package is a declared dependency, not a sibling module."""
        return name in self._declared and folder in self._packages

    def shadows(self, path: str, target: str) -> bool:
        """Tell whether an import in this file means a module of the repository itself."""
        root, _, rest = target.partition(".")
        folder = path.rpartition("/")[0].replace("/", ".")
        places = {root, f"src.{root}"}
        if not self._is_outside(folder, root):
            places.add(f"{folder}.{root}" if folder else root)
        for place in places:
            if place in self._dotted:
                return True
            if rest and f"{place}.{rest.partition('.')[0]}" in self._dotted:
                return True
        return False

    def outward(self, path: str, target: str) -> tuple[str, bool]:
        """Follow a name through the repository's own modules and classes.

        Returns the name as an outside library would know it, and whether it ends at a definition
        of the repository (then no library can say what it does).
        """
        key = (path, target)
        known = self._outward.get(key)
        if known is None:
            known = self._outward[key] = self._follow(path, target)
        return known

    def _follow(self, path: str, target: str) -> tuple[str, bool]:
        for _ in range(_DEPTH):
            place = self._place(path, target)
            if place is None:
                return target, False
            path, name = place
            defined = self._definitions.get(path, set())
            if name in defined:
                return target, True
            step = self._step(path, name)
            if step is None:
                return target, False
            path, target = step
        return target, False

    def holds(self, path: str, target: str) -> bool:
        """Tell whether a name lies inside a module of the repository, whatever it is there."""
        return self._place(path, target) is not None

    def _place(self, path: str, target: str) -> tuple[str, str] | None:
        if target.startswith("."):
            return path, target[1:]
        parts = target.split(".")
        for end in range(len(parts) - 1, 0, -1):
            module = self._module_of.get(".".join(parts[:end]))
            if module is not None and module != path:
                return module, ".".join(parts[end:])
        return None

    def _step(self, path: str, name: str) -> tuple[str, str] | None:
        """Follow a name of a module one step: through a class, a function or what it is bound to.

        A name that only several values explain is followed to the first of them.
        """
        defined = self._definitions.get(path, set())
        parts = name.split(".")
        for end in range(len(parts) - 1, 0, -1):
            owner, rest = ".".join(parts[:end]), parts[end:]
            if owner not in defined:
                continue
            if (path, owner) not in self._classes:
                found = next(self._values.onward(path, owner, "", rest), None)
                return None if found is None else (path, found)
            found = next(self._values.onward(path, owner, rest[0], rest[1:]), None)
            if found is not None:
                return path, found
            return self._inherited(path, self._bases.get((path, owner), []), ".".join(rest))
        rebound = self._rebound(path, name)
        if rebound is None:
            found = next(self._values.onward(path, "", parts[0], parts[1:]), None)
            return None if found is None else (path, found)
        return rebound

    def _rebound(self, path: str, name: str) -> tuple[str, str] | None:
        head, dot, rest = name.partition(".")
        target = self._bound.get((path, head))
        return (path, target + dot + rest) if target else None

    def _inherited(self, path: str, bases: list[str], member: str) -> tuple[str, str] | None:
        for base in bases:
            place = self._place(path, base)
            if place is None:
                return path, f"{base}.{member}"
            owner_path, owner = place
            if (owner_path, owner) in self._classes:
                first = member.partition(".")[0]
                own = f"{owner}.{first}" in self._definitions.get(owner_path, ())
                held = self._values.held(owner_path, owner, first)
                if own or held or self._bases.get((owner_path, owner)):
                    return owner_path, f".{owner}.{member}"
        return None

    def outward_base(self, path: str, target: str) -> Iterator[str]:
        """Yield the outside names of a base class, followed through classes of the repository."""
        seen: set[tuple[str, str]] = set()
        todo = [(path, target)]
        while todo and len(seen) < 50:
            path, target = todo.pop()
            if (path, target) in seen:
                continue
            seen.add((path, target))
            place = self._place(path, target)
            if place is None:
                yield target
            elif place in self._classes:
                todo += [(place[0], base) for base in self._bases.get(place, [])]
            else:
                step = self._rebound(*place)
                if step is not None:
                    todo.append(step)


def _suffixes(module: str) -> Iterator[str]:
    while module:
        yield module
        module = module.partition(".")[2]
