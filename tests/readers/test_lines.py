"""Lines for excerpts."""

import json

from mlops_audit.readers.lines import Lines

BOOK = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {},
    "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": "# Title"},
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": ["a = 1\n", "b = 2"]},
    ],
}
FILES = {
    "a.py": "x = 1\ny = 'é'\n".encode(),
    "a.ipynb": json.dumps(BOOK).encode(),
    "broken.ipynb": b"{",
}


def test_lines_of_files_and_cells() -> None:
    lines = Lines(FILES.get)
    assert lines("a.py") == ["x = 1", "y = 'é'"]
    assert lines("a.ipynb", 1) == ["a = 1", "b = 2"]


def test_what_is_not_there_has_no_lines() -> None:
    lines = Lines(FILES.get)
    for path, cell in (("none.py", None), ("a.ipynb", 2), ("a.py", 0), ("broken.ipynb", 0)):
        assert lines(path, cell) is None


def test_a_line_of_a_cell_is_found_in_the_file() -> None:
    text = json.dumps(BOOK, indent=1)
    lines = Lines({"a.ipynb": text.encode()}.get)
    at = lines.file_line("a.ipynb", 1, 2)
    assert at is not None and text.splitlines()[at - 1].strip() == '"b = 2"'
    title = lines.file_line("a.ipynb", 0, 1)
    assert title is not None and "# Title" in text.splitlines()[title - 1]


def test_all_lines_of_a_cell_in_one_string_are_on_its_line() -> None:
    book = {**BOOK, "cells": [{**BOOK["cells"][1], "source": "a = 1\nb = 2"}]}
    text = json.dumps(book, indent=1)
    lines = Lines({"a.ipynb": text.encode(), "flat.ipynb": json.dumps(book).encode()}.get)
    at = lines.file_line("a.ipynb", 0, 2)
    assert at == lines.file_line("a.ipynb", 0, 1)
    assert at is not None and '"a = 1\\nb = 2"' in text.splitlines()[at - 1]
    assert lines.file_line("flat.ipynb", 0, 2) in (None, 1)
    assert lines.file_line("none.ipynb", 0, 1) is None
