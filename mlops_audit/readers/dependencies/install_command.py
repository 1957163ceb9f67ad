"""What an install command names on its command line: `pip install …`, `conda install …`."""

import re
from collections.abc import Iterator

from mlops_audit.readers.dependencies.names import conda_pin, normalise
from mlops_audit.readers.dependencies.requirements import parse_requirement
from mlops_audit.schema import Command, Dependency

_PIP_VALUE = re.compile(
    r"-[rcifte]|-p|--(?:requirement|constraint|index-url|extra-index-url|find-links|target|prefix"
    r"|root|editable|platform|python|timeout|retries|trusted-host|python-version|progress-bar"
    r"|cache-dir|log|proxy|upgrade-strategy|no-binary|only-binary)"
)
_CONDA_VALUE = re.compile(r"-[cnpf]|--(?:channel|name|prefix|file|solver|repodata-fn)")
_CONDA = frozenset({"conda", "mamba", "micromamba"})
_CONDA_WORD = re.compile(
    r"(?:[\w.-]{1,60}::)?([A-Za-z][\w.-]{0,100})((?:[=<>!~]{1,2}[\w.*+!,=<>~-]{1,100})?)\Z"
)
_OPERATOR = re.compile(r"\s*(===|[=<>!~]=|<|>)\s*")
_TOOLS = frozenset({"pip", "setuptools", "wheel"})
_WORD_LIMIT = 500


def installed(command: Command, source: str, line: int | None) -> Iterator[Dependency]:
    """Yield the dependencies that a command installs; files and options name none here."""
    words = _OPERATOR.sub(r"\1", command.arguments).split()[:_WORD_LIMIT]
    program = command.program
    if program == "python" and words[:2] == ["-m", "pip"]:
        program, words = "pip", words[2:]
    elif program == "uv" and words[:1] == ["pip"]:
        program, words = "pip", words[1:]
    conda = program in _CONDA
    if not conda and program != "pip":
        return
    while words and words[0].startswith("-"):
        words = words[1:]
    if words[:1] != ["install"]:
        return
    for word in _operands(words[1:], _CONDA_VALUE if conda else _PIP_VALUE):
        found = _conda(word) if conda else _pip(word)
        if found is None:
            continue
        name, specifier, pin = found
        if name in _TOOLS and not specifier:
            continue
        ecosystem = "conda" if conda else "pypi"
        yield Dependency(
            command.path, line, name, specifier[:300], pin, "main", ecosystem, source, False
        )


def _operands(words: list[str], value_options: re.Pattern[str]) -> Iterator[str]:
    skip = False
    for word in words:
        if skip:
            skip = False
        elif value_options.fullmatch(word):
            skip = True
        elif not word.startswith("-"):
            yield word


def _pip(word: str) -> tuple[str, str, str] | None:
    if "{" in word or "$" in word:
        return None
    found = parse_requirement(word)
    # A bare number is what quoting lost: `"torch >= 2"` comes as three words.
    if found is None or found.conda or not re.search("[a-z]", found.name):
        return None
    return found.name, found.specifier, found.pin


def _conda(word: str) -> tuple[str, str, str] | None:
    match = _CONDA_WORD.match(word)
    return None if match is None else (normalise(match[1]), match[2], conda_pin(match[2]))
