"""Classes that configuration names for code to make instances of: `_target_: sklearn.svm.SVC`."""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from posixpath import basename, dirname

#: Calls that make what a part of the configuration names.
INSTANTIATING = frozenset(
    {
        "hydra.utils.instantiate",
        "hydra.utils.call",
        "hydra.instantiate",
        "hydra_zen.instantiate",
    }
)
_MAX_TARGETS = 6


class Configured:
    """Dotted names in configuration, by the name of the part that holds them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read every setting that names a class to make an instance of."""
        self._named: dict[str, dict[str, None]] = defaultdict(dict)
        for path, key, value in connection.execute(
            "SELECT path, key, value FROM setting WHERE name = '_target_' AND kind = 'string'"
            " ORDER BY path, line, key"
        ):
            above = [part for part in key.split(".")[:-1] if part]
            # A file of a group is named by its folder: `conf/model/svc.yaml` is `cfg.model`.
            name = above[-1] if above else basename(dirname(path))
            if value and all(part.isidentifier() for part in value.split(".")):
                self._named[name][value] = None

    def named(self, name: str) -> Sequence[str]:
        """Return what a part of the configuration may name, nothing if too much may be meant."""
        found = tuple(self._named.get(name, ()))
        return found if len(found) <= _MAX_TARGETS else ()
