"""Lock files: which tool wrote them and how many packages they pin."""

import re
from collections.abc import Iterator

from mlops_audit.readers.dependencies.parsing import at, load_json, load_toml, mapping, sequence
from mlops_audit.schema import LockFile

#: `- name: x` in conda-lock; `- conda: url`, `- pypi: url` or `- kind: conda` in pixi.
_CONDA_LOCK = re.compile(r"^- name: \S", re.MULTILINE)
_PIXI = re.compile(r"^- (?:conda|pypi|kind): ?\S", re.MULTILINE)
_EXPLICIT = re.compile(r"^https?://\S+\.(?:conda|tar\.bz2)", re.MULTILINE)


def read_toml_lock(path: str, text: str) -> Iterator[LockFile]:
    """Yield the lock of uv, Poetry, PDM or a pylock.toml."""
    name = path.rsplit("/", 1)[-1].lower()
    document = load_toml(text)
    tool = {"uv.lock": "uv", "poetry.lock": "poetry", "pdm.lock": "pdm"}.get(name, "pylock")
    packages = sequence(document.get("packages" if tool == "pylock" else "package"))
    if tool == "uv":
        # The project itself is an entry too, without a registry behind it.
        own = ("virtual", "editable", "directory")
        packages = [
            item
            for item in packages
            if not any(key in mapping(mapping(item).get("source")) for key in own)
        ]
    if packages or document:
        yield LockFile(path, tool, len(packages))


def read_text_lock(path: str, text: str) -> Iterator[LockFile]:
    """Yield a conda-lock or pixi lock; they grow to tens of thousands of lines, so lines count."""
    if path.rsplit("/", 1)[-1].lower() == "pixi.lock":
        _, _, packages = text.partition("\npackages:")
        yield LockFile(path, "pixi", len(_PIXI.findall(packages)))
    elif "@EXPLICIT" in text[:5_000]:
        yield LockFile(path, "conda-lock", len(_EXPLICIT.findall(text)))
    elif count := len(_CONDA_LOCK.findall(text)):
        yield LockFile(path, "conda-lock", count)


def read_json_lock(path: str, text: str) -> Iterator[LockFile]:
    """Yield the lock of Pipenv, renv or npm."""
    name = path.rsplit("/", 1)[-1].lower()
    document = load_json(text)
    if name == "pipfile.lock":
        parts = [at(document, key) for key in mapping(document) if key != "_meta"]
        yield LockFile(path, "pipenv", sum(len(mapping(part)) for part in parts))
    elif name == "renv.lock":
        yield LockFile(path, "renv", len(mapping(at(document, "Packages"))))
    else:
        packages = mapping(at(document, "packages")) or mapping(at(document, "dependencies"))
        yield LockFile(path, "npm", len([key for key in packages if key]))


def read_julia_manifest(path: str, text: str) -> Iterator[LockFile]:
    """Yield a Julia Manifest.toml, of format 1 (packages on top) or 2 (below `deps`)."""
    document = load_toml(text)
    packages = mapping(document.get("deps")) or {
        key: value for key, value in document.items() if isinstance(value, list)
    }
    yield LockFile(path, "julia", len(packages))
