"""Call edges: which code of the repository calls, imports or hands on which other code."""

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import chain
from posixpath import dirname, join, normpath

from mlops_audit.linking.confidence import HIGH, LOW, MEDIUM, WORDS
from mlops_audit.linking.index import CodeIndex, Found, Unit
from mlops_audit.linking.names import COMMON_METHODS, PLAIN_BASES, REGISTERING
from mlops_audit.linking.receivers import Receivers
from mlops_audit.linking.sites import CallSites
from mlops_audit.schema import CallEdge

#: Overrides of one method beyond this say nothing about which one runs.
_MAX_OVERRIDES = 40


def call_edges(
    connection: sqlite3.Connection, index: CodeIndex, sites: CallSites, receivers: Receivers
) -> list[CallEdge]:
    """Return every edge between units of code, sorted and without repetition."""
    found: dict[tuple[str, str, str, str, str], CallEdge] = {}
    for edge in chain(_all(connection, index), _calls(index, sites, receivers)):
        key = (edge.path, edge.scope, edge.target_path, edge.target_scope, edge.kind)
        known = found.get(key)
        if known is None or WORDS.index(edge.confidence) < WORDS.index(known.confidence):
            found[key] = edge
    return sorted(
        found.values(),
        key=lambda edge: (
            edge.path,
            -1 if edge.cell is None else edge.cell,
            edge.line or 0,
            edge.scope,
            edge.target_path,
            edge.target_scope,
            edge.kind,
        ),
    )


def _all(connection: sqlite3.Connection, index: CodeIndex) -> Iterator[CallEdge]:
    yield from _imports(connection, index)
    yield from _values(connection, index)
    yield from _held(connection, index)
    yield from _injected(connection, index)
    yield from _notebook_runs(connection, index)
    yield from _decorated(connection, index)
    yield from _classes(connection, index)


def _edge(
    source: Unit, place: tuple[int | None, int | None], found: Found, kind: str, rank: int = HIGH
) -> CallEdge:
    word = WORDS[max(rank, found.rank)]
    return CallEdge(source.path, source.scope, place[0], place[1], *found.unit, kind, word)


def _imports(connection: sqlite3.Connection, index: CodeIndex) -> Iterator[CallEdge]:
    query = "SELECT path, cell, line, scope, target, alias FROM import"
    for path, cell, line, scope, target, _alias in connection.execute(query):
        parts = target.removesuffix(".*").split(".")
        # `from a.b import c` runs a.b, and a.b.c if that is a module.
        for end in range(len(parts), max(len(parts) - 2, 0), -1):
            module = index.module(".".join(parts[:end]), path)
            if module is None:
                continue
            if module[0] != path:
                found = Found(Unit(module[0], ""), module[1], "module")
                yield _edge(Unit(path, scope), (cell, line), found, "import")
            break


def _calls(index: CodeIndex, sites: CallSites, receivers: Receivers) -> Iterator[CallEdge]:
    for site in sites.all:
        source, place = Unit(site.path, site.scope), (site.cell, site.line)
        if site.found is not None:
            yield _edge(source, place, site.found, "call")
            for constructor in sites.constructors(site.found):
                yield _edge(source, place, constructor, "call")
        if site.method in index.named:
            meant = [index.resolve(one.target, one.path) for one in receivers.names(site)]
            known = [
                found
                for found in meant
                # Something of a value that has no definition here says nothing of the call.
                if found is not None
                and found.kind != "module"
                and found.unit.scope.rpartition(".")[2] == site.method
            ]
            for found in known:
                yield _edge(source, place, found, "call", MEDIUM)
            if not known and site.target.startswith("?") and site.method not in COMMON_METHODS:
                only = index.unknown(site.method)
                if only is not None:
                    yield _edge(source, place, only, "call")


def _values(connection: sqlite3.Connection, index: CodeIndex) -> Iterator[CallEdge]:
    query = (
        "SELECT c.path, c.cell, c.line, c.scope, a.target FROM call_argument a"
        " JOIN call c ON c.path = a.path AND c.id = a.call"
        " WHERE a.kind = 'name' AND a.target IS NOT NULL"
    )
    for path, cell, line, scope, target in connection.execute(query):
        found = index.resolve(target, path, scope)
        if found is not None and found.kind != "module":
            yield _edge(Unit(path, scope), (cell, line), found, "reference")


def _held(connection: sqlite3.Connection, index: CodeIndex) -> Iterator[CallEdge]:
    """Yield what is kept in lists and mappings, to be called from there: tables of commands."""
    query = (
        "SELECT path, owner, target FROM origin WHERE elements AND target IS NOT NULL"
        " ORDER BY path, owner, name, target"
    )
    for path, owner, target in connection.execute(query):
        found = index.resolve(target, path, owner)
        if found is not None and found.kind in ("function", "method"):
            yield _edge(
                Unit(path, owner),
                index.places.get(Unit(path, owner), (None, None)),
                found,
                "reference",
                MEDIUM,
            )


def _injected(connection: sqlite3.Connection, index: CodeIndex) -> Iterator[CallEdge]:
    """FastAPI calls what a parameter's default names (`model=Depends(get_model)`)."""
    wanted = connection.execute(
        "SELECT c.path, c.cell, c.line, c.scope, a.target FROM call c"
        " JOIN call_argument a ON a.path = c.path AND a.call = c.id"
        " WHERE c.method IN ('Depends', 'Security') AND a.position = 0 AND a.kind = 'name'"
        " AND a.target IS NOT NULL ORDER BY c.path, c.id"
    ).fetchall()
    spans: dict[str, list[tuple[int, int, str]]] = {path: [] for path, *_ in wanted}
    for path, line, end_line, qualname in connection.execute(
        "SELECT path, line, end_line, qualname FROM definition WHERE kind <> 'class'"
        " AND path IN (SELECT path FROM call WHERE method IN ('Depends', 'Security'))"
        " ORDER BY path, line"
    ):
        spans.setdefault(path, []).append((line, end_line or line, qualname))
    for path, cell, line, scope, target in wanted:
        found = index.resolve(target, path, scope)
        holders = [name for start, end, name in spans[path] if start <= line <= end]
        if found is not None and found.kind != "module" and holders:
            yield _edge(Unit(path, holders[-1]), (cell, line), found, "call", MEDIUM)


