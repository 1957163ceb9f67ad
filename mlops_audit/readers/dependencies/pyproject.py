"""pyproject.toml: PEP 621, PEP 735, and the tables of Poetry, PDM, uv and pixi."""

from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.dependencies.names import group, unique
from mlops_audit.readers.dependencies.parsing import (
    Locator,
    at,
    load_toml,
    mapping,
    scalar,
    sequence,
)
from mlops_audit.readers.dependencies.people import package_owners, split_person
from mlops_audit.readers.dependencies.pixi import read_pixi
from mlops_audit.readers.dependencies.poetry import read_poetry
from mlops_audit.readers.dependencies.requirements import requirement_row
from mlops_audit.schema import ConsoleScript, Dependency, Ownership, PackageMetadata

Rows = Iterator[Dependency | PackageMetadata | ConsoleScript | Ownership]

#: Groups that PEP 735 lets include each other.
_INCLUDE_LIMIT = 50


def read_pyproject(path: str, text: str) -> Rows:
    """Yield what a pyproject.toml declares."""
    document = load_toml(text)
    locator = Locator(text)
    yield from _metadata(path, document, locator)
    yield from unique(_dependencies(path, document, locator))
    for table in ("scripts", "gui-scripts"):
        yield from _scripts(path, at(document, "project", table), locator)
    yield from _scripts(path, at(document, "tool", "poetry", "scripts"), locator)


def _dependencies(path: str, document: dict[str, Any], locator: Locator) -> Iterator[Dependency]:
    project = mapping(document.get("project"))
    start = locator.starting("dependencies", "[project]")
    yield from _listed(path, project.get("dependencies"), "main", "pyproject", locator, start)
    for name, listed in mapping(project.get("optional-dependencies")).items():
        start = locator.starting(f"{name} =", f"{name}=", "[project.optional-dependencies]")
        known = group(name)
        known = known if known in ("dev", "test", "docs") else f"optional:{name[:80]}"
        yield from _listed(path, listed, known, "pyproject", locator, start)
    groups = mapping(document.get("dependency-groups"))
    for name, listed in groups.items():
        start = locator.starting(f"{name} =", f"{name}=", "[dependency-groups]")
        yield from _listed(path, listed, group(name), "pyproject", locator, start)
    requires = at(document, "build-system", "requires")
    yield from _listed(
        path, requires, "build", "pyproject", locator, locator.starting("[build-system]")
    )
    for name, listed in mapping(at(document, "tool", "pdm", "dev-dependencies")).items():
        start = locator.starting("[tool.pdm.dev-dependencies]")
        yield from _listed(path, listed, group(name), "pdm", locator, start)
    listed = at(document, "tool", "uv", "dev-dependencies")
    yield from _listed(path, listed, "dev", "pyproject", locator, locator.starting("[tool.uv]"))
    listed = at(document, "tool", "uv", "constraint-dependencies")
    yield from _listed(path, listed, "constraints", "pyproject", locator, 0)
    environments = mapping(at(document, "tool", "hatch", "envs"))
    for name, environment in environments.items():
        for key in ("dependencies", "extra-dependencies"):
            listed = mapping(environment).get(key)
            start = locator.starting(f"[tool.hatch.envs.{name}]")
            known = "dev" if name == "default" else group(name)
            yield from _listed(path, listed, known, "pyproject", locator, start)
    yield from read_poetry(path, at(document, "tool", "poetry"), locator)
    yield from read_pixi(path, at(document, "tool", "pixi"), locator)


def _listed(
    path: str, listed: object, known: str, source: str, locator: Locator, after: int
) -> Iterator[Dependency]:
    for item in sequence(listed):
        if not isinstance(item, str):
            continue  # {include-group = "…"}: the included group states its own
        row = requirement_row(path, None, item, known, source)
        if row is not None:
            # The heading's own line can hold the list, hence one line earlier.
            written = item.split(";")[0].split("[")[0].split("@")[0]
            word = written.strip().split(" ")[0]
            line = locator.line(word.rstrip("<>=!~") or row.name, max(after - 1, 0))
            line = line or locator.line(row.name, max(after - 1, 0)) or locator.line(row.name)
            yield row._replace(line=line)


def _metadata(
    path: str, document: dict[str, Any], locator: Locator
) -> Iterator[PackageMetadata | Ownership]:
    project = mapping(document.get("project"))
    poetry = mapping(at(document, "tool", "poetry"))
    backend = scalar(at(document, "build-system", "build-backend")) or None
    table = project or poetry
    if not table and backend is None:
        return
    line = locator.starting("[project]", "[tool.poetry]") or None
    name = scalar(project.get("name")) or scalar(poetry.get("name"))
    dynamic = "version" in sequence(project.get("dynamic"))
    version = scalar(project.get("version")) or scalar(poetry.get("version"))
    if dynamic:
        version = "dynamic"
    requires = scalar(project.get("requires-python"))
    requires = requires or scalar(at(poetry, "dependencies", "python"))
    people = list(_people(project)) or list(_people(poetry))
    links = table.get("urls") or poetry.get("homepage") or poetry.get("repository")
    publishable = bool(
        backend
        and table.get("description")
        and (sequence(table.get("classifiers")) or sequence(poetry.get("classifiers")))
        and (links or sequence(project.get("keywords")))
    ) and not any("private ::" in str(item).lower() for item in sequence(table.get("classifiers")))
    yield PackageMetadata(
        path,
        line,
        name or None,
        version or None,
        requires or None,
        backend,
        publishable,
        len(people),
        any(address for _, address in people),
    )
    where = locator.starting("authors", "maintainers", "[[project.authors]]") or line
    yield from package_owners(path, where, name, people)


def _people(table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    seen = set()
    for item in [*sequence(table.get("authors")), *sequence(table.get("maintainers"))][:200]:
        if isinstance(item, str):
            person = split_person(item[:300])
        else:
            person = (scalar(mapping(item).get("name")), scalar(mapping(item).get("email")))
        if any(person) and person not in seen:
            seen.add(person)
            yield person


def _scripts(path: str, table: object, locator: Locator) -> Iterator[ConsoleScript]:
    start = locator.starting("[project.scripts]", "[tool.poetry.scripts]", "[project.gui-scripts]")
    for name, target in mapping(table).items():
        value = target if isinstance(target, str) else mapping(target).get("reference")
        written = scalar(value) or scalar(mapping(target).get("callable"))
        if written:
            yield ConsoleScript(path, locator.line(name, start), name, written.split(" [")[0])
