"""Markdown as sections."""

from hypothesis import given
from hypothesis import strategies as st

from mlops_audit.readers.markdown_text import split_sections


def headings(text):
    return [(section.level, section.heading, section.line) for section in split_sections(text)]


def test_headings_of_every_notation_with_their_lines():
    text = "# One #\n\nTwo\n===\nThree\n---\n<h2 align='center'>\nFour</h2>\n###Five\n"
    assert headings(text) == [
        (1, "one", 1),
        (1, "two", 3),
        (2, "three", 5),
        (2, "four", 7),
        (3, "five", 9),
    ]


def test_what_only_looks_like_a_heading():
    text = (
        "---\ntitle: '# no'\n---\n```python\n# no\n```\n~~~\n# no\n~~~\n<!--\n# no\n-->\n"
        "> # no\n\n#5 was fixed\n\n| a |\n|---|\n\nlong\nparagraph\n---\n"
    )
    (section,) = split_sections(text)
    assert (section.level, section.line) == (0, 4)


def test_an_open_fence_ends_with_its_quotation():
    assert headings("> ```\n> # no\n\n# Yes\n") == [(1, "yes", 4)]


def test_text_is_plain_lower_case_prose():
    (section,) = split_sections(
        "# **The** `my_model` [Problem](http://x.org/a_(b)) :rocket:\n"
        "[![build](https://x.org/b.svg)](https://x.org)\n"
        "We *predict* __churn__ with `fit_one_cycle`\nfor snake_case &amp; 2 * 3.\n\n"
        "- [x] ![p](data:image/png;base64,iVBORw0KGgo=) Done\n\n| a | b |\n|---|:-:|\n| 1 | 2 |\n"
        "```\ncode\n```\n[ref]: http://x.org\n"
    )
    assert section.heading == "the my_model problem"
    assert section.text == (
        "we predict churn with fit_one_cycle for snake_case & 2 * 3. done a b 1 2"
    )
    assert section.end_line == 14


def test_text_is_cut_but_all_words_are_counted():
    (section,) = split_sections("# Long\n" + "word " * 2_000)
    assert len(section.text) <= 3_000
    assert section.words == 2_000


def test_placeholders():
    def is_placeholder(body):
        return split_sections(f"# Heading\n{body}\n")[0].placeholder

    for body in (
        "TODO",
        "TBD.",
        "TODO: describe the data\nand where it comes from",
        "- **Developed by:** [More Information Needed]\n- **Licence:** TBD",
        "<your-project-name>",
        "Lorem ipsum dolor sit amet",
        "<!-- Say what the model is for. -->",
        "Coming soon!",
        "[insert description]",
    ):
        assert is_placeholder(body), body
    for body in (
        "",
        "We predict churn.",
        "We predict churn. TODO: more",
        "Todo list application",
        "[Add your model](CONTRIBUTING.md)",
        "- TBD\n- Accuracy above 0.9",
        "<!-- how to -->\n```bash\nmake train\n```",
    ):
        assert not is_placeholder(body), body


def test_text_without_words_has_no_section():
    assert split_sections("") == []
    assert split_sections("---\na: b\n---\n") == []
    assert split_sections("```\ncode\n```\n") == []


@given(st.text(alphabet="#=->`~<!h1/[]()*_ \n\tTODOa|:{}&\\", max_size=300) | st.text())
def test_any_text_gives_sections_in_order(text):
    sections = split_sections(text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    starts = [section.line for section in sections]
    assert starts == sorted(starts)
    assert all(1 <= section.line <= section.end_line <= lines for section in sections)
