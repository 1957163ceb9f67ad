"""The commit that a change is compared with, found in whatever clone there is."""

import subprocess
import sys
from pathlib import Path

import pytest

from mlops_audit.errors import UsageError
from mlops_audit.repository.revisions import base_of

sys.path.insert(0, str(Path(__file__).parents[2] / "fixtures"))
from history import git

DAY = "2025-01-01T10:00:00+00:00"


def commit(root: Path, name: str) -> str:
    (root / name).write_text(name, encoding="utf-8")
    git(root, "add", "--all")
    git(root, "commit", "-q", "-m", name, date=DAY)
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def forked(tmp_path: Path) -> Path:
    """A repository whose branch `change` left `main` before main went on."""
    root = tmp_path / "origin"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    commit(root, "a")
    git(root, "branch", "change")
    commit(root, "b")
    git(root, "checkout", "-q", "change")
    commit(root, "c")
    return root


def clone(root: Path, target: Path, *options: str) -> Path:
    subprocess.run(
        ["git", "clone", "-q", *options, root.as_uri(), str(target)],
        check=True,
        capture_output=True,
    )
    return target


def test_the_base_is_where_the_change_left(forked: Path) -> None:
    first = git(forked, "rev-parse", "main~1")
    found = base_of(forked, "main")
    assert (found.commit, found.label, found.same) == (first, "main", False)
    assert base_of(forked, "HEAD").same
    assert base_of(forked, "change", "main").commit == first


def test_a_detached_head_is_compared_all_the_same(forked: Path) -> None:
    git(forked, "checkout", "-q", "--detach")
    assert base_of(forked, "main").commit == git(forked, "rev-parse", "main~1")


def test_a_folder_inside_is_compared_with_its_repository(forked: Path) -> None:
    (forked / "inside").mkdir()
    assert base_of(forked / "inside", "main").commit == git(forked, "rev-parse", "main~1")


def test_a_shallow_clone_says_how_to_get_the_base(forked: Path, tmp_path: Path) -> None:
    here = clone(forked, tmp_path / "shallow", "--depth=1", "--branch=change")
    with pytest.raises(UsageError) as raised:
        base_of(here, "origin/main")
    said = str(raised.value)
    assert "there is no revision origin/main here" in said
    assert "git fetch origin main:refs/remotes/origin/main" in said and "fetch-depth: 0" in said


def test_a_shallow_clone_of_both_branches_is_too_shallow_to_tell(
    forked: Path, tmp_path: Path
) -> None:
    here = clone(forked, tmp_path / "shallow", "--depth=1", "--no-single-branch")
    with pytest.raises(UsageError, match=r"this shallow clone does not show .* fetch-depth: 0"):
        base_of(here, "origin/main")


def test_a_branch_of_the_remote_is_proposed(forked: Path, tmp_path: Path) -> None:
    here = clone(forked, tmp_path / "clone", "--branch=change")
    with pytest.raises(UsageError, match="did you mean origin/main"):
        base_of(here, "main")
    assert base_of(here, "origin/main").commit


def test_histories_without_a_common_commit_are_compared_as_they_are(forked: Path) -> None:
    git(forked, "checkout", "-q", "--orphan", "other")
    commit(forked, "d")
    assert base_of(forked, "main").commit == git(forked, "rev-parse", "main")


def test_a_folder_without_history_has_no_base(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no git history to compare with main"):
        base_of(tmp_path, "main")


@pytest.mark.parametrize("name", ["", "--help", "main\nx", "-x"])
def test_an_odd_revision_is_no_option(forked: Path, name: str) -> None:
    with pytest.raises(UsageError, match="there is no revision"):
        base_of(forked, name)
