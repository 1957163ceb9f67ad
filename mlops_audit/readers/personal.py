"""Personal data: columns of data files and outputs of notebooks that identify persons.

Precision before recall: a column counts only if most of its values have the form, enough of them
differ, and none of the addresses is one that documentation uses.
"""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from mlops_audit.readers.notebook.document import (
    MAX_BYTES,
    NotANotebookError,
    load_notebook,
    source_text,
)
from mlops_audit.readers.notebook.outputs import payload
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import PersonalData

_TABLES = frozenset({".csv", ".tsv"})
_RECORDS = frozenset({".jsonl", ".ndjson"})
_BYTES = 1_000_000
_ROWS = 500
_COLUMNS = 500
_OUTPUT_CHARACTERS = 2_000_000
#: Fewer different values than this may be the authors, or an example.
_ENOUGH = 5
_SHARE = 0.6

_ADDRESS = re.compile(
    r"[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,3}\.[A-Za-z]{2,24}"
)
_MADE_UP = re.compile(
    r"@(?:[\w-]{1,60}\.)?(?:example|test|localhost|invalid|domain|email|mail|company|acme|foo|bar|fake"
    r"|yourdomain|users\.noreply\.github)\.|[.@](?:test|invalid|example|local)\Z",
    re.IGNORECASE,
)
_PHONE = re.compile(r"\+?[0-9(][0-9 ().\-/]{6,22}[0-9]")
_SOCIAL_SECURITY = re.compile(r"(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_CARD = re.compile(r"[3456]\d{12,18}")
_WORD = re.compile(r"[^\W\d_][^\d_@;|]{0,60}")

_PHONE_HEADER = re.compile(r"phone|mobile|telephone|telefon|cell_?number|handy", re.IGNORECASE)
_CARD_HEADER = re.compile(r"card|\bcc\b|cc_?num|\bpan\b", re.IGNORECASE)
_SECURITY_HEADER = re.compile(r"ssn|social.?security|national.?id", re.IGNORECASE)
_NAME_HEADER = re.compile(
    r"(?:first|given|last|family|full|customer|patient|client|employee|person|student)[_ ]?name"
    r"|surname|nachname|vorname",
    re.IGNORECASE,
)
#: A name beside one of these is a person, not a product or a place.
_BESIDE_NAME = re.compile(
    r"birth|\bdob\b|date_of_birth|geburt|street|address|adresse|e-?mail|phone|passport|ssn|patient_?id"
    r"|zip_?code|postcode|postal",
    re.IGNORECASE,
)


class _Column(NamedTuple):
    name: str
    values: tuple[str, ...]


class PersonalDataReader:
    """One row a column, or an output, that identifies persons; values never leave it."""

    name = "personal"
    version = 1

    def accepts(self, file: SourceFile) -> bool:
        """Take text tables, records and Jupyter notebooks."""
        if file.lfs or file.role == "vendored":
            return False
        if file.suffix == ".ipynb":
            return file.size <= MAX_BYTES
        return file.kind == "data" and file.suffix in _TABLES | _RECORDS

    def read(self, file: SourceFile, content: bytes) -> Iterator[PersonalData]:
        """Yield what identifies persons."""
        if file.suffix == ".ipynb":
            yield from _outputs(file.path, content)
            return
        text = content[:_BYTES].decode("utf-8", "replace")
        if len(content) > _BYTES:
            # The last line is cut off.
            text = text.rpartition("\n")[0]
        columns = _records(text) if file.suffix in _RECORDS else _table(text)
        for column, kind, count in _identifying(columns):
            yield PersonalData(file.path, 1, None, kind, column, count, "data")


READERS = (PersonalDataReader(),)


def _table(text: str) -> list[_Column]:
    lines = text.splitlines()[: _ROWS + 1]
    if len(lines) < 2:
        return []
    delimiter = max(",;\t|", key=lines[0].count)
    try:
        rows = list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return []
    header, body = rows[0][:_COLUMNS], rows[1:]
    return [
        _Column(name.strip(), tuple(row[index].strip() for row in body if index < len(row)))
        for index, name in enumerate(header)
    ]


def _records(text: str) -> list[_Column]:
    gathered: dict[str, list[str]] = {}
    for line in text.splitlines()[:_ROWS]:
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if not isinstance(record, dict):
            continue
        for name, value in list(record.items())[:_COLUMNS]:
            if isinstance(value, str | int):
                gathered.setdefault(str(name), []).append(str(value).strip())
    return [_Column(name, tuple(values)) for name, values in gathered.items()]


def _identifying(columns: Iterable[_Column]) -> Iterator[tuple[str, str, int]]:
    """Yield (column, kind, distinct values) of the columns that identify persons."""
    known = list(columns)
    for column in known:
        for kind, holds in _checks(column.name).items():
            count = _distinct(column.values, holds)
            if count:
                yield column.name[:100], kind, count
                break
        else:
            others = [other.name for other in known if other is not column]
            named = _NAME_HEADER.search(column.name)
            if named and any(_BESIDE_NAME.search(other) for other in others):
                count = _distinct(column.values, lambda value: _WORD.fullmatch(value) is not None)
                if count:
                    yield column.name[:100], "person", count


def _checks(header: str) -> Mapping[str, Callable[[str], bool]]:
    found: dict[str, Callable[[str], bool]] = {"e-mail": _is_address, "iban": _is_iban}
    if _PHONE_HEADER.search(header):
        found["phone"] = lambda value: _PHONE.fullmatch(value) is not None
    if _SECURITY_HEADER.search(header):
        found["social-security"] = lambda value: _SOCIAL_SECURITY.fullmatch(value) is not None
    if _CARD_HEADER.search(header):
        found["payment-card"] = _is_card
    return found


def _distinct(values: Iterable[str], holds: Callable[[str], bool]) -> int:
    """Return how many different values hold, 0 if that is too few or too small a share."""
    filled = [value for value in values if value]
    right = [value for value in filled if holds(value[:200])]
    different = len(set(right))
    if different < _ENOUGH or len(right) < _SHARE * len(filled):
        return 0
    return different


def _is_address(value: str) -> bool:
    return _ADDRESS.fullmatch(value) is not None and _MADE_UP.search(value) is None


def _is_iban(value: str) -> bool:
    text = value.replace(" ", "")
    if _IBAN.fullmatch(text) is None:
        return False
    digits = "".join(str(int(sign, 36)) for sign in text[4:] + text[:4])
    return int(digits) % 97 == 1


def _is_card(value: str) -> bool:
    text = value.replace(" ", "").replace("-", "")
    if _CARD.fullmatch(text) is None:
        return False
    total = 0
    for index, sign in enumerate(reversed(text)):
        digit = int(sign) * (1 + index % 2)
        total += digit - 9 * (digit > 9)
    return total % 10 == 0


def _outputs(path: str, content: bytes) -> Iterator[PersonalData]:
    """Yield one row a cell whose outputs show many addresses."""
    try:
        document = load_notebook(content)
    except NotANotebookError:
        return
    left = _OUTPUT_CHARACTERS
    for index, cell in enumerate(document.cells):
        addresses: set[str] = set()
        for output in cell.outputs:
            for text in _texts(output) if isinstance(output, dict) else ():
                shown = text[: max(0, left)]
                left -= len(text)
                found = _ADDRESS.findall(shown) if "@" in shown else []
                addresses.update(one.lower() for one in found if _MADE_UP.search(one) is None)
        if len(addresses) >= _ENOUGH:
            yield PersonalData(path, None, index, "e-mail", "", len(addresses), "output")


def _texts(output: dict[str, Any]) -> Iterator[str]:
    if output.get("output_type") == "stream":
        yield source_text(output.get("text"))
        return
    for media_type, value in payload(output):
        if media_type == "text/plain":
            yield source_text(value)
