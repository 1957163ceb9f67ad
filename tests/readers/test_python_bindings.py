"""Which call a name or a decorator belongs to, and what conditions say."""

import pytest

from mlops_audit.readers.registry import read_file
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Assignment, Call, CallArgument, Condition, Decorator


def tables(text: str) -> dict[str, list[tuple]]:
    content = text.encode()
    file = SourceFile(path="a.py", kind="python", size=len(content), role="source", digest="1")
    return read_file(file, content)


def test_a_name_is_bound_to_the_outermost_call():
    found = tables("from lib import f, g, h\ny = f(g(1), h())\nwith f(g(2)) as z:\n    pass\n")
    results = [(call.name, call.result) for call in map(Call._make, found["call"]) if call.result]
    assert results == [("f", "y"), ("f", "z")]
    (bound,) = map(Assignment._make, found["assignment"])
    assert (bound.name, bound.value) == ("y", "lib.f")


def test_a_decorator_is_its_outermost_call():
    found = tables("from lib import app, Depends\n@app.post('/a', x=[Depends(1)])\ndef q(): ...\n")
    (decorator,) = map(Decorator._make, found["decorator"])
    assert decorator.target == "lib.app.post"
    (path,) = [
        argument.value
        for argument in map(CallArgument._make, found["call_argument"])
        if argument.call == decorator.call and argument.position == 0
    ]
    assert path == "/a"


@pytest.mark.parametrize(
    ("code", "kind", "base"),
    [
        ("train = df[:80]", "slice", "df"),
        ("train = df.iloc[80:]", "slice", "df.iloc"),
        ("train = df[df.day < cut]", "filter", "df"),
        ("train = df[df.day < cut][columns]", "filter", "df"),
        ("mask = day < cut\ntrain = df[~mask]", "filter", "df"),
        ("train = data['train']", "item", "data"),
    ],
)
def test_parts_of_values(code, kind, base):
    found = [Assignment._make(row) for row in tables(code)["assignment"]]
    assert [(one.kind, one.value) for one in found if one.name == "train"] == [(kind, base)]


def test_a_part_of_a_value_as_an_argument_names_the_value():
    (argument,) = map(CallArgument._make, tables("fit(df[columns])")["call_argument"])
    assert (argument.kind, argument.value) == ("other", "df")


def conditions(text: str) -> list[Condition]:
    return [Condition._make(row) for row in tables(text).get("condition", [])]


def test_a_returned_comparison_is_a_condition():
    (found,) = conditions("def good(acc, least):\n    return acc > least\n")
    assert (found.kind, found.names, found.operators) == ("return", "acc least", ">")
    assert conditions("def f(a):\n    return a\n") == []


def test_a_condition_on_an_attribute_that_holds_a_comparison():
    text = "d.good = d.auc >= floor\nif not d.good:\n    raise ValueError\n"
    kept, found = conditions(text)
    assert (kept.kind, kept.names) == ("value", "good auc d floor")
    assert set(found.names.split()) == {"good", "auc", "d", "floor"}
    assert (found.operators, found.consequence) == (">=", "raise")


def test_a_condition_knows_its_extent_and_its_loop():
    text = "if a > 1:\n    b()\nelse:\n    c()\nfor x in y:\n    if x > 2:\n        d()\n"
    plain, looped = conditions(text)
    assert (plain.line, plain.end_line, plain.in_loop) == (1, 4, False)
    assert (looped.line, looped.end_line, looped.in_loop) == (6, 7, True)
