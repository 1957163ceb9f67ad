"""The reader of credentials: every text file, notebook cell and notebook output."""

import re
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.dependencies.parsing import (
    BadInputError,
    decode,
    load_json,
    mapping,
    sequence,
)
from mlops_audit.readers.secrets.detect import Found, detect
from mlops_audit.readers.secrets.values import fingerprint, mask
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import SecretCandidate

_KINDS_NOT_TEXT = frozenset({"image", "model", "archive", "binary"})
_TEXT_DATA = frozenset({".csv", ".tsv", ".jsonl", ".ndjson", ".geojson"})
#: Full of hashes and integrity strings, none of them secret.
_HASHES = re.compile(
    r"(?:^|/)(?:[\w.-]+\.lock|package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|go\.sum"
    r"|conda-lock[\w.-]*\.ya?ml|\.secrets\.baseline|[\w.-]+\.min\.(?:js|css)|[\w.-]+\.map"
    r"|[\w.-]+\.svg|[\w.-]+\.dvc|\.terraform\.lock\.hcl|SHA256SUMS|[\w.-]+\.sha256)$",
    re.IGNORECASE,
)
_CODE = frozenset({"python", "notebook", "r", "julia", "scala", "javascript", "sql", "other"})
_CONFIG = frozenset({"yaml", "toml", "json", "ini", "dockerfile", "makefile", "shell"})
_ENV = re.compile(r"(?:^|/)(?:\.env(?:\.[\w.-]+)?|[\w.-]+\.env|\.envrc|\.netrc|_netrc|\.pgpass)$")
_CONFIG_SUFFIXES = frozenset({".tf", ".tfvars", ".properties", ".conf", ".cfg", ".hcl", ".xml"})
_SIZE_LIMIT = 10_000_000
_OUTPUT_LIMIT = 400_000


class SecretReader:
    """Finds credentials; their values never leave it."""

    name = "secrets"
    version = 2

    def accepts(self, file: SourceFile) -> bool:
        """Take everything that may be text, whatever it is for."""
        if file.kind in _KINDS_NOT_TEXT or file.lfs or file.size > _SIZE_LIMIT:
            return False
        if file.kind == "data":
            return file.suffix in _TEXT_DATA
        return _HASHES.search(file.path) is None

    def read(self, file: SourceFile, content: bytes) -> Iterator[SecretCandidate]:
        """Yield one row for every place that holds something like a credential.

        Only a format proves a live credential in tests, examples and other people's code: they are
        full of made-up passwords.
        """
        made_up = file.role in ("test", "example", "vendored")
        for row in self._candidates(file, content):
            yield row._replace(usable="weak") if made_up and row.usable == "likely" else row

    def _candidates(self, file: SourceFile, content: bytes) -> Iterator[SecretCandidate]:
        if b"\0" in content[:8_192] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return
        text = decode(content[:_SIZE_LIMIT])
        if file.kind == "notebook" or file.suffix == ".ipynb":
            yield from _notebook(file.path, text)
            return
        place, unquoted = _place(file)
        generic = file.kind != "data" and "/.min." not in file.path
        found = detect(text, generic=generic, unquoted=unquoted)
        yield from _rows(file.path, None, place, found)


def _notebook(path: str, text: str) -> Iterator[SecretCandidate]:
    try:
        document = load_json(text)
    except BadInputError:
        yield from _rows(path, None, "code", detect(text))
        return
    cells = sequence(mapping(document).get("cells"))
    if not cells:
        for sheet in sequence(mapping(document).get("worksheets")):
            cells += sequence(mapping(sheet).get("cells"))
    for index, item in enumerate(cells):
        cell = mapping(item)
        source = _joined(cell.get("source", cell.get("input")))
        prose = cell.get("cell_type") in ("markdown", "raw")
        # Shell escapes and %env lines hold values without quotes.
        unquoted = "=" if prose or re.search(r"^\s*[%!]", source, re.MULTILINE) else ""
        place = "document" if prose else "code"
        yield from _rows(path, index, place, detect(source, unquoted=unquoted))
        seen: set[str] = set()
        for output in sequence(cell.get("outputs")):
            for shown in _output_texts(mapping(output)):
                found = [hit for hit in detect(shown, unquoted="=:") if hit.value not in seen]
                seen.update(hit.value for hit in found)
                yield from _rows(path, index, "output", found)


def _output_texts(output: dict[str, Any]) -> Iterator[str]:
    yield _joined(output.get("text"))
    yield _joined(output.get("traceback"))
    for kind, value in mapping(output.get("data")).items():
        if kind.startswith("text/") or kind == "application/json":
            yield _joined(value)


def _joined(value: object) -> str:
    if isinstance(value, str):
        return value[:_OUTPUT_LIMIT]
    return "".join(part for part in sequence(value) if isinstance(part, str))[:_OUTPUT_LIMIT]


def _rows(path: str, cell: int | None, place: str, found: list[Found]) -> Iterator[SecretCandidate]:
    for hit in found:
        # The lines of an output are not lines of the cell.
        line = None if place == "output" else hit.line
        yield SecretCandidate(
            path, line, cell, hit.kind, mask(hit.value), fingerprint(hit.value), place, hit.usable
        )


def _place(file: SourceFile) -> tuple[str, str]:
    """Return the kind of place, and after which operators values without quotes count."""
    if _ENV.search(file.path) or file.suffix in _CONFIG_SUFFIXES:
        return "config", "=:"
    if file.suffix == ".log" or file.kind == "data":
        return "log", "=:"
    if file.kind in _CODE:
        return "code", ""
    if file.kind in _CONFIG:
        return "config", "=:" if file.kind in ("yaml", "ini") else "="
    return "document", "="
