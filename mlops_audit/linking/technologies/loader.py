"""Reading technology files: strict, and fast because only the first document is parsed."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

from mlops_audit import __version__
from mlops_audit.derived import Derived
from mlops_audit.errors import RulebookError
from mlops_audit.linking.technologies.entry_loader import (
    ARGUMENT,
    Spot,
    WrongError,
    check_keys,
    command_entry,
    glob_entry,
    key_entry,
    launch_entry,
    mappings_of,
    name_entry,
    random_entry,
    refuse_unknown,
    strings_of,
    text_of,
)
from mlops_audit.linking.technologies.kept import FORM, from_plain, to_plain
from mlops_audit.linking.technologies.model import Technology, TechnologyExample
from mlops_audit.linking.technologies.vocabulary import ACTIONS, CATEGORIES, FEATURES

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_TOP = {"id", "title", "category", "homepage", "packages", "imports", "calls", "methods", "bases",
        "decorators", "commands", "uses", "images", "files", "keys", "launches",
        "randomness", "features", "links"}  # fmt: skip


def technology_files(paths: Iterable[Path]) -> list[Path]:
    """Return the technology files that the paths name (folders are listed), sorted by name."""
    found: list[Path] = []
    for path in paths:
        found += path.glob("*.yaml") if path.is_dir() else [path]
    return sorted(found, key=lambda file: (file.name, str(file)))


def load_technologies(paths: Sequence[Path], derived: Derived) -> list[Technology]:
    """Read technology files, or raise RulebookError with file, line and what is wrong.

    Files that ``derived`` holds with the very same texts are not parsed and checked again.
    """
    texts = [_documents(path)[0] for path in paths]
    made_of = (
        __version__,
        FORM,
        sorted(ACTIONS),
        sorted(CATEGORIES),
        sorted(FEATURES),
        *map(str, paths),
        *texts,
    )
    key = hashlib.sha256("\0".join(map(str, made_of)).encode("utf-8", "replace")).hexdigest()

    def checked() -> list[list[Any]]:
        return [
            to_plain(_checked(path, text, _parse(path, text, 0)))
            for path, text in zip(paths, texts, strict=True)
        ]

    def load(kept: Derived) -> list[Technology]:
        return [from_plain(plain) for plain in kept.get("technologies", key, checked)]

    try:
        return load(derived)
    except (TypeError, ValueError):
        return load(Derived(None))  # what was kept is damaged


def _checked(path: Path, text: str, document: Any) -> Technology:
    try:
        return _technology(path, document)
    except WrongError as wrong:
        raise RulebookError(path, wrong.problem, line=_line(text, wrong.spot)) from None


def load_examples(path: Path) -> list[TechnologyExample]:
    """Read the examples in the second document of a technology file."""
    documents = _documents(path)
    if len(documents) < 2:
        return []
    before = documents[0].count("\n") + 1
    document = _parse(path, documents[1], before)
    examples = document.get("examples") if isinstance(document, dict) else None
    if not isinstance(examples, list) or not isinstance(document, dict) or len(document) != 1:
        raise RulebookError(path, "the second document holds one list, `examples`", line=before)
    return [_example(path, one, before) for one in examples]


def _documents(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RulebookError(path, f"cannot be read ({error})") from None
    return text.replace("\r\n", "\n").removeprefix("---\n").split("\n---", 1)


def _parse(path: Path, text: str, before: int) -> Any:
    if before:
        text = text.split("\n", 1)[1] if "\n" in text else ""
        before += 1
    try:
        return yaml.load(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = before + error.problem_mark.line + 1 if error.problem_mark else None
        raise RulebookError(path, f"is not valid YAML: {error.problem}", line=line) from None
    except yaml.YAMLError as error:
        raise RulebookError(path, f"is not valid YAML: {error}") from None


def _line(text: str, spot: Spot) -> int:
    node = yaml.compose(text, Loader=_LOADER)
    line = 1
    for part in spot:
        if isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in node.value if pair[0].value == part), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _technology(path: Path, document: Any) -> Technology:
    if not isinstance(document, dict):
        raise WrongError((), "a technology file is a mapping")
    check_keys((), document, _TOP, required=("id", "title", "category", "homepage"))
    category = text_of(document, "category", ())
    if category not in CATEGORIES:
        refuse_unknown(("category",), "category", category, CATEGORIES)
    if document["id"] != path.stem:
        raise WrongError(("id",), f"id must be the file name, `{path.stem}`.")

    features = tuple(strings_of(document, "features"))
    for feature in features:
        if feature not in FEATURES:
            refuse_unknown(("features",), "feature", feature, FEATURES)

    def entries(key: str, build: Callable[[Spot, dict[str, Any]], Any]) -> tuple[Any, ...]:
        return tuple(build(spot, one) for spot, one in mappings_of(document, key))

    return Technology(
        id=path.stem,
        title=text_of(document, "title", ()),
        category=category,
        homepage=text_of(document, "homepage", ()),
        packages=tuple(strings_of(document, "packages")),
        imports=tuple(strings_of(document, "imports")),
        calls=entries("calls", lambda spot, one: name_entry(spot, one, ARGUMENT, "high")),
        methods=entries(
            "methods", lambda spot, one: name_entry(spot, one, ARGUMENT | {"receiver"}, "medium")
        ),
        bases=entries("bases", lambda spot, one: name_entry(spot, one, set(), "high")),
        decorators=entries("decorators", lambda spot, one: name_entry(spot, one, ARGUMENT, "high")),
        commands=entries("commands", command_entry),
        uses=entries("uses", lambda spot, one: glob_entry(spot, one, "name", {"inputs"})),
        images=entries("images", lambda spot, one: glob_entry(spot, one, "name")),
        files=entries("files", lambda spot, one: glob_entry(spot, one, "glob")),
        keys=entries("keys", key_entry),
        launches=entries("launches", launch_entry),
        randomness=entries("randomness", random_entry),
        features=features,
        links=entries(
            "links", lambda spot, one: (text_of(one, "title", spot), text_of(one, "url", spot))
        ),
        origin=str(path),
    )


def _example(path: Path, one: Any, line: int) -> TechnologyExample:
    known = {"name", "files", "actions", "uses"}
    if not isinstance(one, dict) or not set(one) <= known or not {"name", "files"} <= set(one):
        raise RulebookError(path, "an example has name, files, actions and uses", line=line)
    return TechnologyExample(
        technology=path.stem,
        name=str(one["name"]),
        files={str(name): str(text) for name, text in one["files"].items()},
        actions=tuple(one.get("actions", ())),
        uses=tuple(one.get("uses", ())),
        origin=str(path),
    )
