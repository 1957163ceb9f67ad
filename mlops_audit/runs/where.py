"""The language of `--where`: comparisons of columns, joined by and, or, not.

    metrics.val_auc > 0.8 and (params.model = 'xgb' or tags.stage != "draft") and name like "%base%"

It is read here and asked of pandas column by column; nothing in it is evaluated as code.
"""

import re
from typing import TYPE_CHECKING, Any

from mlops_audit.errors import UsageError
from mlops_audit.text import shown

if TYPE_CHECKING:
    import pandas as pd

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'[^']*'|\"[^\"]*\")|(?P<quoted>`[^`]+`)|(?P<sign>>=|<=|!=|==|=|<|>|\(|\))"
    r"|(?P<word>[^\s()=<>!'\"`]+))"
)
_SIGNS = frozenset({"=", "==", "!=", ">", ">=", "<", "<=", "like"})
_DEPTH = 50

Token = tuple[str, str]


def matching(table: "pd.DataFrame", expression: str) -> "pd.DataFrame":
    """Return the rows for which the expression holds; a missing value satisfies no comparison.

    Raises:
        UsageError: the expression is none, or names no column.
    """
    parser = _Parser(table, expression)
    return table[parser.run()]


def column_named(table: "pd.DataFrame", name: str) -> str:
    """Return the column that a name means: whole, or a metric, parameter or tag without prefix.

    Raises:
        UsageError: none or several columns are called so.
    """
    columns = set(table.columns)
    if name in columns:
        return name
    found = [
        f"{kind}.{name}" for kind in ("metrics", "params", "tags") if f"{kind}.{name}" in columns
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{shown(name)} is {' and '.join(found)}; say which.")
    from difflib import get_close_matches

    short = {str(c).partition(".")[2] or str(c): str(c) for c in table.columns}
    near = get_close_matches(name, [*table.columns, *short], n=1)
    hint = f" Did you mean {shown(short.get(near[0]) or near[0])}?" if near else ""
    raise UsageError(f"no run has a column {shown(name)}.{hint}")


class _Parser:
    def __init__(self, table: "pd.DataFrame", expression: str) -> None:
        self._table = table
        self._expression = expression
        self._tokens = self._split(expression)
        self._at = 0

    def run(self) -> "pd.Series[bool]":
        found = self._any(0)
        if self._at < len(self._tokens):
            raise self._wrong(f"{self._tokens[self._at][1]} is not expected here")
        return found

    def _split(self, expression: str) -> list[Token]:
        tokens: list[Token] = []
        at = 0
        end = len(expression.rstrip())
        while at < end:
            found = _TOKEN.match(expression, at)
            if found is None:
                raise self._wrong(f"{expression[at:].strip()[:20]} cannot be read")
            kind = str(found.lastgroup)
            text = found[kind]
            tokens.append((kind, text[1:-1] if kind in ("text", "quoted") else text))
            at = found.end()
        return tokens

    def _any(self, depth: int) -> "pd.Series[bool]":
        found = self._all(depth)
        while self._next_word("or"):
            found = found | self._all(depth)
        return found

    def _all(self, depth: int) -> "pd.Series[bool]":
        found = self._one(depth)
        while self._next_word("and"):
            found = found & self._one(depth)
        return found

    def _one(self, depth: int) -> "pd.Series[bool]":
        if depth > _DEPTH:
            raise self._wrong("it is nested too deeply")
        if self._next_word("not"):
            return ~self._one(depth + 1)
        if self._peek() == ("sign", "("):
            self._at += 1
            found = self._any(depth + 1)
            if self._peek() != ("sign", ")"):
                raise self._wrong("a ) is missing")
            self._at += 1
            return found
        return self._comparison()

    def _comparison(self) -> "pd.Series[bool]":
        kind, name = self._take("the name of a column")
        if kind not in ("word", "quoted"):
            raise self._wrong(f"{name} is no column")
        _, sign = self._take("a comparison such as > or =")
        if sign.lower() not in _SIGNS:
            raise self._wrong(f"{sign} is no comparison")
        kind, value = self._take("a value")
        return _compare(self._table[column_named(self._table, name)], sign.lower(), value)

    def _peek(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", "")

    def _next_word(self, word: str) -> bool:
        kind, text = self._peek()
        if kind == "word" and text.lower() == word:
            self._at += 1
            return True
        return False

    def _take(self, wanted: str) -> Token:
        token = self._peek()
        if not token[0]:
            raise self._wrong(f"{wanted} is missing at the end")
        self._at += 1
        return token

    def _wrong(self, problem: str) -> UsageError:
        return UsageError(
            f"--where {shown(self._expression)}: {shown(problem)}. An example:"
            " \"metrics.auc > 0.8 and params.model = 'xgb'\""
        )


def _compare(column: "pd.Series[Any]", sign: str, value: str) -> "pd.Series[bool]":
    import pandas as pd

    if sign == "like":
        expression = re.escape(value).replace("%", ".*").replace("_", ".")
        return (
            column.astype("string").str.fullmatch(expression, case=False).fillna(False).astype(bool)
        )
    number = pd.to_numeric(pd.Series([value]), errors="coerce").iloc[0]
    left: Any
    right: Any
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        left, right = column, pd.to_datetime(value, utc=True, errors="coerce")
        if pd.isna(right):
            raise UsageError(f"{shown(value)} is no time; an example: 2026-01-31")
    elif column.dtype == "boolean" or str(column.dtype) == "bool":
        left, right = column, value.lower() in ("true", "1", "yes")
    elif pd.notna(number):
        # Parameters are text, and yet `params.lr > 0.1` means the number.
        left, right = pd.to_numeric(column, errors="coerce"), float(number)
    else:
        left, right = column.astype("string"), value
    there = left.notna()
    answers = {
        "=": lambda: left == right,
        "==": lambda: left == right,
        "!=": lambda: left != right,
        ">": lambda: left > right,
        ">=": lambda: left >= right,
        "<": lambda: left < right,
        "<=": lambda: left <= right,
    }
    found: pd.Series[bool] = (answers[sign]().fillna(False) & there).astype(bool)
    return found
