"""A path that cannot be audited is refused with one sentence and the right exit code."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mlops_audit.errors import AuditError, NothingToAuditError, UsageError
from mlops_audit.repository import open_repository
from mlops_audit.schema import GitChange, GitCommit


def test_missing_path(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere does not exist"):
        open_repository(tmp_path / "nowhere")


def test_path_with_nul_character(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be opened|does not exist"):
        open_repository(tmp_path / "a\0b")


def test_file_instead_of_folder(tmp_path: Path) -> None:
    (tmp_path / "train.py").touch()
    with pytest.raises(UsageError, match="is a file; name the folder"):
        open_repository(tmp_path / "train.py")


def test_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(NothingToAuditError, match="is empty"):
        open_repository(tmp_path)


def test_git_repository_without_any_file(repo) -> None:
    with pytest.raises(NothingToAuditError, match="is empty"):
        open_repository(repo.root)


def test_everything_excluded(folder: Callable[..., Path]) -> None:
    with pytest.raises(NothingToAuditError, match=r"every file of .* is excluded"):
        open_repository(folder({"a.py": "", "b/c.py": ""}), exclude=("*.py",))


def test_folder_without_permission(folder: Callable[..., Path]) -> None:
    root = folder({"a.py": ""})
    root.chmod(0)
    try:
        if os.access(root, os.R_OK):
            pytest.skip("this user may read everything")
        with pytest.raises(AuditError, match="permission denied"):
            open_repository(root)
    finally:
        root.chmod(0o755)


@pytest.mark.parametrize("rev", ["nosuch", "-h", "--output=x", "", "HEAD\nHEAD", "HEAD:a.py"])
def test_unknown_revision(repo, rev: str) -> None:
    repo.commit({"a.py": ""})
    with pytest.raises(UsageError, match="has no revision"):
        open_repository(repo.root, rev=rev)


def test_revision_of_a_plain_folder(folder: Callable[..., Path]) -> None:
    with pytest.raises(UsageError, match="no git history"):
        open_repository(folder({"a.py": ""}), rev="HEAD")


def test_a_bare_repository_is_opened_at_its_head(repo, tmp_path: Path) -> None:
    commit = repo.commit({"a.py": "x = 1\n"})
    repo.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    opened = open_repository(tmp_path / "bare.git")
    assert opened.read("a.py") == b"x = 1\n"
    assert opened.info.name == "bare"
    assert (opened.info.revision, opened.info.branch) == (commit, "main")


def test_a_bare_repository_without_commits(repo, tmp_path: Path) -> None:
    repo.git("init", "-q", "--bare", str(tmp_path / "bare.git"))
    with pytest.raises(NothingToAuditError, match="HEAD names no commit"):
        open_repository(tmp_path / "bare.git")


def test_a_folder_inside_a_repository_has_its_own_history(repo) -> None:
    repo.commit({"a/train.py": "x = 1\n", "b/train.py": "y = 1\n"}, "both")
    repo.commit({"b/train.py": "y = 2\n"}, "only b")
    opened = open_repository(repo.root / "a")
    assert [file.path for file in opened.files] == ["train.py"]
    assert opened.info.prefix == "a"
    rows = list(opened.history())
    assert [row.subject for row in rows if isinstance(row, GitCommit)] == ["both"]
    assert [row.path for row in rows if isinstance(row, GitChange)] == ["train.py"]


def test_message_shows_control_characters(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        open_repository(tmp_path / "\x1b[31mred")
    assert "\x1b" not in str(caught.value)
    assert "\\x1b[31mred" in str(caught.value)
