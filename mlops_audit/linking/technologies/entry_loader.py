"""Reading single entries of technology files: what is wrong is said with the place in the file."""

from collections.abc import Iterable, Iterator, Set
from typing import Any, NoReturn

from mlops_audit.linking.technologies.globs import expand_braces
from mlops_audit.linking.technologies.model import (
    CommandEntry,
    GlobEntry,
    KeyEntry,
    LaunchEntry,
    NameEntry,
    RandomEntry,
)
from mlops_audit.linking.technologies.vocabulary import ACTIONS, CONFIDENCES, RANDOM_SOURCES

_COMMON = {"actions", "confidence", "since", "until"}
#: Keys by which an entry asks for an argument.
ARGUMENT = frozenset({"keyword", "position", "value"})

#: Where in the document something is: ('calls', 3, 'name').
Spot = tuple[str | int, ...]


class WrongError(Exception):
    """Something in the document is wrong."""

    def __init__(self, spot: Spot, problem: str):
        super().__init__(problem)
        self.spot = spot
        self.problem = problem


def name_entry(spot: Spot, one: dict[str, Any], extra: Set[str], confidence: str) -> NameEntry:
    """Return the entry of a call, method, base or decorator."""
    check_keys(spot, one, _COMMON | {"name"} | extra, required=("name", "actions"))
    name = text_of(one, "name", spot)
    _balanced((*spot, "name"), name)
    if any(not part or ("**" in part and part != "**") for part in name.split(".")):
        raise WrongError(
            (*spot, "name"), f"`{name}` is no dotted glob: `**` stands alone in a part."
        )
    if "receiver" in extra and "." in name:
        raise WrongError((*spot, "name"), f"a method is one name without dots, not `{name}`.")
    position = one.get("position")
    if position is not None and (not isinstance(position, int) or isinstance(position, bool)):
        raise WrongError((*spot, "position"), "position is the 0-based index of an argument.")
    if "value" in one and "keyword" not in one and position is None:
        raise WrongError((*spot, "value"), "value needs a keyword or a position.")
    return NameEntry(
        name=name,
        actions=_actions(spot, one),
        confidence=_confidence(spot, one, confidence),
        keyword=_optional(one, "keyword", spot),
        position=position,
        value=_optional(one, "value", spot),
        receiver=_optional(one, "receiver", spot),
    )


def command_entry(spot: Spot, one: dict[str, Any]) -> CommandEntry:
    """Return the entry of a command."""
    check_keys(spot, one, _COMMON | {"program", "arguments"}, required=("program", "actions"))
    program = one["program"]
    programs = [program] if isinstance(program, str) else program
    if not isinstance(programs, list) or not all(isinstance(name, str) for name in programs):
        raise WrongError((*spot, "program"), "program is a name or a list of names.")
    return CommandEntry(
        programs=tuple(programs),
        arguments=_optional(one, "arguments", spot) or "*",
        actions=_actions(spot, one),
        confidence=_confidence(spot, one, "high"),
    )


def glob_entry(
    spot: Spot, one: dict[str, Any], key: str, extra: Set[str] = frozenset()
) -> GlobEntry:
    """Return the entry of a CI step, an image or a file."""
    check_keys(spot, one, _COMMON | {key} | extra, required=(key, "actions"))
    glob = text_of(one, key, spot)
    _balanced((*spot, key), glob)
    confidence = _confidence(spot, one, "high")
    return GlobEntry(
        glob=glob,
        actions=_actions(spot, one),
        confidence=confidence,
        inputs=_optional(one, "inputs", spot),
    )


def key_entry(spot: Spot, one: dict[str, Any]) -> KeyEntry:
    """Return the entry of a setting."""
    known = _COMMON | {"file", "key", "value", "schema", "beside", "unless"}
    check_keys(spot, one, known, required=("file", "actions"))
    if "key" not in one and "schema" not in one:
        raise WrongError(spot, "a setting needs `key` or `schema`.")
    file = text_of(one, "file", spot)
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


def launch_entry(spot: Spot, one: dict[str, Any]) -> LaunchEntry:
    """Return the entry of a call that starts a command or a script."""
    check_keys(
        spot, one, {"name", "command", "script", "arguments", "directory"}, required=("name",)
    )
    if ("command" in one) == ("script" in one):
        raise WrongError(spot, "a launch has either `command` or `script`.")
    name = text_of(one, "name", spot)
    _balanced((*spot, "name"), name)
    return LaunchEntry(
        name=name,
        command=_optional(one, "command", spot),
        script=_optional(one, "script", spot),
        arguments=_optional(one, "arguments", spot),
        directory=_optional(one, "directory", spot),
    )


