"""Names that a notebook has without defining them, and what magics do to names."""

import builtins
import re
from collections.abc import Iterator

from mlops_audit.readers.python.magics import Use

#: After these any name may have a value.
OPEN_MAGICS = frozenset(
    "run load loadpy pylab rerun recall cython cython_inline cython_pyximport store edit ed"
    # By `kernel.execute` a script in the page can run code here.
    " pastebin nbimport include run_notebook require_notebook javascript js".split()
)
#: Cells of these run elsewhere: in another process, or not at all.
APART = frozenset(["python", "python2", "python3", "pypy", "script", "skip"])
#: What IPython takes for a magic where it stands alone, if there is no such name.
AUTOMAGIC = frozenset(
    [
        "pwd",
        "ls",
        "ll",
        "cd",
        "clear",
        "cls",
        "man",
        "who",
        "whos",
        "who_ls",
        "hist",
        "history",
        "lsmagic",
        "magic",
        "quickref",
        "pylab",
        "dhist",
        "dirs",
        "env",
        "macro",
        "time",
        "timeit",
    ]
)
#: Their text is a statement, which is read as such.
_STATEMENTS = frozenset(["time", "timeit", "prun", "memit", "mprun", "lprun"])
_IDENTIFIER = re.compile(r"[^\W\d]\w{0,100}")

_PYTHON_2 = (
    "xrange unicode raw_input reduce basestring long unichr file execfile cmp buffer intern apply"
    " coerce reload"
)
_NEWER = "ExceptionGroup BaseExceptionGroup EncodingWarning PythonFinalizationError aiter anext"
_INTERACTIVE = "get_ipython display In Out exit quit copyright credits license help WindowsError"
#: Databricks, Synapse and Fabric, Glue, Dataproc, PySpark kernels; reticulate; Pyodide.
_PLATFORMS = (
    "spark sc sqlContext sqlCtx sql table udf dbutils displayHTML getArgument mssparkutils"
    " notebookutils sqlc hc r pyodide piplite"
)
KNOWN = frozenset(dir(builtins)) | frozenset(
    f"{_PYTHON_2} {_NEWER} {_INTERACTIVE} {_PLATFORMS}".split()
)
#: Built-in functions that people call; a variable of that name takes them away.
CALLED = frozenset(
    [
        "abs",
        "all",
        "any",
        "bool",
        "bytes",
        "callable",
        "chr",
        "dict",
        "dir",
        "divmod",
        "enumerate",
        "filter",
        "float",
        "format",
        "getattr",
        "hasattr",
        "hash",
        "id",
        "input",
        "int",
        "isinstance",
        "iter",
        "len",
        "list",
        "map",
        "max",
        "min",
        "next",
        "object",
        "open",
        "ord",
        "pow",
        "print",
        "range",
        "repr",
        "reversed",
        "round",
        "set",
        "slice",
        "sorted",
        "str",
        "sum",
        "super",
        "tuple",
        "type",
        "vars",
        "zip",
    ]
)


def is_known(name: str) -> bool:
    """Tell whether a name is there in every notebook, or is no name that people give."""
    return name in KNOWN or name.startswith("_")


def magic_names(use: Use) -> Iterator[str]:
    """Yield the names that a magic may bind, '' if it may bind any."""
    name = use.name.lower()
    if use.kind == "shell" or (use.kind == "line" and name in _STATEMENTS):
        return
    if name in OPEN_MAGICS:
        yield ""
    yield from _IDENTIFIER.findall(use.text)


def words(lines: list[str]) -> set[str]:
    """Return everything in a text that could be a name."""
    return set(_IDENTIFIER.findall("\n".join(lines)))
