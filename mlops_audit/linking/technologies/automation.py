"""Matching automation and configuration: commands, CI steps, images, paths, settings."""

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain

from mlops_audit.linking.technologies.catalogue import Catalogue
from mlops_audit.linking.technologies.globs import PathTest, key_pattern, text_test
from mlops_audit.linking.technologies.model import KeyEntry, Technology
from mlops_audit.linking.technologies.sink import Place, Sink
from mlops_audit.linking.tools import CONTAINERS, inner_script
from mlops_audit.linking.wanted import split
from mlops_audit.readers.shell import commands
from mlops_audit.schema import Command

_PYTHON_MODULE = re.compile(r"-m (?P<module>[\w.]+) ?(?P<rest>.*)", re.DOTALL)
_SCHEMA_KEY = "$schema"


def match_automation(
    connection: sqlite3.Connection,
    catalogue: Catalogue,
    launches: Sequence[Command],
    sink: Sink,
) -> None:
    """Match everything that is not Python code, and the commands that code starts."""
    _commands(connection, catalogue, launches, sink)
    _steps(connection, catalogue, sink)
    _images(connection, catalogue, sink)
    _files(connection, catalogue, sink)
    _settings(connection, catalogue, sink)


def _commands(
    connection: sqlite3.Connection, catalogue: Catalogue, launches: Sequence[Command], sink: Sink
) -> None:
    written = connection.execute("SELECT path, cell, line, scope, program, arguments FROM command")
    started = (
        (one.path, one.cell, one.line, one.scope, one.program, one.arguments) for one in launches
    )
    for path, cell, line, scope, program, arguments in chain.from_iterable(
        map(_contained, chain(written, started))
    ):
        if program.startswith("python") and (module := _PYTHON_MODULE.match(arguments)):
            program, arguments = module["module"], module["rest"]
        place = Place(path, cell, line, scope)
        decided: set[str] = set()
        for technology, entry in catalogue.commands.get(program, ()):
            if technology.id in decided or not text_test(entry.arguments)(arguments):
                continue
            decided.add(technology.id)
            detail = f"{program} {entry.arguments}" if entry.arguments != "*" else program
            sink.use(technology, place, "command", detail, entry.confidence)
            sink.act(
                entry.actions,
                technology,
                place,
                via="command",
                name=f"{program} {arguments}".strip()[:200],
                confidence=entry.confidence,
            )


_Said = tuple[str, int | None, int | None, str, str, str]


def _contained(said: _Said) -> Iterator[_Said]:
    """Yield a command, and what runs in the container that it starts."""
    yield said
    path, cell, line, scope, program, arguments = said
    if program in CONTAINERS:
        script = inner_script(program, split(arguments))
        for one in commands(script, path="", cell=None, line=1, scope="", start=0):
            yield path, cell, line, scope, one.program, one.arguments


def _steps(connection: sqlite3.Connection, catalogue: Catalogue, sink: Sink) -> None:
    for path, line, scope, uses, inputs in connection.execute(
        "SELECT path, line, scope, uses, inputs FROM step WHERE uses IS NOT NULL"
    ):
        name = uses.partition("@")[0]
        place = Place(path, None, line, scope)
        decided: set[str] = set()
        for technology, entry in catalogue.uses:
            if technology.id in decided or not text_test(entry.glob)(name):
                continue
            if entry.inputs is not None and not text_test(entry.inputs)(inputs):
                continue
            decided.add(technology.id)
            sink.use(technology, place, "uses", name, entry.confidence)
            sink.act(
                entry.actions,
                technology,
                place,
                via="uses",
                name=uses,
                confidence=entry.confidence,
            )


def _images(connection: sqlite3.Connection, catalogue: Catalogue, sink: Sink) -> None:
    for path, line, image in connection.execute("SELECT path, line, image FROM image_base"):
        place = Place(path, None, line)
        decided: set[str] = set()
        for technology, entry in catalogue.images:
            if technology.id in decided or not text_test(entry.glob)(image):
                continue
            decided.add(technology.id)
            sink.use(technology, place, "image", image, entry.confidence)
            sink.act(
                entry.actions,
                technology,
                place,
                via="image",
                name=image,
                confidence=entry.confidence,
            )


