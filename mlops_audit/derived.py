"""What is computed from the program's own files, kept from run to run in the user's cache folder.

Parsing and checking the rulebook takes longer than reading a small repository, and gives the same
answer every time. Answers are JSON, never code: whoever can write to the cache folder (a shared
build cache, say) must not be able to run anything. Whatever is wrong with a file there, the answer
is computed anew.
"""

import contextlib
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self


def cache_folder(*, never_below: Path | None = None) -> Path | None:
    """Return the user's cache folder for this program, which may not exist yet.

    None if this machine has no home for it, or if it lies inside ``never_below``.
    """
    base = os.environ.get("XDG_CACHE_HOME", "")
    if base and Path(base).is_absolute():
        folder = Path(base) / "mlops-audit"
    else:
        try:
            folder = Path.home() / ".cache" / "mlops-audit"
        except RuntimeError:
            return None
    if never_below is not None and folder.resolve().is_relative_to(never_below.resolve()):
        return None
    return folder


class Derived:
    """Answers by name, each under the key of what it was computed from."""

    def __init__(self, folder: Path | None) -> None:
        """Keep answers in a folder; None keeps nothing."""
        self._folder = folder

    @classmethod
    def default(cls, *, never_below: Path | None = None) -> Self:
        """Keep answers in the user's cache folder, unless that lies inside ``never_below``."""
        return cls(cache_folder(never_below=never_below))

    def get(self, name: str, key: str, make: Callable[[], Any]) -> Any:
        """Return the kept answer, or make it and keep it; it consists of what JSON can hold."""
        if self._folder is None:
            return make()
        file = self._folder / f"{name}.json"
        with contextlib.suppress(OSError, ValueError, RecursionError):
            kept = json.loads(file.read_bytes())
            if isinstance(kept, dict) and kept.get("key") == key:
                return kept["value"]
        value = make()
        with contextlib.suppress(OSError, ValueError, TypeError):
            _write(file, json.dumps({"key": key, "value": value}, ensure_ascii=False))
        return value


def _write(file: Path, text: str) -> None:
    """Write a file that other runs see whole or not at all."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
