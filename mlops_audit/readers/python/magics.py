"""Magics and shell lines of an IPython cell, and the Python that is left without them.

What is taken out is put back as `pass` (or as the statement that `%time` and its like run), one
line for one line, so that lines of the rest keep their numbers and blocks keep a body.
"""

import ast
import re
from dataclasses import dataclass, field

from mlops_audit.readers.python.source import split_lines
from mlops_audit.readers.python.statement_starts import StatementStarts

#: Anything that may be a magic, a shell line or a request for help.
_SUSPECT = re.compile(
    r"^[ \t]*[%!?]|\?[ \t]*;?[ \t]*(?:#.*)?$|=[ \t]*[%!][ \t]*[\w./~{$\"'(-]"
    r"|^[ \t]*(?:pip3?|conda|mamba|cat|cd|cp|ls|mkdir|mv|rm|rmdir)[ \t]+[\w./~$*-]",
    re.MULTILINE,
)
_SHELL = re.compile(r"!{1,2}(?!=)[ \t]*(.*)", re.DOTALL)
_LINE = re.compile(r"%{1,2}[ \t]?([A-Za-z_][\w.]{0,60}|!)[ \t]*(.*)", re.DOTALL)
_CELL = re.compile(r"%%([A-Za-z_][\w.-]{0,60}|!)[ \t]*(.*)")
_HELP = re.compile(r"\?{1,2}[ \t]*[\w.*%]|[\w.*%\[\]'\"]{1,200}\?{1,2}[ \t]*;?[ \t]*(?:#.*)?\Z")
_ASSIGNED = re.compile(
    r"([A-Za-z_][\w.]{0,100}(?:\[[^\]\n]{0,100}\])?(?:[ \t]*,[ \t]*[A-Za-z_]\w{0,100}){0,10}"
    r"(?:[ \t]*:[ \t]*[\w.\[\], ]{1,80})?)[ \t]*=[ \t]*(!|%)(?!=)(.+)",
    re.DOTALL,
)
#: What IPython also takes without a mark, if it is no Python.
_AUTOMAGIC = re.compile(r"(?:pip3?|conda|mamba|cat|cd|cp|ls|mkdir|mv|rm|rmdir)[ \t]+[\w./~$*-]")
_OPTIONS = re.compile(r"(?:-[A-Za-z]+[ \t]*(?:[\w.]{0,60}[ \t]+)){0,8}")
#: In brackets that were never closed, only these still count.
_CERTAIN = re.compile(r"!\w|%(?:pip|matplotlib|load_ext|cd|run|conda)\b")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_RUN_STATEMENT = _words("time timeit prun memit mprun lprun")
_SHELL_LINE = _words("sh system sx ! bash")
_PROGRAMS = _words("pip pip3 conda mamba micromamba uv cat cp ls mkdir mv rm rmdir")
_SHELL_CELL = _words("bash sh zsh shell system sx ! cmd")
_FILE_CELL = _words("writefile file writetemplate")
_PYTHON_CELL = _words(
    "time timeit capture prun memit mprun lprun python python3 pypy local spark snakeviz heat"
    " pyinstrument scalene manim wandb ipytest cache"
)
_FOREIGN = _words(
    "sql bigquery bq r julia html javascript js latex markdown md svg perl ruby cython cpp cu"
    " mermaid ai configure sparksql spark_sql cypher gremlin sparql graph powershell pwsh fs scala"
    " md-sandbox mojo duckdb dql oc help rust c go java kotlin typescript script skip"
)
#: Languages that make a whole Databricks cell theirs when they stand in its first line.
_SWITCHES = _words("md md-sandbox sql scala r sh fs python html")
_DEPTH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One magic or shell line."""

    line: int
    #: line | cell | shell
    kind: str
    name: str
    text: str
    #: Shell text that it runs, and the line where that starts.
    shell: str = ""
    shell_line: int = 0


@dataclass(slots=True, kw_only=True)
class Prepared:
    """A cell taken apart."""

    #: Lines for the Python parser, None if the cell is not Python.
    python: list[str] | None = None
    #: Whether it is only worth walking if it parses: nobody said that it is Python.
    doubtful: bool = False
    uses: list[Use] = field(default_factory=list)
    #: File that the cell writes instead of running; its text and the line where that starts.
    written: str = ""
    body: str = ""
    body_line: int = 0
    #: Language of a cell that is not Python: sql, bash, r, …; 'md' is prose, in `body`.
    language: str = "python"


def prepare(source: str, *, databricks: bool = False) -> Prepared:
    """Take an IPython cell apart."""
    lines = _dedented(split_lines(source))
    prepared = Prepared()
    first = _first(lines)
    if first < len(lines):
        text = lines[first]
        while match := _CELL.match(text):
            if _cell_magic(prepared, match, lines, first):
                return prepared
            lines[first] = ""
            first = _first(lines)
            if first >= len(lines):
                break
            text = lines[first]
        else:
            if text[0] == "%" and _switch(prepared, lines, first, databricks):
                return prepared
    if not _SUSPECT.search("\n".join(lines)):
        prepared.python = lines
        return prepared
    prepared.python = _without_lines(prepared, lines)
    return prepared


def without_magics(lines: list[str]) -> list[str]:
    """Return lines of Python with magics and shell lines taken out."""
    return _without_lines(Prepared(), lines)


def _first(lines: list[str]) -> int:
    """Return the index of the first line that is neither blank nor a comment."""
    for index, line in enumerate(lines):
        stripped = line.lstrip()
        if stripped and stripped[0] != "#":
            return index
    return len(lines)


def _dedented(lines: list[str]) -> list[str]:
    """Take off the indentation of the first line, as IPython does."""
    first = next((line for line in lines if line.strip()), "")
    blanks = first[: len(first) - len(first.lstrip(" \t"))]
    return [line.removeprefix(blanks) for line in lines] if blanks else lines


def _cell_magic(prepared: Prepared, match: re.Match[str], lines: list[str], first: int) -> bool:
    """Note a cell magic; tell whether it takes the whole cell."""
    name, text = match[1], match[2].strip()
    body = "\n".join(lines[first + 1 :])
    program = name.lower()
    if program == "script":
        program = text.split()[0].rsplit("/", 1)[-1].lower() if text else ""
        program = next((word for word in ("python", "bash", "sh") if program == word), "script")
    shell = body if program in _SHELL_CELL else ""
    prepared.uses.append(
        Use(line=first + 1, kind="cell", name=name, text=text, shell=shell, shell_line=first + 2)
    )
    if program in _FILE_CELL:
        words = [word for word in text.split() if not word.startswith("-")]
        prepared.written = words[-1].strip("\"'")[:300] if words else ""
        prepared.body, prepared.body_line = body, first + 2
        prepared.language = "file"
        return True
    if program in _SHELL_CELL or program in _FOREIGN:
        prepared.language = program
        return True
    prepared.doubtful = prepared.doubtful or program not in _PYTHON_CELL
    return False


def _switch(prepared: Prepared, lines: list[str], first: int, databricks: bool) -> bool:
    """Handle a first line such as `%sql` that gives the whole cell to another language."""
    match = _LINE.match(lines[first])
    if match is None or match[1].lower() not in _SWITCHES or lines[first].startswith("%%"):
        return False
    name, rest = match[1].lower(), match[2]
    following = lines[first + 1 :]
    if not databricks and (name in ("r", "sql", "sh", "python") or not any(following)):
        # A line magic of Jupyter; what follows is Python again.
        return False
    body = "\n".join([rest, *following])
    shell = body if name == "sh" else ""
    text = rest.strip()
    prepared.uses.append(
        Use(
            line=first + 1, kind="line", name=match[1], text=text, shell=shell, shell_line=first + 1
        )
    )
    if name == "python":
        lines[first] = rest
        return False
    prepared.language = "md" if name.startswith("md") else name
    prepared.body, prepared.body_line = body, first + 1
    return True


def _without_lines(prepared: Prepared, lines: list[str]) -> list[str]:
    state = StatementStarts()
    python: list[str] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        stripped = line.lstrip(" \t")
        if not state.at_start and not state.in_string and _CERTAIN.match(line):
            state.reset()
        if not state.at_start or not stripped or stripped[0] == "#":
            state.read(line)
            python.append(line)
            index += 1
            continue
        end = index
        while lines[end].endswith("\\") and end + 1 < len(lines):
            end += 1
        text = "\n".join([stripped, *lines[index + 1 : end + 1]])
        left = _line(prepared, text, index + 1, _DEPTH)
        if left is None:
            state.read(line)
            python.append(line)
            index += 1
            continue
        indent = line[: len(line) - len(stripped)]
        python.append(indent + left.replace("\\\n", " "))
        python.extend("" for _ in range(index, end))
        index = end + 1
    return python


def _line(prepared: Prepared, text: str, line: int, depth: int) -> str | None:
    """Note what one logical line is; return the Python that it leaves, None if it is Python."""
    first = text[0]
    if first == "!" and (match := _SHELL.match(text)):
        _shell(prepared, match[1], line)
        return "pass"
    if first == "%" and (match := _LINE.match(text)):
        return _line_magic(prepared, match[1], match[2], line, depth)
    if first in "%!":
        return "pass"
    if first == "?" or ("?" in text and _HELP.match(text)):
        return "pass" if _HELP.match(text) else None
    if _AUTOMAGIC.match(text) and not _is_python(text):
        program, rest = text.split(maxsplit=1)
        return _line_magic(prepared, program, rest, line, depth)
    if "!" not in text and "%" not in text:
        return None
    if match := _ASSIGNED.match(text):
        target, mark, rest = match[1], match[2], match[3]
        if mark == "!":
            _shell(prepared, rest, line)
            return f"{target} = ..."
        if name := _LINE.match(f"%{rest}"):
            left = _line_magic(prepared, name[1], name[2], line, depth)
            return f"{target} = {'...' if left == 'pass' else left}"
    return None


def _is_python(text: str) -> bool:
    """Tell whether what could be a command without its mark is Python: `ls - 1`."""
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _line_magic(prepared: Prepared, name: str, text: str, line: int, depth: int) -> str:
    text = text.strip()
    plain = name.lower()
    shell = ""
    if plain in _SHELL_LINE:
        shell = text
    elif plain in _PROGRAMS:
        shell = f"{plain} {text}"
    prepared.uses.append(
        Use(line=line, kind="line", name=name, text=text, shell=shell, shell_line=line)
    )
    if plain not in _RUN_STATEMENT:
        return "pass"
    statement = _OPTIONS.sub("", text, count=1).lstrip() if text.startswith("-") else text
    if not statement or depth <= 0:
        return "pass"
    left = _line(prepared, statement, line, depth - 1)
    return statement if left is None else left


def _shell(prepared: Prepared, text: str, line: int) -> None:
    text = text.strip()
    if text:
        prepared.uses.append(
            Use(line=line, kind="shell", name="!", text=text, shell=text, shell_line=line)
        )
