"""Shell text as simple commands.

The grammar does the splitting; here is decided what really runs: prefixes such as `env` or
`uv run` are taken off, `bash -c` is read as well, `cd` is followed, and `|| true` is noticed.
"""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from mlops_audit.readers.masking import masked_text
from mlops_audit.readers.shell_prefix import unwrap
from mlops_audit.schema import Command

if TYPE_CHECKING:
    from tree_sitter import Node as SyntaxNode
    from tree_sitter import Parser

TEXT_LIMIT = 200_000
COMMAND_LIMIT = 5_000
HEREDOC_LIMIT = 200
DEPTH_LIMIT = 120
NESTED_LIMIT = 4

_EXPRESSION = re.compile(r"\$\{\{[^\n]{0,500}?\}\}|\{\{[^\n]{0,300}?\}\}")
_MACRO = re.compile(r"\$\([A-Za-z_][A-Za-z0-9_.:\- ]{0,100}\)|\$\[[^\]\n]{0,200}\]")
_SLOT = re.compile(r"zqslot(\d{1,6})qz")
_ESCAPE = re.compile(r"\\(\n)?")
_ROOT = re.compile(
    r"(?:\$\{\{\s*github\.workspace\s*\}\}|\$\{?(?:GITHUB_WORKSPACE|CI_PROJECT_DIR|WORKSPACE"
    r"|BUILD_SOURCESDIRECTORY|BITBUCKET_CLONE_DIR|TRAVIS_BUILD_DIR)\}?"
    r"|\$\((?:Build\.SourcesDirectory|System\.DefaultWorkingDirectory|Build\.Repository\.LocalPath)"
    r"\))(?:/|\Z)",
    re.IGNORECASE,
)
_PYTHON = re.compile(r"(?:python|pypy)(?:\d[\d.]{0,8})?(?:\.exe)?\Z")
_PYTHON_VARIABLE = re.compile(
    r"\$[({]?(?:PYTHON3?|PY3?|PYTHON_?(?:BIN|EXE|EXECUTABLE|INTERPRETER|CMD|PATH))[)}]?\Z",
    re.IGNORECASE,
)
_SHELLS = frozenset({"bash", "sh", "zsh", "dash", "ksh"})
_FILE = re.compile(r"[\w./-]{1,200}\.(?:py|ipynb|sh|R|jl|ya?ml)")
_HARMLESS = frozenset({"true", ":", "echo", "printf", "logger"})


def commands(
    text: str,
    *,
    path: str,
    cell: int | None,
    line: int | None,
    scope: str,
    start: int,
    tolerated: bool = False,
    directory: str = "",
    macros: bool = False,
    variables: Mapping[str, str] | None = None,
) -> list[Command]:
    """Return the simple commands of shell text whose first line is `line`.

    `start` is the position of the first command; `macros` keeps `$(name)` as text, as Azure
    Pipelines and make write variables; `variables` are those of the environment.
    """
    state = _State(path=path, cell=cell, scope=scope, start=start, directory=directory)
    if variables:
        state.variables.update(variables)
    _read(text, state, line, tolerated, macros, 0)
    return state.found


def working_directory(directory: str, target: str) -> str:
    """Return where `cd target` leads from a directory; '' if that is the root or unknown."""
    target = target.strip().strip("\"'")
    if match := _ROOT.match(target):
        directory, target = "", target[match.end() :] or "."
    if target in ("", "."):
        return directory if target else ""
    if target.startswith(("/", "~", "-")) or "$" in target or "{{" in target or "\\" in target:
        return ""
    joined = posixpath.normpath(posixpath.join(directory, target))
    return "" if joined == "." or joined.startswith("..") else joined


def program_name(invoked: str) -> str:
    """Return the base name by which a program is known."""
    if _PYTHON_VARIABLE.match(invoked):
        return "python"
    name = invoked.rstrip("/").rsplit("/", 1)[-1].rsplit("\\", 1)[-1]
    if _PYTHON.match(name):
        return "python"
    if name in ("pip3", "pip.exe"):
        return "pip"
    return name.removesuffix(".exe")


@dataclass(slots=True, kw_only=True)
class _State:
    """Where the reading of one text stands."""

    path: str
    cell: int | None
    scope: str
    start: int
    directory: str
    source: bytes = b""
    line: int | None = None
    slots: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    found: list[Command] = field(default_factory=list)
    nested: int = 0
    #: How often the loops around this place were read.
    rounds: int = 1

    def restore(self, text: str) -> str:
        """Put expressions back into text."""
        if "zqslot" not in text:
            return text
        slots = self.slots
        return _SLOT.sub(
            lambda match: slots[int(match[1])] if int(match[1]) < len(slots) else match[0], text
        )

    def slice(self, node: "SyntaxNode") -> str:
        """Return a node as written."""
        return self.restore(self.source[node.start_byte : node.end_byte].decode(errors="replace"))


