"""Manifests of other ecosystems: R, Julia, sbt and npm."""

import re
from collections.abc import Iterator

from mlops_audit.readers.dependencies.names import group, pin, unique
from mlops_audit.readers.dependencies.parsing import (
    Locator,
    at,
    load_json,
    load_toml,
    mapping,
    scalar,
)
from mlops_audit.readers.dependencies.people import package_owners
from mlops_audit.schema import Dependency, Ownership, PackageMetadata

_R_FIELDS = {"Depends": "main", "Imports": "main", "LinkingTo": "build", "Suggests": "dev"}
_R_ITEM = re.compile(r"([A-Za-z][A-Za-z0-9.]*)\s*(?:\(\s*([^)]*)\))?")
_R_ADDRESS = re.compile(r"[\w.+-]{1,100}@[\w.-]{1,100}\.\w{2,20}")
_SBT = re.compile(
    r'"([\w.-]{1,200})"\s{0,20}%{1,3}\s{0,20}"([\w.-]{1,200})"\s{0,20}%\s{0,20}'
    r'(?:"([^"\n]{1,100})"|(\w{1,100}))(?:\s{0,20}%\s{0,20}"?(\w{1,30}))?'
)


def read_description(path: str, text: str) -> Iterator[Dependency | PackageMetadata | Ownership]:
    """Yield the dependencies and the metadata of an R package's DESCRIPTION."""
    fields: dict[str, tuple[int, str]] = {}
    current = ""
    for number, line in enumerate(text.splitlines()[:5_000], 1):
        if line[:1] in (" ", "\t") and current:
            start, value = fields[current]
            fields[current] = (start, f"{value}\n{line.strip()}"[:50_000])
        elif found := re.match(r"([A-Za-z][\w/@-]*):\s*(.*)", line):
            current = found[1]
            fields[current] = (number, found[2])
        else:
            current = ""
    if "Package" not in fields and "Type" not in fields:
        return
    name = fields.get("Package", (1, ""))[1].strip()
    everyone = " ".join(fields[key][1] for key in ("Authors@R", "Maintainer") if key in fields)
    addresses = sorted(set(_R_ADDRESS.findall(everyone)))
    version = fields.get("Version", (1, ""))[1].strip() or None
    publishable = "License" in fields and "Description" in fields and bool(addresses)
    people = max(everyone.count("person("), len(addresses))
    yield PackageMetadata(
        path, 1, name or None, version, None, None, publishable, people, bool(addresses)
    )
    where = fields.get("Maintainer", fields.get("Authors@R", (1, "")))[0]
    yield from package_owners(path, where, name, (("", address) for address in addresses))
    locator = Locator(text)
    for key, known in _R_FIELDS.items():
        start, value = fields.get(key, (1, ""))
        for item in value.replace("\n", " ").split(","):
            wanted = _R_ITEM.match(item.strip())
            if wanted is None or wanted[1] == "R":
                continue
            specifier = (wanted[2] or "").strip()
            where_found = locator.line(wanted[1], start - 1)
            row = (wanted[1], specifier, pin(specifier), known)
            yield Dependency(path, where_found, *row, "r", "description", False)


def read_julia_project(path: str, text: str) -> Iterator[Dependency]:
    """Yield the dependencies of a Julia Project.toml, with what [compat] says about them."""
    document = load_toml(text)
    locator = Locator(text)
    compat = mapping(document.get("compat"))
    for table, known in (("deps", "main"), ("weakdeps", "optional:weak"), ("extras", "test")):
        start = locator.starting(f"[{table}]")
        for name in mapping(document.get(table)):
            written = scalar(compat.get(name), 300)
            # A bare Julia version means caret: compatible releases, thus an upper bound.
            held = "exact" if written.startswith("=") else "bounded" if written else "none"
            held = "lower" if written.startswith((">", "≥")) else held
            row = (name, written, held, known)
            yield Dependency(path, locator.line(name, start), *row, "julia", "project-toml", False)


def read_sbt(path: str, text: str) -> Iterator[Dependency]:
    """Yield the library dependencies that a build.sbt states with literal coordinates."""

    def rows() -> Iterator[Dependency]:
        for number, line in enumerate(text.splitlines()[:20_000], 1):
            if line.lstrip().startswith("//"):
                continue
            for found in _SBT.finditer(line[:2_000]):
                version = found[3] or found[4] or ""
                known = "test" if (found[5] or "").lower() == "test" else "main"
                held = "exact" if found[3] else "none"
                name = f"{found[1]}:{found[2]}"
                yield Dependency(path, number, name, version, held, known, "maven", "sbt", False)

    yield from unique(rows())


def read_package_json(path: str, text: str) -> Iterator[Dependency]:
    """Yield the dependencies of a package.json."""
    document = load_json(text)
    locator = Locator(text)
    tables = {
        "dependencies": "main",
        "devDependencies": "dev",
        "peerDependencies": "main",
        "optionalDependencies": "optional:optional",
    }
    for table, name in tables.items():
        start = locator.starting(f'"{table}"')
        for package, value in mapping(at(document, table)).items():
            specifier = scalar(value, 300)
            url = bool(re.match(r"[a-z+]+:|[\w-]+/[\w-]+", specifier))
            held = "url" if url else pin(specifier)
            known = name if ":" in name else group(name)
            line = locator.line(package, start - 1)  # the table may stand on one line
            yield Dependency(
                path, line, package, specifier, held, known, "npm", "package-json", False
            )
