"""Tables about source code: Python modules, scripts and the code cells of notebooks.

``target`` columns hold a resolved dotted name, by these conventions:

* through an import: ``sklearn.svm.SVC`` for ``from sklearn import svm; svm.SVC``
* a relative import is made absolute by the file's path: ``src.pkg.utils.load``
* defined in the same file: a leading dot, ``.main``, ``.Trainer.fit`` (``self.fit`` in Trainer)
* a method on a value whose origin is known: the origin's target plus the method,
  ``sklearn.svm.SVC.fit`` after ``clf = SVC()``, ``pandas.read_csv.to_parquet``
* a builtin: ``builtins.open``
* otherwise ``?.fit``: the receiver is unknown, never dropped
"""

from typing import Annotated, NamedTuple

from mlops_audit.schema.table import CellIndex, EndLine, Line, Path, Scope

Target = Annotated[str, "resolved dotted name, by the conventions of the code tables"]


class Module(NamedTuple):
    """One Python source file or notebook with Python cells."""

    path: Path
    module: Annotated[str, "path as a dotted name without suffix and __init__"]
    parsed: Annotated[str, "full (ast) | tolerant (error-tolerant parser) | none"]
    kind: Annotated[
        str,
        "script | notebook (also R Markdown, Quarto) | databricks | percent (cells in a .py)",
    ]
    lines: Annotated[int, "physical lines"]
    code_lines: Annotated[int, "lines that are neither blank nor comment"]
    main_guard: Annotated[int | None, "line of `if __name__ == '__main__'`"]
    docstring: Annotated[bool, "1 if the module has one"]
    top_level_statements: Annotated[
        int, "statements at module level that are not imports, definitions, constants, docstring"
    ]
    maintainability: Annotated[
        float | None,
        "maintainability index, 0 (worst) to 100, of a script or module that may train a model",
    ] = None


class Definition(NamedTuple):
    """A function, method or class."""

    path: Path
    cell: CellIndex
    line: Line
    end_line: EndLine
    qualname: Annotated[str, "dotted inside the file: Trainer.fit"]
    kind: Annotated[str, "function | method | class"]
    parameters: Annotated[int, "number of parameters without self/cls"]
    documented: Annotated[bool, "1 if it has a docstring"]
    annotated: Annotated[bool, "1 if every parameter and the return value are annotated"]
    complexity: Annotated[int | None, "cyclomatic complexity as radon counts it; NULL for classes"]
    is_async: Annotated[bool, "1 for async def"]
    parameter_names: Annotated[
        str,
        "names of the parameters in order, space-separated; `*` before those that are given by"
        " keyword only, `*args`, `**kwargs`",
    ]


class CodeBlock(NamedTuple):
    """A piece of code that says something, in a normal form by which copies are found.

    Pieces of one digest differ in comments, docstrings, layout and names of local values only.
    """

    path: Path
    cell: CellIndex
    line: Line
    end_line: EndLine
    scope: Annotated[str, "qualified name of the function; '' at module level"]
    kind: Annotated[
        str,
        "function (body of a function or method) | cell (of a notebook, without imports and"
        " definitions) | run (statements between two definitions of a module)",
    ]
    statements: Annotated[
        int, "lines that are no import, comment, message, plot or argument parser; at least 8"
    ]
    digest: Annotated[str, "of the normal form"]


class Decorator(NamedTuple):
    """A decorator on a definition; its arguments are those of the call with the same id."""

    path: Path
    cell: CellIndex
    line: Line
    qualname: Annotated[str, "the decorated definition"]
    target: Target
    call: Annotated[int | None, "id in `call` if it has parentheses"]


class Base(NamedTuple):
    """A base class of a class."""

    path: Path
    line: Line
    qualname: Annotated[str, "the class"]
    target: Target


class Import(NamedTuple):
    """One imported name."""

    path: Path
    cell: CellIndex
    line: Line
    scope: Scope
    target: Annotated[
        str, "what is imported: `a.b.c` for `from a.b import c`, `a.b` for `import a.b`"
    ]
    root: Annotated[str, "first part of the target"]
    alias: Annotated[str, "name it is bound to; '*' for a star import"]
    guarded: Annotated[bool, "1 inside try/except, an if, or a function"]


class Call(NamedTuple):
    """One call."""

    path: Path
    id: Annotated[int, "unique inside the file, in source order"]
    cell: CellIndex
    line: Line
    end_line: EndLine
    scope: Scope
    name: Annotated[str, "callee as written, at most 200 characters: `self.model.fit`"]
    target: Target
    method: Annotated[str, "last part of the target: fit"]
    receiver: Annotated[str, "receiver as written, '' for a plain name"]
    result: Annotated[str | None, "name the value is bound to: `model = f()`, `with f() as model`"]
    in_loop: Annotated[bool, "1 inside for/while of the same scope"]
    guarded: Annotated[bool, "1 under if/except/match of the same scope"]
    arguments: Annotated[int, "number of arguments"]


