"""Tell whether a work tree differs from its revision, without running a clean filter.

`git status` and `git diff` pass changed files through the filters that the repository's
configuration names. Here the ids that the index holds are compared with ids computed from the
bytes on disk; where a filter stands between the two, the answer may be "unknown".
"""

import os
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mlops_audit.repository.attributes import Attributes
from mlops_audit.repository.describe import blob_id
from mlops_audit.repository.disk import Disk
from mlops_audit.repository.git import split

_ENTRY = re.compile(
    rb"(?:  ctime: \d+:\d+\n  mtime: (?P<sec>\d+):(?P<nsec>\d+)\n  dev: [^\n]*\n  uid: [^\n]*\n"
    rb"  size: (?P<size>\d+)\tflags: [0-9a-f]+\n)?"
    rb"(?:(?P<tag>\S) (?P<mode>\d{6}) (?P<id>[0-9a-f]{40,64}) (?P<stage>\d)\t(?P<path>.+))?",
    re.DOTALL,
)
#: Bytes of large files that are hashed in all, to compare them with the index.
_HASH_BUDGET = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """One entry of the index; `stamp` is (seconds, nanoseconds, size) when last compared."""

    path: bytes
    mode: str
    blob: str
    stage: int
    skipped: bool
    stamp: tuple[int, int, int] | None


def parse_index(output: bytes) -> list[IndexEntry]:
    """Parse `git ls-files --stage -t -z --debug`."""
    found: list[IndexEntry] = []
    matches = [match for part in split(output) if (match := _ENTRY.match(part))]
    for position, match in enumerate(matches):
        if match["path"] is None:
            continue
        # What git knows of a file follows its path, so it opens the next part.
        after = matches[position + 1] if position + 1 < len(matches) else None
        stamp = None
        if after is not None and after["size"] is not None:
            stamp = (int(after["sec"]), int(after["nsec"]), int(after["size"]))
        found.append(
            IndexEntry(
                path=match["path"],
                mode=match["mode"].decode("ascii"),
                blob=match["id"].decode("ascii"),
                stage=int(match["stage"]),
                skipped=match["tag"] in (b"S", b"s"),
                stamp=stamp,
            )
        )
    return found


def parse_tree(output: bytes) -> dict[bytes, tuple[str, str]]:
    """Parse `git ls-tree -r -z`: path → (mode, id)."""
    tree: dict[bytes, tuple[str, str]] = {}
    for line in split(output):
        head, _, path = line.partition(b"\t")
        mode, _, blob = head.split()[:3]
        tree[path] = (mode.decode("ascii"), blob.decode("ascii"))
    return tree


def is_dirty(
    disk: Disk,
    index: Iterable[IndexEntry],
    committed: Mapping[bytes, tuple[str, str]],
    digests: Mapping[bytes, str],
    attributes: Attributes,
    *,
    prefix: bytes,
    index_written: int,
) -> bool | None:
    """Tell whether tracked files differ from the revision; None if a filter hides the answer."""
    entries = list(index)
    staged = {entry.path: (entry.mode, entry.blob) for entry in entries if entry.stage == 0}
    if staged != dict(committed) or any(entry.stage for entry in entries):
        return True
    unknown = False
    budget = _HASH_BUDGET
    for entry in entries:
        if entry.skipped or entry.mode == "160000":
            continue
        raw = entry.path[len(prefix) :]
        algorithm = "sha1" if len(entry.blob) == 40 else "sha256"
        try:
            info = os.lstat(disk.full(raw))
        except (OSError, ValueError):
            return True
        if stat.S_ISLNK(info.st_mode) or entry.mode == "120000":
            if not (stat.S_ISLNK(info.st_mode) and entry.mode == "120000"):
                return True
            # Path.readlink would tidy the target up, and so change its id.
            target = os.readlink(disk.full(raw))  # noqa: PTH115
            if blob_id(target, algorithm=algorithm) != entry.blob:
                return True
            continue
        if digests.get(raw) == entry.blob or _untouched(entry, info, index_written):
            continue
        if attributes.filtered(os.fsdecode(raw)):
            unknown = True
            continue
        if info.st_size > budget:
            unknown = True
            continue
        budget -= info.st_size
        content = disk.read(raw, info.st_size)
        if content is None:
            unknown = True
        elif entry.blob not in (
            blob_id(content, algorithm=algorithm),
            blob_id(content.replace(b"\r\n", b"\n"), algorithm=algorithm),
        ):
            return True
    return None if unknown else False


def _untouched(entry: IndexEntry, info: os.stat_result, index_written: int) -> bool:
    """Tell by time and size that git has already seen this very content."""
    if entry.stamp is None:
        return False
    seconds, nanoseconds, size = entry.stamp
    seen = seconds * 1_000_000_000 + nanoseconds
    # A file written in the same instant as the index may have changed since, unseen.
    return size == info.st_size and seen == info.st_mtime_ns and seen < index_written
