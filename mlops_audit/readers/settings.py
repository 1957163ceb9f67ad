"""Settings: the scalars of configuration files, whatever their format."""

from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.base import Reader
from mlops_audit.readers.json_document import load_json
from mlops_audit.readers.masking import masked_setting
from mlops_audit.readers.toml_document import load_ini, load_toml
from mlops_audit.readers.tree_node import Node
from mlops_audit.readers.yaml_document import load_yaml
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Diagnostic, Setting

SETTING_LIMIT = 2_000
VALUE_LIMIT = 500
#: JSON larger than this is data, not configuration.
JSON_LIMIT = 256_000

_LOCK_FILES = frozenset(
    {
        "package-lock.json",
        "npm-shrinkwrap.json",
        "composer.lock",
        "yarn.lock",
        "pnpm-lock.yaml",
        "poetry.lock",
        "uv.lock",
        "pdm.lock",
        "pixi.lock",
        "pipfile.lock",
        "cargo.lock",
        "conda-lock.yml",
        "conda-lock.yaml",
        "renv.lock",
        "manifest.toml",
        ".terraform.lock.hcl",
    }
)
_YAML_NAMES = frozenset({"MLproject", "MLmodel", ".clang-format", ".yamllint", ".condarc"})
_INI_SUFFIXES = frozenset({".ini", ".cfg", ".conf", ".properties"})


class SettingsReader:
    """Reads YAML, TOML, JSON and INI files."""

    name = "settings"
    version = 1

    def accepts(self, file: SourceFile) -> bool:
        """Accept configuration files that are neither notebooks nor locks nor data."""
        return _format(file) != ""

    def read(self, file: SourceFile, content: bytes) -> Iterator[Any]:
        """Yield a row for each scalar, up to the limit, and what could not be read."""
        kind = _format(file)
        documents: tuple[Node, ...] = ()
        if kind == "yaml":
            loaded = load_yaml(content)
            documents = loaded.documents
            yield from loaded.diagnostics(file.path, self.name)
        elif kind == "json":
            tree = load_json(content)
            documents = (tree,)
            if not tree and content.strip():
                problem = "The JSON could not be read."
                yield Diagnostic(file.path, None, self.name, problem, True)
        elif kind == "toml":
            tree, problem = load_toml(content)
            documents = (tree,)
            if problem:
                yield Diagnostic(file.path, None, self.name, problem, True)
        elif kind == "ini":
            documents = (load_ini(content),)
        yield from self._settings(file.path, documents)

    def _settings(self, path: str, documents: tuple[Node, ...]) -> Iterator[Any]:
        count = 0
        for index, document in enumerate(documents):
            for key, name, node in _leaves(document):
                if count == SETTING_LIMIT:
                    problem = f"Only the first {SETTING_LIMIT:,} settings were kept."
                    yield Diagnostic(path, node.line, self.name, problem, False)
                    return
                count += 1
                yield Setting(path, node.line, index, key, name, _value(name, node), _kind(node))


def _format(file: SourceFile) -> str:
    name, suffix = file.name, file.suffix
    if name.lower() in _LOCK_FILES or file.kind in ("notebook", "data", "model"):
        return ""
    if suffix in (".yaml", ".yml") or name in _YAML_NAMES:
        return "yaml"
    if suffix == ".toml" or name == "Pipfile":
        return "toml"
    if suffix in (".json", ".jsonc", ".webmanifest"):
        return "json" if file.size <= JSON_LIMIT else ""
    if suffix in _INI_SUFFIXES or file.path.endswith(".dvc/config") or name == ".flake8":
        return "ini"
    return ""


def _leaves(document: Node) -> Iterator[tuple[str, str, Node]]:
    """Yield (dotted key, last name, node) of every scalar and empty collection, in order."""
    stack: list[tuple[str, str, Node]] = [("", "", document)]
    while stack:
        key, name, node = stack.pop()
        if node.pairs:
            stack.extend(
                (f"{key}.{child_name}" if key else child_name, child_name, child)
                for child_name, child in reversed(node.pairs)
            )
        elif node.children:
            stack.extend(
                (f"{key}[{index}]", name, child)
                for index, child in reversed(tuple(enumerate(node.children)))
            )
        elif node and key:
            yield key[:VALUE_LIMIT], name[:VALUE_LIMIT], node


def _kind(node: Node) -> str:
    if node.kind != "scalar":
        return "empty"
    if node.value is None:
        return "null"
    if isinstance(node.value, bool):
        return "bool"
    return "number" if isinstance(node.value, int | float) else "string"


def _value(name: str, node: Node) -> str:
    if node.kind != "scalar":
        return "{}" if node.is_mapping else "[]"
    if isinstance(node.value, bool):
        return node.text.lower()
    if not isinstance(node.value, str):
        return node.text[:VALUE_LIMIT]
    return masked_setting(name, node.text[: 4 * VALUE_LIMIT])[:VALUE_LIMIT]


READERS: tuple[Reader, ...] = (SettingsReader(),)
