"""Tables about notebooks.

Rows of every table that come from a cell of an ``.ipynb`` carry the index of the cell and count
lines inside it. Text notebooks (Databricks sources, percent scripts, R Markdown, Quarto) are
files that people open by line: their rows count lines in the file and leave ``cell`` NULL, except
in the table `cell`, whose ``line`` says where each cell begins.
"""

from typing import Annotated, NamedTuple

from mlops_audit.schema.table import CellIndex, Line, Path


class Notebook(NamedTuple):
    """One notebook: Jupyter, or a text document with code cells.

    A copy below .ipynb_checkpoints has this row and no other. A Python file counts as `percent` if
    it says so (a Jupytext header, a markdown cell) or if most of its ``# %%`` cells do something;
    a module that only marks its sections so does not.
    """

    path: Path
    format: Annotated[str, "ipynb | databricks | percent | rmarkdown | quarto"]
    version: Annotated[str | None, "nbformat major.minor"]
    language: Annotated[str, "lower-case language of the kernel: python, r, julia, scala, …"]
    kernel: Annotated[str | None, "kernel name"]
    cells: Annotated[int, "cells"]
    code_cells: Annotated[int, "code cells with at least one non-blank line"]
    markdown_cells: Annotated[int, "markdown cells with text"]
    executed_cells: Annotated[int, "non-empty code cells with an execution count above 0"]
    in_order: Annotated[
        bool | None,
        "1 if every non-empty code cell has an execution count, the first is 1 and they strictly"
        " increase (gaps allowed); NULL if the format keeps no counts or there are no code cells",
    ]
    first_disorder: Annotated[int | None, "index of the first cell that breaks the order"]
    output_bytes: Annotated[int, "bytes of stored outputs: text, data and tracebacks as UTF-8"]
    error_outputs: Annotated[int, "cells that end in an error output"]
    repeated_counts: Annotated[
        int, "cells whose execution count an earlier one has too: copied, or run in another kernel"
    ]
    skipped_counts: Annotated[
        int, "numbers up to the highest count that no cell has: cells run again, changed or deleted"
    ]
    checkpoint: Annotated[bool, "1 for a copy below .ipynb_checkpoints"]


class Cell(NamedTuple):
    """One cell of a notebook; in R Markdown and Quarto a code chunk, or the prose between two."""

    path: Path
    cell: CellIndex
    kind: Annotated[str, "code | markdown | raw"]
    line: Annotated[int | None, "1-based line in the file where the cell's source starts, if known"]
    lines: Annotated[int, "lines of source"]
    execution_count: Annotated[int | None, "as stored"]
    output_bytes: Annotated[int, "bytes of stored outputs"]
    outputs: Annotated[
        str,
        "space-separated output kinds: stream table image html error json text (a result that is"
        " nothing else)",
    ]
    error: Annotated[str | None, "exception name of an error output"]
    stale: Annotated[
        str | None,
        "why the outputs are not those of the Python as it stands, if that is certain: empty (there"
        " is no code) | traceback (an error shows a line that the cell does not hold)",
    ]
    tags: Annotated[str, "space-separated cell tags"]
    text: Annotated[str, "first 1,000 characters of a markdown cell, '' for code"]


class Magic(NamedTuple):
    """A magic or shell line of a notebook cell."""

    path: Path
    cell: CellIndex
    line: Line
    kind: Annotated[str, "line | cell | shell"]
    name: Annotated[str, "magic name without %, or '!' for shell"]
    text: Annotated[str, "the rest of the line, at most 500 characters"]


class NotebookName(NamedTuple):
    """A name in the Python of a notebook whose meaning depends on the order in which cells run.

    Told from the code alone, as if all cells ran once from top to bottom; one row a name and kind,
    for the first place. A notebook whose names can't all be told (star imports, ``%run``, ``exec``,
    cells that are not valid Python) has rows only for what is certain all the same.
    """

    path: Path
    cell: CellIndex
    line: Line
    scope: Annotated[
        str, "function through which the cell uses the name, '' if the cell does itself"
    ]
    name: str
    kind: Annotated[
        str,
        "later: used before it is defined | missing: no cell defines it | deleted: used after it"
        " was deleted | shadowed: called, but a variable took the name of a builtin | rerun: the"
        " cell changes what an earlier one made, so that running it twice gives something else",
    ]
    other_cell: Annotated[
        int | None, "cell that defines it, deletes it, or made it before; NULL as for `cell`"
    ]
    other_line: Annotated[int | None, "line there"]
    certain: Annotated[bool, "1 if running the cells in order must come to the place"]
