"""Origins: where a value comes from, and their way to the public ``target`` names.

An origin is a dotted text with marks. ``a.B()`` is the value that a call of ``a.B`` returns,
``a.f()[1]`` the second part of what it returns, ``x[*]`` an element of ``x``. A leading dot means
"defined in this file". A container display that holds values of a known origin is written as
``CONTAINER + kind + origin of the elements``. None is "unknown". In-file origins are followed only
after the whole file was seen, because a method may use an attribute that a later method sets.
"""

import re

CONTAINER = "\x01"
_CONTAINER_TYPES = {"L": "builtins.list()", "D": "builtins.dict()"}
_MARKS = re.compile(r"\(\)|\[[^\]]*\]")
_NAME = re.compile(r"[^(\[]*")
_OF_CONTAINER = re.compile(r"(values|items|copy|get|pop)\(\)")
_MAX_STEPS = 12
_MAX_PARTS = 12

Returned = str | None | tuple[str | None, ...]


class ClassInfo:
    """What is known about a class of this file."""

    __slots__ = ("attributes", "bases", "given", "methods", "properties")

    def __init__(self) -> None:
        self.methods: set[str] = set()
        self.properties: set[str] = set()
        self.attributes: dict[str, str | None] = {}
        self.bases: list[str | None] = []
        #: Attributes that hold what a method was given: (method, parameter).
        self.given: dict[str, tuple[str, str]] = {}

    def bind(self, name: str, origin: str | None) -> None:
        """Record an attribute; a known origin is not overwritten by an unknown one or a literal."""
        known = self.attributes.get(name)
        if known is None or (origin is not None and origin != "builtins.None()"):
            self.attributes[name] = origin


class Definitions:
    """The classes and functions of one file, by qualified name."""

    def __init__(self) -> None:
        self.classes: dict[str, ClassInfo] = {}
        self.returns: dict[str, list[Returned]] = {}
        #: Functions that return a name of unknown origin, maybe a parameter.
        self.passed: dict[str, str] = {}
        self.properties: set[str] = set()


def join(origin: str | None, attribute: str) -> str | None:
    """Return the origin of an attribute of a value."""
    if origin is None:
        return None
    if origin[0] == CONTAINER:
        origin = _CONTAINER_TYPES[origin[1]]
    if len(origin) > 120:
        parts = origin.split(".")
        if len(parts) > _MAX_PARTS:
            # A long fluent chain keeps where it started, not every step.
            origin = ".".join(parts[:5])
        if len(origin) > 400:
            return None
    return f"{origin}.{attribute}"


def element(origin: str | None) -> str | None:
    """Return the origin of an element of a value; outside of this file that of the container."""
    if origin is None or origin.startswith("builtins."):
        return None
    if origin[0] == CONTAINER:
        return origin[2:] or None
    return f"{origin}[*]" if origin[0] == "." and len(origin) < 400 else origin


def part(origin: str | None, index: int) -> str | None:
    """Return the origin of one part of an unpacked value."""
    if origin is None or origin.startswith("builtins."):
        return None
    if origin[0] == CONTAINER:
        return origin[2:] or None
    return f"{origin}[{index}]" if origin[-1] == ")" and len(origin) < 400 else origin


def public(origin: str) -> str:
    """Return an origin without marks."""
    if origin[0] == CONTAINER:
        origin = _CONTAINER_TYPES[origin[1]]
    return _MARKS.sub("", origin)