@lru_cache(maxsize=1)
def _parser() -> "Parser":
    import tree_sitter  # loading a grammar costs more than most files
    import tree_sitter_bash

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))


def _read(
    text: str, state: _State, line: int | None, tolerated: bool, macros: bool, nested: int
) -> None:
    slots: list[str] = []

    def keep(match: re.Match[str]) -> str:
        slots.append(match.group())
        return f"zqslot{len(slots) - 1}qz"

    text = _EXPRESSION.sub(keep, _without_excess(text).replace("\r\n", "\n").replace("\0", " "))
    if macros:
        text = _MACRO.sub(keep, text)
    before = (state.source, state.line, state.slots, state.nested)
    state.source, state.line, state.slots, state.nested = text.encode(), line, slots, nested
    tree = _parser().parse(state.source)
    if tree is not None:
        _walk(tree.root_node, state, tolerated, 0)
    state.source, state.line, state.slots, state.nested = before


def _without_excess(text: str) -> str:
    """Cut the text where the grammar's work would no longer be in proportion to it."""
    text = text[:TEXT_LIMIT]
    parts = text.split("<<", HEREDOC_LIMIT)
    return text if len(parts) <= HEREDOC_LIMIT else "<<".join(parts[:-1])


def _walk(node: "SyntaxNode", state: _State, tolerated: bool, depth: int) -> None:
    if depth > DEPTH_LIMIT or len(state.found) >= COMMAND_LIMIT:
        return
    kind = node.type
    if kind == "command":
        _command(node, state, tolerated, depth)
    elif kind == "list":
        _chain(node, state, tolerated, depth)
    elif kind in ("variable_assignment", "declaration_command"):
        _remember(node, state)
        _children(node, state, tolerated, depth)
    elif kind in ("subshell", "command_substitution", "pipeline", "process_substitution"):
        directory = state.directory
        _children(node, state, tolerated, depth)
        state.directory = directory
    elif kind == "redirected_statement":
        _redirected(node, state, tolerated, depth)
    elif kind == "for_statement":
        _loop(node, state, tolerated, depth)
    elif kind not in ("comment", "raw_string", "word", "heredoc_body"):
        _children(node, state, tolerated, depth)


def _children(node: "SyntaxNode", state: _State, tolerated: bool, depth: int) -> None:
    for child in node.named_children:
        _walk(child, state, tolerated, depth + 1)


def _loop(node: "SyntaxNode", state: _State, tolerated: bool, depth: int) -> None:
    """Read the body of `for x in a.py b.py; do …; done` once for each file."""
    name = node.child_by_field_name("variable")
    values = [_word(value, state) for value in node.children_by_field_name("value")]
    body = node.child_by_field_name("body")
    # Other words change what a program is told, not which one it is.
    files = bool(values) and all(_FILE.fullmatch(value) for value in values)
    if name is None or body is None or not files or state.rounds * len(values) > 8:
        _children(node, state, tolerated, depth)
        return
    key, rounds = state.slice(name), state.rounds
    state.rounds *= len(values)
    for value in values:
        state.variables[key] = value
        _walk(body, state, tolerated, depth + 1)
    state.variables.pop(key, None)
    state.rounds = rounds


def _chain(node: "SyntaxNode", state: _State, tolerated: bool, depth: int) -> None:
    """Read `a && b || c`, which the grammar nests to the left, without recursing for each part."""
    parts: list[tuple[str, SyntaxNode]] = []
    current: SyntaxNode | None = node
    while current is not None and current.type == "list":
        operator = next((child.type for child in current.children if not child.is_named), "")
        named = current.named_children
        if len(named) != 2:
            break
        parts.append((operator, named[1]))
        current = named[0]
    if current is not None:
        parts.append(("", current))
    parts.reverse()
    ignored = 0
    for index, (operator, part) in enumerate(parts):
        if operator == "||" and _harmless(part, state):
            ignored = index
    for index, (_, part) in enumerate(parts):
        if part is current and part.type == "list":
            _children(part, state, tolerated or index < ignored, depth + 1)
        else:
            _walk(part, state, tolerated or index < ignored, depth + 1)


def _harmless(node: "SyntaxNode", state: _State) -> bool:
    """Tell whether what follows `||` lets the script go on as if nothing had happened."""
    if node.type in ("compound_statement", "subshell", "redirected_statement"):
        parts = [child for child in node.named_children if not child.type.endswith("redirect")]
        return bool(parts) and all(_harmless(child, state) for child in parts)
    if node.type != "command":
        return False
    words = state.slice(node).split()
    if not words:
        return False
    return words[0] in _HARMLESS or words[:2] in (["exit", "0"], ["return", "0"])


