"""Walking assignments: what names are bound to, and which of it is kept."""

import ast

from mlops_audit.readers.python.annotations import dotted_origin
from mlops_audit.readers.python.calls import literal, part_kind, part_of
from mlops_audit.readers.python.comparisons import COMPARISONS
from mlops_audit.readers.python.definitions import DefinitionWalk
from mlops_audit.readers.python.origins import CONTAINER
from mlops_audit.readers.python.records import BoundRecord
from mlops_audit.schema import Assignment

#: Entries of one list or mapping that are looked at.
_MAX_TABLE = 200


class Assignments(DefinitionWalk):
    """The part of the walk that binds names."""

    def assign_statement(self, node: ast.Assign) -> None:
        """Visit `a = b`."""
        self.events.append("assign")
        value = node.value
        first = node.targets[0]
        if (
            type(value) is ast.Tuple
            and type(first) is ast.Tuple
            and len(value.elts) == len(first.elts)
            and not any(type(item) is ast.Starred for item in (*value.elts, *first.elts))
        ):
            # `a, b = f(), g()`: the values are evaluated before any name is bound.
            both = list(zip(first.elts, value.elts, strict=True))
            origins = [self._bound([name], item) for name, item in both]
            for origin, (name, item) in zip(origins, both, strict=True):
                self.bind(name, origin, item)
            for target in node.targets[1:]:
                self.bind(target, None)
            return
        origin = self._bound(node.targets, value)
        for target in node.targets:
            self.bind(target, origin, value)

    def _bound(self, targets: list[ast.expr], value: ast.expr) -> str | None:
        """Visit a value and record which names it is bound to."""
        origin = self.eval(value)
        plain = value.value if type(value) is ast.Await else value
        if type(plain) is ast.Call:
            call = self.last_call
            if call is not None:
                call.result = self.unit.segment(targets[0], 200)
                for target in targets:
                    name = self._target_name(target)
                    if name and self.room("assignments"):
                        self.out.bound.append(
                            BoundRecord(self.unit.cell, target.lineno, self.scope, name, call)
                        )
            return origin
        if origin is not None:
            if origin[0] == CONTAINER:
                self._table(targets[0], value)
            elif not self.scope and type(value) in (ast.Name, ast.Attribute):
                self.out.aliases.update(
                    (target.id, origin) for target in targets if isinstance(target, ast.Name)
                )
        for target in targets:
            name = self._target_name(target)
            if isinstance(value, COMPARISONS):
                self.kept(value, name)
            if name:
                found = self._worth_keeping(value, name)
                if found is None:
                    break
                if self.room("assignments"):
                    self.out.rows.append(
                        Assignment(
                            self.path, self.unit.cell, target.lineno, self.scope, name, *found
                        )
                    )
        return origin

    def _table(self, target: ast.expr, value: ast.expr) -> None:
        """Note the functions and classes of the repository that a list or mapping holds."""
        if not isinstance(value, (ast.Dict, ast.List, ast.Tuple, ast.Set)):
            return
        if type(target) is not ast.Name:
            return
        parts = value.values if isinstance(value, ast.Dict) else value.elts
        for part in parts[:_MAX_TABLE]:
            if isinstance(part, (ast.Name, ast.Attribute)):
                found = dotted_origin(part, self.lookup)
                if found and found[-1] not in ")]" and not found.startswith("builtins."):
                    self.out.tables.append((self.scope, target.id, found))

    def _worth_keeping(self, value: ast.expr, name: str) -> tuple[str, str | None] | None:
        if isinstance(value, ast.Subscript):
            base = part_of(value, self.unit)
            return None if base is None else (part_kind(value, self.compared), base)
        if name.endswith("]") and isinstance(value, (ast.Name, ast.Attribute)):
            # `run["accuracy"] = accuracy`: what is put under which key.
            return "name", self.unit.segment(value, 500)
        return literal(value, self.unit, name)

    def _target_name(self, target: ast.expr) -> str:
        kind = type(target)
        if (
            kind is ast.Name
            or kind is ast.Attribute
            or (isinstance(target, ast.Subscript) and type(target.slice) is ast.Constant)
        ):
            return self.unit.segment(target, 200)
        return ""

    def annotated_statement(self, node: ast.AnnAssign) -> None:
        """Visit `a: b = c`."""
        origin = self.annotated(node.annotation)
        if node.value is not None:
            self.events.append("assign")
            found = self._bound([node.target], node.value)
            if found is not None and (origin is None or _tells_more(found)):
                origin = found
        self.bind(node.target, origin, node.value)

    def augmented_statement(self, node: ast.AugAssign) -> None:
        """Visit `a += b`."""
        self.events.append("assign")
        self.eval(node.value)
        if not isinstance(node.target, ast.Name):
            self.eval(node.target)


def _tells_more(origin: str) -> bool:
    """Tell whether a value says better than its annotation what it is: an instance of a class."""
    if origin[0] == CONTAINER:
        return len(origin) > 2
    called = origin.removesuffix("()").rpartition(".")[2]
    return (
        origin[-1] == ")"
        and called[:1].isupper()
        and called != "Field"
        and not origin.startswith("builtins.")
    )