def _files(connection: sqlite3.Connection, catalogue: Catalogue, sink: Sink) -> None:
    # One look at the end of each path decides for most of them.
    ends = tuple({end for hit in catalogue.files for end in hit.test.ends})
    for (path,) in connection.execute("SELECT path FROM file"):
        if not path.endswith(ends):
            continue
        for hit in catalogue.files:
            if hit.test(path):
                place = Place(path, None, None)
                sink.use(hit.technology, place, "file", hit.entry.glob, hit.entry.confidence)
                sink.act(
                    hit.entry.actions,
                    hit.technology,
                    place,
                    via="file",
                    name=hit.entry.glob,
                    confidence=hit.entry.confidence,
                )


def _settings(connection: sqlite3.Connection, catalogue: Catalogue, sink: Sink) -> None:
    schemas: dict[tuple[str, int], str] = {
        (path, document): value
        for path, document, value in connection.execute(
            "SELECT path, document, value FROM setting WHERE key = ?", (_SCHEMA_KEY,)
        )
    }
    # Few files fit a glob, and few settings of a file have the name that an entry asks for.
    by_file: dict[str, list[_KeyTest]] = {}
    for technology, entry in catalogue.keys:
        by_file.setdefault(entry.file, []).append(_KeyTest(technology, entry))
    globs = [(PathTest(glob), tests) for glob, tests in by_file.items()]
    for (path,) in connection.execute("SELECT DISTINCT path FROM setting").fetchall():
        named: dict[str, list[_KeyTest]] = {}
        for fits, tests in globs:
            if fits(path):
                for test in tests:
                    named.setdefault(test.last, []).append(test)
        if not named:
            continue
        for line, document, key, value in connection.execute(
            "SELECT line, document, key, value FROM setting WHERE path = ?", (path,)
        ).fetchall():
            schema = schemas.get((path, document))
            for test in (*named.get(_last(key), ()), *named.get("", ())):
                if test.holds(key, value, schema) and test.fits(
                    partial(_beside, connection, path, document, key)
                ):
                    test.record(Place(path, None, line), key, value, sink)


def _last(key: str) -> str:
    # Not the name of the setting, which may have dots in it: `prometheus.io/scrape`.
    return key.rpartition(".")[2].partition("[")[0]


def _beside(
    connection: sqlite3.Connection, path: str, document: int, key: str, name: str
) -> list[str]:
    """Return the values of a setting of the same mapping (`suspend`, also `spec.suspend`)."""
    parent = key.rpartition(".")[0]
    return [
        value
        for (value,) in connection.execute(
            "SELECT value FROM setting WHERE path = ? AND document = ? AND key = ?",
            (path, document, f"{parent}.{name}" if parent else name),
        )
    ]


class _KeyTest:
    def __init__(self, technology: Technology, entry: KeyEntry) -> None:
        self.technology = technology
        self.entry = entry
        self._value = text_test(entry.value) if entry.value is not None else None
        self._schema: Callable[[str], bool] | None = (
            text_test(entry.schema) if entry.schema is not None else None
        )
        last = _last(entry.key or _SCHEMA_KEY)
        #: Last part of the keys that can fit, '' if any can.
        self.last = "" if "*" in last or "?" in last else last

    def holds(self, key: str, value: str, schema: str | None) -> bool:
        """Tell whether a setting is the one that is meant."""
        if self._schema is not None and (schema is None or not self._schema(schema)):
            return False
        if self.entry.key is None:
            return key == _SCHEMA_KEY
        if key_pattern(self.entry.key).fullmatch(key) is None:
            return False
        return self._value is None or self._value(value)

    def fits(self, beside: Callable[[str], Sequence[str]]) -> bool:
        """Tell whether the settings beside it allow the meaning; ``beside`` gives their values."""
        for sibling, wanted in ((self.entry.beside, True), (self.entry.unless, False)):
            if sibling is not None:
                test = text_test(sibling[1])
                if any(test(value) for value in beside(sibling[0])) is not wanted:
                    return False
        return True

    def record(self, place: Place, key: str, value: str, sink: Sink) -> None:
        """Write down what the setting says."""
        entry = self.entry
        name = f"{key}: {value}"[:200]
        sink.use(self.technology, place, "key", name, entry.confidence)
        sink.act(
            entry.actions,
            self.technology,
            place,
            via="key",
            name=name,
            confidence=entry.confidence,
        )
