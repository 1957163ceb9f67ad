"""From code cells to rows: what the cells of one notebook have in common while they are read."""

import ast
import re
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.dependencies.install_command import installed
from mlops_audit.readers.dependencies.requirements import read_requirements
from mlops_audit.readers.masking import masked_text
from mlops_audit.readers.notebook.program import Program
from mlops_audit.readers.python.analysis import Analysis
from mlops_audit.readers.python.flow import data_mistakes, matters
from mlops_audit.readers.python.magics import Prepared
from mlops_audit.readers.python.source import count_code_lines, module_name, parse, split_lines
from mlops_audit.readers.shell import commands, working_directory
from mlops_audit.schema import Command, Dependency, Diagnostic, Magic, Module

#: Characters of Python, and shell texts, of one notebook that are read.
CODE_LIMIT = 4_000_000
SHELL_LIMIT = 2_000
_TEXT = 500
#: Broken cells that are named one by one.
_NAMED = 20

#: `{name}` in a shell line is put in by IPython; `${name}` and `{a,b}` belong to the shell.
_INTERPOLATED = re.compile(r"(?<![$\\{])\{([A-Za-z_][\w.\[\]'\"()]{0,100})\}(?!\})")
_PYTHON = re.compile(r"\{\{sys\.executable\}\}")
_CLONED = re.compile(r"(?:^|\s)(?:\S{0,300}/)?([\w.-]{1,100}?)(?:\.git)?/?\Z")


