"""A syntax tree of code that the Python parser refuses: Python 2, templates, half-edited files.

The tree of the error-tolerant parser is turned into nodes of `ast`, so that the same walk serves
both. What is not understood is skipped, what it contains is kept.
"""

import ast
from typing import Any

from mlops_audit.readers.python.tolerant_expressions import Expressions, Node, is_expression

_MAX_BYTES = 1_500_000
#: Nesting beyond this is not turned into a tree.
_MAX_DEPTH = 60


def tolerant_tree(text: str) -> ast.Module | None:
    """Return a tree of what could be understood, None if nothing could."""
    # Imported here: most repositories have no such file.
    import tree_sitter
    import tree_sitter_python

    content = text.encode("utf-8", "replace")
    if len(content) > _MAX_BYTES:
        return None
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_python.language()))
    root = parser.parse(content).root_node
    body = Statements().block(root)
    return ast.Module(body=body, type_ignores=[]) if body else None


class Statements(Expressions):
    """Turns statements of the tolerant tree into `ast` statements."""

    def __init__(self) -> None:
        self._depth = 0

    def block(self, node: Node | None) -> list[ast.stmt]:
        """Return the statements below a node."""
        if node is None or self._depth > _MAX_DEPTH:
            return []
        self._depth += 1
        body: list[ast.stmt] = []
        for child in node.named_children:
            body.extend(self._statement(child))
        self._depth -= 1
        return body

    def _statement(self, node: Node) -> list[ast.stmt]:
        method = getattr(self, f"_{node.type}", None) if node.type.isidentifier() else None
        if method is not None and node.type in _STATEMENTS:
            try:
                made = method(node)
            except (ValueError, RecursionError):
                return []
            return made if isinstance(made, list) else [made]
        if node.type == "ERROR":
            return self.block(node) + self._cut_calls(node)
        if is_expression(node):
            return [self._place(ast.Expr(value=self.expression(node)), node)]
        return []

    def _cut_calls(self, node: Node) -> list[ast.stmt]:
        """Return calls whose closing parenthesis is missing: a name followed by one that opens."""
        made: list[ast.stmt] = []
        for child, following in zip(node.children, node.children[1:], strict=False):
            if child.type in ("identifier", "attribute") and following.type == "(":
                function = self.expression(child)
                call = self._place(ast.Call(func=function, args=[], keywords=[]), child)
                made.append(self._place(ast.Expr(value=call), child))
        return made

    def _expression_statement(self, node: Node) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for child in node.named_children:
            if child.type in ("assignment", "augmented_assignment"):
                made.append(self._assignment(child))
            elif is_expression(child) or child.type == "ERROR":
                made.extend(self._statement(child))
        return made

    def _assignment(self, node: Node) -> ast.stmt:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        kind = node.child_by_field_name("type")
        target: Any = self.target(left)
        if node.type == "augmented_assignment":
            value = self.expression(right)
            return self._place(ast.AugAssign(target=target, op=ast.Add(), value=value), node)
        targets: list[ast.expr] = [target]
        while right is not None and right.type == "assignment":
            targets.append(self.target(right.child_by_field_name("left")))
            right = right.child_by_field_name("right")
        if kind is not None:
            made = ast.AnnAssign(
                target=target,
                annotation=self.expression(kind),
                value=self.expression(right) if right is not None else None,
                simple=1,
            )
            return self._place(made, node)
        return self._place(ast.Assign(targets=targets, value=self.expression(right)), node)

    def _import_statement(self, node: Node) -> ast.stmt:
        return self._place(ast.Import(names=self._aliases(node)), node)

    def _import_from_statement(self, node: Node) -> ast.stmt:
        origin = node.child_by_field_name("module_name")
        written = "".join(self.text(origin).split())
        module = written.lstrip(".")
        names = self._aliases(node)
        if any(child.type == "wildcard_import" for child in node.named_children):
            names = [ast.alias(name="*", asname=None)]
        level = len(written) - len(module)
        return self._place(ast.ImportFrom(module=module or None, names=names, level=level), node)

    def _future_import_statement(self, node: Node) -> list[ast.stmt]:
        names = self._aliases(node)
        return [self._place(ast.ImportFrom(module="__future__", names=names, level=0), node)]

    def _aliases(self, node: Node) -> list[ast.alias]:
        found = []
        for name in node.children_by_field_name("name"):
            plain, alias = name, None
            if name.type == "aliased_import":
                plain = name.child_by_field_name("name") or name
                alias = self.text(name.child_by_field_name("alias"))
            dotted = "".join(self.text(plain).split())
            if dotted:
                found.append(ast.alias(name=dotted, asname=alias or None))
        return found

    def _print_statement(self, node: Node) -> ast.stmt:
        arguments = [self.expression(value) for value in node.children_by_field_name("argument")]
        function = self._place(ast.Name(id="print", ctx=ast.Load()), node)
        call = self._place(ast.Call(func=function, args=arguments, keywords=[]), node)
        return self._place(ast.Expr(value=call), node)

    def _if_statement(self, node: Node) -> ast.stmt:
        alternatives = node.children_by_field_name("alternative")
        orelse: list[ast.stmt] = []
        for branch in reversed(alternatives[:500]):
            if branch.type == "elif_clause":
                orelse = [self._branch(branch, orelse)]
            else:
                orelse = self.block(branch.child_by_field_name("body"))
        return self._branch(node, orelse)

    def _branch(self, node: Node, orelse: list[ast.stmt]) -> ast.stmt:
        test = self.expression(node.child_by_field_name("condition"))
        body = self.block(node.child_by_field_name("consequence"))
        return self._place(ast.If(test=test, body=body, orelse=orelse), node)

    def _while_statement(self, node: Node) -> ast.stmt:
        test = self.expression(node.child_by_field_name("condition"))
        body = self.block(node.child_by_field_name("body"))
        return self._place(ast.While(test=test, body=body, orelse=self._else(node)), node)

    def _for_statement(self, node: Node) -> ast.stmt:
        made = ast.For(
            target=self.target(node.child_by_field_name("left")),
            iter=self.expression(node.child_by_field_name("right")),
            body=self.block(node.child_by_field_name("body")),
            orelse=self._else(node),
        )
        return self._place(made, node)

    def _else(self, node: Node) -> list[ast.stmt]:
        branch = node.child_by_field_name("alternative")
        return [] if branch is None else self.block(branch.child_by_field_name("body"))

    def _with_statement(self, node: Node) -> ast.stmt:
        items = []
        for clause in node.named_children:
            for item in clause.named_children if clause.type == "with_clause" else ():
                value = item.child_by_field_name("value")
                if value is None:
                    continue
                name = None
                if value.type == "as_pattern":
                    alias = value.child_by_field_name("alias")
                    name = self.target(alias.named_children[0]) if alias is not None else None
                    value = value.named_children[0]
                items.append(ast.withitem(context_expr=self.expression(value), optional_vars=name))
        body = self.block(node.child_by_field_name("body"))
        return self._place(ast.With(items=items, body=body), node)

    def _try_statement(self, node: Node) -> ast.stmt:
        handlers: list[ast.ExceptHandler] = []
        orelse: list[ast.stmt] = []
        final: list[ast.stmt] = []
        for clause in node.named_children:
            if clause.type in ("except_clause", "except_group_clause"):
                handlers.append(self._handler(clause))
            elif clause.type == "else_clause":
                orelse = self.block(clause.child_by_field_name("body"))
            elif clause.type == "finally_clause":
                for inner in clause.named_children:
                    final = self.block(inner) or final
        body = self.block(node.child_by_field_name("body"))
        made = ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=final)
        return self._place(made, node)

    def _handler(self, node: Node) -> ast.ExceptHandler:
        values = node.children_by_field_name("value")
        kind: ast.expr | None = None
        name: str | None = None
        if values:
            caught = values[0]
            if caught.type == "as_pattern":
                name = self.text(caught.child_by_field_name("alias")) or None
                caught = caught.named_children[0]
            elif len(values) > 1:  # Python 2: except E, e
                name = self.text(values[1])
            kind = self.expression(caught)
        blocks = [child for child in node.named_children if child.type == "block"]
        body = self.block(blocks[-1]) if blocks else []
        return self._place(ast.ExceptHandler(type=kind, name=name, body=body), node)

    def _match_statement(self, node: Node) -> list[ast.stmt]:
        body = node.child_by_field_name("body")
        made: list[ast.stmt] = []
        subject = node.child_by_field_name("subject")
        if subject is not None:
            made.append(self._place(ast.Expr(value=self.expression(subject)), subject))
        for case in body.named_children if body is not None else ():
            made.extend(self.block(case.child_by_field_name("consequence")))
        return made

    def _decorated_definition(self, node: Node) -> list[ast.stmt]:
        definition = node.child_by_field_name("definition")
        if definition is None:
            return []
        made: Any = self._statement(definition)
        for child in node.named_children:
            if child.type == "decorator" and made and child.named_children:
                made[0].decorator_list.append(self.expression(child.named_children[0]))
        return list(made)

    def _suite(self, node: Node) -> list[ast.stmt]:
        """Return the body of a definition, which other visitors expect not to be empty."""
        return self.block(node.child_by_field_name("body")) or [self._place(ast.Pass(), node)]

    def _function_definition(self, node: Node) -> ast.stmt:
        returns = node.child_by_field_name("return_type")
        kind = ast.AsyncFunctionDef if node.children[0].type == "async" else ast.FunctionDef
        made = kind(
            name=self.text(node.child_by_field_name("name")),
            args=self.arguments(node.child_by_field_name("parameters")),
            body=self._suite(node),
            decorator_list=[],
            returns=self.expression(returns) if returns is not None else None,
        )
        return self._place(made, node)

    def _class_definition(self, node: Node) -> ast.stmt:
        bases, keywords = self.call_arguments(node.child_by_field_name("superclasses"))
        made = ast.ClassDef(
            name=self.text(node.child_by_field_name("name")),
            bases=bases,
            keywords=keywords,
            body=self._suite(node),
            decorator_list=[],
        )
        return self._place(made, node)

    def _return_statement(self, node: Node) -> ast.stmt:
        values = node.named_children
        value = self.expression(values[0]) if values else None
        return self._place(ast.Return(value=value), node)

    def _raise_statement(self, node: Node) -> ast.stmt:
        values = node.named_children
        value = self.expression(values[0]) if values else None
        return self._place(ast.Raise(exc=value, cause=None), node)

    def _assert_statement(self, node: Node) -> ast.stmt:
        values = node.named_children
        message = self.expression(values[1]) if len(values) > 1 else None
        test = self.expression(values[0] if values else None)
        return self._place(ast.Assert(test=test, msg=message), node)

    def _global_statement(self, node: Node) -> ast.stmt:
        return self._place(ast.Global(names=[self.text(n) for n in node.named_children]), node)

    def _break_statement(self, node: Node) -> ast.stmt:
        return self._place(ast.Break(), node)

    def _continue_statement(self, node: Node) -> ast.stmt:
        return self._place(ast.Continue(), node)


_STATEMENTS = frozenset(
    name[1:]
    for name in vars(Statements)
    if name.endswith(("_statement", "_definition")) and name.startswith("_")
)
