"""All technology files, compiled for matching."""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from mlops_audit.derived import Derived
from mlops_audit.errors import RulebookError
from mlops_audit.linking.technologies.globs import PathTest, expand_braces
from mlops_audit.linking.technologies.loader import load_technologies, technology_files
from mlops_audit.linking.technologies.model import (
    CommandEntry,
    GlobEntry,
    KeyEntry,
    NameEntry,
    RandomEntry,
    Technology,
)
from mlops_audit.linking.technologies.name_index import Buckets, NameIndex


class FileHit(NamedTuple):
    """A path glob with its technology."""

    test: PathTest
    technology: Technology
    entry: GlobEntry


class Catalogue:
    """Every technology, indexed by everything by which it can be recognised."""

    def __init__(self, technologies: Iterable[Technology]) -> None:
        self.technologies: dict[str, Technology] = {}
        self._imported: dict[str, list[Technology]] = {}
        for technology in technologies:
            if technology.id in self.technologies:
                other = self.technologies[technology.id].origin
                raise RulebookError(technology.origin, f"id is already taken by {other}.", line=1)
            self.technologies[technology.id] = technology

    @classmethod
    def load(cls, paths: Iterable[Path], derived: Derived | None = None) -> "Catalogue":
        """Read technology files and folders of them, parsed before if ``derived`` holds them."""
        return cls(load_technologies(technology_files(paths), derived or Derived(None)))

    def _all(self) -> Iterable[Technology]:
        return self.technologies.values()

    @property
    def features(self) -> list[tuple[str, str]]:
        """Technologies with what each brings along by itself."""
        return [(one.id, feature) for one in self._all() for feature in one.features]

    @cached_property
    def packages(self) -> dict[str, list[Technology]]:
        """Technologies by normalised distribution name."""
        found: dict[str, list[Technology]] = {}
        for technology in self._all():
            for name in technology.packages:
                found.setdefault(normalised(name), []).append(technology)
        return found

    @cached_property
    def imports(self) -> dict[str, list[Technology]]:
        """Technologies by dotted import prefix."""
        found: dict[str, list[Technology]] = {}
        for technology in self._all():
            for name in technology.imports:
                found.setdefault(name, []).append(technology)
        return found

    @cached_property
    def import_roots(self) -> frozenset[str]:
        """First parts of every import prefix."""
        return frozenset(name.partition(".")[0] for name in self.imports)

    def imported(self, target: str) -> Sequence[Technology]:
        """Return the technologies with an import prefix of this dotted name."""
        found = self._imported.get(target)
        if found is None:
            found = self._imported[target] = []
            end = len(target)
            while end > 0:
                found += self.imports.get(target[:end], ())
                end = target.rfind(".", 0, end)
        return found

    @cached_property
    def calls(self) -> NameIndex:
        """Entries for calls."""
        return NameIndex((one, one.calls) for one in self._all())

    @cached_property
    def bases(self) -> NameIndex:
        """Entries for base classes."""
        return NameIndex((one, one.bases) for one in self._all())

    @cached_property
    def decorators(self) -> NameIndex:
        """Entries for decorators."""
        return NameIndex((one, one.decorators) for one in self._all())

    @cached_property
    def methods(self) -> dict[str, list[tuple[Technology, NameEntry]]]:
        """Entries for methods of unknown receivers, by method name."""
        found: dict[str, list[tuple[Technology, NameEntry]]] = {}
        for technology in self._all():
            for entry in technology.methods:
                for name in expand_braces(entry.name):
                    found.setdefault(name, []).append((technology, entry))
        return found

    @cached_property
    def method_names(self) -> frozenset[str]:
        """Last parts of the names of all calls and methods that some entry knows."""
        return frozenset(self.methods) | self.calls.last_parts()

    @cached_property
    def keywords(self) -> frozenset[str]:
        """Keywords that some entry asks for."""
        return frozenset(
            entry.keyword
            for technology in self._all()
            for entry in (*technology.calls, *technology.methods, *technology.decorators)
            if entry.keyword
        )

    @cached_property
    def randomness(self) -> Buckets[tuple[int, str, RandomEntry]]:
        """Entries for randomness by dotted name, with their order and technology."""
        found: Buckets[tuple[int, str, RandomEntry]] = Buckets()
        order = 0
        for technology in self._all():
            for entry in technology.randomness:
                for name in expand_braces(entry.name):
                    found.add(name, (order, technology.id, entry))
                order += 1
        return found

    @cached_property
    def random_roots(self) -> frozenset[str]:
        """First parts of the names of `randomness`."""
        return frozenset(
            name.partition(".")[0]
            for technology in self._all()
            for entry in technology.randomness
            for name in expand_braces(entry.name)
        )

    @cached_property
    def commands(self) -> dict[str, list[tuple[Technology, CommandEntry]]]:
        """Entries for commands, by program."""
        found: dict[str, list[tuple[Technology, CommandEntry]]] = {}
        for technology in self._all():
            for entry in technology.commands:
                for program in entry.programs:
                    found.setdefault(program, []).append((technology, entry))
        return found

    @cached_property
    def uses(self) -> list[tuple[Technology, GlobEntry]]:
        """Entries for CI steps."""
        return [(one, entry) for one in self._all() for entry in one.uses]

    @cached_property
    def images(self) -> list[tuple[Technology, GlobEntry]]:
        """Entries for container images."""
        return [(one, entry) for one in self._all() for entry in one.images]

    @cached_property
    def files(self) -> list[FileHit]:
        """Entries for paths."""
        return [
            FileHit(PathTest(entry.glob), one, entry) for one in self._all() for entry in one.files
        ]

    @cached_property
    def keys(self) -> list[tuple[Technology, KeyEntry]]:
        """Entries for settings."""
        return [(one, entry) for one in self._all() for entry in one.keys]


def normalised(name: str) -> str:
    """Return a distribution name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()
