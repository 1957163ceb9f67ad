"""Magics and shell lines of IPython cells."""

import pytest

from mlops_audit.readers.python.magics import prepare


def uses(source: str) -> list[tuple[int, str, str, str]]:
    return [(use.line, use.kind, use.name, use.text) for use in prepare(source).uses]


@pytest.mark.parametrize(
    ("source", "python"),
    [
        ("x = 1\n", "x = 1\n"),
        ("%matplotlib inline\nimport os", "pass\nimport os"),
        ("% matplotlib inline", "pass"),
        ("!pip install \\\n  a \\\n  b\nx = 1", "pass\n\n\nx = 1"),
        ("if gpu:\n    !nvidia-smi\nx = 1", "if gpu:\n    pass\nx = 1"),
        ("files = !ls\nout = %run a", "files = ...\nout = ..."),
        ("a, b = !ls", "a, b = ..."),
        ("%time model.fit(X)", "model.fit(X)"),
        ("m = %time fit(X)", "m = fit(X)"),
        ("%timeit -n 10 -r3 f(x)", "f(x)"),
        ("%lprun -f func func(x)", "func(x)"),
        ("%time !ls", "pass"),
        ("df?\n?df\ndf.head??\nnp.*load*?", "pass\npass\npass\npass"),
        ("pip install x\nimport x", "pass\nimport x"),
        ("rm -rf data\nls - 1", "pass\nls - 1"),
        ("  x = 1\n  !ls", "x = 1\npass"),
        ("%%time\n%%capture out\nfit()", "\n\nfit()"),
        ("# a comment\n\n%%time\nfit()", "# a comment\n\n\nfit()"),
    ],
)
def test_the_python_that_is_left(source, python):
    prepared = prepare(source)
    assert "\n".join(prepared.python or []) == python
    assert python.count("\n") == source.count("\n")


@pytest.mark.parametrize(
    "source",
    [
        "text = '''\n!not\n%not\nreally?\n'''",
        'text = """\n!not \\\n%not"""\n',
        "x = (a\n% b\n!= c)",
        "x = 'a' \\\n% b",
        "x = '''it's'''  # don't\ny = (1,\n% z)",
        "x = 'a\\\n!b'",
        "x = r'\\'\nz %= 3\nprint('why?')",
        "y = a if b else c  # why?",
        "x != 3",
    ],
)
def test_what_only_looks_like_a_magic(source):
    prepared = prepare(source)
    assert "\n".join(prepared.python or []) == source
    assert prepared.uses == []


def test_what_was_taken_out():
    source = "%load_ext autoreload\nx = 1\n!python a.py \\\n --b\n%time f()\n%run ./setup $x=1\ny?"
    assert uses(source) == [
        (1, "line", "load_ext", "autoreload"),
        (3, "shell", "!", "python a.py \\\n --b"),
        (5, "line", "time", "f()"),
        (6, "line", "run", "./setup $x=1"),
    ]


@pytest.mark.parametrize(
    ("source", "language"),
    [
        ("%%bash\nls", "bash"),
        ("%%sql\nselect 1", "sql"),
        ("%%R -i df\nsummary(df)", "r"),
        ("%%html\n<b>", "html"),
        ("%%script false\nx", "script"),
        ("%%writefile a.yml\nx: 1", "file"),
        ("%md # T\ntext", "md"),
    ],
)
def test_a_body_in_another_language_is_not_python(source, language):
    prepared = prepare(source)
    assert prepared.python is None
    assert prepared.language == language
    assert len(prepared.uses) == 1


def test_an_unknown_cell_magic_leaves_doubt():
    prepared = prepare("%%something\nx = 1")
    assert prepared.python == ["", "x = 1"]
    assert prepared.doubtful


def test_a_line_magic_of_sql_is_followed_by_python():
    assert prepare("%sql select 1\nx = 1").python == ["pass", "x = 1"]
    assert prepare("%sql select 1\nfrom t", databricks=True).python is None


def test_brackets_that_are_never_closed_hide_no_shell_line():
    assert prepare("f(\n!ls").uses != []
