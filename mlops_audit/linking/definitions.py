"""What definition files hold: units of manifests, images that are built, declared names."""

import json
import shlex
import sqlite3
from collections import defaultdict
from collections.abc import Callable
from posixpath import basename, dirname, join, normpath

from mlops_audit.linking.confidence import HIGH, MEDIUM
from mlops_audit.linking.index import Unit

_COMPOSE = ("docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml")
_KUSTOMIZE = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_MANIFESTS = (".yaml", ".yml", ".json")
#: Names too short or too common to tell an image by its last part alone.
_COMMON = frozenset({"app", "api", "base", "image", "latest", "python", "test", "web"})

#: Finds the Dockerfile that a file, a context and a working directory name.
FindImage = Callable[[str, str, str, str], Unit | None]


class Definitions:
    """Looks up what definition files of the repository hold."""

    def __init__(self, connection: sqlite3.Connection, files: frozenset[str] | set[str]) -> None:
        """Read which files define something."""
        self._files = files
        self._connection = connection
        self._defining = {
            path
            for (path,) in connection.execute(
                "SELECT path FROM unit_link UNION SELECT path FROM pipeline_stage"
            )
        }
        self._declared: dict[str, list[Unit]] = defaultdict(list)
        query = "SELECT target, path, scope FROM unit_link WHERE kind = 'declares'"
        for name, path, scope in connection.execute(f"{query} ORDER BY path, line, scope"):
            self._declared[name].append(Unit(path, scope))
        self._services: dict[str, list[str]] = defaultdict(list)
        query = "SELECT path, target FROM unit_link WHERE kind = 'part' ORDER BY path, target"
        for path, scope in connection.execute(query):
            self._services[path].append(scope)
        self._images: dict[str, set[Unit]] | None = None

    def folder(self, name: str) -> list[Unit]:
        """Return the definitions that a tool reads when it is given a folder."""
        inside = "" if name in ("", ".") else f"{name}/"
        for kustomization in _KUSTOMIZE:
            if inside + kustomization in self._files:
                return [Unit(inside + kustomization, "")]
        if f"{inside}Chart.yaml" in self._files:
            inside += "templates/"
        return [
            Unit(path, "")
            for path in sorted(self._defining)
            if path.startswith(inside)
            and path.endswith(_MANIFESTS)
            and ("/" not in path[len(inside) :] or inside.endswith("templates/"))
        ]

    def terraform(self, name: str) -> list[Unit]:
        """Return the files of a Terraform module."""
        here = "" if name in ("", ".") else name
        return [
            Unit(path, "")
            for path in sorted(self._files)
            if path.endswith(".tf") and dirname(path) == here
        ]

    def declared(self, name: str, near: str) -> list[Unit]:
        """Return the units that are declared under a name, those of the nearest folder."""
        found = self._declared.get(name, [])
        homes = {dirname(unit.path) for unit in found}
        for home in (dirname(near), dirname(dirname(near))):
            if home in homes:
                return [unit for unit in found if dirname(unit.path) == home]
        return found if len({unit.path for unit in found}) == 1 else []

    def service(self, name: str, file: str, directory: str) -> list[Unit]:
        """Return a service of a Compose file."""
        names = [file] if file else _COMPOSE
        homes = [normpath(join(base, one)) for base in (directory, "") for one in names]
        for home in homes:
            if f"stage:{name}" in self._services.get(home, ()):
                return [Unit(home, f"stage:{name}")]
        return []

    def image(self, name: str, find: FindImage) -> tuple[Unit, int] | None:
        """Return the file that builds an image, and how sure that is."""
        if self._images is None:
            self._images = _built(self._connection, find)
        plain = plain_image(name)
        found = self._images.get(plain, set())
        if len(found) == 1:
            return next(iter(found)), HIGH
        last = basename(plain)
        if "/" not in plain or last in _COMMON or len(last) < 4 or "$" in last or "{" in last:
            return None
        alike = {
            unit
            for known, units in self._images.items()
            for unit in units
            if basename(known) == last
        }
        return (next(iter(alike)), MEDIUM) if len(alike) == 1 else None


def plain_image(name: str) -> str:
    """Return the name of an image without tag and digest."""
    name = name.partition("@")[0].strip("\"'")
    head, colon, tail = name.rpartition(":")
    return head if colon and "/" not in tail else name


def _built(connection: sqlite3.Connection, find: FindImage) -> dict[str, set[Unit]]:
    """Return which Dockerfile each image of the repository is built from."""
    found: dict[str, set[Unit]] = defaultdict(set)
    query = (
        "SELECT path, directory, arguments FROM command WHERE program IN"
        " ('docker', 'podman', 'nerdctl', 'buildah') AND arguments LIKE '%build%'"
        " ORDER BY path, position"
    )
    for path, directory, arguments in connection.execute(query).fetchall():
        words = _split(arguments)
        names = _given(words, ("-t", "--tag"))
        file = next(iter(_given(words, ("-f", "--file"))), "")
        context = words[-1] if words and not words[-1].startswith("-") else "."
        unit = find(file, context, path, directory) if names else None
        if unit is not None:
            for name in names:
                found[plain_image(name)].add(unit)
    query = (
        "SELECT path, inputs FROM step WHERE uses LIKE 'docker/build-push-action%' ORDER BY path,"
        " line"
    )
    for path, inputs in connection.execute(query).fetchall():
        given = _json(inputs)
        unit = find(given.get("file", ""), given.get("context", "."), path, "")
        for name in given.get("tags", "").replace(",", "\n").split("\n"):
            plain = plain_image(name.strip())
            if plain and unit is not None:
                found[plain].add(unit)
    return found


def _json(text: str) -> dict[str, str]:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return {k: v for k, v in given.items() if isinstance(v, str)} if isinstance(given, dict) else {}


def _split(arguments: str) -> list[str]:
    try:
        return shlex.split(arguments)
    except ValueError:
        return arguments.split()


def _given(words: list[str], names: tuple[str, ...]) -> list[str]:
    found = []
    for index, word in enumerate(words):
        head, equals, value = word.partition("=")
        if word in names and index + 1 < len(words):
            found.append(words[index + 1])
        elif equals and head in names:
            found.append(value)
    return found