def _notebook_runs(connection: sqlite3.Connection, index: CodeIndex) -> Iterator[CallEdge]:
    wanted = [
        (path, cell, line, "", text.split()[-1 if text.startswith("-") else 0].strip("\"'"))
        for path, cell, line, text in connection.execute(
            "SELECT path, cell, line, text FROM magic WHERE name = 'run' AND trim(text) <> ''"
        )
    ]
    wanted += connection.execute(
        "SELECT c.path, c.cell, c.line, c.scope, a.value FROM call c"
        " JOIN call_argument a ON a.path = c.path AND a.call = c.id AND a.position = 0"
        " WHERE c.target IN ('papermill.execute_notebook', 'runpy.run_path')"
        " AND a.kind = 'string' OR c.name = 'dbutils.notebook.run' AND a.kind = 'string'"
    ).fetchall()
    for path, cell, line, scope, name in connection.execute(
        "SELECT c.path, c.cell, c.line, c.scope, a.value FROM call c"
        " JOIN call_argument a ON a.path = c.path AND a.call = c.id AND a.position = 0"
        " WHERE c.target = 'runpy.run_module' AND a.kind = 'string'"
    ).fetchall():
        module = index.module(f"{name}.__main__", path) or index.module(name, path)
        if module is not None:
            run = Found(Unit(module[0], ""), module[1], "module")
            yield _edge(Unit(path, scope), (cell, line), run, "call")
    for path, cell, line, scope, name in wanted:
        for base in (dirname(path), ""):
            plain = normpath(join(base, name))
            hit = next(
                (plain + end for end in ("", ".ipynb", ".py") if plain + end in index.files), None
            )
            if hit is not None:
                found = Found(Unit(hit, ""), HIGH, "module")
                yield _edge(Unit(path, scope), (cell, line), found, "call")
                break


def _decorated(connection: sqlite3.Connection, index: CodeIndex) -> Iterator[CallEdge]:
    query = "SELECT path, cell, line, qualname, target FROM decorator ORDER BY path, line"
    for path, cell, line, qualname, target in connection.execute(query):
        outer = _enclosing(index, path, qualname)
        decorator = index.resolve(target, path, outer)
        if decorator is not None and decorator.kind != "module":
            yield _edge(Unit(path, outer), (cell, line), decorator, "call")
        kind = index.definitions.get(path, {}).get(qualname)
        if kind is not None and target.rpartition(".")[2] in REGISTERING:
            found = Found(Unit(path, qualname), MEDIUM, kind)
            yield _edge(Unit(path, outer), (cell, line), found, "reference")


def _classes(connection: sqlite3.Connection, index: CodeIndex) -> Iterator[CallEdge]:
    lines: dict[Unit, tuple[int | None, int | None]] = {}
    methods: dict[Unit, list[str]] = {}
    query = "SELECT path, cell, line, qualname, kind FROM definition ORDER BY path, line, qualname"
    for path, cell, line, qualname, kind in connection.execute(query):
        unit = Unit(path, qualname)
        lines.setdefault(unit, (cell, line))
        if kind == "class":
            methods.setdefault(unit, [])
        else:
            owner = Unit(path, qualname.rpartition(".")[0])
            if owner in methods:
                methods[owner].append(qualname.rpartition(".")[2])
    overrides: dict[Unit, list[tuple[Unit, int]]] = {}
    for owner in sorted(methods):
        ancestors = index.ancestors(owner)
        for base, rank in ancestors:
            yield _edge(owner, lines[owner], Found(base, rank, "class"), "inherit")
            for name in methods[owner]:
                if name in methods.get(base, ()):
                    overrides.setdefault(Unit(base.path, f"{base.scope}.{name}"), []).append(
                        (Unit(owner.path, f"{owner.scope}.{name}"), rank)
                    )
        if _has_foreign_base(index, owner, ancestors):
            # A framework calls what a class overrides: training_step, forward, a flow's steps.
            for name in methods[owner]:
                unit = Unit(owner.path, f"{owner.scope}.{name}")
                yield _edge(owner, lines[unit], Found(unit, MEDIUM, "method"), "reference")
    for base_method, found in sorted(overrides.items()):
        if len(found) <= _MAX_OVERRIDES:
            for unit, rank in found:
                sure = max(rank, MEDIUM if len(found) == 1 else LOW)
                yield _edge(base_method, lines[unit], Found(unit, sure, "method"), "inherit")


def _has_foreign_base(index: CodeIndex, owner: Unit, ancestors: Sequence[tuple[Unit, int]]) -> bool:
    own = {unit for unit, _ in ancestors}
    for unit in (owner, *own):
        for target in index.bases.get(unit, ()):
            if target.startswith("builtins.") or target in PLAIN_BASES:
                continue
            if index.base(target, unit.path) is None:
                return True
    return False


def _enclosing(index: CodeIndex, path: str, qualname: str) -> str:
    """Return the scope that runs the definition: the enclosing function, else the module."""
    known = index.definitions.get(path, {})
    outer = qualname.rpartition(".")[0]
    while outer and known.get(outer) == "class":
        outer = outer.rpartition(".")[0]
    return outer
