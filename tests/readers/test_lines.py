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
