"""What is inside of values: methods of classes, elements and items of sequences."""

import ast

from mlops_audit.readers.python.flow.rows import Split
from mlops_audit.readers.python.flow.statistic import score_of
from mlops_audit.readers.python.flow.values import (
    Const,
    Data,
    Estimator,
    Folds,
    Function,
    Klass,
    RowIndex,
    Score,
    Seq,
    Splitter,
    Value,
)


def method_of(klass: Klass, name: str, depth: int = 0) -> Function | None:
    """Return a method of a class of the file or of its bases."""
    if name in klass.methods:
        return klass.methods[name]
    if depth < 5:
        for base in klass.bases:
            if isinstance(base, Klass):
                found = method_of(base, name, depth + 1)
                if found is not None:
                    return found
    return None


def element_of(value: Value) -> Value:
    """Return what iterating over a value gives."""
    if isinstance(value, Splitter):
        # Old splitters are given the rows when they are made, and are gone through themselves.
        value = Folds(Split(value.site, value.cls, random=value.random, cross=True))
    if isinstance(value, Folds):
        return Seq([RowIndex("train", "train", value.split), RowIndex("test", "test", value.split)])
    if isinstance(value, Seq):
        return next(iter(value.values()), None)
    if isinstance(value, Data):
        # Batches of a loader, rows of a frame: of the same rows.
        return value._replace(columns=None, opaque=False)
    if isinstance(value, Score):
        return value
    return None


def item_of(owner: Seq, key: Value, node: ast.AST) -> Value:
    """Return an item of a sequence or dict by its key."""
    if isinstance(key, Const):
        if isinstance(key.value, str) and key.value in owner.keys:
            return owner.keys[key.value]
        if type(key.value) is int and -len(owner.items) <= key.value < len(owner.items):
            return owner.items[key.value]
    values = owner.values()
    scores = score_of(values)
    if scores is not None:
        return scores
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        return owner
    kinds = {type(value) for value in values[:20]}
    return values[0] if len(kinds) == 1 and Estimator in kinds else None
