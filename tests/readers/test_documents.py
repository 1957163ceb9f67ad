"""Prose documents: which files they are, their sections, what nobody has written yet."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_audit.readers.documents import READERS
from mlops_audit.readers.documents.rst import rst_as_markdown
from mlops_audit.readers.registry import read_file
from mlops_audit.repository.kinds import kind_of
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Document, Section


def source(path: str, *, role: str = "docs") -> SourceFile:
    return SourceFile(path=path, kind=kind_of(path) or "text", size=1, role=role, digest="d")


def read(path: str, text: str, *, role: str = "docs") -> tuple[list[Document], list[Section]]:
    tables = read_file(source(path, role=role), text.encode())
    return (
        [Document(*row) for row in tables.get("document", [])],
        [Section(*row) for row in tables.get("section", [])],
    )


def outline(path: str, text: str) -> list[tuple[int, int, str]]:
    return [(section.line, section.level, section.heading) for section in read(path, text)[1]]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("README.md", "markdown"),
        ("docs/guide.mdx", "markdown"),
        ("docs/index.rst", "rst"),
        ("README", "text"),
        ("CONTRIBUTING", "text"),
        ("README.txt", "text"),
        ("README.adoc", "text"),
        ("data/README.dataset.txt", "text"),
        ("docs/monitoring.txt", "text"),
    ],
)
def test_documents_by_name(path: str, kind: str) -> None:
    prose = "We watch the model. Every week a person looks at the drift of each feature, and acts."
    ((document,), _) = read(path, prose)
    assert (document.kind, document.words) == (kind, 17)


@pytest.mark.parametrize(
    "path",
    [
        "LICENSE",
        "LICENSE.md",
        "COPYING",
        "NOTICE.txt",
        "requirements.txt",
        "docs/requirements.txt",
        "labels/fire.txt",
        "src/prompt.txt",
        "CMakeLists.txt",
        "CODEOWNERS",
        "mlruns/1/abc/params/architecture",
        "train.log",
    ],
)
def test_what_is_no_document(path: str) -> None:
    assert read(path, "Some words that could be prose. " * 10, role="source") == ([], [])


@pytest.mark.parametrize("path", ["analysis.Rmd", "report.qmd"])
def test_a_notebook_in_markdown_has_sections_but_is_no_document(path: str) -> None:
    documents, sections = read(path, "# Data\n\nWhere it comes from.\n")
    assert documents == []
    assert [section.heading for section in sections] == ["data"]


def test_text_below_docs_is_a_document_only_if_people_wrote_it() -> None:
    table = "\n".join(f"{number} 0.{number} 0.5 dog" for number in range(50))
    assert read("docs/boxes.txt", table) == ([], [])
    assert read("README.txt", '{"class_name": "Suite"}') == ([], [])


def test_sections_of_restructuredtext_have_the_levels_and_lines_of_their_titles() -> None:
    text = (
        "=====\nTitle\n=====\n\nIntro with ``code`` and :ref:`a link <there>`.\n\nData\n----\n\n"
        ".. code-block:: python\n\n   x = 1  # hidden words\n\nWe keep `the data`_ here::\n\n"
        "    literal words\n\nafter.\n\n.. a comment\n   of two lines\n\nDeeper\n~~~~~~\n\n"
        ".. note:: Mind the gap.\n\nAgain\n-----\n\n====  ====\na     b\n====  ====\n"
    )
    assert outline("docs/index.rst", text) == [
        (2, 1, "title"),
        (7, 2, "data"),
        (23, 3, "deeper"),
        (28, 2, "again"),
    ]
    _, (title, data, deeper, again) = read("docs/index.rst", text)
    assert title.text == "intro with code and a link."
    assert data.text == "we keep the data here: after."
    assert deeper.text == "mind the gap."
    assert again.text == "a b"
    assert (data.end_line, again.end_line) == (18, 32)


def test_what_only_looks_like_a_title_in_restructuredtext() -> None:
    text = (
        "Title\n=====\n\na paragraph\nof two lines\n------------\n\n# no heading\n\n"
        "transition\n\n----\n"
    )
    assert outline("a.rst", text) == [(1, 1, "title")]


def test_headings_of_plain_text() -> None:
    assert outline("README", "Model\n=====\nIt scores.\n\nData\n----\nFrom us.\n") == [
        (1, 1, "model"),
        (5, 2, "data"),
    ]
    assert outline("README.txt", "MODEL\n\nIt scores.\n\nDATA\nFrom us.\n") == [
        (1, 2, "model"),
        (5, 2, "data"),
    ]
    assert outline(
        "README.adoc", "= Model\n\n----\n= no\n----\n\n== Data\nhttps://x.org[here]\n"
    ) == [
        (1, 1, "model"),
        (7, 2, "data"),
    ]


def test_a_document_says_its_title_its_words_and_its_front_matter() -> None:
    text = (
        "---\nlicense: mit\ntags: [a]\n---\n# My *model*\n\nIt scores well.\n\n```\nnot it\n```\n"
    )
    ((document,), _) = read("README.md", text)
    assert document == Document("README.md", "markdown", "my model", 3, 0, "license tags")


def test_front_matter_that_is_no_mapping_has_no_keys() -> None:
    ((document,), _) = read("README.md", "---\n- a\n---\nText.\n")
    assert document.front_matter == ""


def test_placeholders_are_counted_in_prose_only() -> None:
    text = (
        "# Card\nOwner: TBD\n\n- **Developed by:** [More Information Needed]\n\nMail"
        " your.name@x.org or look at https://github.com/yourorg/repo, `TODO` and `<your-name>`.\n\n"
        "```\ngit clone <your-fork>\nTODO\n```\n"
    )
    ((document,), _) = read("card.md", text)
    assert document.placeholders == 4


@pytest.mark.parametrize(
    "body",
    [
        "TODO",
        "More information needed",
        "- **Shared by [optional]:** [More Information Needed]\n- **License:** TBD",
        "* What is target definition\n* What are inputs (description)\n"
        "* What kind of model was built?",
        "A short description of the project.",
        "Use the built-in continuous integration in GitLab.\n\n"
        "- [ ] [Get started with GitLab CI/CD](https://docs.gitlab.com/ee/ci/quick_start/)",
        "Users (both direct and downstream) should be made aware of the risks, biases and"
        " limitations\nof the model. More information needed for further recommendations.",
    ],
)
def test_template_text_is_a_placeholder(body: str) -> None:
    _, (section,) = read("docs/card.md", f"# Heading\n\n{body}\n")
    assert section.placeholder


@pytest.mark.parametrize(
    "body",
    [
        "",
        "We predict churn.",
        "* What is target definition: the customer leaves within 90 days",
        "* What kind of model was built?\n\nA gradient-boosted tree.",
        "A short description of the project.\n\nIt predicts churn.",
        "- Todo lists are what the model reads",
    ],
)
def test_a_single_own_sentence_makes_the_section_its_authors(body: str) -> None:
    _, (section,) = read("docs/card.md", f"# Heading\n\n{body}\n")
    assert not section.placeholder


@given(st.text(st.sampled_from("ab =-~`.:|_#*<>[]{}\n\t\\§"), max_size=200))
def test_restructuredtext_keeps_its_lines_whatever_it_says(text: str) -> None:
    assert rst_as_markdown(text).count("\n") == text.count("\n")


@given(st.binary(max_size=300), st.sampled_from(["README.md", "a.rst", "README", "README.adoc"]))
def test_any_bytes_are_read(content: bytes, path: str) -> None:
    file = source(path)
    for reader in READERS:
        if reader.accepts(file):
            list(reader.read(file, content))


def test_the_project_reads_its_own_readme() -> None:
    readme = Path(__file__).parents[2] / "README.md"
    ((document,), sections) = read("README.md", readme.read_text(encoding="utf-8"))
    assert document.title == "mlops-audit"
    assert len(sections) > 1
