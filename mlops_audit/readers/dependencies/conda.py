"""conda environment files, also inline in an Azure ML environment, and MLflow's python_env."""

import re
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.dependencies.names import conda_pin, unique
from mlops_audit.readers.dependencies.parsing import (
    Locator,
    at,
    load_yaml,
    mapping,
    scalar,
    sequence,
)
from mlops_audit.readers.dependencies.requirements import requirement_row
from mlops_audit.schema import Dependency

_MATCH = re.compile(r"(?:[\w./-]+::)?([A-Za-z0-9_][A-Za-z0-9._-]*)\s*(\[[^\]]*\])?(.*)$")


def read_conda(path: str, text: str) -> Iterator[Dependency]:
    """Yield the dependencies of an environment file; a file of another shape yields nothing."""
    document = mapping(load_yaml(text))
    locator = Locator(text)
    inline = at(document, "conda_file")
    if isinstance(inline, dict):
        document = mapping(inline)
    if "build_dependencies" in document or "python_env" in path.rsplit("/", 1)[-1]:
        yield from unique(_python_environment(path, document, locator))
        return
    yield from unique(_conda(path, document, locator))


def _conda(path: str, document: dict[str, Any], locator: Locator) -> Iterator[Dependency]:
    start = locator.starting("dependencies:")
    for item in sequence(document.get("dependencies")):
        if isinstance(item, dict):
            yield from _pip(path, sequence(item.get("pip")), "main", locator, start)
            continue
        found = _MATCH.match(scalar(item).strip())
        if found is None or found[1].lower() == "python":
            continue
        specifier = re.sub(r"\s+#.*|\s+", "", found[3])[:300]
        name = found[1].lower()
        line = locator.line(f"{found[1]}{specifier}".split("=")[0].split("<")[0], start)
        line = line or locator.line(name, start)
        yield Dependency(
            path, line, name, specifier, conda_pin(specifier), "main", "conda", "conda", False
        )


def _python_environment(
    path: str, document: dict[str, Any], locator: Locator
) -> Iterator[Dependency]:
    for key, known in (("build_dependencies", "build"), ("dependencies", "main")):
        start = locator.starting(f"{key}:")
        yield from _pip(path, sequence(document.get(key)), known, locator, start)


def _pip(
    path: str, items: list[Any], known: str, locator: Locator, start: int
) -> Iterator[Dependency]:
    for item in items:
        row = requirement_row(path, None, scalar(item), known, "conda")
        if row is not None:
            name = re.split(r"[\s\[<>=!~@;#]", scalar(item), maxsplit=1)[0]
            line = locator.line(name or row.name, start) or locator.line(row.name, start)
            yield row._replace(line=line)
