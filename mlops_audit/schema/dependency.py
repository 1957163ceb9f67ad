"""Tables about declared dependencies, locks, packaging and environments."""

from typing import Annotated, NamedTuple

from mlops_audit.schema.table import Line, Path


class Dependency(NamedTuple):
    """One declared dependency (direct, as people write it).

    `line` is NULL for what a cell of a Jupyter notebook installs.
    """

    path: Path
    line: Line
    name: Annotated[str, "normalised (PEP 503) for Python; as written otherwise"]
    specifier: Annotated[str, "version specifier as written, '' if there is none"]
    pin: Annotated[
        str, "exact | wildcard (1.2.*) | bounded (has an upper bound) | lower | none | url"
    ]
    dependency_group: Annotated[
        str, "main | dev | test | docs | build | optional:NAME | constraints"
    ]
    ecosystem: Annotated[str, "pypi | conda | r | julia | npm | maven | system"]
    source: Annotated[
        str,
        "requirements | pyproject | poetry | pdm | pipfile | conda | setup | dockerfile | notebook"
        " | description | project-toml | sbt | package-json",
    ]
    hashed: Annotated[bool, "1 if it carries a hash"]


class LockFile(NamedTuple):
    """A lock file."""

    path: Path
    tool: Annotated[
        str,
        "uv | poetry | pdm | pipenv | conda-lock | pixi | pylock | pip-compile | renv |"
        " julia | npm",
    ]
    packages: Annotated[int, "packages it pins"]


class PackageMetadata(NamedTuple):
    """What a packaging file says about the package it builds."""

    path: Path
    line: Line
    name: Annotated[str | None, "distribution name"]
    version: Annotated[str | None, "static version, or 'dynamic'"]
    requires_python: Annotated[str | None, "as written"]
    build_backend: Annotated[str | None, "build backend"]
    publishable: Annotated[
        bool, "1 if it has what a published library has (classifiers, urls, description)"
    ]
    authors: Annotated[int, "authors or maintainers with a name or e-mail"]
    contact: Annotated[bool, "1 if one of them has an e-mail"]


class ConsoleScript(NamedTuple):
    """A command that the package installs."""

    path: Path
    line: Line
    name: Annotated[str, "command"]
    target: Annotated[str, "module:function"]


class ImageBase(NamedTuple):
    """A FROM of a Dockerfile, an image: of a compose, job or Kubernetes file."""

    path: Path
    line: Line
    image: Annotated[str, "name without tag and digest"]
    tag: Annotated[str | None, "tag"]
    digest: Annotated[str | None, "sha256:…"]
    stage: Annotated[str | None, "build stage name"]
    source: Annotated[str, "dockerfile | compose | kubernetes | workflow | environment"]
