"""How names, version specifiers and groups of dependencies are normalised."""

import re
from collections.abc import Iterator

from mlops_audit.schema import Dependency

_GROUPS = {
    "main": "main", "default": "main", "prod": "main", "base": "main",
    "dev": "dev", "develop": "dev", "development": "dev", "lint": "dev", "linting": "dev",
    "format": "dev", "typing": "dev", "types": "dev", "style": "dev", "ci": "dev", "tools": "dev",
    "pre-commit": "dev", "quality": "dev", "local": "dev",
    "test": "test", "tests": "test", "testing": "test", "pytest": "test",
    "doc": "docs", "docs": "docs", "documentation": "docs", "mkdocs": "docs", "sphinx": "docs",
    "build": "build", "packaging": "build",
    "constraint": "constraints", "constraints": "constraints",
}  # fmt: skip


def normalise(name: str) -> str:
    """Return the PEP 503 form of a Python distribution name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def group(name: str) -> str:
    """Return the dependency group for the name that a project gave it."""
    return _GROUPS.get(name.lower().strip(), f"optional:{name.strip()[:80]}")


def group_of_file(path: str) -> str:
    """Return the group that the name of a requirements file tells."""
    parts = path.lower().rsplit("/", 2)[-2:]
    words = re.split(r"[-_.]", parts[-1])[:-1]
    if len(parts) == 2 and not any(word.startswith("req") for word in words):
        # requirements/test.txt says it in the stem, docs/requirements.txt in the folder.
        words += [] if parts[0].startswith("req") else [parts[0]]
    elif len(parts) == 2:
        words.append(parts[0])
    for word in words:
        known = _GROUPS.get(word)
        if known and known != "main":
            return known
    return "main"


def pin(specifier: str) -> str:
    """Return how firmly a PEP 440 specifier (or npm, Poetry, Julia, R one) holds a version."""
    text = specifier.strip().strip("()").strip()
    if not text or text == "*" or text.lower() == "latest":
        return "none"
    clauses = [clause.strip() for clause in re.split(r"[,\s]+(?=[<>=!~^])|,|\|\|", text)]
    kinds = {_clause(clause) for clause in clauses if clause}
    for kind in ("exact", "wildcard", "bounded", "lower"):
        if kind in kinds:
            return kind
    return "none"


def _clause(clause: str) -> str:
    if clause.startswith("!="):
        return "none"
    if clause.startswith(("<", "~", "^")):
        return "bounded"
    if clause.startswith(">"):
        return "lower"
    version = clause.lstrip("=vV ")
    if version in ("", "*"):
        return "none"
    if re.search(r"(^|\.)[*x]($|\.)", version):
        return "wildcard"
    return "exact" if version[:1].isdigit() else "none"


def conda_pin(specifier: str) -> str:
    """Return the pin of a conda match specification.

    `=1.21` is fuzzy (any 1.21.*); with three parts only a post release could slip through, which
    no channel ships, so `=1.21.0` is as good as exact.
    """
    text = specifier.strip()
    if re.match(r"=[^=<>!~]", text):
        version = text[1:].partition("=")[0].strip()
        if "*" in version:
            return "wildcard"
        return "exact" if "=" in text[1:] or version.count(".") >= 2 else "wildcard"
    return pin(text)


def unique(rows: Iterator[Dependency]) -> Iterator[Dependency]:
    """Yield the rows without repetitions (one package under several markers)."""
    seen: set[tuple[str, str, str, str]] = set()
    for row in rows:
        key = (row.name, row.specifier, row.dependency_group, row.ecosystem)
        if key not in seen:
            seen.add(key)
            yield row
