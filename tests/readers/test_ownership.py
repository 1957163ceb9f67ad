"""Who is named as an owner, and who only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_audit.readers.documents import READERS
from mlops_audit.readers.registry import read_file
from mlops_audit.repository.kinds import kind_of
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Ownership


def source(path: str, *, role: str = "docs") -> SourceFile:
    return SourceFile(path=path, kind=kind_of(path) or "text", size=1, role=role, digest="d")


def owners(path: str, text: str, *, role: str = "docs") -> list[Ownership]:
    rows = read_file(source(path, role=role), text.encode()).get("ownership", [])
    return [Ownership(*row) for row in rows]


def named(path: str, text: str) -> list[str]:
    return [row.owner for row in owners(path, text) if not row.placeholder]


def test_codeowners_give_each_owner_of_each_pattern() -> None:
    text = (
        "# comment\n*  @corp/ml  jane@corp.io # all\n/data/ @corp/data\n\\#odd\\ name @lee\n"
        "!x @lee\n"
    )
    assert owners(".github/CODEOWNERS", text) == [
        Ownership(".github/CODEOWNERS", 2, "*", "@corp/ml", "codeowners", False),
        Ownership(".github/CODEOWNERS", 2, "*", "jane@corp.io", "codeowners", False),
        Ownership(".github/CODEOWNERS", 3, "/data/", "@corp/data", "codeowners", False),
        Ownership(".github/CODEOWNERS", 4, "#odd name", "@lee", "codeowners", False),
    ]


def test_sections_of_gitlab_lend_their_owners() -> None:
    text = "[Models][2] @corp/ml\nmodels/\ntrain/ @lee\n^[Docs]\ndocs/\n"
    assert [(row.line, row.pattern, row.owner) for row in owners("CODEOWNERS", text)] == [
        (2, "models/", "@corp/ml"),
        (3, "train/", "@lee"),
    ]


def test_codeowners_elsewhere_are_read_by_no_host() -> None:
    assert owners("src/CODEOWNERS", "* @corp/ml\n") == []


@pytest.mark.parametrize("owner", ["@your-team", "@org/team", "@global-owner1", "@octocat"])
def test_owners_out_of_a_manual_are_placeholders(owner: str) -> None:
    (row,) = owners("CODEOWNERS", f"* {owner}\n")
    assert row.placeholder


def test_owners_files_of_kubernetes_and_chromium() -> None:
    assert owners("training/OWNERS", "approvers:\n- lee\nreviewers: [kim]\n") == [
        Ownership("training/OWNERS", 2, "training", "lee", "maintainers", False),
        Ownership("training/OWNERS", 3, "training", "kim", "maintainers", False),
    ]
    text = "# who\nlee@corp.io\nset noparent\nper-file *.sql=kim@corp.io\n"
    assert [(row.pattern, row.owner) for row in owners("OWNERS", text)] == [
        ("*", "lee@corp.io"),
        ("*.sql", "kim@corp.io"),
    ]


def test_a_catalogue_names_the_owner_of_each_entity() -> None:
    text = (
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: churn}\n"
        "spec:\n  owner: group:ml-platform\n---\n"
        "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {name: api}\n"
        "spec: {owner: guest}\n---\napiVersion: v1\nkind: Service\nspec: {owner: nobody-here}\n"
    )
    assert owners("catalog-info.yaml", text) == [
        Ownership("catalog-info.yaml", 5, "churn", "group:ml-platform", "catalog", False),
        Ownership("catalog-info.yaml", 10, "api", "guest", "catalog", True),
    ]


def test_citation_files_name_their_authors() -> None:
    text = (
        "cff-version: 1.2.0\ntitle: Churn\nauthors:\n  - given-names: Kim\n    family-names: Lee\n"
        "    email: kim@corp.io\n  - name: Corp Research\n  - given-names: John\n"
        "    family-names: Doe\n"
    )
    assert [(row.line, row.owner, row.placeholder) for row in owners("CITATION.cff", text)] == [
        (4, "Kim Lee <kim@corp.io>", False),
        (7, "Corp Research", False),
        (8, "John Doe", True),
    ]


@pytest.mark.parametrize(
    ("line", "owner"),
    [
        ("- Kim Lee (kim@corp.io)", "Kim Lee <kim@corp.io>"),
        (
            "**Kim Lee** - [LinkedIn](https://www.linkedin.com/in/kim) - kim@corp.io",
            "Kim Lee <kim@corp.io>",
        ),
        ("| ML lead | Kim Lee | kim@corp.io |", "Kim Lee <kim@corp.io>"),
        ("[Kim Lee](https://github.com/kimlee)", "Kim Lee <github.com/kimlee>"),
        (
            "### Kim Lee\n\n- Email: kim@corp.io\n- GitHub: https://github.com/kimlee",
            "Kim Lee <kim@corp.io>",
        ),
        ("Contact the ML Platform team at ml@corp.io", "the ML Platform team <ml@corp.io>"),
        ("GitHub: [@kimlee](https://github.com/kimlee)", "github.com/kimlee"),
        ("* Dr. José Ñandú-Ortiz <jose@u.es>", "Dr. José Ñandú-Ortiz <jose@u.es>"),
    ],
)
def test_a_readme_names_owners_with_a_contact(line: str, owner: str) -> None:
    assert named("README.md", f"# Churn\n\n## 👥 Authors & Contact\n\n{line}\n\n## Usage\n") == [
        owner
    ]
    assert named("README.rst", "Churn\n=====\n\nkim@corp.io\n") == []


@pytest.mark.parametrize(
    "text",
    [
        "## Authors\n\nKim Lee, Corp\n",
        "## Contact\n\nIf you have questions mail me at kim@corp.io\n",
        "## Contact\n\nPlease open an [issue](https://github.com/corp/churn/issues)\n",
        "## Contact\n\nYour Name - [@your_twitter](https://x.com/your_user) - me@example.com\n",
        "## Credits\n\nBased on work by Kim Lee (kim@corp.io)\n",
        "## Usage\n\nlogin(user='Kim Lee kim@corp.io')\n",
        "## Contact\n\n```\nKim Lee kim@corp.io\n```\n",
    ],
)
def test_a_readme_without_a_reachable_owner(text: str) -> None:
    assert named("README.md", text) == []


def test_authors_of_a_data_set_do_not_own_the_repository() -> None:
    text = "## Contact\n\nKim Lee (kim@u.edu)\n"
    assert named("data/README.md", text) == []
    assert named("data/README.md", text.replace("Contact", "Data owner")) == ["Kim Lee <kim@u.edu>"]


def test_somebody_elses_readme_owns_nothing() -> None:
    text = "## Authors\n\nKim Lee (kim@u.edu)\n"
    for role in ("vendored", "template", "test"):
        assert owners("lib/README.md", text, role=role) == []


def test_lists_of_maintainers_need_no_more_than_an_address() -> None:
    text = (
        "# Maintainers\n\n| Name | GitHub |\n| --- | --- |\n| Kim Lee | @kimlee |\n\n- @lee, @ngo\n"
    )
    assert named("MAINTAINERS.md", text) == ["Kim Lee <@kimlee>", "@lee", "@ngo"]
    assert named("AUTHORS", "Kim Lee <kim@corp.io>\n") == ["Kim Lee <kim@corp.io>"]


def test_a_card_names_its_owner_in_front_matter_labels_and_sections() -> None:
    text = (
        "---\nlicense: mit\ntags: [churn]\nmaintainer: Growth Analytics\n---\n# Churn model\n\n"
        "- **Model owner:** Credit Risk Analytics\n- **Developed by:** Somebody Else\n"
        "- **Contact:** [More Information Needed]\n\n## Owner\n\nModel Governance Board\n\n"
        "## Model Card Contact\n\nrisk@corp.io\n"
    )
    assert [(row.line, row.owner, row.placeholder) for row in owners("README.md", text)] == [
        (4, "Growth Analytics", False),
        (8, "Credit Risk Analytics", False),
        (10, "[More Information Needed]", True),
        (14, "Model Governance Board", False),
        (18, "risk@corp.io", False),
    ]
    assert {row.pattern for row in owners("README.md", text)} == {"churn model"}
    assert {row.source for row in owners("README.md", text)} == {"card"}


@given(
    st.binary(max_size=300) | st.text(st.sampled_from("@.a/ |-[]()<>:\n#*"), max_size=200),
    st.sampled_from(
        ["CODEOWNERS", "OWNERS", "catalog-info.yaml", "CITATION.cff", "README.md", "MODEL_CARD.md"]
    ),
)
def test_any_bytes_are_read(content: bytes | str, path: str) -> None:
    file = source(path)
    data = content if isinstance(content, bytes) else content.encode()
    for reader in READERS:
        if reader.accepts(file):
            list(reader.read(file, data))
