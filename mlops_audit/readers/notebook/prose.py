"""What all notebook readers say about prose cells and about the file itself."""

from collections.abc import Iterator

from mlops_audit.readers.markdown_text import split_sections
from mlops_audit.readers.masking import masked_text
from mlops_audit.schema import Section
from mlops_audit.text import mask_secrets

#: Characters of a prose cell that are kept.
TEXT_LIMIT = 1_000
_CHECKPOINTS = ".ipynb_checkpoints"


def is_checkpoint(path: str) -> bool:
    """Tell whether a notebook is a copy that Jupyter saved beside the real one."""
    return _CHECKPOINTS in path.split("/")


def section_rows(path: str, cell: int | None, text: str, before: int = 0) -> Iterator[Section]:
    """Yield the sections of a prose cell; `before` lines of the file precede it."""
    for part in split_sections(text):
        yield Section(
            path,
            cell,
            part.line + before,
            part.end_line + before,
            part.level,
            part.heading,
            mask_secrets(part.text),
            part.words,
            part.placeholder,
        )


def shown_text(source: str) -> str:
    """Return the beginning of a prose cell with what looks like a credential masked."""
    return masked_text(source[: TEXT_LIMIT * 2])[:TEXT_LIMIT]


def line_count(source: str) -> int:
    """Return the number of lines of a cell."""
    return source.count("\n") + (not source.endswith("\n")) if source else 0
