"""Matching code: dependencies, imports, calls, base classes, decorators."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mlops_audit.linking.receivers import Named
from mlops_audit.linking.technologies.catalogue import Catalogue, normalised
from mlops_audit.linking.technologies.globs import text_test
from mlops_audit.linking.technologies.model import NameEntry, Technology
from mlops_audit.linking.technologies.name_index import Hit
from mlops_audit.linking.technologies.project_names import ProjectNames
from mlops_audit.linking.technologies.sink import Place, Sink

#: Calls that make whatever a configuration names.
_FACTORIES = ("hydra.utils.instantiate.", "hydra.utils.call.")
_RANK = {"high": 0, "medium": 1, "low": 2}


class Argument(NamedTuple):
    """One argument of a call, as far as entries ask for it."""

    position: int
    keyword: str | None
    kind: str
    value: str | None


#: Arguments by (path, call id).
Arguments = dict[tuple[str, int], list[Argument]]


#: Names for calls on receivers that their own file does not explain, by (path, call id).
NamedCalls = Mapping[tuple[str, int], Sequence[Named]]


def match_code(
    connection: sqlite3.Connection,
    catalogue: Catalogue,
    names: ProjectNames,
    sink: Sink,
    named: NamedCalls,
) -> None:
    """Match everything that Python code says."""
    _dependencies(connection, catalogue, sink)
    imports = _Imports(connection, catalogue, names, sink)
    arguments = _arguments(connection, catalogue)
    _calls(connection, catalogue, names, imports, arguments, sink, named)
    _bases(connection, catalogue, names, sink)
    _decorators(connection, catalogue, names, arguments, sink)


def _dependencies(connection: sqlite3.Connection, catalogue: Catalogue, sink: Sink) -> None:
    for path, line, name in connection.execute("SELECT path, line, name FROM dependency"):
        for technology in catalogue.packages.get(normalised(name), ()):
            sink.use(technology, Place(path, None, line), "declared", name)


class _Imports:
    """Which technologies each file and each project imports."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        catalogue: Catalogue,
        names: ProjectNames,
        sink: Sink,
    ) -> None:
        self.counts: dict[str, dict[str, int]] = {}
        self.shadowed: set[tuple[str, str]] = set()
        self._roots = [
            root
            for (root,) in connection.execute("SELECT root FROM project ORDER BY length(root) DESC")
        ]
        self._by_project: dict[str, set[str]] = {}
        for path, cell, line, target, root in connection.execute(
            "SELECT path, cell, line, target, root FROM import"
        ):
            if root not in catalogue.import_roots:
                continue
            if names.shadows(path, target):
                self.shadowed.add((path, root))
                continue
            for technology in catalogue.imported(target):
                counts = self.counts.setdefault(path, {})
                counts[technology.id] = counts.get(technology.id, 0) + 1
                self._by_project.setdefault(self._project(path), set()).add(technology.id)
                sink.use(technology, Place(path, cell, line), "imported", target)

    def _project(self, path: str) -> str:
        return next((root for root in self._roots if path.startswith(f"{root}/")), "")

    def in_project(self, path: str) -> set[str]:
        """Return the technologies that the file's project imports."""
        return self._by_project.get(self._project(path), set())


def _arguments(connection: sqlite3.Connection, catalogue: Catalogue) -> Arguments:
    found: Arguments = {}
    keywords = catalogue.keywords
    for path, call, position, keyword, kind, value in connection.execute(
        "SELECT path, call, position, keyword, kind, value FROM call_argument"
        " WHERE keyword IS NULL OR keyword IN (SELECT value FROM json_each(?))",
        ("[" + ",".join(f'"{keyword}"' for keyword in sorted(keywords)) + "]",),
    ):
        found.setdefault((path, call), []).append(Argument(position, keyword, kind, value))
    return found


def _holds(entry: NameEntry, arguments: Sequence[Argument]) -> bool:
    if not entry.conditional:
        return True
    for argument in arguments:
        named = entry.keyword is not None and argument.keyword == entry.keyword
        placed = entry.position == argument.position and argument.keyword is None
        if (named or placed) and argument.kind != "none":
            return entry.value is None or text_test(entry.value)(argument.value or "")
    return False


def _chosen(hits: Sequence[Hit], arguments: Sequence[Argument]) -> Hit | None:
    return next((hit for hit in hits if _holds(hit.entry, arguments)), None)


