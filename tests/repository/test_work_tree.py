"""What a git work tree shows: tracked and new files, dirtiness, sub-folders, revisions."""

import os
from pathlib import Path

import pytest

from mlops_audit.repository import Repository, open_repository


def paths(repository: Repository) -> list[str]:
    return [file.path for file in repository.files]


def problems(repository: Repository) -> dict[str, str]:
    return {row.path: row.problem for row in repository.diagnostics}


def test_tracked_and_new_files_but_not_ignored_ones(repo) -> None:
    repo.commit({".gitignore": "*.log\n", "train.py": "x = 1\n"})
    repo.write({"new.py": "", "run.log": "", "node_modules/x/index.js": ""})
    opened = open_repository(repo.root)
    assert paths(opened) == [".gitignore", "new.py", "train.py"]
    assert [file.tracked for file in opened.files] == [True, False, True]


def test_info_names_commit_branch_and_remote(repo) -> None:
    sha = repo.commit({"a.py": ""})
    repo.git("remote", "add", "origin", "https://user:token@github.com/org/fraud-model.git")
    info = open_repository(repo.root).info
    assert (info.revision, info.branch, info.is_git) == (sha, "main", True)
    assert info.remote_url == "https://github.com/org/fraud-model"
    assert info.name == "fraud-model"
    assert info.shallow is False


def test_repository_without_a_commit(repo) -> None:
    repo.write({"a.py": "x = 1\n"})
    opened = open_repository(repo.root)
    assert paths(opened) == ["a.py"]
    assert opened.info.revision is None
    assert list(opened.history()) == []


def test_clean_work_tree(repo) -> None:
    repo.commit({"a.py": "x = 1\n", "m.pkl": b"\0" * 5_000})
    assert open_repository(repo.root).info.dirty is False


def test_touched_file_is_still_clean(repo) -> None:
    repo.commit({"a.py": "x = 1\n", "m.pkl": b"\0" * 5_000})
    os.utime(repo.root / "a.py", (1, 1))
    os.utime(repo.root / "m.pkl", (1, 1))
    assert open_repository(repo.root).info.dirty is False


@pytest.mark.parametrize("name", ["a.py", "m.pkl"])
def test_changed_file_is_dirty(repo, name: str) -> None:
    repo.commit({"a.py": b"\1" * 50, "m.pkl": b"\0" * 50})
    (repo.root / name).write_bytes(b"\2" * 50)
    os.utime(repo.root / name, (1, 1))
    assert open_repository(repo.root).info.dirty is True


def test_deleted_and_staged_files_are_dirty(repo) -> None:
    repo.commit({"a.py": "", "b.py": ""})
    (repo.root / "a.py").unlink()
    opened = open_repository(repo.root)
    assert (opened.info.dirty, paths(opened)) == (True, ["b.py"])
    repo.git("checkout", "a.py")
    repo.write({"c.py": "1"})
    repo.git("add", "c.py")
    assert open_repository(repo.root).info.dirty is True


def test_new_file_alone_is_not_dirty(repo) -> None:
    repo.commit({"a.py": ""})
    repo.write({"report.html": "x"})
    assert open_repository(repo.root).info.dirty is False


def test_line_endings_are_no_change(repo) -> None:
    repo.commit({".gitattributes": "*.py text eol=crlf\n", "a.py": "x = 1\ny = 2\n"})
    (repo.root / "a.py").write_bytes(b"x = 1\r\ny = 2\r\n")
    assert open_repository(repo.root).info.dirty is False


def test_changed_file_behind_a_filter_is_undecided(repo) -> None:
    repo.commit({".gitattributes": "*.ipynb filter=strip\n", "a.ipynb": "{}"})
    (repo.root / "a.ipynb").write_text('{"cells": []}')
    assert open_repository(repo.root).info.dirty is None


