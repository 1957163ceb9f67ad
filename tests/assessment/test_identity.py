"""Findings keep their identity while their files change around them."""

from dataclasses import dataclass

from mlops_audit.assessment.identity import Identities, match


@dataclass(frozen=True)
class Entry:
    rule: str
    path: str | None
    fingerprint: str
    content: str
    line: int = 0


def entries(*found: tuple[str, str | None, str, str], whole: bool = False) -> list[Entry]:
    """Return findings from (rule, path, message, text of the line)."""
    identities = Identities()
    made = []
    for line, (rule, path, message, text) in enumerate(found):
        known = identities.of(rule, path, subject=None, message=message, text=text, whole=whole)
        made.append(Entry(rule, path, *known, line=line))
    return made


def test_equal_complaints_in_one_file_differ_and_numbers_do_not_matter() -> None:
    first = entries(("r", "a.py", "fit in 30 lines", "fit(x)"), ("r", "a.py", "fit in 9 lines", ""))
    assert len({entry.fingerprint for entry in first}) == 2
    again = entries(("r", "a.py", "fit in 31 lines", "fit( x )"))
    assert again[0].fingerprint == first[0].fingerprint


def test_another_rule_file_or_complaint_is_another_finding() -> None:
    found = [
        entries(item)[0].fingerprint
        for item in (
            ("r", "a.py", "no metric", ""),
            ("q", "a.py", "no metric", ""),
            ("r", "b.py", "no metric", ""),
            ("r", None, "no metric", ""),
            ("r", "a.py", "no metric", "fit(x)"),
            ("r", "a.py", "no seed", "fit(x)"),
        )
    ]
    assert len(set(found)) == len(found)


def test_what_is_asked_of_the_whole_repository_is_one_finding_wherever_it_stands() -> None:
    old = entries(("r", "b.py", "nothing", "fit()"), whole=True)
    new = entries(("r", "a.py", "nothing", "train()"), whole=True)
    assert match(old, new).appeared == ()


def test_a_renamed_file_brings_nothing_new() -> None:
    old = entries(("r", "old/train.py", "train.py logs nothing", "model.fit(x, y)"))
    new = entries(("r", "new/fit.py", "fit.py logs nothing", "model.fit(x, y)"))
    found = match(old, new, present={"new/fit.py"})
    assert (len(found.kept), found.appeared, found.gone) == (1, (), ())


def test_a_copy_of_what_is_known_is_new() -> None:
    old = entries(("r", "a.py", "logs nothing", "model.fit(x, y)"))
    new = entries(
        ("r", "a.py", "logs nothing", "model.fit(x, y)"),
        ("r", "b.py", "logs nothing", "model.fit(x, y)"),
    )
    assert [entry.path for entry in match(old, new).appeared] == ["b.py"]


def test_one_mended_while_an_equal_one_appears_elsewhere_is_new() -> None:
    old = entries(("r", "a.py", "logs nothing", "model.fit(x, y)"))
    new = entries(("r", "b.py", "logs nothing", "model.fit(x, y)"))
    found = match(old, new, present={"a.py", "b.py"})
    assert ([e.path for e in found.appeared], [e.path for e in found.gone]) == (["b.py"], ["a.py"])


def test_of_equal_complaints_the_one_with_the_new_line_is_new() -> None:
    old = entries(("r", "a.py", "bad path", "x = '/home/a'"), ("r", "a.py", "bad path", "y = '/b'"))
    new = entries(
        ("r", "a.py", "bad path", "z = '/c'"),
        ("r", "a.py", "bad path", "x = '/home/a'"),
        ("r", "a.py", "bad path", "y = '/b'"),
    )
    assert [entry.line for entry in match(old, new).appeared] == [0]


def test_a_complaint_about_a_file_as_such_may_change_its_words() -> None:
    old = entries(("r", "nb.ipynb", "No cell was run", ""), ("q", None, "1 commit on 1 day", ""))
    new = entries(("r", "nb.ipynb", "Run out of order", ""), ("q", None, "2 commits on 1 day", ""))
    assert match(old, new).appeared == ()
