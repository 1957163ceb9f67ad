"""The binary log of a W&B run: blocks as LevelDB writes them, with protocol buffers inside."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from mlops_audit.readers.json_document import load_json
from mlops_audit.readers.runs.history import History
from mlops_audit.readers.runs.rows import ITEM_LIMIT, finite, flat
from mlops_audit.readers.runs.wire import fields, integer, messages, string, strings
from mlops_audit.readers.tree_node import Node

_MAGIC = b":W&B"
_HEADER = 7
_BLOCK = 32_768
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_RECORD_LIMIT = 500_000
_JSON_LIMIT = 20_000

# Numbers of the fields of `Record`.
_HISTORY, _SUMMARY, _CONFIG, _RUN, _EXIT, _USE_ARTIFACT, _ENVIRONMENT = 2, 3, 5, 17, 18, 25, 26


@dataclass(slots=True)
class BinaryLog:
    """What the log of one run says."""

    run: str = ""
    project: str = ""
    name: str = ""
    group: str = ""
    started_at: int = 0
    runtime: int = 0
    program: str = ""
    commit: str = ""
    remote: str = ""
    user: str = ""
    exit_code: int | None = None
    records: int = 0
    parameters: dict[str, Node] = field(default_factory=dict)
    #: Last value and all values by key.
    history: dict[str, tuple[Node, History]] = field(default_factory=dict)
    summary: dict[str, Node] = field(default_factory=dict)
    artifacts: list[tuple[str, str]] = field(default_factory=list)


def read_log(content: bytes) -> BinaryLog | None:
    """Return what the log says, None if it is none; what is damaged is skipped."""
    if not content.startswith(_MAGIC):
        return None
    log = BinaryLog()
    for record in _records(content):
        log.records += 1
        if log.records > _RECORD_LIMIT:
            break
        for number, value in fields(record):
            if isinstance(value, bytes):
                _take(log, number, value)
    return log


def _records(content: bytes) -> Iterator[bytes]:
    """Yield the records, put together where they stretch over blocks."""
    at = _HEADER
    parts: list[bytes] = []
    while at + 7 <= len(content):
        left = _BLOCK - at % _BLOCK
        if left < 7:
            at += left
            continue
        length, kind = struct.unpack_from("<HB", content, at + 4)
        if kind not in (_FULL, _FIRST, _MIDDLE, _LAST) or 7 + length > left:
            # Damaged, or the padding of a block: the next block is read again.
            parts = []
            at += left
            continue
        data = content[at + 7 : at + 7 + length]
        at += 7 + length
        if len(data) < length:
            return
        if kind == _FULL:
            yield data
        elif kind == _FIRST:
            parts = [data]
        elif parts:
            parts.append(data)
            if kind == _LAST:
                yield b"".join(parts)
                parts = []


def _take(log: BinaryLog, number: int, value: bytes) -> None:
    if number == _HISTORY:
        items = dict(_items(value))
        step = items["_step"].value if "_step" in items else integer(_submessage(value, 2), 1)
        time = items["_timestamp"].value if "_timestamp" in items else None
        for key, node in items.items():
            known = log.history.get(key)
            if known is None and len(log.history) >= ITEM_LIMIT:
                continue
            curve = known[1] if known else History()
            curve.add(finite(node.value), step, time)
            log.history[key] = (node, curve)
    elif number == _SUMMARY:
        _update(log.summary, value)
    elif number == _CONFIG:
        _update(log.parameters, value)
    elif number == _RUN:
        _take_run(log, value)
    elif number == _EXIT:
        log.exit_code = integer(value, 1)
        log.runtime = log.runtime or integer(value, 2)
    elif number == _USE_ARTIFACT:
        log.artifacts.append((string(value, 3), string(value, 2)))
    elif number == _ENVIRONMENT:
        # A later record only adds to an earlier one.
        log.program = string(value, 7) or string(value, 6) or log.program
        log.user = string(value, 13) or log.user
        for git in messages(value, 9):
            _take_git(log, git)


def _take_run(log: BinaryLog, value: bytes) -> None:
    log.run = string(value, 1) or log.run
    log.project = string(value, 3) or log.project
    log.group = string(value, 6) or log.group
    log.name = string(value, 8) or log.name
    for time in messages(value, 17):
        log.started_at = integer(time, 1) or log.started_at
    for config in messages(value, 4):
        _update(log.parameters, config)
    for summary in messages(value, 5):
        _update(log.summary, summary)
    for git in messages(value, 21):
        _take_git(log, git)


def _take_git(log: BinaryLog, git: bytes) -> None:
    log.remote = string(git, 1) or log.remote
    log.commit = string(git, 2) or log.commit


def _submessage(message: bytes, number: int) -> bytes:
    return next(iter(messages(message, number)), b"")


def _update(values: dict[str, Node], update: bytes) -> None:
    for key, node in _items(update):
        if key in values or len(values) < ITEM_LIMIT:
            values[key] = node


def _items(update: bytes) -> Iterator[tuple[str, Node]]:
    """Yield dotted key and value of the items of a history, summary or config record."""
    for item in messages(update, 1):
        key = string(item, 1) or ".".join(strings(item, 2))
        text = string(item, 16)
        if key and text and len(text) <= _JSON_LIMIT:
            yield from flat(load_json(text.encode("utf-8", "replace")), key)
