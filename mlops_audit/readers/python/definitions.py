"""Walking definitions: functions are entered after the module, classes at once."""

import ast
from collections.abc import Sequence

from mlops_audit.readers.python.annotations import annotation_origin
from mlops_audit.readers.python.complexity import complexity_of
from mlops_audit.readers.python.expressions import Expressions
from mlops_audit.readers.python.origins import ClassInfo, Returned
from mlops_audit.readers.python.records import BaseRecord, DecoratorRecord
from mlops_audit.readers.python.walk import Deferred, Names
from mlops_audit.schema import Definition

_MAX_RETURNS = 20
_ACCESSORS = frozenset({"property", "cached_property", "setter", "getter", "computed_field"})


class DefinitionWalk(Expressions):
    """Definitions of functions and classes, and entering function bodies."""

    def visit(self, body: Sequence[ast.stmt]) -> None:
        """Visit statements in order."""
        raise NotImplementedError

    def annotated(self, annotation: ast.expr) -> str | None:
        """Return the origin that an annotation promises."""
        return annotation_origin(annotation, self.lookup)

    def returned(self, value: Returned) -> None:
        """Record what the function being walked returns."""
        found = self.out.definitions.returns.get(self.scope)
        if found is not None and len(found) < _MAX_RETURNS:
            found.append(value)

    def _yield(self, node: ast.Yield) -> str | None:
        if node.value is not None:
            # What a context manager yields is what `with f() as x` binds.
            self.returned(self.eval(node.value))
        return None

    def define_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Record a function or method and put its body off until the module is done."""
        method = self.class_body
        qualname = f"{self.scope}.{node.name}" if self.scope else node.name
        decorators = self._decorators(node, qualname)
        arguments = node.args
        defaults = self._defaults(arguments)
        names = self.parameters(arguments)
        for name, origin in defaults.items():
            if names.get(name) is None:
                names[name] = origin
        positional = [*arguments.posonlyargs, *arguments.args]
        static = "staticmethod" in decorators
        own = method and not static and bool(positional)
        if own:
            first = positional[0].arg
            klass = "classmethod" in decorators or node.name in ("__new__", "__init_subclass__")
            names[first] = f".{self.owner}" if klass else f".{self.owner}()"
        definitions = self.out.definitions
        definitions.returns[qualname] = []
        if node.returns is not None:
            promised = self.annotated(node.returns)
            if promised is not None and not promised.startswith("builtins."):
                definitions.returns[qualname].append(promised)
        if method:
            info = definitions.classes[self.owner]
            info.methods.add(node.name)
            if _ACCESSORS.intersection(decorators):
                definitions.properties.add(qualname)
        every = [*positional, *arguments.kwonlyargs]
        every += [rest for rest in (arguments.vararg, arguments.kwarg) if rest is not None]
        counted = every[1:] if own else every
        if self.room("definitions"):
            self.out.rows.append(
                Definition(
                    self.path,
                    self.unit.cell,
                    node.lineno,
                    node.end_lineno,
                    qualname,
                    "method" if method else "function",
                    len(counted),
                    _documented(node.body),
                    all(parameter.annotation for parameter in counted)
                    and (node.returns is not None or node.name == "__init__"),
                    complexity_of(node),
                    isinstance(node, ast.AsyncFunctionDef),
                    _names(arguments, own),
                )
            )
        # A method does not see the names of its class body.
        chain = self.chain[:-1] if method else self.chain
        self.deferred.append(Deferred(node, qualname, chain, names, self.owner, self.unit))
        if not method:
            self._define(node.name, qualname)

    def _define(self, name: str, qualname: str) -> None:
        # A stand-in below `except ImportError:` does not hide what is meant.
        if not (self.handlers and self.chain[-1].get(name)):
            self.chain[-1][name] = f".{qualname}"

    def _defaults(self, arguments: ast.arguments) -> Names:
        names: Names = {}
        positional = [*arguments.posonlyargs, *arguments.args]
        for parameter, default in zip(
            positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True
        ):
            names[parameter.arg] = self._default(default)
        for parameter, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            if value is not None:
                names[parameter.arg] = self._default(value)
        return names

    def _default(self, node: ast.expr) -> str | None:
        origin = self.eval(node)
        # A literal default says little about what callers give.
        return None if origin is None or origin.startswith("builtins.") else origin

    def _decorators(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, qualname: str
    ) -> set[str]:
        lasts = set()
        for decorator in node.decorator_list:
            called = isinstance(decorator, ast.Call)
            origin = self.eval(decorator)
            call = self.last_call if called else None
            if called and call is not None:
                origin = call.origin
            name = call.name if call is not None else self.unit.segment(decorator, 200)
            lasts.add(name.rpartition(".")[2])
            if self.room("decorators"):
                self.out.decorators.append(
                    DecoratorRecord(self.unit.cell, decorator.lineno, qualname, origin, name, call)
                )
        return lasts

    def define_class(self, node: ast.ClassDef) -> None:
        """Record a class and walk its body."""
        qualname = f"{self.scope}.{node.name}" if self.scope else node.name
        self._decorators(node, qualname)
        info = ClassInfo()
        for base in node.bases:
            origin = self.eval(base)
            info.bases.append(None if origin == f".{qualname}" else origin)
            if self.room("bases"):
                name = self.unit.segment(base, 200)
                self.out.bases.append(BaseRecord(base.lineno, qualname, origin, name))
        for keyword in node.keywords:
            self.eval(keyword.value)
        self.out.definitions.classes[qualname] = info
        if self.room("definitions"):
            self.out.rows.append(
                Definition(
                    self.path, self.unit.cell, node.lineno, node.end_lineno, qualname, "class",
                    0, _documented(node.body), False, None, False, "",
                )
            )  # fmt: skip
        before = (self.scope, self.owner, self.class_body, self.chain, self.loops, self.guards)
        self._define(node.name, qualname)
        self.scope, self.owner, self.class_body = qualname, qualname, True
        self.chain = (*self.chain, {})
        self.visit(node.body)
        self.scope, self.owner, self.class_body, self.chain, self.loops, self.guards = before

    def enter(self, function: Deferred) -> None:
        """Walk the body of a function."""
        self.scope, self.owner, self.unit = function.qualname, function.owner, function.unit
        self.class_body = False
        self.loops = self.guards = self.tries = self.handlers = 0
        self.global_names = frozenset()
        self.events.clear()
        self.compared = {}
        self.chain = (*function.chain, function.names)
        self.visit_guarded(function.node.body)

    def visit_guarded(self, body: Sequence[ast.stmt]) -> None:
        """Visit statements; one that is nested too deeply is given up on its own."""
        for statement in body:
            before = (self.scope, self.owner, self.class_body, self.chain)
            counters = (self.loops, self.guards, self.tries, self.handlers)
            try:
                self.visit((statement,))
            except RecursionError:
                self.scope, self.owner, self.class_body, self.chain = before
                self.loops, self.guards, self.tries, self.handlers = counters
                self.out.too_deep.append(statement.lineno)


def _names(arguments: ast.arguments, own: bool) -> str:
    names = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
    if own:
        del names[0]
    if arguments.vararg is not None:
        names.append(f"*{arguments.vararg.arg}")
    elif arguments.kwonlyargs:
        names.append("*")
    names += [one.arg for one in arguments.kwonlyargs]
    if arguments.kwarg is not None:
        names.append(f"**{arguments.kwarg.arg}")
    return " ".join(names)


def _documented(body: list[ast.stmt]) -> bool:
    first = body[0] if body else None
    return (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
