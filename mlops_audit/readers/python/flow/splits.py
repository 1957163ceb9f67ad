"""Parts of data: how they come about, and what was learned from their rows before."""

from mlops_audit.readers.python.flow.rows import Rows, Site, Split, contains
from mlops_audit.readers.python.flow.state import Divided, Learned, State
from mlops_audit.readers.python.flow.values import Data, Lesson, RowIndex


def divided(state: State, data: Data, split: Split, part: str, key: object, subject: str) -> Data:
    """Return one part of data that a split divides."""
    rows = data.rows.part_of((id(split), key))
    if not rows.part:
        if data.rows.role == "train" and part == "test" and not data.rows.named:
            # A part of training data that is held back is for choosing, not for the last score.
            part = "val"
        elif data.rows.role in ("test", "val"):
            part = "val" if part == "train" else "test"
        rows.part = part
        rows.split = split
        split.given.add(rows.part)
    _note(state, data, split, subject)
    return data._replace(rows=rows, opaque=False, subject="")


def crossed(state: State, data: Data, split: Split, subject: str) -> None:
    """Note that data is cross-validated without taking it apart here."""
    _note(state, data, split, subject)


def _note(state: State, data: Data, split: Split, subject: str) -> None:
    known = any(one.split is split and one.data is data for one in state.divided[-8:])
    if known:
        return
    state.divided.append(Divided(data, split, subject))
    for lesson in data.lessons:
        if contains(lesson.rows, data.rows):
            state.learned.append(Learned(lesson, split, data.rows))


def taken(state: State, data: Data, key: object, site: Site) -> Data:
    """Return the rows that a slice, a mask or a draw takes; the key says which."""
    rows = data.rows.part_of(key)
    if rows.site is None:
        rows.site = site
    # Of what was put together, the copies may be in the part that is left.
    sliced = isinstance(key, tuple) and key[0] == "slice"
    copies = None if sliced and data.rows.members else data.copies
    return data._replace(rows=rows, copies=copies)


def indexed(state: State, data: Data, index: RowIndex, site: Site, subject: str) -> Data:
    """Return the rows that a row index names."""
    if index.split is not None:
        return divided(state, data, index.split, index.part, index.key, subject)
    if index.rows is not None:
        # The rows whose index it is, whatever value they are taken from.
        if contains(data.rows, index.rows) and not index.negated:
            return data._replace(rows=index.rows)
        key = (id(index.rows), index.negated)
        if index.negated and index.rows.parent is data.rows:
            return taken(state, data, key, site)
        return taken(state, data, key, site)
    return taken(state, data, (index.key, index.negated), site)


def check_applied(state: State, lesson: Lesson, data: Data) -> None:
    """Note where what was learned from all rows is applied to a part of them."""
    split = split_between(lesson.rows, data.rows)
    if split is not None:
        state.learned.append(Learned(lesson, split, data.rows))


def split_between(whole: Rows, part: Rows) -> Split | None:
    """Return the first split on the way from rows to a part of them."""
    found: Split | None = None
    for node in part.chain():
        if node is whole:
            return found
        if node.split is not None:
            for member in whole.members:
                if member is node and any(
                    other.split is node.split and other is not node for other in whole.members
                ):
                    return node.split
            found = node.split
        elif node in whole.members:
            return found
    return None