class CallArgument(NamedTuple):
    """One argument of a call."""

    path: Path
    call: Annotated[int, "id of the call in the file"]
    position: Annotated[int, "0-based; keyword arguments go on counting"]
    keyword: Annotated[str | None, "keyword; '**' for a mapping; '*' for a starred positional"]
    kind: Annotated[
        str,
        "string | number | bool | none | name | call | list | dict | fstring | text (put together:"
        " `folder + '/a.csv'`, `'auc %f' % auc`; written like an f-string) | other",
    ]
    value: Annotated[
        str | None,
        "literal value as text (strings without quotes, at most 500 characters), dotted name as"
        " written, target of the call, or for a part of a named value (`df[cols]`) that name;"
        " `os.environ['KEY']` is kept whole",
    ]
    target: Annotated[str | None, "resolved name for kind name or call"]


class Assignment(NamedTuple):
    """A name or attribute bound to a literal, to a call or to a part of a value (only these).

    A key may be bound to a name as well: `run['auc'] = auc`.
    """

    path: Path
    cell: CellIndex
    line: Line
    scope: Scope
    name: Annotated[str, "name as written: `SEED`, `self.lr`, `cfg['lr']`"]
    kind: Annotated[
        str,
        "as in call_argument, or what part it is: item (`d['a']`, `df[cols]`) | slice (`x[:n]`) |"
        " filter (`df[df.day < cut]`)",
    ]
    value: Annotated[str | None, "as in call_argument; for a part the name it is taken from"]


class Origin(NamedTuple):
    """Where a value comes from that a function returns, an attribute holds or a name means."""

    path: Path
    owner: Annotated[str, "the function, or the class of the attribute; '' for a name of a module"]
    name: Annotated[str, "attribute or name; '' for what the function returns"]
    part: Annotated[int | None, "0-based part of a returned tuple; NULL for the whole value"]
    elements: Annotated[bool, "1 if the target is that of the elements of a list or mapping"]
    target: Annotated[str | None, "resolved dotted name of what was called or is meant"]
    called: Annotated[bool, "1 if the value is what a call of the target gave"]
    parameter: Annotated[
        str | None, "instead of a target: `function:parameter` whose value it is, of the same file"
    ]


class StringLiteral(NamedTuple):
    """A string that names a path, a URI or a model/data file (docstrings and comments excluded)."""

    path: Path
    cell: CellIndex
    line: Line
    scope: Scope
    kind: Annotated[
        str,
        "absolute-path | home-path | relative-path | url | storage-uri (s3:// gs:// abfss:// dbfs:/"
        " wasbs:// azureml: models:/ runs:/ …)",
    ]
    value: Annotated[str, "at most 300 characters"]


class Condition(NamedTuple):
    """The test of an if, or a comparison of values that decides something or is kept."""

    path: Path
    cell: CellIndex
    line: Line
    end_line: EndLine
    scope: Scope
    kind: Annotated[
        str,
        "if | assert | while | ternary | return (of the comparison itself) | value (bound to a"
        " name, a key or a keyword, which is the first of the names)",
    ]
    in_loop: Annotated[bool, "1 inside for/while of the same scope"]
    names: Annotated[str, "space-separated names and string keys in the test, lower case"]
    operators: Annotated[
        str, "space-separated comparison operators: < <= > >= == != in is not; '' if it has none"
    ]
    numbers: Annotated[str, "space-separated numeric literals in the test"]
    consequence: Annotated[
        str, "space-separated of raise exit return continue break call assign, in either branch"
    ]
    calls: Annotated[str, "space-separated targets of the calls in either branch (at most 20)"]


class Assertion(NamedTuple):
    """An assertion in a test: assert, self.assert…, pytest.raises, numpy.testing…"""

    path: Path
    line: Line
    scope: Scope
    trivial: Annotated[bool, "1 for assert True and the like"]


class DataMistake(NamedTuple):
    """A flow of data inside one file that makes a model's numbers better than they are."""

    path: Path
    cell: CellIndex
    line: Line
    scope: Scope
    kind: Annotated[
        str,
        "fitted-before-split | imputed-before-split | features-selected-before-split |"
        " resampled-before-split | test-data-fitted | scored-on-training-data |"
        " selected-on-test-data | rows-in-both-parts | target-in-features |"
        " time-split-at-random | groups-split-apart",
    ]
    subject: Annotated[str, "the value as written: `X`, `df['age']`; '' if it has no name"]
    what: Annotated[str, "what does it: `StandardScaler.fit_transform`, `fillna(mean())`"]
    related_cell: Annotated[int | None, "cell of the other place"]
    related_line: Annotated[
        int | None, "line of the other place that makes it a mistake: most often the split"
    ]
    related: Annotated[str, "what stands there: `train_test_split`, `cross_val_score`"]
    confidence: Annotated[str, "high | medium | low"]
    detail: Annotated[str, "the mistake in one sentence"]
