"""Expressions of the error-tolerant tree as `ast` expressions."""

import ast
from typing import Any, TypeVar

#: A node of tree-sitter, which has no types of its own worth naming here.
Node = Any
_Placed = TypeVar("_Placed", bound=ast.AST)

_OPERATORS: dict[str, type[ast.cmpop]] = {
    "<": ast.Lt,
    "<=": ast.LtE,
    ">": ast.Gt,
    ">=": ast.GtE,
    "==": ast.Eq,
    "!=": ast.NotEq,
    "<>": ast.NotEq,
    "in": ast.In,
    "not in": ast.NotIn,
    "is": ast.Is,
    "is not": ast.IsNot,
}
_KINDS = frozenset(
    {
        "identifier", "attribute", "call", "subscript", "string", "concatenated_string", "integer",
        "float", "true", "false", "none", "list", "tuple", "set", "dictionary", "lambda",
        "binary_operator", "boolean_operator", "not_operator", "unary_operator", "await",
        "comparison_operator", "conditional_expression", "parenthesized_expression",
        "expression_list", "list_comprehension", "set_comprehension", "dictionary_comprehension",
        "generator_expression", "named_expression", "yield",
    }
)  # fmt: skip
_MAX_DEPTH = 60


def is_expression(node: Node) -> bool:
    """Tell whether a node is an expression."""
    return node.type in _KINDS


