import re

import pytest

from mlops_audit.reports.places import linker, place_text

REVISION = "4f1c2d3e4a5b6c7d8e9f00112233445566778899"


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("git@github.com:acme/demand.git", "https://github.com/acme/demand/blob/4f1c2d3e4a5b/"),
        ("https://github.com/acme/demand", "https://github.com/acme/demand/blob/4f1c2d3e4a5b/"),
        (
            "https://user:t0ken@github.com/acme/demand.git",
            "https://github.com/acme/demand/blob/4f1c2d3e4a5b/",
        ),
        (
            "ssh://git@gitlab.example.com:2222/team/ml/demand.git",
            "https://gitlab.example.com/team/ml/demand/-/blob/4f1c2d3e4a5b/",
        ),
    ],
)
def test_a_place_links_to_its_forge(remote, expected):
    assert linker(remote, REVISION)("src/a b.py", 3, None) == f"{expected}src/a%20b.py#L3"


@pytest.mark.parametrize(
    "remote",
    [
        None,
        "",
        "/srv/git/demand.git",
        "file:///srv/github.com/acme/x",
        "https://example.com/acme/demand",
        "javascript:alert(1)//github.com/a/b",
        "https://[bad/github.com/a",
        "https://github.com/only",
    ],
)
def test_other_remotes_are_not_linked(remote):
    assert linker(remote, REVISION)("a.py", 1, None) is None


@pytest.mark.parametrize("revision", [None, "main", "../../x", "4f1c2d3 "])
def test_only_a_commit_is_linked(revision):
    assert linker("git@github.com:acme/demand.git", revision)("a.py", 1, None) is None


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        (
            "https://acme@dev.azure.com/acme/ML%20Ops/_git/demand",
            f"https://dev.azure.com/acme/ML%20Ops/_git/demand?path=/src/a%26b.py&version=GC{REVISION}"
            "&line=3&lineEnd=6&lineStartColumn=1&lineEndColumn=1",
        ),
        (
            "git@ssh.dev.azure.com:v3/acme/mlops/demand",
            f"https://dev.azure.com/acme/mlops/_git/demand?path=/src/a%26b.py&version=GC{REVISION}"
            "&line=3&lineEnd=6&lineStartColumn=1&lineEndColumn=1",
        ),
        (
            "acme@vs-ssh.visualstudio.com:v3/acme/mlops/demand",
            f"https://dev.azure.com/acme/mlops/_git/demand?path=/src/a%26b.py&version=GC{REVISION}"
            "&line=3&lineEnd=6&lineStartColumn=1&lineEndColumn=1",
        ),
        (
            "https://acme.visualstudio.com/mlops/_git/demand",
            f"https://acme.visualstudio.com/mlops/_git/demand?path=/src/a%26b.py&version=GC{REVISION}"
            "&line=3&lineEnd=6&lineStartColumn=1&lineEndColumn=1",
        ),
        (
            "git@bitbucket.org:acme/demand.git",
            "https://bitbucket.org/acme/demand/src/4f1c2d3e4a5b/src/a%26b.py#lines-3:5",
        ),
        (
            "https://bitbucket.example.com/scm/ml/demand.git",
            f"https://bitbucket.example.com/projects/ml/repos/demand/browse/src/a%26b.py?at={REVISION}"
            "#3-5",
        ),
        (
            "ssh://git@bitbucket.example.com:7999/~ann/demand.git",
            f"https://bitbucket.example.com/users/ann/repos/demand/browse/src/a%26b.py?at={REVISION}"
            "#3-5",
        ),
    ],
)
def test_other_forges_have_their_own_addresses(remote, expected):
    assert linker(remote, REVISION)("src/a&b.py", 3, 5) == expected
    assert linker(remote, REVISION)("src/a&b.py", None, None) == re.sub(
        "(#|&line=).*", "", expected
    )


@pytest.mark.parametrize(
    "remote", ["https://dev.azure.com/acme/demand", "https://bitbucket.example.com/a/b/c/d.git"]
)
def test_addresses_of_another_shape_are_not_guessed(remote):
    assert linker(remote, REVISION)("a.py", 1, None) is None


def test_ranges_and_notebooks():
    github = linker("git@github.com:acme/demand.git", REVISION)
    gitlab = linker("git@gitlab.com:acme/demand.git", REVISION)
    assert github("a.py", 3, 5).endswith("a.py#L3-L5")
    assert gitlab("a.py", 3, 5).endswith("a.py#L3-5")
    assert github("n.ipynb", 3, None).endswith("n.ipynb")
    assert place_text("n.ipynb", 3, 0) == "n.ipynb cell 1 line 3"
    assert place_text("a.py", None, None) == "a.py"