class Resolver:
    """Turns origins into targets once all definitions of a file are known."""

    def __init__(self, definitions: Definitions) -> None:
        self._classes = definitions.classes
        self._returns = definitions.returns
        self._properties = definitions.properties
        self._cache: dict[str, str | None] = {}

    def target(self, origin: str | None) -> str | None:
        """Return the public name, or None if the value turns out to be unknown."""
        if origin is None:
            return None
        if origin in self._cache:
            return self._cache[origin]
        followed = self._follow(origin, 0)
        found = None if followed is None else public(followed)
        self._cache[origin] = found
        return found

    def value(self, origin: str) -> tuple[str, bool] | None:
        """Return the public name of a value, and whether a call of that name gave it."""
        followed = self._follow(origin, 0)
        return None if followed is None else (public(followed), followed[-1] in ")]")

    def _follow(self, origin: str, steps: int) -> str | None:
        if origin[0] != ".":
            return origin
        if steps > _MAX_STEPS or len(origin) > 600:
            return None
        tokens = origin[1:].split(".")
        scope = ""
        for position, token in enumerate(tokens):
            name = _NAME.match(token).group()  # type: ignore[union-attr]
            mark = token[len(name) :]
            known = f"{scope}.{name}" if scope else name
            rest = tokens[position + 1 :]
            if known in self._classes:
                if not rest:
                    return f".{known}{mark}"
                if mark not in ("", "()"):
                    return None
                attribute = _NAME.match(rest[0]).group()  # type: ignore[union-attr]
                found = self._attribute(known, attribute, 0)
                if found is None:
                    # `self.helper()` without a definition: kept, the class may get it elsewhere.
                    return origin if len(rest) == 1 and rest[0] == attribute else None
                kind, value = found
                if kind == "own":
                    scope = value
                    if attribute == "__call__" and f"{value}.__call__" not in self._returns:
                        alias = "forward" if f"{value}.forward" in self._returns else "call"
                        rest[0] = alias + rest[0][len("__call__") :]
                        return self._follow("." + ".".join([value, *rest]), steps + 1)
                    continue
                if kind == "base":
                    return self._follow(".".join([value + mark, *rest]), steps + 1)
                return self._substitute(value, rest[0][len(attribute) :], rest[1:], steps)
            if known in self._returns:
                if not rest:
                    return f".{known}{mark}"
                if not mark.startswith("()") and known not in self._properties:
                    return f".{known}." + ".".join(rest)
                return self._returned(known, mark.removeprefix("()"), rest, steps)
            scope = known
        return None if len(tokens) > 1 else origin

    def _substitute(self, value: str, mark: str, rest: list[str], steps: int) -> str | None:
        if value[0] == CONTAINER:
            while not mark and rest and (called := _OF_CONTAINER.match(rest[0])):
                # `held.values()[*]` is an element of what is held, `held.get()` too.
                mark, rest = rest[0][called.end() :], rest[1:]
                if called.group(1) in ("get", "pop"):
                    mark = f"[*]{mark}"
            if not mark.startswith("["):
                value = _CONTAINER_TYPES[value[1]]
            else:
                value, mark = value[2:], mark.partition("]")[2]
                if not value:
                    return None
        elif mark.startswith("[") and value.startswith("builtins."):
            return None
        return self._follow(".".join([value + mark, *rest]), steps + 1)

    def _returned(self, name: str, mark: str, rest: list[str], steps: int) -> str | None:
        for value in self._returns[name]:
            if isinstance(value, tuple):
                index = re.match(r"\[(\d+)\]", mark)
                if index is None or int(index.group(1)) >= len(value):
                    continue
                item = value[int(index.group(1))]
                if item is not None:
                    return self._substitute(item, mark[index.end() :], rest, steps)
            elif value is not None and not value.startswith("builtins.None"):
                return self._substitute(value, mark, rest, steps)
        return None

    def _attribute(self, name: str, attribute: str, depth: int) -> tuple[str, str] | None:
        """Find an attribute: ('own', its class), ('value', origin) or ('base', origin)."""
        info = self._classes[name]
        if attribute in info.methods or f"{name}.{attribute}" in self._classes:
            return "own", name
        if attribute == "__call__" and ("forward" in info.methods or "call" in info.methods):
            return "own", name
        if attribute in info.attributes:
            value = info.attributes[attribute]
            if value is not None:
                return "value", value
        if depth < _MAX_STEPS:
            outside = None
            for base in info.bases:
                if base is None or base == "builtins.object":
                    continue
                if base[0] == "." and base[1:] in self._classes:
                    found = self._attribute(base[1:], attribute, depth + 1)
                    if found is not None:
                        return found
                elif outside is None and base[0] != ".":
                    outside = base
            if outside is not None and attribute not in info.attributes:
                return "base", outside
        return None