def random_entry(spot: Spot, one: dict[str, Any]) -> RandomEntry:
    """Return the entry of a call that draws random numbers or seeds a generator."""
    known = {"name", "draws", "seeds", "argument", "default", "when", "unless"}
    check_keys(spot, one, known, required=("name",))
    if ("draws" in one) == ("seeds" in one):
        raise WrongError(spot, "a source of randomness either `draws` or `seeds`.")
    name = text_of(one, "name", spot)
    _balanced((*spot, "name"), name)
    seeds = one.get("seeds", [])
    if not isinstance(seeds, list):
        raise WrongError((*spot, "seeds"), "seeds is a list.")
    for source in (*seeds, *([one["draws"]] if "draws" in one else [])):
        if source not in RANDOM_SOURCES:
            refuse_unknown(spot, "source of randomness", str(source), RANDOM_SOURCES)
    return RandomEntry(
        name=name,
        draws=one.get("draws"),
        seeds=tuple(seeds),
        argument=_optional(one, "argument", spot),
        default=_optional(one, "default", spot),
        when=_asked(spot, one, "when"),
        unless=_asked(spot, one, "unless"),
    )


def _asked(spot: Spot, one: dict[str, Any], name: str) -> tuple[str, str] | None:
    text = _optional(one, name, spot)
    if text is None:
        return None
    keyword, _, value = text.partition(": ")
    return keyword, value or "*"


def _sibling(spot: Spot, one: dict[str, Any], name: str) -> tuple[str, str] | None:
    text = _optional(one, name, spot)
    if text is None:
        return None
    key, colon, value = text.partition(": ")
    if not colon or "key" not in one:
        problem = f"{name} is `key: value` of a setting beside the key."
        raise WrongError((*spot, name), problem)
    return key, value


def _balanced(spot: Spot, glob: str) -> None:
    if any("{" in one or "}" in one for one in expand_braces(glob)):
        raise WrongError(spot, f"`{glob}` is no glob: its braces do not match.")
    if "***" in glob:
        raise WrongError(spot, f"`{glob}` is no glob: more than two stars in a row.")


def check_keys(spot: Spot, one: dict[str, Any], known: Set[str], required: Iterable[str]) -> None:
    """Refuse a mapping with a key that is not known, or without one that is required."""
    for key in one:
        if key not in known:
            refuse_unknown((*spot, key), "key", str(key), known)
    for key in required:
        if key not in one:
            raise WrongError(spot, f"`{key}` is missing.")


def _actions(spot: Spot, one: dict[str, Any]) -> tuple[str, ...]:
    actions = one["actions"]
    if not isinstance(actions, list):
        raise WrongError((*spot, "actions"), "actions is a list.")
    for action in actions:
        if action not in ACTIONS:
            refuse_unknown((*spot, "actions"), "action", str(action), ACTIONS)
    return tuple(actions)


def _confidence(spot: Spot, one: dict[str, Any], default: str) -> str:
    confidence = one.get("confidence", default)
    if confidence not in CONFIDENCES:
        refuse_unknown((*spot, "confidence"), "confidence", str(confidence), CONFIDENCES)
    return str(confidence)


def text_of(one: dict[str, Any], key: str, spot: Spot) -> str:
    """Return a text that has to be there."""
    value = one.get(key)
    if not isinstance(value, str) or not value:
        raise WrongError((*spot, key), f"`{key}` is a text; quote it if YAML reads it otherwise.")
    return value


def _optional(one: dict[str, Any], key: str, spot: Spot) -> str | None:
    return text_of(one, key, spot) if key in one else None


def strings_of(document: dict[str, Any], key: str) -> Iterator[str]:
    """Yield the texts of a list."""
    values = document.get(key, [])
    if not isinstance(values, list):
        raise WrongError((key,), f"`{key}` is a list.")
    for index, value in enumerate(values):
        if not isinstance(value, str):
            raise WrongError((key, index), f"`{key}` holds texts only.")
        yield value


def mappings_of(document: dict[str, Any], key: str) -> Iterator[tuple[Spot, dict[str, Any]]]:
    """Yield the mappings of a list with their places."""
    values = document.get(key, [])
    if not isinstance(values, list):
        raise WrongError((key,), f"`{key}` is a list.")
    for index, value in enumerate(values):
        if not isinstance(value, dict):
            raise WrongError((key, index), f"an entry of `{key}` is a mapping.")
        yield (key, index), value


def refuse_unknown(spot: Spot, what: str, found: str, known: Iterable[str]) -> NoReturn:
    """Refuse a word, and say which one was probably meant."""
    from difflib import get_close_matches  # only needed to explain a mistake

    close = get_close_matches(found, sorted(known), 1)
    hint = f" Did you mean `{close[0]}`?" if close else ""
    raise WrongError(spot, f"unknown {what} `{found}`.{hint}")
