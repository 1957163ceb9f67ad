"""What a file is for, by its place and name: source, test, docs, example, vendored, …"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from mlops_audit.repository.attributes import Attributes

#: Folders of installed packages: never the repository's own work, and never read.
INSTALLED = frozenset(
    {"node_modules", "site-packages", "bower_components", "jspm_packages", "dist-packages"}
)
_VENDORED = frozenset(
    {"vendor", "vendors", "vendored", "_vendor", "third_party", "third-party", "thirdparty"}
    | {"3rdparty", "3rd_party", "extern", "external", "externals", "submodules"}
)
_GENERATED = frozenset({"_build", "htmlcov", ".ipynb_checkpoints", "__generated__", "_generated"})
_TEST = frozenset(
    {"tests", "test", "__tests__", "unit_tests", "integration_tests", "unittests"}
    | {"unit_test", "integration_test", "e2e", "testdata", "test_data"}
)
_DOCS = frozenset({"docs", "doc", "documentation", "wiki", "doc_src", "docs_src"})
_EXAMPLE = frozenset(
    {"examples", "example", "samples", "sample", "tutorials", "tutorial"}
    | {"quickstart", "quickstarts", "getting-started", "getting_started", "walkthroughs"}
)
_TEMPLATE = frozenset({"templates", "template", "cookiecutters", "cookiecutter"})
#: Below a folder of data, `test`, `sample` and `external` name parts of the data.
_DATA = frozenset({"data", "datasets", "dataset", "raw", "images", "imgs", "inputs"})

_TEST_NAME = re.compile(
    r"test_[^/]*\.(?:py|ipynb|r|jl)|[^/]*_test\.(?:py|go|cc|cpp)|conftest\.py"
    r"|[^/]*\.(?:test|spec)\.(?:js|jsx|ts|tsx|mjs|cjs)|[^/]*(?:Test|Tests|Spec)\.(?:scala|java|kt)"
)
_GENERATED_NAME = re.compile(
    r"[^/]*_pb2(?:_grpc)?\.pyi?|[^/]*\.min\.(?:js|css)|[^/]*\.(?:js|css)\.map|_version\.py"
    r"|[^/]*\.g\.(?:py|dart|cs)|[^/]*\.pb\.(?:go|cc|h)"
)
_TEMPLATE_NAME = re.compile(r"[^/]*\.(?:j2|jinja|jinja2|tmpl|tpl|template|mustache|erb)")
_DOCS_NAME = re.compile(
    r"(?:readme|changelog|changes|history|contributing|code_of_conduct|license|licence|copying"
    r"|notice|authors|contributors|security|support|citation)(?:[._-][^/]*)?",
    re.IGNORECASE,
)
#: Kinds for which a folder called `templates` is no hint: automation and charts live there.
_AUTOMATION_KINDS = frozenset({"yaml", "toml", "dockerfile", "makefile", "shell"})
_AUTOMATION_SUFFIXES = (".tf", ".bicep", ".tpl", ".hcl", ".json")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleHints:
    """What is known about the tree beyond a single path."""

    attributes: Attributes = field(default_factory=lambda: Attributes(()))
    #: Folders that hold somebody else's work: submodules, copied projects.
    foreign: Collection[str] = ()
    #: Virtual environments: folders with a pyvenv.cfg.
    environments: Collection[str] = ()


def role_of(path: str, kind: str, hints: RoleHints) -> str:
    """Return the role of a file."""
    attributes = hints.attributes
    vendored = attributes.vendored(path)
    generated = attributes.generated(path)
    folders = [part.lower() for part in path.split("/")[:-1]]
    name = path.rsplit("/", 1)[-1]
    own = _outside_data(folders)
    if vendored or (
        vendored is None
        and (
            is_installed(path, hints)
            or not _VENDORED.isdisjoint(own)
            or _lies_in(path, hints.foreign)
        )
    ):
        return "vendored"
    if generated or (generated is None and _is_generated(folders, name)):
        return "generated"
    if _is_template(path, own, name, kind):
        return "template"
    if not _TEST.isdisjoint(own) or _TEST_NAME.fullmatch(name):
        return "test"
    if attributes.documentation(path) or not _DOCS.isdisjoint(own):
        return "docs"
    if not _EXAMPLE.isdisjoint(own):
        return "example"
    if kind in ("markdown", "rst") or (kind == "text" and _DOCS_NAME.fullmatch(name)):
        return "docs"
    return "source"


def is_installed(path: str, hints: RoleHints) -> bool:
    """Tell whether a file belongs to an installed package or a virtual environment."""
    parts = path.split("/")[:-1]
    return not INSTALLED.isdisjoint(parts) or _lies_in(path, hints.environments)


def _outside_data(folders: list[str]) -> list[str]:
    """Return the folders above the first one that holds data."""
    for index, folder in enumerate(folders):
        if folder in _DATA:
            return folders[:index]
    return folders


def _lies_in(path: str, folders: Collection[str]) -> bool:
    return any(path.startswith(f"{folder}/") for folder in folders)


def _is_generated(folders: list[str], name: str) -> bool:
    return (
        not _GENERATED.isdisjoint(folders)
        or any(folder.endswith((".egg-info", ".dist-info")) for folder in folders)
        or folders[:1] == ["dist"]
        or _GENERATED_NAME.fullmatch(name) is not None
    )


def _is_template(path: str, folders: list[str], name: str, kind: str) -> bool:
    if "{{" in path or "{%" in path or name == "cookiecutter.json":
        return True
    if any(folder.startswith(".") for folder in folders):
        return False
    if not _TEMPLATE.isdisjoint(folders):
        return kind not in _AUTOMATION_KINDS and not name.lower().endswith(_AUTOMATION_SUFFIXES)
    return _TEMPLATE_NAME.fullmatch(name) is not None


def foreign_folders(paths: Mapping[str, str | None]) -> tuple[str, ...]:
    """Return folders that are copies of somebody else's project.

    ``paths`` maps each path to its digest. A copy has a licence of its own *and* a `setup.py`, lies
    beside work that is not its own, and its licence is neither the root's nor shared with a
    sibling; without a licence at the root it also needs another mark of a published project.
    """
    inside: dict[str, dict[str, str | None]] = {}
    for path, digest in paths.items():
        folder, _, name = path.rpartition("/")
        inside.setdefault(folder, {})[name.lower()] = digest
    root_licence = _licence(inside.get("", {}))
    candidates = {
        folder: licence
        for folder, names in inside.items()
        if folder and "setup.py" in names and (licence := _licence(names)) is not None
    }
    shared = [licence for licence in candidates.values() if licence]
    found: list[str] = []
    for folder, licence in sorted(candidates.items()):
        if _lies_in(folder, found) or shared.count(licence) > 1:
            continue
        if root_licence is None:
            copied = not _PUBLISHED.isdisjoint(inside[folder]) or f"{folder}/.github" in inside
        else:
            copied = licence != root_licence
        if copied and _has_work_outside(folder, paths):
            found.append(folder)
    return tuple(found)


_DIST_INFO = re.compile(
    r"(?P<place>(?:[^/]+/)*)(?P<name>[A-Za-z0-9_.]+)-[^-/]+\.dist-info/METADATA"
)


def installed_beside(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the packages that `pip install --target` put beside the repository's own code."""
    found: set[str] = set()
    for path in paths:
        match = _DIST_INFO.fullmatch(path)
        if match is not None:
            name = match["name"]
            names = {name, name.lower(), name.lower().removeprefix("python_")}
            found.update(f"{match['place']}{each}" for each in names)
    return tuple(sorted(found))


_PUBLISHED = frozenset(
    {"contributing.md", "code_of_conduct.md", "manifest.in", ".travis.yml", "authors.md"}
    | {"authors", "changelog.md", "history.rst", "history.md", ".circleci"}
)


def _licence(names: Mapping[str, str | None]) -> str | None:
    for name in ("license", "license.txt", "license.md", "licence", "copying", "license.rst"):
        if name in names:
            return names[name] or ""
    return None


def _has_work_outside(folder: str, paths: Mapping[str, str | None]) -> bool:
    prefix = f"{folder}/"
    return any(
        path.endswith((".py", ".ipynb"))
        and not path.startswith(prefix)
        and _TEST.isdisjoint(path.lower().split("/"))
        for path in paths
    )