def _redirected(node: "SyntaxNode", state: _State, tolerated: bool, depth: int) -> None:
    before = len(state.found)
    _children(node, state, tolerated, depth)
    if len(state.found) == before:
        return
    if state.found[before].program in _SHELLS and state.nested < NESTED_LIMIT:
        for body in _heredoc_bodies(node):
            line = None if state.line is None else state.line + body.start_point[0]
            _read(state.slice(body), state, line, tolerated, False, state.nested + 1)


def _heredoc_bodies(node: "SyntaxNode") -> list["SyntaxNode"]:
    return [
        part
        for child in node.named_children
        if child.type == "heredoc_redirect"
        for part in child.named_children
        if part.type == "heredoc_body"
    ]


def _remember(node: "SyntaxNode", state: _State) -> None:
    """Keep literal variables, so that `python $SCRIPT` can be followed."""
    for part in [node] if node.type == "variable_assignment" else node.named_children:
        if part.type != "variable_assignment":
            continue
        name = part.child_by_field_name("name")
        value = part.child_by_field_name("value")
        if name is None or name.type != "variable_name":
            continue
        key = state.slice(name)
        text = _word(value, state) if value is not None else ""
        if "$" in text or "`" in text or len(text) > 300:
            state.variables.pop(key, None)
        else:
            state.variables[key] = text


def _word(node: "SyntaxNode", state: _State, depth: int = 0) -> str:
    """Return what a word means: quotes removed, known variables put in."""
    kind = node.type
    if kind == "raw_string":
        return state.slice(node)[1:-1]
    if kind in ("simple_expansion", "expansion"):
        text = state.slice(node)
        return state.variables.get(text[1:].strip("{}"), text)
    if kind == "word":
        return _ESCAPE.sub("", state.slice(node))
    if kind not in ("string", "concatenation") or depth > 20:
        return state.slice(node)
    parts: list[str] = []
    at, end = node.start_byte, node.end_byte
    if kind == "string":
        at, end = at + 1, max(at + 1, end - 1)
    for child in node.named_children:
        parts.append(state.restore(state.source[at : child.start_byte].decode(errors="replace")))
        parts.append(_word(child, state, depth + 1))
        at = child.end_byte
    parts.append(state.restore(state.source[at:end].decode(errors="replace")))
    return "".join(parts)


def _command(node: "SyntaxNode", state: _State, tolerated: bool, depth: int) -> None:
    words: list[str] = []
    inner: list[SyntaxNode] = []
    for child in node.children:
        kind = child.type
        if kind == "command_name":
            named = child.named_children
            words.append(_word(named[0], state) if len(named) == 1 else state.slice(child))
            inner.append(child)
        elif kind == "variable_assignment":
            inner.append(child)
        elif not child.is_named:
            words.append(kind)  # a lone `-` or `=`
        elif not kind.endswith("redirect"):
            words.append(_word(child, state))
            inner.append(child)
    while words and words[0] == "!":
        words.pop(0)
    if not words:
        for child in node.named_children:
            _walk(child, state, tolerated, depth + 1)
        return
    line = None if state.line is None else state.line + node.start_point[0]
    _emit(words, state.slice(node), line, state, tolerated)
    for child in inner:
        _children(child, state, tolerated, depth + 1)


def _emit(words: list[str], text: str, line: int | None, state: _State, tolerated: bool) -> None:
    runner, words = unwrap(words)
    if not words:
        return
    program = program_name(words[0])
    arguments = words[1:]
    if state.nested < NESTED_LIMIT and (script := _inline_script(program, arguments)):
        directory = state.directory
        _read(script, state, line, tolerated, False, state.nested + 1)
        state.directory = directory if program in _SHELLS else state.directory
        return
    state.found.append(
        Command(
            path=state.path,
            cell=state.cell,
            line=line,
            scope=state.scope,
            position=state.start + len(state.found),
            program=program[:200],
            arguments=masked_text(" ".join(" ".join(arguments).split()))[:2_000],
            text=masked_text(text.strip())[:500],
            runner=runner,
            directory=state.directory,
            tolerated=tolerated,
            invoked=words[0][:300],
        )
    )
    if program in ("cd", "pushd", "Set-Location", "chdir"):
        targets = [word for word in arguments if not word.startswith("-") or word == "-"]
        state.directory = working_directory(state.directory, targets[0]) if targets else ""
    elif program == "popd":
        state.directory = ""


def _inline_script(program: str, arguments: list[str]) -> str:
    """Return the script of `bash -c script` or `eval script`, '' if there is none to read."""
    if program == "eval":
        script = " ".join(arguments)
        return "" if script.startswith("$") else script
    if program not in _SHELLS:
        return ""
    for index, argument in enumerate(arguments[:-1]):
        if not argument.startswith("-"):
            break
        if argument.endswith("c") and not argument.startswith("--"):
            script = arguments[index + 1]
            return "" if script.startswith("$") and " " not in script else script
    return ""
