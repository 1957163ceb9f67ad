"""Where code draws random numbers, and where it seeds what draws them."""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mlops_audit.linking.seeds import Given, Seeds
from mlops_audit.linking.technologies import Catalogue
from mlops_audit.linking.technologies.globs import text_test
from mlops_audit.linking.technologies.model import RandomEntry
from mlops_audit.linking.technologies.project_names import ProjectNames
from mlops_audit.schema import Randomness


class _Site(NamedTuple):
    """A call that may draw or seed."""

    path: str
    call: int
    cell: int | None
    line: int
    scope: str
    name: str
    arguments: int
    entries: tuple[tuple[str, RandomEntry], ...]


def randomness(
    connection: sqlite3.Connection, catalogue: Catalogue, names: ProjectNames
) -> list[Randomness]:
    """Return every place that draws or seeds, sorted; actions are stored before."""
    sites = list(_sites(connection, catalogue, names))
    seeds = Seeds(connection, [(site.path, site.call) for site in sites])
    found = {row: None for site in sites for row in _of_site(site, seeds)}
    found.update(dict.fromkeys(_helpers(connection)))
    found.update(dict.fromkeys(_kernels(connection)))
    return sorted(found, key=_place)


def _sites(
    connection: sqlite3.Connection, catalogue: Catalogue, names: ProjectNames
) -> Iterator[_Site]:
    found: dict[tuple[str, str], tuple[tuple[str, RandomEntry], ...]] = {}
    query = (
        "SELECT c.path, c.id, c.cell, c.line, c.scope, c.name, c.arguments, c.target"
        " FROM call c JOIN file f ON f.path = c.path"
        " WHERE f.role NOT IN ('vendored', 'generated') AND c.target NOT LIKE '?%'"
    )
    for path, call, cell, line, scope, name, arguments, target in connection.execute(query):
        if target.rpartition(".")[2][:1].isupper() and not _makes(name):
            continue
        key = (path, target)
        if key not in found:
            found[key] = _entries(names, catalogue, path, target)
        if found[key]:
            yield _Site(path, call, cell, line, scope, name, arguments, found[key])


def _makes(name: str) -> bool:
    """Tell whether a call makes an object of a class; `self.layer(x)` calls one."""
    return name.rpartition(".")[2][:1].isupper()


def _entries(
    names: ProjectNames, catalogue: Catalogue, path: str, target: str
) -> tuple[tuple[str, RandomEntry], ...]:
    """Return what technologies say of a call, or of the outside class that it makes one of."""
    outside, own = names.outward(path, target)
    candidates = list(names.outward_base(path, target)) if own else [outside]
    for name in candidates:
        if name.partition(".")[0] not in catalogue.random_roots or names.shadows(path, name):
            continue
        hits = sorted(catalogue.randomness.find(name), key=lambda hit: hit[0])
        if hits:
            return tuple((technology, entry) for _, technology, entry in hits)
    return ()


def _of_site(site: _Site, seeds: Seeds) -> Iterator[Randomness]:
    given = seeds.arguments(site.path, site.call)
    for technology, entry in site.entries:
        if not _applies(entry, given):
            continue
        known = _seed(site, entry, given, seeds)
        if known is not None:
            place = (site.path, site.cell, site.line, site.scope)
            role = "used" if entry.draws else "seed"
            for source in (entry.draws,) if entry.draws else entry.seeds:
                yield Randomness(*place, source, role, technology, site.name, site.call, *known)
        return


def _applies(entry: RandomEntry, given: Sequence[Given]) -> bool:
    if entry.when is not None:
        argument = next((one for one in given if one.keyword == entry.when[0]), None)
        if argument is None or not text_test(entry.when[1])(argument.value or ""):
            return False
    if entry.unless is not None:
        argument = next((one for one in given if one.keyword == entry.unless[0]), None)
        if argument is not None:
            # What is not written out may be what takes the draw away.
            literal = argument.kind in ("bool", "string", "number", "none")
            return literal and not text_test(entry.unless[1])(argument.value or "")
    return True


def _seed(
    site: _Site, entry: RandomEntry, given: Sequence[Given], seeds: Seeds
) -> tuple[bool | None, str | None, str | None] | None:
    """Return whether the call fixes a seed, how and which; None if it says nothing."""
    if entry.argument is not None:
        names = entry.argument.split("|")
        for one in given:
            if one.keyword in names or (one.keyword is None and str(one.position) in names):
                if one.kind == "none" and entry.default is not None:
                    break
                return seeds.judged(site.path, site.cell, site.line, site.scope, site.call, one)
        if any(one.keyword in ("*", "**") for one in given):
            return None, None, None
        if entry.seeds and entry.default is None and (site.arguments or "0" not in names):
            return None
    if entry.default is not None:
        return True, "default", entry.default
    return False, None, None


def _helpers(connection: sqlite3.Connection) -> Iterator[Randomness]:
    """Yield seeding helpers of which only the name is known: they may seed anything."""
    query = (
        "SELECT path, cell, line, scope, name, call FROM action"
        " WHERE action = 'seed' AND via = 'idiom' AND name LIKE '%()'"
    )
    for path, cell, line, scope, name, call in connection.execute(query):
        yield Randomness(
            path,
            cell,
            line,
            scope,
            "*",
            "seed",
            "",
            name.removesuffix("()"),
            call,
            True,
            None,
            None,
        )


def _kernels(connection: sqlite3.Connection) -> Iterator[Randomness]:
    """Yield switches that make kernels deterministic, or that let them be chosen by speed."""
    query = (
        "SELECT path, cell, line, scope, name, call, 1 FROM action WHERE action = 'deterministic'"
        " UNION SELECT path, cell, line, scope, name, NULL, 0 FROM assignment"
        " WHERE name LIKE '%cudnn.benchmark' AND value = 'True'"
    )
    for path, cell, line, scope, name, call, fixed in connection.execute(query):
        role = "seed" if fixed else "used"
        yield Randomness(
            path, cell, line, scope, "cudnn", role, "", name, call, bool(fixed), None, None
        )


def _place(row: Randomness) -> tuple[str, int, int, str, str, str]:
    cell = -1 if row.cell is None else row.cell
    return row.path, cell, row.line or 0, row.role, row.source, row.name
