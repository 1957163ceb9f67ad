"""Finds as rows; the only way a find leaves this package."""

from collections.abc import Iterable, Iterator

from mlops_audit.readers.secrets.detect import Found
from mlops_audit.readers.secrets.values import fingerprint, mask
from mlops_audit.schema import SecretCandidate


def candidate_rows(
    path: str, cell: int | None, place: str, found: Iterable[Found]
) -> Iterator[SecretCandidate]:
    """Yield a row for every find, its value masked."""
    for hit in found:
        # The lines of an output are not lines of the cell.
        line = None if place == "output" else hit.line
        yield SecretCandidate(
            path, line, cell, hit.kind, mask(hit.value), fingerprint(hit.value), place, hit.usable
        )
