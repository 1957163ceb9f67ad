"""Tables about credentials."""

from typing import Annotated, NamedTuple

from mlops_audit.schema.table import CellIndex, Line, Path


class SecretCandidate(NamedTuple):
    """A string that looks like a credential; the value itself is never stored."""

    path: Path
    line: Line
    cell: CellIndex
    kind: Annotated[
        str, "aws-access-key | azure-storage-key | github-token | private-key | password | …"
    ]
    masked: Annotated[str, "at most the first 4 characters and a length"]
    fingerprint: Annotated[str, "keyed hash: equal means the same secret"]
    place: Annotated[str, "code | output | config | document | log"]
    usable: Annotated[
        str,
        "yes (format of a live credential) | likely (random value in a secret-named field) |"
        " weak (default or demo password) | placeholder",
    ]
