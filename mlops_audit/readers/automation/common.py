"""What the readers of automation share."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlops_audit.readers.shell import commands
from mlops_audit.readers.tree_node import Node
from mlops_audit.readers.yaml_document import load_yaml
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Command, Diagnostic, ImageBase

SIZE_LIMIT = 1_000_000
RUN_LIMIT = 4_000
VALUE_LIMIT = 500

_NEVER = re.compile(r"(?:\$\{\{\s*)?false(?:\s*\}\})?\Z", re.IGNORECASE)


@dataclass(slots=True)
class FileReader:
    """A reader made of a test on the file and a function from content to rows."""

    name: str
    version: int
    matches: Callable[[SourceFile], bool]
    rows: Callable[[SourceFile, bytes], Iterable[Any]]

    def accepts(self, file: SourceFile) -> bool:
        """Tell from path, kind and size alone whether `read` wants the content."""
        return self.matches(file)

    def read(self, file: SourceFile, content: bytes) -> Iterator[Any]:
        """Yield rows; a file over the limit gives a diagnostic only."""
        if len(content) > SIZE_LIMIT:
            problem = f"The file is larger than {SIZE_LIMIT:,} bytes and was not read."
            yield Diagnostic(file.path, None, self.name, problem, True)
            return
        yield from self.rows(file, content)


@dataclass(slots=True)
class CommandLog:
    """Numbers the commands of one file."""

    path: str
    rows: list[Command] = field(default_factory=list)

    def shell(
        self,
        text: str,
        line: int | None,
        scope: str,
        *,
        tolerated: bool = False,
        directory: str = "",
        macros: bool = False,
        variables: Mapping[str, str] | None = None,
    ) -> list[Command]:
        """Read shell text; return its commands, which are kept as well."""
        found = commands(
            text,
            path=self.path,
            cell=None,
            line=line,
            scope=scope,
            start=len(self.rows),
            tolerated=tolerated,
            directory=directory,
            macros=macros,
            variables=variables,
        )
        self.rows.extend(found)
        return found

    def node(
        self,
        node: Node,
        scope: str,
        *,
        tolerated: bool = False,
        directory: str = "",
        macros: bool = False,
    ) -> None:
        """Read a script that is one text, or a list of lines that share a shell."""
        for item in flat(node):
            if item.is_scalar:
                found = self.shell(
                    item.text,
                    item.start,
                    scope,
                    tolerated=tolerated,
                    directory=directory,
                    macros=macros,
                )
                directory = moved(directory, found)


def moved(directory: str, found: list[Command]) -> str:
    """Return the directory in which the next line of the same shell starts."""
    from mlops_audit.readers.shell import working_directory

    for command in found:
        if command.program == "cd" and command.text.startswith("cd"):
            directory = working_directory(command.directory, command.arguments)
    return directory


def flat(node: Node, depth: int = 10) -> Iterator[Node]:
    """Yield the items of a possibly nested sequence."""
    for item in node.items():
        if item.is_sequence and depth:
            yield from flat(item, depth - 1)
        else:
            yield item


def yaml_documents(content: bytes) -> tuple[Node, ...]:
    """Return the mappings of a YAML file (what is wrong with it, the settings reader says)."""
    return tuple(node for node in load_yaml(content).documents if node.is_mapping)


def compact(node: Node, limit: int = 2_000) -> str:
    """Return a node as compact JSON."""
    text = json.dumps(node.plain(), ensure_ascii=False, separators=(",", ":"), default=str)
    return text[:limit]


def text_or_none(node: Node, limit: int = VALUE_LIMIT) -> str | None:
    """Return a scalar as text, or None."""
    return node.text[:limit] if node.is_scalar else None


def is_true(node: Node) -> bool:
    """Tell whether a setting is switched on."""
    return node.value is True or node.text.strip().lower() == "true"


def is_never(node: Node) -> bool:
    """Tell whether a condition is literally false."""
    return node.is_scalar and bool(_NEVER.match(node.text.strip()))


def words(node: Node) -> str:
    """Return the scalars of a node joined by spaces."""
    return " ".join(node.texts())


def image_base(
    path: str, line: int | None, image: str, source: str, stage: str | None
) -> ImageBase:
    """Split an image reference into name, tag and digest."""
    image = image.strip().strip("\"'")[:300]
    name, _, digest = image.partition("@")
    head, colon, tail = name.rpartition(":")
    tag: str | None = None
    # The colon of a port (`host:5000/name`) or of a default (`${TAG:-x}`) starts no tag.
    if colon and "/" not in tail and head.count("{") == head.count("}"):
        name, tag = head, tail
    return ImageBase(path, line, name, tag, digest or None, stage, source)


def folder(path: str) -> str:
    """Return the folder of a file, '' for the root."""
    return path.rpartition("/")[0]
