"""What event files of TensorBoard hold beside scalars: texts and hyper-parameters."""

from collections.abc import Iterator

from mlops_audit.readers.runs.rows import KEY_LIMIT, VALUE_LIMIT
from mlops_audit.readers.runs.wire import fields, floating, integer, messages, string

#: Marks the names of hyper-parameters among what `told_of` yields.
HPARAMS = "\0hparams/"

_SESSION = "_hparams_/session_start_info"
#: DataType: DT_STRING.
_TEXT = 7
#: Pictures and sounds are strings of bytes, too.
_TEXT_PLUGIN = "text"


def told_of(summary: bytes) -> Iterator[tuple[str, str]]:
    """Yield names and values of the texts and hyper-parameters in a summary."""
    for value in messages(summary, 1):
        tag = string(value, 1)[:KEY_LIMIT]
        plugin = b"".join(data for metadata in messages(value, 9) for data in messages(metadata, 1))
        if tag == _SESSION:
            for start in messages(_content(plugin), 3):
                for entry in messages(start, 1):
                    yield f"{HPARAMS}{string(entry, 1)[:KEY_LIMIT]}", _value(entry)
        elif string(plugin, 1) == _TEXT_PLUGIN:
            for tensor in messages(value, 8):
                if integer(tensor, 1) == _TEXT:
                    yield tag.removesuffix("/text_summary"), string(tensor, 8)[: 4 * VALUE_LIMIT]


def _content(plugin: bytes) -> bytes:
    return b"".join(messages(plugin, 2))


def _value(entry: bytes) -> str:
    """Return what a value of `google.protobuf.Struct` says."""
    for value in messages(entry, 2):
        for number, found in fields(value):
            if number == 2 and (size := floating(found)) is not None:
                return str(int(size)) if size.is_integer() and abs(size) < 2**53 else str(size)
            if number == 3 and isinstance(found, bytes):
                return found.decode("utf-8", "replace")
            if number == 4:
                return str(bool(found))
    return ""