class CodeCells:
    """Collects the rows of the code cells of one notebook.

    `cell` is the index of a cell in rows that count lines inside it, None where lines are those
    of the file.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._analysis = Analysis(path)
        self._program = Program(path)
        self._magics: list[Magic] = []
        self._commands: list[Command] = []
        self._dependencies: list[Dependency] = []
        self._problems: list[tuple[int | None, str, bool]] = []
        self._home = path.rpartition("/")[0]
        self._directory = self._home
        self._clones: set[str] = set()
        self._shells = 0
        self._characters = 0
        self._full: set[str] = set()
        self._parsed: set[str] = set()
        self._lines = self._code_lines = 0
        #: Statements and lines of the cells whose lines are those of the file.
        self._body: list[ast.stmt] = []
        self._file: list[str] = []
        #: What runs in one environment, in the order of the cells.
        self._sequence: list[tuple[ast.Module, int | None]] = []
        self._texts: list[str] = []

    def python(
        self,
        prepared: Prepared,
        cell: int | None,
        place: str,
        before: int = 0,
        *,
        may_fail: bool = False,
    ) -> None:
        """Take the Python of a cell.

        `place` names it in words, `before` lines precede it; `may_fail` says that it is meant to
        end in an error.
        """
        if prepared.python is not None:
            lines, apart = prepared.python, False
        elif prepared.written.endswith(".py"):
            # Padded, so that lines are those of the cell.
            blank = [""] * (prepared.body_line - 1)
            lines, apart = blank + split_lines(prepared.body), True
        else:
            self._program.add(None, prepared, cell, before)
            return
        if not any(map(str.strip, lines)):
            self._program.add(None, prepared, cell, before)
            return
        text = "\n".join(lines)
        self._characters += len(text)
        if self._characters > CODE_LIMIT:
            self._full.add("code")
            self._program.lose()
            return
        tree, parsed, problem, line = parse(text)
        whole = tree if parsed == "full" else None
        self._program.add(whole, prepared, cell, before, may_fail=may_fail)
        if prepared.doubtful and problem is not None:
            return
        self._parsed.add(parsed)
        self._lines += len(lines) - (not lines[-1])
        self._code_lines += count_code_lines(lines)
        if problem is not None:
            # A diagnostic has no cell, so that only lines of the file stand in its column.
            within = f", line {line}," if line and cell is not None else ""
            at = before + line if line and cell is None else None
            self._problems.append((at, f"{place}{within} {problem}.", tree is None))
        if tree is None:
            return
        if apart:
            self._analysis.add_apart(tree, lines, cell)
            return
        self._sequence.append((tree, cell))
        self._texts.append(text)
        if cell is not None:
            self._analysis.add(tree, lines, cell)
        else:
            self._body.extend(ast.increment_lineno(tree, before).body)
            self._file.extend("" for _ in range(before - len(self._file)))
            self._file.extend(lines)

    def lost(self) -> None:
        """Note that a code cell was not read; it may have defined anything."""
        self._program.lose()

    def names(self, prepared: Prepared, before: int) -> None:
        """Take only the names of a cell, whose Python another reader analyses."""
        text = "\n".join(prepared.python or ())
        parsed = parse(text) if text.strip() else None
        tree = parsed.tree if parsed is not None and parsed.parsed == "full" else None
        self._program.add(tree, prepared, None, before)

    def uses(self, prepared: Prepared, cell: int | None, before: int = 0) -> None:
        """Take the magics and shell lines of a cell; `before` lines of the file precede it."""
        for use in prepared.uses:
            text = masked_text(use.text)[:_TEXT]
            self._magics.append(
                Magic(self._path, cell, use.line + before, use.kind, use.name, text)
            )
            if use.name.lower() == "cd":
                self._change_directory(use.text)
            elif use.shell:
                self.shell(use.shell, use.shell_line + before, cell)
        if prepared.written.endswith((".sh", ".bash")):
            self.shell(prepared.body, prepared.body_line + before, cell)
        elif re.search(r"(?:^|/)requirements[\w.-]{0,60}\.txt\Z", prepared.written):
            for row in read_requirements(self._path, prepared.body):
                if isinstance(row, Dependency):
                    line = None if cell is not None or row.line is None else row.line
                    if line is not None:
                        line += before + prepared.body_line - 1
                    self._dependencies.append(row._replace(line=line, source="notebook"))

    def shell(self, text: str, line: int, cell: int | None) -> None:
        """Take shell text whose first line is `line`."""
        if self._shells >= SHELL_LIMIT:
            self._full.add("shell")
            return
        self._shells += 1
        # Doubled braces are how the shell reader knows what it must not take for its own, and how
        # whoever looks for the program or file knows that the name is not the whole one.
        marked = _PYTHON.sub("python", _INTERPOLATED.sub(r"{{\1}}", text))
        found = commands(
            marked,
            path=self._path,
            cell=cell,
            line=line,
            scope="",
            start=len(self._commands),
            directory=self._directory,
        )
        for command in found:
            written = command.text.replace("{{", "{").replace("}}", "}")
            self._commands.append(command._replace(text=written) if marked != text else command)
            clone = command.program == "git" and command.arguments.startswith("clone ")
            if clone and (match := _CLONED.search(command.arguments)):
                self._clones.add(match[1])
            self._dependencies.extend(
                installed(command, "notebook", None if cell is not None else command.line)
            )

    def rows(self, *, kind: str | None) -> Iterator[Any]:
        """Yield everything; a `Module` of that kind if there was Python and `kind` is not None."""
        yield from self._magics
        yield from self._commands
        yield from dict.fromkeys(self._dependencies)
        if self._body:
            self._analysis.add(ast.Module(body=self._body, type_ignores=[]), self._file)
        yield from self._program.rows()
        if kind is not None and self._parsed:
            yield from self._analysis.rows()
            if matters("\n".join(self._texts)):
                yield from data_mistakes(self._path, self._sequence)
            yield Module(
                self._path,
                module_name(self._path),
                self._worst(),
                kind,
                self._lines,
                self._code_lines,
                self._analysis.main_guard,
                self._analysis.docstring,
                self._analysis.top_level_statements,
            )
        for line, problem, lost in self._problems[:_NAMED]:
            yield Diagnostic(self._path, line, "notebook", problem, lost)
        rest = self._problems[_NAMED:]
        if rest:
            problem = f"{len(rest)} more cells are not valid Python."
            yield Diagnostic(self._path, None, "notebook", problem, any(lost for *_, lost in rest))
        for what in sorted(self._full):
            problem = f"The notebook holds too much {what}; the rest was not read."
            yield Diagnostic(self._path, None, "notebook", problem, True)

    def _worst(self) -> str:
        if self._parsed == {"none"}:
            return "none"
        return "full" if self._parsed == {"full"} else "tolerant"

    def _change_directory(self, target: str) -> None:
        """Follow `%cd`, which unlike `!cd` lasts."""
        target = target.strip().strip("\"'")
        if "{" in target or target.partition("/")[0] in self._clones:
            # Often a clone of this very repository: wherever it is, it is not a folder of it.
            self._directory = ""
        else:
            self._directory = working_directory(self._directory, target)
