"""Writing a report so that it appears whole or not at all."""

import contextlib
import os
import tempfile
from pathlib import Path

from mlops_audit.errors import AuditError


def write_atomic(path: Path, text: str | bytes) -> None:
    """Write text as UTF-8, or bytes, replacing the file in one step; folders on the way are made.

    A pipe or device (`/dev/stdout`) is written to directly, since it cannot be replaced.

    Raises:
        AuditError: the file cannot be written; nothing is left behind.
    """
    data = text.encode("utf-8") if isinstance(text, str) else text
    try:
        target = path.resolve()
        if target.exists() and not target.is_file():
            if target.is_dir():
                raise IsADirectoryError(None, "it is a folder", str(path))
            with target.open("wb") as stream:
                stream.write(data)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        _replace(target, data)
    except OSError as error:
        raise _refusal(path, str(error.strerror or error)) from error


def check_writable(path: Path) -> None:
    """Refuse a file that evidently cannot be written, before any work is done for it.

    Raises:
        AuditError: it is a folder, or what should hold it is no folder or must not be written to.
    """
    if path.is_dir():
        raise _refusal(path, "it is a folder")
    place = path.absolute()
    if not path.exists():
        place = next(folder for folder in place.parents if os.path.lexists(folder))
        if not place.is_dir():
            raise _refusal(path, f"{place} is not a folder")
    if not os.access(place, os.W_OK):
        raise _refusal(path, "permission denied")


def _refusal(path: Path, why: str) -> AuditError:
    return AuditError(f"cannot write {path}: {why}; name another place for it.")


def _replace(target: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp makes a private file; a report gets the mode any other new file would have.
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        Path(name).chmod(mode)
        Path(name).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
