"""The language of a notebook, from what its metadata say about the kernel."""

import re
from collections.abc import Mapping
from typing import Any

_LIMIT = 100
_KNOWN = {
    "ipython": "python",
    "ir": "r",
    "ark": "r",
    "sparkr": "r",
    "sparkrkernel": "r",
    "sparkkernel": "scala",
    "spylon-kernel": "scala",
    "apache_toree_scala": "scala",
    "almond": "scala",
    ".net-csharp": "c#",
    ".net-fsharp": "f#",
    "shellscript": "bash",
}
#: `python3`, `julia-1.9`, `scala212`: a language with its version.
_VERSIONED = re.compile(r"(ipython|julia|scala|ruby|octave|r)[ -]?\d[\d.]{0,10}\Z")
_CONDA_R = re.compile(r"conda-env-.{1,80}-r\Z")


def language_name(name: str) -> str:
    """Return the lower-case name of a language as people and kernels write it."""
    lower = name.strip().lower()[:_LIMIT]
    if "pyspark" in lower or lower.startswith("python"):
        return "python"
    versioned = _VERSIONED.match(lower)
    plain = versioned[1] if versioned else lower
    return _KNOWN.get(plain, plain)


def kernel_of(metadata: Mapping[str, Any], declared: str) -> tuple[str, str | None]:
    """Return the language and the kernel name of a Jupyter notebook.

    `declared` is what the cells say themselves (nbformat 3), '' if they say nothing. Without any
    word a notebook is taken for Python, as Jupyter itself does.
    """
    spec = _mapping(metadata.get("kernelspec"))
    kernel = _text(spec.get("name"))
    language = (
        _text(_mapping(metadata.get("language_info")).get("name"))
        or _text(spec.get("language"))
        or _from_databricks(metadata)
        or declared
        or _from_kernel(kernel)
    )
    return language_name(language) or "python", kernel or None


def _from_databricks(metadata: Mapping[str, Any]) -> str:
    return _text(_mapping(metadata.get("application/vnd.databricks.v1+notebook")).get("language"))


def _from_kernel(kernel: str) -> str:
    language = language_name(kernel)
    if _CONDA_R.match(language):
        return "r"
    known = language in _KNOWN.values() or language in ("julia", "ruby", "octave", "sql", "deno")
    # Kernels of virtual environments carry any name; they run Python.
    return language if known else "python"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value.strip()[:_LIMIT] if isinstance(value, str) else ""
