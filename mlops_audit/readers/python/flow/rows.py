"""Rows and columns: which of a source a value has, and how parts of them came about."""

from collections.abc import Iterator
from typing import NamedTuple

#: Longest chain of rows that is followed.
_MAX_CHAIN = 60


class Site(NamedTuple):
    """A place in the code of a unit."""

    cell: int | None
    line: int
    scope: str


class Split:
    """Where rows are divided into parts that are trained on and parts that are held back."""

    __slots__ = ("cross", "given", "hand", "random", "restored", "seed", "site", "what")

    def __init__(self, site: Site, what: str, *, random: bool = False, cross: bool = False) -> None:
        self.site = site
        self.what = what
        #: Rows are drawn in random order.
        self.random = random
        #: Cross-validation: every row is held back once.
        self.cross = cross
        #: Taken apart by slices or masks; a split only if both parts are named.
        self.hand = False
        #: Files that were put together are taken apart again.
        self.restored = False
        self.seed: str | None = None
        self.given: set[str] = set()


class Rows:
    """A set of rows: all of a source, or a part of other rows."""

    __slots__ = (
        "children",
        "doubtful",
        "frame",
        "hand",
        "members",
        "named",
        "parameter",
        "parent",
        "part",
        "site",
        "split",
    )

    def __init__(
        self, parent: "Rows | None" = None, part: str = "", split: Split | None = None
    ) -> None:
        self.parent = parent
        #: Where they come from, if that is known.
        self.site: Site | None = None
        #: The split that slices and masks of these rows make, once the parts have names.
        self.hand: Split | None = None
        #: train | test | val | '' (all, or not known)
        self.part = part
        self.split = split
        #: The part is known by its name only.
        self.named = False
        #: Rows or columns of the parent, that is not known.
        self.doubtful = False
        #: Handed to the unit by its caller.
        self.parameter = False
        #: Rows put together from these.
        self.members: tuple[Rows, ...] = ()
        #: Parts by how they are taken, so that the same slice of X and of y is the same rows.
        self.children: dict[object, Rows] = {}
        self.frame: Frame | None = parent.frame if parent is not None else None

    def chain(self) -> "Iterator[Rows]":
        """Yield the rows, then the rows that they are part of, and so on."""
        node: Rows | None = self
        for _ in range(_MAX_CHAIN):
            if node is None:
                return
            yield node
            node = node.parent

    @property
    def widest(self) -> "Rows":
        """The rows, or those above them as long as it is not known that rows are left out."""
        return next((node for node in self.chain() if not node.doubtful), self)

    @property
    def role(self) -> str:
        """Part of the nearest rows that are known to be one."""
        return next((node.part for node in self.chain() if node.part), "")

    @property
    def root(self) -> "Rows":
        """The rows that these are taken from in the end."""
        last = self
        for node in self.chain():
            last = node
        return last

    def part_of(self, key: object) -> "Rows":
        """Return the part that is taken by a key, the same for the same key."""
        if key not in self.children:
            if len(self.children) > 200:
                return Rows(self)
            self.children[key] = Rows(self)
        return self.children[key]


def contains(whole: Rows, part: Rows, depth: int = 0) -> bool:
    """Tell whether all of `part` are among `whole`, as far as is known."""
    for node in part.chain():
        if node is whole:
            return True
    if depth > 4:
        return False
    if any(contains(member, part, depth + 1) for member in whole.members):
        return True
    return bool(part.members) and all(
        contains(whole, member, depth + 1) for member in part.members[:20]
    )


class Frame:
    """What is known of the columns of one source."""

    __slots__ = ("derived", "seen")

    def __init__(self) -> None:
        #: Columns that were named anywhere.
        self.seen: set[str] = set()
        #: (column, the one column that it is computed from, line)
        self.derived: dict[tuple[str, str], Site] = {}


class Columns(NamedTuple):
    """Which columns of a source a value has."""

    frame: Frame
    #: The columns, None for all but those dropped.
    kept: frozenset[str] | None = None
    dropped: frozenset[str] = frozenset()
    #: No column was dropped or renamed unseen.
    sure: bool = True
    #: Columns that were written to it.
    added: frozenset[str] = frozenset()

    def has(self, column: str) -> bool:
        """Tell whether a column is certainly there."""
        if self.kept is not None:
            return column in self.kept
        return self.sure and column not in self.dropped