def _calls(
    connection: sqlite3.Connection,
    catalogue: Catalogue,
    names: ProjectNames,
    imports: _Imports,
    arguments: Arguments,
    sink: Sink,
    named: NamedCalls,
) -> None:
    for path, call, cell, line, scope, target, method, receiver in connection.execute(
        "SELECT path, id, cell, line, scope, target, method, receiver FROM call"
    ):
        meant = named.get((path, call), ())
        unknown = target.startswith("?.")
        if unknown and not meant and method not in catalogue.methods:
            continue
        given = arguments.get((path, call), ())
        place = Place(path, cell, line, scope)
        told = [names.outward(*one) for one in meant]
        foreign = [name for name, own in told if not own]
        if unknown:
            if foreign or not told:
                done = [_act(catalogue, name, given, place, call, sink) for name in foreign]
                if not any(done):
                    _method(catalogue, imports, given, place, method, receiver, call, sink)
            continue
        name, own = names.outward(path, target)
        if own or (path, name.partition(".")[0]) in imports.shadowed:
            continue
        if _act(catalogue, name, given, place, call, sink, sure=True):
            continue
        # All are recorded: a helper may do one thing to what one caller hands in, another next.
        done = [_act(catalogue, one, given, place, call, sink) for one in foreign]
        if any(done):
            continue
        known = catalogue.imported(name)
        for technology in known:
            sink.use(technology, place, "called", name)
        if receiver and (
            name.startswith(_FACTORIES) or (not known and _project_made(path, name, names))
        ):
            _method(catalogue, imports, given, place, method, receiver, call, sink)


def _act(
    catalogue: Catalogue,
    name: str,
    given: Sequence[Argument],
    place: Place,
    call: int,
    sink: Sink,
    *,
    sure: bool = False,
) -> bool:
    """Record what a call by this name does; tell whether any technology knows the name."""
    groups = catalogue.calls.find(name)
    for hits in groups:
        hit = _chosen(hits, given)
        if hit is not None:
            confidence = hit.entry.confidence
            if not sure and confidence == "high":
                confidence = "medium"
            sink.use(hit.technology, place, "called", name, confidence)
            sink.act(
                hit.entry.actions,
                hit.technology,
                place,
                via="call",
                name=name,
                confidence=confidence,
                call=call,
            )
    return bool(groups)


def _project_made(path: str, name: str, names: ProjectNames) -> bool:
    """Tell whether a receiver came out of the repository's own code: its type is unknown.

    It may be what a function returned, an attribute of a class or a variable of a module.
    """
    receiver = name.rpartition(".")[0]
    return name.startswith(".") or names.outward(path, receiver)[1] or names.holds(path, receiver)


def _method(
    catalogue: Catalogue,
    imports: _Imports,
    given: Sequence[Argument],
    place: Place,
    method: str,
    receiver: str,
    call: int,
    sink: Sink,
) -> None:
    """Attribute a method of an unknown receiver to the technologies that the file imports.

    Several may fit: the one whose entry is surest and that the file imports most often is taken
    for each action.
    """
    counts = imports.counts.get(place.path, {})
    last = receiver.rpartition(".")[2]
    fitting: list[tuple[int, int, str, Technology, NameEntry]] = []
    decided: set[str] = set()
    for technology, entry in catalogue.methods.get(method, ()):
        if technology.id in decided:
            continue
        here = counts.get(technology.id, 0)
        if not here and (
            entry.receiver is None or technology.id not in imports.in_project(place.path)
        ):
            continue
        if entry.receiver is not None and not text_test(entry.receiver)(last):
            continue
        if not _holds(entry, given):
            continue
        decided.add(technology.id)
        rank = _RANK[entry.confidence] if here else 3
        fitting.append((rank, -here, technology.id, technology, entry))
    taken: set[str] = set()
    for rank, _, _, technology, entry in sorted(fitting, key=lambda one: one[:3]):
        new = [action for action in entry.actions if action not in taken]
        if not new:
            continue
        taken.update(new)
        confidence = entry.confidence
        if rank == 3:  # not imported here: only a name that nothing else has still says much
            confidence = "medium" if confidence == "high" else "low"
        name = f"?.{method}"
        sink.use(technology, place, "called", name, confidence)
        sink.act(new, technology, place, via="call", name=name, confidence=confidence, call=call)


def _bases(
    connection: sqlite3.Connection, catalogue: Catalogue, names: ProjectNames, sink: Sink
) -> None:
    for path, line, qualname, target in connection.execute(
        "SELECT path, line, qualname, target FROM base"
    ):
        place = Place(path, None, line, qualname)
        for name in names.outward_base(path, target):
            if names.shadows(path, name):
                continue
            for hits in catalogue.bases.find(name):
                technology, entry = hits[0].technology, hits[0].entry
                sink.use(technology, place, "base", name, entry.confidence)
                sink.act(
                    entry.actions,
                    technology,
                    place,
                    via="base",
                    name=name,
                    confidence=entry.confidence,
                )


def _decorators(
    connection: sqlite3.Connection,
    catalogue: Catalogue,
    names: ProjectNames,
    arguments: Arguments,
    sink: Sink,
) -> None:
    for path, cell, line, qualname, target, call in connection.execute(
        "SELECT path, cell, line, qualname, target, call FROM decorator"
    ):
        name, own = names.outward(path, target)
        if own or names.shadows(path, name):
            continue
        place = Place(path, cell, line, qualname)
        given = arguments.get((path, call), ()) if call is not None else ()
        for hits in catalogue.decorators.find(name):
            hit = _chosen(hits, given)
            if hit is None:
                continue
            sink.use(hit.technology, place, "decorator", name, hit.entry.confidence)
            sink.act(
                hit.entry.actions,
                hit.technology,
                place,
                via="decorator",
                name=name,
                confidence=hit.entry.confidence,
                call=call,
            )
