"""Values of GitHub Actions that commands are written with: `env`, and the rounds of a matrix."""

import re
from collections.abc import Iterator, Sequence

from mlops_audit.readers.masking import masked_setting
from mlops_audit.readers.tree_node import Node
from mlops_audit.schema import Command

#: Values of one matrix key, and commands that one command may stand for.
VALUE_LIMIT = 20
_ENVIRONMENT = re.compile(r"\$\{\{\s{0,5}env\.([A-Za-z_]\w{0,100})\s{0,5}\}\}")
_MATRIX = re.compile(r"\$\{\{\s{0,5}matrix\.([A-Za-z_][\w-]{0,100}(?:\.[\w-]{1,100})?)\s{0,5}\}\}")


class Values:
    """The environment at a place: what is written down, the innermost first."""

    def __init__(self, *environments: Node) -> None:
        """Take the `env` mappings from the outermost to the innermost."""
        self.known: dict[str, str] = {}
        for environment in environments:
            self._add(environment)

    def _add(self, environment: Node) -> None:
        for name, value in environment.pairs:
            text = value.text
            plain = value.is_scalar and "${{" not in text and len(text) <= 300
            # A secret that is written down must not come back in the text of a command.
            if plain and masked_setting(name, text) == text:
                self.known[name] = text
            else:
                self.known.pop(name, None)

    def with_(self, environment: Node) -> "Values":
        """Return the values of a step that sets more."""
        if not environment:
            return self
        inner = Values()
        inner.known = dict(self.known)
        inner._add(environment)
        return inner

    def filled(self, text: str) -> str:
        """Return text with `${{ env.NAME }}` replaced where the value is written down."""
        if not self.known or "env." not in text:
            return text
        return _ENVIRONMENT.sub(lambda match: self.known.get(match[1], match[0]), text)


def varied(commands: Sequence[Command], matrix: Node, start: int) -> list[Command]:
    """Return the commands of a job, those that name a key of the matrix once for each value."""
    if not matrix.is_mapping or not any("matrix." in one.text for one in commands):
        return list(commands)
    found: list[Command] = []
    for command in commands:
        for row in _rows(command, matrix):
            found.append(row._replace(position=start + len(found)))
    return found


def _rows(command: Command, matrix: Node) -> Iterator[Command]:
    keys = dict.fromkeys(_MATRIX.findall(f"{command.invoked} {command.arguments}"))
    rows = [command]
    for key in keys:
        values = _values(matrix, key)
        if values:
            rows = [_put(row, key, value) for row in rows for value in values][:VALUE_LIMIT]
    yield from dict.fromkeys(rows)


def _values(matrix: Node, key: str) -> list[str]:
    name, _, inner = key.partition(".")
    places = [*matrix.get(name).items()]
    places += [item.get(name) for item in matrix.get("include").items()]
    texts = [
        value.text
        for place in places
        if (value := place.get(inner) if inner else place).is_scalar and "${{" not in value.text
    ]
    return list(dict.fromkeys(texts))[:VALUE_LIMIT]


def _put(command: Command, key: str, value: str) -> Command:
    def fill(text: str) -> str:
        return _MATRIX.sub(lambda match: value if match[1] == key else match[0], text)

    program, invoked = fill(command.program), fill(command.invoked)
    return command._replace(
        program=program.rpartition("/")[2] if program != command.program else program,
        invoked=invoked[:300],
        arguments=fill(command.arguments)[:2_000],
        text=fill(command.text)[:500],
        directory=command.directory,
    )
