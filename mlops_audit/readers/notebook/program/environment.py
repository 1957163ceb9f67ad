"""Names that a notebook has without defining them, and what magics do to names."""

import builtins
import re
from collections.abc import Iterator

from mlops_audit.readers.python.magics import Use


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: After these any name may have a value; by `kernel.execute` even a script in the page gives some.
OPEN_MAGICS = _words(
    "run load loadpy pylab rerun recall cython cython_inline cython_pyximport store edit ed"
    " pastebin nbimport include run_notebook require_notebook javascript js"
)
#: Cells of these run elsewhere: in another process, or not at all.
APART = _words("python python2 python3 pypy script skip")
#: What IPython takes for a magic where it stands alone, if there is no such name.
AUTOMAGIC = _words(
    "pwd ls ll cd clear cls man who whos who_ls hist history lsmagic magic quickref pylab dhist"
    " dirs env macro time timeit"
)
#: Their text is a statement, which is read as such.
_STATEMENTS = _words("time timeit prun memit mprun lprun")
_IDENTIFIER = re.compile(r"[^\W\d]\w{0,100}")

_PYTHON_2 = _words(
    "xrange unicode raw_input reduce basestring long unichr file execfile cmp buffer intern apply"
    " coerce reload"
)
_NEWER = _words("ExceptionGroup BaseExceptionGroup EncodingWarning PythonFinalizationError")
_INTERACTIVE = _words(
    "get_ipython display In Out exit quit copyright credits license help WindowsError"
)
#: Databricks, Synapse and Fabric, Glue, Dataproc, PySpark kernels; reticulate; Pyodide.
_PLATFORMS = _words(
    "spark sc sqlContext sqlCtx sql table udf dbutils displayHTML getArgument mssparkutils"
    " notebookutils sqlc hc r pyodide piplite"
)
_KNOWN = frozenset(dir(builtins)) | _PYTHON_2 | _NEWER | _INTERACTIVE | _PLATFORMS
#: Built-in functions that people call; a variable of that name takes them away.
CALLED = _words(
    "abs all any bool bytes callable chr dict dir divmod enumerate filter float format getattr"
    " hasattr hash id input int isinstance iter len list map max min next object open ord pow"
    " print range repr reversed round set slice sorted str sum super tuple type vars zip"
)
#: Those whose result nobody can call.
GIVING_VALUES = _words(
    "abs all any bool bytes dict divmod float frozenset input int len list max min open ord range"
    " repr round set sorted str sum tuple"
)


def is_known(name: str) -> bool:
    """Tell whether a name is there in every notebook, or is none that people give."""
    return name in _KNOWN or name.startswith("_")


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
