"""Reading technology files: strict, and fast because only the first document is parsed."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

import yaml

from mlops_audit.derived import Derived
from mlops_audit.errors import RulebookError
from mlops_audit.linking.technologies.globs import expand_braces
from mlops_audit.linking.technologies.model import (
    CommandEntry,
    GlobEntry,
    KeyEntry,
    NameEntry,
    Technology,
    TechnologyExample,
)
from mlops_audit.linking.technologies.vocabulary import ACTIONS, CATEGORIES, CONFIDENCES

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_TOP = {"id", "title", "category", "homepage", "packages", "imports", "calls", "methods", "bases",
        "decorators", "commands", "uses", "images", "files", "keys", "links"}  # fmt: skip
_COMMON = {"actions", "confidence", "since", "until"}
_ARGUMENT = {"keyword", "position", "value"}

#: Where in the document something is: ('calls', 3, 'name').
Spot = tuple[str | int, ...]


class _WrongError(Exception):
    def __init__(self, spot: Spot, problem: str):
        super().__init__(problem)
        self.spot = spot
        self.problem = problem


def technology_files(paths: Iterable[Path]) -> list[Path]:
    """Return the technology files that the paths name (folders are listed), sorted by name."""
    found: list[Path] = []
    for path in paths:
        found += path.glob("*.yaml") if path.is_dir() else [path]
    return sorted(found, key=lambda file: (file.name, str(file)))


def load_technologies(paths: Sequence[Path], derived: Derived) -> list[Technology]:
    """Read technology files, or raise RulebookError with file, line and what is wrong.

    YAML that ``derived`` holds for the very same texts is not parsed again.
    """
    texts = [_documents(path)[0] for path in paths]
    key = hashlib.sha256("\0".join(texts).encode("utf-8", "replace")).hexdigest()

    def parsed() -> list[Any]:
        return [_parse(path, text, 0) for path, text in zip(paths, texts, strict=True)]

    documents = derived.get("technologies", key, parsed)
    if not isinstance(documents, list) or len(documents) != len(paths):
        documents = parsed()
    return [
        _checked(path, text, document)
        for path, text, document in zip(paths, texts, documents, strict=True)
    ]


def _checked(path: Path, text: str, document: Any) -> Technology:
    try:
        return _technology(path, document)
    except _WrongError as wrong:
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
        raise _WrongError((), "a technology file is a mapping")
    _keys((), document, _TOP, required=("id", "title", "category", "homepage"))
    category = _text(document, "category", ())
    if category not in CATEGORIES:
        _unknown(("category",), "category", category, CATEGORIES)
    if document["id"] != path.stem:
        raise _WrongError(("id",), f"id must be the file name, `{path.stem}`.")

    def entries(key: str, build: Callable[[Spot, dict[str, Any]], Any]) -> tuple[Any, ...]:
        return tuple(build(spot, one) for spot, one in _mappings(document, key))

    return Technology(
        id=path.stem,
        title=_text(document, "title", ()),
        category=category,
        homepage=_text(document, "homepage", ()),
        packages=tuple(_strings(document, "packages")),
        imports=tuple(_strings(document, "imports")),
        calls=entries("calls", lambda spot, one: _name(spot, one, _ARGUMENT, "high")),
        methods=entries(
            "methods", lambda spot, one: _name(spot, one, _ARGUMENT | {"receiver"}, "medium")
        ),
        bases=entries("bases", lambda spot, one: _name(spot, one, set(), "high")),
        decorators=entries("decorators", lambda spot, one: _name(spot, one, _ARGUMENT, "high")),
        commands=entries("commands", _command),
        uses=entries("uses", lambda spot, one: _glob(spot, one, "name")),
        images=entries("images", lambda spot, one: _glob(spot, one, "name")),
        files=entries("files", lambda spot, one: _glob(spot, one, "glob")),
        keys=entries("keys", _key),
        links=entries(
            "links", lambda spot, one: (_text(one, "title", spot), _text(one, "url", spot))
        ),
        origin=str(path),
    )


def _name(spot: Spot, one: dict[str, Any], extra: set[str], confidence: str) -> NameEntry:
    _keys(spot, one, _COMMON | {"name"} | extra, required=("name", "actions"))
    name = _text(one, "name", spot)
    _balanced((*spot, "name"), name)
    if any(not part or ("**" in part and part != "**") for part in name.split(".")):
        raise _WrongError(
            (*spot, "name"), f"`{name}` is no dotted glob: `**` stands alone in a part."
        )
    if "receiver" in extra and "." in name:
        raise _WrongError((*spot, "name"), f"a method is one name without dots, not `{name}`.")
    position = one.get("position")
    if position is not None and (not isinstance(position, int) or isinstance(position, bool)):
        raise _WrongError((*spot, "position"), "position is the 0-based index of an argument.")
    if "value" in one and "keyword" not in one and position is None:
        raise _WrongError((*spot, "value"), "value needs a keyword or a position.")
    return NameEntry(
        name=name,
        actions=_actions(spot, one),
        confidence=_confidence(spot, one, confidence),
        keyword=_optional(one, "keyword", spot),
        position=position,
        value=_optional(one, "value", spot),
        receiver=_optional(one, "receiver", spot),
    )


def _command(spot: Spot, one: dict[str, Any]) -> CommandEntry:
    _keys(spot, one, _COMMON | {"program", "arguments"}, required=("program", "actions"))
    program = one["program"]
    programs = [program] if isinstance(program, str) else program
    if not isinstance(programs, list) or not all(isinstance(name, str) for name in programs):
        raise _WrongError((*spot, "program"), "program is a name or a list of names.")
    return CommandEntry(
        programs=tuple(programs),
        arguments=_optional(one, "arguments", spot) or "*",
        actions=_actions(spot, one),
        confidence=_confidence(spot, one, "high"),
    )


def _glob(spot: Spot, one: dict[str, Any], key: str) -> GlobEntry:
    _keys(spot, one, _COMMON | {key}, required=(key, "actions"))
    glob = _text(one, key, spot)
    _balanced((*spot, key), glob)
    confidence = _confidence(spot, one, "high")
    return GlobEntry(glob=glob, actions=_actions(spot, one), confidence=confidence)


def _key(spot: Spot, one: dict[str, Any]) -> KeyEntry:
    known = _COMMON | {"file", "key", "value", "schema", "beside", "unless"}
    _keys(spot, one, known, required=("file", "actions"))
    if "key" not in one and "schema" not in one:
        raise _WrongError(spot, "a setting needs `key` or `schema`.")
    file = _text(one, "file", spot)
    _balanced((*spot, "file"), file)
    return KeyEntry(
        file=file,
        key=_optional(one, "key", spot),
        value=_optional(one, "value", spot),
        schema=_optional(one, "schema", spot),
        beside=_sibling(spot, one, "beside"),
        unless=_sibling(spot, one, "unless"),
        actions=_actions(spot, one),
        confidence=_confidence(spot, one, "high"),
    )


def _sibling(spot: Spot, one: dict[str, Any], name: str) -> tuple[str, str] | None:
    text = _optional(one, name, spot)
    if text is None:
        return None
    key, colon, value = text.partition(": ")
    if not colon or "key" not in one:
        problem = f"{name} is `key: value` of a setting beside the key."
        raise _WrongError((*spot, name), problem)
    return key, value


def _balanced(spot: Spot, glob: str) -> None:
    if any("{" in one or "}" in one for one in expand_braces(glob)):
        raise _WrongError(spot, f"`{glob}` is no glob: its braces do not match.")
    if "***" in glob:
        raise _WrongError(spot, f"`{glob}` is no glob: more than two stars in a row.")


def _keys(spot: Spot, one: dict[str, Any], known: set[str], required: Iterable[str]) -> None:
    for key in one:
        if key not in known:
            _unknown((*spot, key), "key", str(key), known)
    for key in required:
        if key not in one:
            raise _WrongError(spot, f"`{key}` is missing.")


def _actions(spot: Spot, one: dict[str, Any]) -> tuple[str, ...]:
    actions = one["actions"]
    if not isinstance(actions, list):
        raise _WrongError((*spot, "actions"), "actions is a list.")
    for action in actions:
        if action not in ACTIONS:
            _unknown((*spot, "actions"), "action", str(action), ACTIONS)
    return tuple(actions)


def _confidence(spot: Spot, one: dict[str, Any], default: str) -> str:
    confidence = one.get("confidence", default)
    if confidence not in CONFIDENCES:
        _unknown((*spot, "confidence"), "confidence", str(confidence), CONFIDENCES)
    return str(confidence)


def _text(one: dict[str, Any], key: str, spot: Spot) -> str:
    value = one.get(key)
    if not isinstance(value, str) or not value:
        raise _WrongError((*spot, key), f"`{key}` is a text; quote it if YAML reads it otherwise.")
    return value


def _optional(one: dict[str, Any], key: str, spot: Spot) -> str | None:
    return _text(one, key, spot) if key in one else None


def _strings(document: dict[str, Any], key: str) -> Iterator[str]:
    values = document.get(key, [])
    if not isinstance(values, list):
        raise _WrongError((key,), f"`{key}` is a list.")
    for index, value in enumerate(values):
        if not isinstance(value, str):
            raise _WrongError((key, index), f"`{key}` holds texts only.")
        yield value


def _mappings(document: dict[str, Any], key: str) -> Iterator[tuple[Spot, dict[str, Any]]]:
    values = document.get(key, [])
    if not isinstance(values, list):
        raise _WrongError((key,), f"`{key}` is a list.")
    for index, value in enumerate(values):
        if not isinstance(value, dict):
            raise _WrongError((key, index), f"an entry of `{key}` is a mapping.")
        yield (key, index), value


def _unknown(spot: Spot, what: str, found: str, known: Iterable[str]) -> NoReturn:
    from difflib import get_close_matches  # only needed to explain a mistake

    close = get_close_matches(found, sorted(known), 1)
    hint = f" Did you mean `{close[0]}`?" if close else ""
    raise _WrongError(spot, f"unknown {what} `{found}`.{hint}")


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
