"""The reader of Python files."""

from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.python.analysis import Analysis
from mlops_audit.readers.python.flow import data_mistakes, matters
from mlops_audit.readers.python.magics import without_magics
from mlops_audit.readers.python.maintainability import maintainability, may_train
from mlops_audit.readers.python.source import (
    count_code_lines,
    decode,
    module_name,
    parse,
    split_lines,
)
from mlops_audit.readers.python.text_cells import find_cells, python_lines
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Diagnostic, Module

#: Larger files are data in the clothes of code.
MAX_BYTES = 4_000_000


class PythonReader:
    """Python modules and scripts, also those that hold notebook cells in comments."""

    name = "python"
    version = 13

    def accepts(self, file: SourceFile) -> bool:
        """Accept what the repository layer calls Python."""
        return file.kind == "python"

    def read(self, file: SourceFile, content: bytes) -> Iterator[Any]:
        """Yield the rows of the code tables."""
        path = file.path
        if len(content) > MAX_BYTES or content.count(b"\0") > max(20, len(content) // 10):
            why = "is too large to be analysed" if len(content) > MAX_BYTES else "is not text"
            yield Diagnostic(path, None, self.name, f"The file {why}.", True)
            lines = content.count(b"\n") + 1
            yield Module(path, module_name(path), "none", "script", lines, 0, None, False, 0)
            return
        text, odd = decode(content)
        if odd:
            yield Diagnostic(path, None, self.name, f"The file {odd}.", False)
        lines_of = split_lines(text)
        notebook = find_cells(text, file.suffix)
        if notebook is not None:
            text = "\n".join(python_lines(notebook, lines_of))
        tree, how, problem, line = parse(text)
        if problem is not None and notebook is None:
            # Notebooks saved as scripts keep their magics, and are whole without them.
            bare = "\n".join(without_magics(lines_of))
            if bare != "\n".join(lines_of) and (again := parse(bare)).parsed == "full":
                tree, how, text = again.tree, "tolerant", bare
        if problem is not None:
            lost = tree is None
            yield Diagnostic(path, line, self.name, f"The file {problem}.", lost)
        analysis = Analysis(path)
        index = None
        if tree is not None:
            analysis.add(tree, split_lines(text))
            yield from analysis.rows()
            if matters(text):
                yield from data_mistakes(path, [(tree, None)])
            if notebook is None and may_train(text):
                index = maintainability(tree, lines_of)
        yield Module(
            path,
            module_name(path),
            how,
            "script" if notebook is None else notebook.format,
            len(lines_of) - (not lines_of[-1]),
            count_code_lines(lines_of),
            analysis.main_guard,
            analysis.docstring,
            analysis.top_level_statements,
            index,
        )
