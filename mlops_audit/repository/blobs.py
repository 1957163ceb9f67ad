"""Read blobs from the object store through one `git cat-file --batch` process."""

import os
import subprocess
import threading
import weakref

from mlops_audit.repository.git import Git, environment


class BlobReader:
    """Reads blobs by id; safe to share between threads, started again in a forked process."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def __reduce__(self) -> tuple[type["BlobReader"], tuple[Git]]:
        return (BlobReader, (self._git,))

    def read(self, blob: str) -> bytes | None:
        """Return the content of a blob, or None if the store does not have it."""
        with self._lock:
            try:
                return self._ask(blob)
            except (OSError, ValueError):
                self._process = None
                return None

    def _ask(self, blob: str) -> bytes | None:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{blob}\n".encode("ascii"))
        process.stdin.flush()
        header = process.stdout.readline().split()
        if len(header) != 3 or header[1] != b"blob":
            return None
        size = int(header[2])
        content = process.stdout.read(size)
        process.stdout.read(1)
        return content if len(content) == size else None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._owner == os.getpid():
            if self._process.poll() is None:
                return self._process
            _stop(self._process, self._owner)
        process = subprocess.Popen(
            self._git.command("cat-file", "--batch"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._git.work_tree or self._git.git_dir,
            env=environment(),
        )
        self._process = process
        self._owner = os.getpid()
        weakref.finalize(self, _stop, process, self._owner)
        return process


def _stop(process: subprocess.Popen[bytes], owner: int) -> None:
    """End the process that was started here; a forked child leaves its parent's alone."""
    if owner != os.getpid():
        return
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            try:
                stream.close()
            except OSError:
                continue
    process.kill()
    process.wait()
