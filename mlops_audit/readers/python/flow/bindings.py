"""Binding names, attributes and items to values."""

import ast
import re

from mlops_audit.readers.python.flow import selecting
from mlops_audit.readers.python.flow.arguments import strings, text_of
from mlops_audit.readers.python.flow.calls import Calls
from mlops_audit.readers.python.flow.statistic import score_of, stands_in
from mlops_audit.readers.python.flow.values import (
    Const,
    Data,
    Instance,
    Lesson,
    Method,
    Score,
    Seq,
    Value,
)

_JUDGES = re.compile(r"eval|test|valid|score|acc|metric|infer|predict")


class Bindings(Calls):
    """Walks statements that bind."""

    def _assignment(self, node: ast.Assign) -> None:
        value = self.eval(node.value)
        if self.loops and isinstance(node.value, ast.Call):
            self._note_measured(node, node.value)
        for target in node.targets[:10]:
            self.assign(target, value, node)

    def _note_measured(self, node: ast.Assign, call: ast.Call) -> None:
        """`loss, acc = evaluate(model, test_loader)`, in a loop."""
        if _JUDGES.search(text_of(call.func).lower()) is None:
            return
        # A function of the file that goes through test rows, or one that is given them.
        held = text_of(call.func) in self.through
        for argument in call.args[:10]:
            if isinstance(argument, ast.Name):
                data = self.find(argument.id)[1]
                held = held or (isinstance(data, Data) and data.rows.role == "test")
        for target in node.targets[:3]:
            for item in target.elts[:10] if isinstance(target, ast.Tuple) else [target]:
                name = text_of(item)
                if name and len(self.measured) < 500:
                    self.measured[name] = held

    def _annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.assign(node.target, self.eval(node.value), node)

    def _augmented(self, node: ast.AugAssign) -> None:
        old, new = self.eval(node.target), self.eval(node.value)
        joined: Value
        if isinstance(old, Data) and isinstance(new, (Data, type(None))):
            joined = old
        elif isinstance(old, Seq) and isinstance(new, Seq):
            joined = Seq([*old.items[:100], *new.items[:100]])
        else:
            joined = score_of([old, new]) or old
        if isinstance(node.target, ast.Name):
            self.env.names[node.target.id] = joined

    def assign(self, target: ast.expr, value: Value, node: ast.AST) -> None:
        """Bind a target to a value."""
        if isinstance(target, ast.Name):
            if value is None:
                value = self.fresh(target.id, self.site(node))
            self.bind(target.id, value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target, value, node)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, value, node)
        elif isinstance(target, ast.Attribute):
            self._set_attribute(target, value, node)
        elif isinstance(target, ast.Subscript):
            self._set_item(target, value, node)

    def _unpack(self, target: ast.Tuple | ast.List, value: Value, node: ast.AST) -> None:
        values: list[Value] = [None] * len(target.elts)
        if isinstance(value, Seq) and len(value.items) == len(target.elts):
            values = list(value.items)
        elif isinstance(value, Data) and not value.opaque:
            # Features and answers of the same rows: `for x, y in loader`.
            values = [value._replace(columns=None)] * len(target.elts)
        elif isinstance(value, Data) and value.rows.role:
            values = [value._replace(columns=None)] * len(target.elts)
        elif isinstance(value, Score):
            values = [value] * len(target.elts)
        for item, given in list(zip(target.elts, values, strict=True))[:60]:
            self.assign(item, given, node)

    def _set_attribute(self, target: ast.Attribute, value: Value, node: ast.AST) -> None:
        owner = self.eval(target.value)
        if isinstance(owner, Instance):
            if value is None:
                value = self.fresh(target.attr, self.site(node))
            if isinstance(value, Data):
                value = self.named(target.attr, value)
            if len(owner.attributes) < 300:
                owner.attributes[target.attr] = value
        elif (
            isinstance(owner, Data)
            and owner.columns is not None
            and not owner.series
            and (target.attr in owner.columns.frame.seen or _is_column(value, target.attr))
        ):
            new = selecting.written(self, owner, [target.attr], value, self.site(node))
            self.mutate(owner, new)

    def _set_item(self, target: ast.Subscript, value: Value, node: ast.AST) -> None:
        owner = self.eval(target.value)
        key = self.eval(target.slice)
        place = target.slice
        if isinstance(owner, Data) and owner.series and self._some_rows(owner, target.value, value):
            return
        masked = False
        if isinstance(owner, Method) and owner.name in ("loc", "iloc", "at"):
            owner = owner.owner
            column = isinstance(owner, Data) and owner.series
            inner = target.value.value if isinstance(target.value, ast.Attribute) else None
            if column and inner is not None and self._some_rows(owner, inner, value):
                return
            masked = not isinstance(place, ast.Tuple) or not isinstance(place.elts[0], ast.Slice)
            if isinstance(place, ast.Tuple) and len(place.elts) == 2 and isinstance(key, Seq):
                key = key.items[1]
            else:
                key = None
        if isinstance(owner, Seq):
            if isinstance(key, Const) and isinstance(key.value, str) and len(owner.keys) < 300:
                owner.keys[key.value] = value
            elif len(owner.items) < 100:
                owner.items.append(value)
        elif isinstance(owner, Data):
            if masked:
                value = self._filled_in(owner, value, node)
            self.mutate(
                owner, selecting.written(self, owner, strings(key) or [], value, self.site(node))
            )

    def _some_rows(self, column: Value, place: ast.expr, value: Value) -> bool:
        """`df["a"][mask] = value`, `df.a.loc[mask] = value`: some rows of one column."""
        if not isinstance(column, Data):
            return False
        names = column.columns.kept if column.columns is not None else None
        if not isinstance(place, (ast.Subscript, ast.Attribute)) or not names:
            return False
        frame = self.eval(place.value)
        if not isinstance(frame, Data) or frame.series:
            return False
        given = self._filled_in(frame, value, place)
        self.mutate(frame, selecting.written(self, frame, sorted(names), given, self.site(place)))
        return True

    def _filled_in(self, data: Data, value: Value, node: ast.AST) -> Value:
        """Return a value that is written to some rows, with what it has learned from all."""
        if isinstance(value, Score):
            taught = stands_in(self, value, data, "loc", node)
            return value._replace(lessons=value.lessons | taught) if taught else value
        if isinstance(value, Data) and value.by is not None and value.by.fits:
            fit = value.by.fits[-1]
            whole = data.rows
            if fit.rows.root is whole.root and not fit.rows.role and not value.rows.role:
                what = f"{value.by.cls or 'model'}.predict"
                lesson = Lesson(fit.site, "imputed", what, fit.subject, whole.widest, "medium")
                return value._replace(lessons=value.lessons | {lesson})
        return value

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets[:20]:
            if isinstance(target, ast.Subscript):
                owner = self.eval(target.value)
                if isinstance(owner, Data):
                    self.mutate(owner, selecting.without(self, owner, self.eval(target.slice)))


def _is_column(value: Value, name: str) -> bool:
    """Tell `df.price = df.price.fillna(0)`, which writes a column, from an attribute of its own."""
    return (
        isinstance(value, Data)
        and value.columns is not None
        and value.columns.kept is not None
        and set(value.columns.kept) == {name}
    )