def test_sub_folder_alone_with_its_own_paths(repo) -> None:
    repo.commit({"a.py": "", "ml/train.py": "x = 1\n", "ml/x/y.py": ""})
    repo.write({"ml/new.py": "", "other.py": ""})
    opened = open_repository(repo.root / "ml")
    assert paths(opened) == ["new.py", "train.py", "x/y.py"]
    assert opened.read("train.py") == b"x = 1\n"
    assert opened.info.name == "ml"
    assert opened.info.dirty is False


def test_folder_that_git_ignores_is_read_as_a_plain_folder(repo) -> None:
    repo.commit({".gitignore": "build/\n", "a.py": ""})
    repo.write({"build/train.py": ""})
    opened = open_repository(repo.root / "build")
    assert paths(opened) == ["train.py"]
    assert opened.info.is_git is False


def test_revision_is_read_without_a_checkout(repo) -> None:
    first = repo.commit({"a.py": "old\n", "run": "#!/usr/bin/env python3\n", "ml/b.py": "b\n"})
    repo.commit({"a.py": "new\n"})
    opened = open_repository(repo.root, rev="HEAD~1")
    assert opened.info.revision == first
    assert opened.info.dirty is False
    assert opened.read("a.py") == b"old\n"
    assert {file.path: file.kind for file in opened.files}["run"] == "python"
    assert (repo.root / "a.py").read_text() == "new\n"
    assert paths(open_repository(repo.root / "ml", rev="main~1")) == ["b.py"]


def test_work_tree_and_revision_agree_on_identity(repo) -> None:
    repo.commit({"a.py": "x = 1\n", "nb.ipynb": "{}", "notes": "text\n", "x.csv": "a,b\n"})
    assert open_repository(repo.root).files == open_repository(repo.root, rev="HEAD").files


def test_linked_work_tree(repo, tmp_path: Path) -> None:
    sha = repo.commit({"a.py": ""})
    repo.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    info = open_repository(tmp_path / "side").info
    assert (info.revision, info.branch) == (sha, "side")


def test_submodule_is_named_but_not_read(repo, tmp_path: Path) -> None:
    sha = repo.commit({"a.py": ""})
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{sha},libs/other")
    repo.git("commit", "-qm", "submodule")
    for opened in (open_repository(repo.root), open_repository(repo.root, rev="HEAD")):
        assert paths(opened) == ["a.py"]
        assert problems(opened) == {"libs/other": "a git submodule; not read"}


def test_nested_repository_is_named_but_not_read(repo) -> None:
    repo.commit({"a.py": ""})
    repo.write({"clone/b.py": ""})
    repo.git("init", "-q", "clone")
    opened = open_repository(repo.root)
    assert paths(opened) == ["a.py"]
    assert problems(opened) == {"clone/": "a nested git repository; not read"}


def test_exclude_patterns(repo) -> None:
    repo.commit({"a.py": "", "legacy/b.py": "", "x/legacy/c.py": "", "data/1.csv": ""})
    opened = open_repository(repo.root, exclude=("/legacy/", "data/**"))
    assert paths(opened) == ["a.py", "x/legacy/c.py"]


def test_missing_blob_costs_one_diagnostic(repo) -> None:
    repo.commit({"a.py": "x = 1\n", "b.py": "y = 2\n"})
    blob = repo.git("rev-parse", "HEAD:a.py")
    (repo.root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    opened = open_repository(repo.root, rev="HEAD")
    assert paths(opened) == ["b.py"]
    assert problems(opened) == {"a.py": "its content is missing from the object store"}
    assert opened.diagnostics[0].lost is True


def test_packages_installed_beside_the_code_are_not_its_own(tmp_path: Path) -> None:
    for name in (
        "job/handler.py",
        "job/certifi/core.py",
        "job/certifi-2021.5.30.dist-info/METADATA",
        "job/gitlab/client.py",
        "job/python_gitlab-3.0.dist-info/METADATA",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")
    roles = {file.path: file.role for file in open_repository(tmp_path).files}
    assert roles["job/handler.py"] == "source"
    assert roles["job/certifi/core.py"] == roles["job/gitlab/client.py"] == "vendored"