class Expressions:
    """Turns expressions of the tolerant tree into `ast` expressions."""

    _depth: int

    def text(self, node: Node | None) -> str:
        """Return the source of a node."""
        return "" if node is None else (node.text or b"").decode("utf-8", "replace")

    def _place(self, made: _Placed, node: Node) -> _Placed:
        place: Any = made
        place.lineno, place.col_offset = node.start_point[0] + 1, node.start_point[1]
        place.end_lineno, place.end_col_offset = node.end_point[0] + 1, node.end_point[1]
        if isinstance(made, ast.stmt) and node.type == "block":
            place.end_lineno = place.lineno
        return made

    def expression(self, node: Node | None) -> ast.expr:
        """Return the expression; whatever is not understood becomes a tuple of its parts."""
        if node is None:
            return ast.Constant(value=None, lineno=1, col_offset=0, end_lineno=1, end_col_offset=0)
        if self._depth > _MAX_DEPTH:
            return self._place(ast.Constant(value=...), node)
        self._depth += 1
        made = self._place(self._expression(node), node)
        self._depth -= 1
        return made

    def _expression(self, node: Node) -> ast.expr:
        method = getattr(self, f"_make_{node.type}", None) if node.type.isidentifier() else None
        if method is not None:
            return method(node)  # type: ignore[no-any-return]
        if node.type in ("type", "parenthesized_expression") and len(node.named_children) == 1:
            return self.expression(node.named_children[0])
        return ast.Tuple(elts=self._all(node), ctx=ast.Load())

    def _all(self, node: Node) -> list[ast.expr]:
        return [
            self.expression(child)
            for child in node.named_children
            if child.type not in ("comment", "line_continuation")
        ]

    def target(self, node: Node | None) -> ast.expr:
        """Return an assignment target."""
        if node is not None and node.type in ("list_splat_pattern", "list_splat"):
            value = self.target(node.named_children[0] if node.named_children else None)
            return self._place(ast.Starred(value=value, ctx=ast.Store()), node)
        if node is not None and node.type in ("pattern_list", "tuple_pattern", "list_pattern"):
            parts = [self.target(child) for child in node.named_children]
            return self._place(ast.Tuple(elts=parts, ctx=ast.Store()), node)
        return self.expression(node)

    def _make_identifier(self, node: Node) -> ast.expr:
        return ast.Name(id=self.text(node), ctx=ast.Load())

    def _make_attribute(self, node: Node) -> ast.expr:
        value = self.expression(node.child_by_field_name("object"))
        name = self.text(node.child_by_field_name("attribute"))
        return ast.Attribute(value=value, attr=name, ctx=ast.Load())

    def _make_call(self, node: Node) -> ast.expr:
        function = self.expression(node.child_by_field_name("function"))
        arguments = node.child_by_field_name("arguments")
        if arguments is not None and arguments.type == "generator_expression":
            return ast.Call(func=function, args=[self.expression(arguments)], keywords=[])
        values, keywords = self.call_arguments(arguments)
        return ast.Call(func=function, args=values, keywords=keywords)

    def call_arguments(self, node: Node | None) -> tuple[list[ast.expr], list[ast.keyword]]:
        """Return positional and keyword arguments of a call or a class."""
        values: list[ast.expr] = []
        keywords: list[ast.keyword] = []
        for child in node.named_children if node is not None else ():
            if child.type == "keyword_argument":
                name = self.text(child.child_by_field_name("name"))
                value = self.expression(child.child_by_field_name("value"))
                keywords.append(self._place(ast.keyword(arg=name, value=value), child))
            elif child.type == "dictionary_splat":
                value = self.expression(child.named_children[0] if child.named_children else None)
                keywords.append(self._place(ast.keyword(arg=None, value=value), child))
            elif child.type not in ("comment", "line_continuation"):
                values.append(self.expression(child))
        return values, keywords

    def _make_list_splat(self, node: Node) -> ast.expr:
        value = self.expression(node.named_children[0] if node.named_children else None)
        return ast.Starred(value=value, ctx=ast.Load())

    def _make_subscript(self, node: Node) -> ast.expr:
        keys = [self.expression(key) for key in node.children_by_field_name("subscript")]
        key = keys[0] if len(keys) == 1 else self._place(ast.Tuple(keys, ast.Load()), node)
        value = self.expression(node.child_by_field_name("value"))
        return ast.Subscript(value=value, slice=key, ctx=ast.Load())

    def _make_slice(self, node: Node) -> ast.expr:
        parts = self._all(node)
        return ast.Slice(lower=parts[0] if parts else None, upper=parts[1] if parts[1:] else None)

    def _make_string(self, node: Node) -> ast.expr:
        written = self.text(node)
        if any(child.type == "interpolation" for child in node.named_children):
            return ast.JoinedStr(values=self._pieces(node))
        try:
            value = ast.literal_eval(written)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            value = "".join(self.text(c) for c in node.named_children if c.type == "string_content")
        return ast.Constant(value=value)

    def _pieces(self, node: Node) -> list[ast.expr]:
        pieces: list[ast.expr] = []
        for child in node.named_children:
            if child.type == "string_content":
                pieces.append(self._place(ast.Constant(value=self.text(child)), child))
            elif child.type == "interpolation":
                value = self.expression(child.child_by_field_name("expression"))
                made = ast.FormattedValue(value=value, conversion=-1, format_spec=None)
                pieces.append(self._place(made, child))
        return pieces

    def _make_concatenated_string(self, node: Node) -> ast.expr:
        values = [self._make_string(child) for child in node.named_children]
        text = "".join(str(v.value) for v in values if isinstance(v, ast.Constant))
        return ast.Constant(value=text)

    def _make_integer(self, node: Node) -> ast.expr:
        try:
            return ast.Constant(value=int(self.text(node).rstrip("lL")[:40], 0))
        except ValueError:
            return ast.Constant(value=0)

    def _make_float(self, node: Node) -> ast.expr:
        try:
            return ast.Constant(value=float(self.text(node)[:60].replace("_", "")))
        except ValueError:
            return ast.Constant(value=0.0)

    def _make_true(self, node: Node) -> ast.expr:
        return ast.Constant(value=True)

    def _make_false(self, node: Node) -> ast.expr:
        return ast.Constant(value=False)

    def _make_none(self, node: Node) -> ast.expr:
        return ast.Constant(value=None)

    def _make_list(self, node: Node) -> ast.expr:
        return ast.List(elts=self._all(node), ctx=ast.Load())

    def _make_dictionary(self, node: Node) -> ast.expr:
        keys: list[ast.expr | None] = []
        values: list[ast.expr] = []
        for child in node.named_children:
            if child.type == "pair":
                keys.append(self.expression(child.child_by_field_name("key")))
                values.append(self.expression(child.child_by_field_name("value")))
            elif child.type == "dictionary_splat" and child.named_children:
                keys.append(None)
                values.append(self.expression(child.named_children[0]))
        return ast.Dict(keys=keys, values=values)

    def _make_await(self, node: Node) -> ast.expr:
        values = self._all(node)
        return ast.Await(value=values[0]) if values else ast.Constant(value=None)

    def _make_not_operator(self, node: Node) -> ast.expr:
        return ast.UnaryOp(
            op=ast.Not(), operand=self.expression(node.child_by_field_name("argument"))
        )

    def _make_unary_operator(self, node: Node) -> ast.expr:
        operand = self.expression(node.child_by_field_name("argument"))
        sign = ast.USub() if node.children and node.children[0].type == "-" else ast.UAdd()
        return ast.UnaryOp(op=sign, operand=operand)

    def _make_binary_operator(self, node: Node) -> ast.expr:
        left = self.expression(node.child_by_field_name("left"))
        right = self.expression(node.child_by_field_name("right"))
        return ast.BinOp(left=left, op=ast.Add(), right=right)

    def _make_boolean_operator(self, node: Node) -> ast.expr:
        left = self.expression(node.child_by_field_name("left"))
        right = self.expression(node.child_by_field_name("right"))
        return ast.BoolOp(op=ast.And(), values=[left, right])

    def _make_comparison_operator(self, node: Node) -> ast.expr:
        sides = self._all(node)
        written = [_OPERATORS.get(child.type) for child in node.children]
        operators = [operator() for operator in written if operator is not None]
        if len(sides) < 2 or len(operators) != len(sides) - 1:
            return ast.Tuple(elts=sides, ctx=ast.Load())
        return ast.Compare(left=sides[0], ops=operators, comparators=sides[1:])

    def _make_conditional_expression(self, node: Node) -> ast.expr:
        parts = self._all(node)
        if len(parts) != 3:
            return ast.Tuple(elts=parts, ctx=ast.Load())
        return ast.IfExp(body=parts[0], test=parts[1], orelse=parts[2])

    def _make_named_expression(self, node: Node) -> ast.expr:
        name = self.text(node.child_by_field_name("name"))
        target = self._place(ast.Name(id=name, ctx=ast.Store()), node)
        return ast.NamedExpr(target, self.expression(node.child_by_field_name("value")))

    def _make_lambda(self, node: Node) -> ast.expr:
        arguments = self.arguments(node.child_by_field_name("parameters"))
        return ast.Lambda(arguments, self.expression(node.child_by_field_name("body")))

    def _make_list_comprehension(self, node: Node) -> ast.expr:
        generators = []
        for child in node.named_children:
            if child.type == "for_in_clause":
                source = self.expression(child.child_by_field_name("right"))
                target = self.target(child.child_by_field_name("left"))
                generators.append(ast.comprehension(target, source, [], 0))
            elif child.type == "if_clause" and generators and child.named_children:
                generators[-1].ifs.append(self.expression(child.named_children[0]))
        body = node.child_by_field_name("body")
        return ast.ListComp(elt=self.expression(body), generators=generators)

    _make_set_comprehension = _make_list_comprehension
    _make_generator_expression = _make_list_comprehension
    _make_dictionary_comprehension = _make_list_comprehension

    def arguments(self, node: Node | None) -> ast.arguments:
        """Return the parameters of a function or lambda."""
        made = ast.arguments([], [], None, [], [], None, [])
        for child in node.named_children if node is not None else ():
            self._parameter(child, made)
        return made

    def _parameter(self, node: Node, made: ast.arguments) -> None:
        kind = node.child_by_field_name("type")
        name = node.child_by_field_name("name")
        if node.type == "typed_parameter" and node.named_children:
            name = node.named_children[0]
        named = name if name is not None else node
        star = named.type if named.type.endswith("splat_pattern") else ""
        if star:
            named = named.named_children[0] if named.named_children else named
        if named.type != "identifier":
            return
        annotation = self.expression(kind) if kind is not None else None
        parameter = self._place(ast.arg(arg=self.text(named), annotation=annotation), node)
        default = node.child_by_field_name("value")
        if star == "list_splat_pattern":
            made.vararg = parameter
        elif star:
            made.kwarg = parameter
        elif made.vararg is not None:
            made.kwonlyargs.append(parameter)
            made.kw_defaults.append(self.expression(default) if default is not None else None)
        else:
            made.args.append(parameter)
            if default is not None:
                made.defaults.append(self.expression(default))
            elif made.defaults:
                made.defaults.append(self.expression(None))
