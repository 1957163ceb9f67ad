"""Tables about credentials and personal data."""

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


class PersonalData(NamedTuple):
    """Values that identify persons in a data file or in what a cell showed; none is stored."""

    path: Path
    line: Annotated[int | None, "line of the header of a data file"]
    cell: CellIndex
    kind: Annotated[str, "e-mail | phone | iban | payment-card | social-security | person"]
    column: Annotated[str, "name of the column, '' in an output"]
    different: Annotated[int, "distinct values of this kind among the rows that were looked at"]
    place: Annotated[str, "data | output"]
