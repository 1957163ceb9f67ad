"""What a technology file says, as plain data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NameEntry:
    """A dotted name (of a call, decorator or base) and what it means.

    ``keyword`` and ``position`` restrict a call to one that gives that argument (and not None);
    ``value`` further restricts what it gives.
    """

    name: str
    actions: tuple[str, ...]
    confidence: str
    keyword: str | None = None
    position: int | None = None
    value: str | None = None
    receiver: str | None = None

    @property
    def conditional(self) -> bool:
        """Whether the arguments decide."""
        return self.keyword is not None or self.position is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandEntry:
    """A program, a glob on its arguments, and what it means."""

    programs: tuple[str, ...]
    arguments: str
    actions: tuple[str, ...]
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobEntry:
    """A glob (of a CI step, an image or a path) and what it means.

    ``inputs`` is a text glob over what a CI step is given, as compact JSON.
    """

    glob: str
    actions: tuple[str, ...]
    confidence: str
    inputs: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEntry:
    """A setting and what it means.

    ``beside`` is a setting next to it (key, value) that must be there; ``unless`` is one that takes
    the meaning away.
    """

    file: str
    key: str | None
    value: str | None
    schema: str | None
    beside: tuple[str, str] | None
    unless: tuple[str, str] | None
    actions: tuple[str, ...]
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchEntry:
    """A call that starts a command or a script, and the arguments that say which.

    An argument is named by keyword or position, with alternatives: ``bash_command|0``; ``*`` means
    all positional ones together.
    """

    name: str
    command: str | None = None
    script: str | None = None
    arguments: str | None = None
    directory: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomEntry:
    """A call that draws from a generator of random numbers, or that seeds some.

    ``argument`` names the seed by keyword or position, with alternatives: ``seed|0``. A call that
    draws and gives it has a generator of its own. ``default`` is the seed of a call without it.
    ``when`` and ``unless`` ask for an argument (name, and a text glob over what it holds).
    """

    name: str
    draws: str | None
    seeds: tuple[str, ...]
    argument: str | None
    default: str | None
    when: tuple[str, str] | None
    unless: tuple[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Technology:
    """One technology file."""

    id: str
    title: str
    category: str
    homepage: str
    packages: tuple[str, ...]
    imports: tuple[str, ...]
    calls: tuple[NameEntry, ...]
    methods: tuple[NameEntry, ...]
    bases: tuple[NameEntry, ...]
    decorators: tuple[NameEntry, ...]
    commands: tuple[CommandEntry, ...]
    uses: tuple[GlobEntry, ...]
    images: tuple[GlobEntry, ...]
    files: tuple[GlobEntry, ...]
    keys: tuple[KeyEntry, ...]
    launches: tuple[LaunchEntry, ...]
    randomness: tuple[RandomEntry, ...]
    features: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TechnologyExample:
    """A tiny repository and what must be found in it."""

    technology: str
    name: str
    files: dict[str, str]
    actions: tuple[str, ...]
    uses: tuple[str, ...]
    origin: str
