"""The [tool.poetry] tables and the Pipfile, which share a notation."""

from collections.abc import Iterator

from mlops_audit.readers.dependencies.names import group, normalise, pin, unique
from mlops_audit.readers.dependencies.parsing import Locator, load_toml, mapping, scalar, sequence
from mlops_audit.schema import Dependency


def read_poetry(path: str, table: object, locator: Locator) -> Iterator[Dependency]:
    """Yield the dependencies of a [tool.poetry] table."""
    poetry = mapping(table)
    sections = [
        ("dependencies", poetry.get("dependencies"), "main"),
        ("dev-dependencies", poetry.get("dev-dependencies"), "dev"),
    ]
    for name, value in mapping(poetry.get("group")).items():
        sections.append((f"group.{name}.dependencies", mapping(value).get("dependencies"), name))
    for heading, content, name in sections:
        start = locator.starting(f"[tool.poetry.{heading}]")
        yield from table_rows(path, content, group(name), "poetry", locator, start)


def read_pipfile(path: str, text: str) -> Iterator[Dependency]:
    """Yield the dependencies of a Pipfile."""
    document = load_toml(text)
    locator = Locator(text)

    def rows() -> Iterator[Dependency]:
        for heading, content in document.items():
            if heading in ("source", "requires", "scripts", "pipenv"):
                continue
            name = {"packages": "main", "dev-packages": "dev"}.get(heading, heading)
            start = locator.starting(f"[{heading}]")
            yield from table_rows(path, content, group(name), "pipfile", locator, start)

    yield from unique(rows())


def table_rows(
    path: str, table: object, known: str, source: str, locator: Locator, after: int
) -> Iterator[Dependency]:
    """Yield one row for every `name = constraint` of a table; `python` itself is none."""
    for name, value in mapping(table).items():
        if name.lower() == "python":
            continue
        for constraint in sequence(value) or [value]:
            specifier, held, optional = _constraint(constraint)
            line = locator.line(name, after)
            placed = "optional:extra" if optional and known == "main" else known
            yield Dependency(
                path, line, normalise(name), specifier, held, placed, "pypi", source, False
            )


def _constraint(value: object) -> tuple[str, str, bool]:
    if isinstance(value, dict):
        optional = value.get("optional") is True
        for key in ("git", "url", "path", "file"):
            if scalar(value.get(key)):
                ref = scalar(value.get("rev")) or scalar(value.get("tag"))
                return f"{scalar(value[key])}{'@' + ref if ref else ''}"[:300], "url", optional
        specifier = scalar(value.get("version"), 300)
        return ("" if specifier == "*" else specifier), pin(specifier), optional
    specifier = scalar(value, 300)
    return ("" if specifier == "*" else specifier), pin(specifier), False
