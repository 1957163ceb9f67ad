"""What the tests of the command line share."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple


class Done(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


Command = Callable[..., Done]
Tree = dict[str, str | bytes]

TRAINING = "from sklearn.svm import SVC\n\nmodel = SVC()\nmodel.fit([[0], [1]], [0, 1])\n"


def write(root: Path, tree: Tree) -> Path:
    """Write files below a folder; return the folder."""
    for name, content in tree.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root
