"""Nothing that a hostile repository configures runs, and nothing outside of it is read."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from mlops_audit.repository import Repository, open_repository


def use(opened: Repository) -> list[str]:
    for file in opened.files:
        opened.read(file.path)
    list(opened.history())
    return [file.path for file in opened.files]


@pytest.fixture
def trap(tmp_path: Path) -> tuple[str, Path]:
    """A program that leaves a mark when it runs."""
    mark = tmp_path / "executed"
    program = tmp_path / "trap.sh"
    program.write_text(f"#!/bin/sh\ntouch '{mark}'\ncat\n")
    program.chmod(0o755)
    return str(program), mark


def test_programs_named_in_git_config_do_not_run(repo, trap: tuple[str, Path]) -> None:
    program, mark = trap
    repo.commit({"a.py": "x = 1\n", "b.bin": b"\0\1"})
    repo.commit({"a.py": "x = 2\n"})
    repo.write({".gitattributes": "* filter=evil diff=evil merge=evil\n"})
    repo.git("add", ".gitattributes")
    repo.git("commit", "-qm", "attributes")
    hooks = repo.root / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in (
        "post-index-change",
        "post-checkout",
        "reference-transaction",
        "fsmonitor-watchman",
    ):
        (hooks / hook).write_text(Path(program).read_text())
        (hooks / hook).chmod(0o755)
    for key, value in {
        "core.fsmonitor": program,
        "core.hooksPath": str(hooks),
        "core.pager": program,
        "pager.log": program,
        "core.sshCommand": program,
        "core.askPass": program,
        "core.editor": program,
        "core.alternateRefsCommand": program,
        "credential.helper": program,
        "diff.external": program,
        "diff.evil.command": program,
        "diff.evil.textconv": program,
        "filter.evil.clean": program,
        "filter.evil.smudge": program,
        "filter.evil.process": program,
        "filter.evil.required": "true",
        "merge.evil.driver": program,
        "gpg.program": program,
        "gpg.ssh.program": program,
        "log.showSignature": "true",
        "alias.log": f"!{program}",
        "alias.ls-files": f"!{program}",
        "trace2.eventTarget": str(mark),
    }.items():
        repo.git("config", key, value)
    # Changed content of the same size is what makes `git status` call the clean filter.
    (repo.root / "a.py").write_text("x = 3\n")
    mark.unlink(missing_ok=True)

    assert use(open_repository(repo.root)) == [".gitattributes", "a.py", "b.bin"]
    assert use(open_repository(repo.root, rev="HEAD~1")) == ["a.py", "b.bin"]
    assert not mark.exists()


def test_the_trap_does_catch_an_unprotected_git(repo, trap: tuple[str, Path]) -> None:
    program, mark = trap
    repo.commit({"a.py": "x = 1\n"})
    repo.git("config", "core.fsmonitor", program)
    repo.git("status")
    assert mark.exists()


def test_missing_objects_are_not_fetched(repo, trap: tuple[str, Path]) -> None:
    program, mark = trap
    repo.commit({"a.py": "x = 1\n"})
    blob = repo.git("rev-parse", "HEAD:a.py")
    for key, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.url": f"ext::{program}",
        "remote.origin.promisor": "true",
        "remote.origin.uploadpack": program,
        "protocol.ext.allow": "always",
        "protocol.file.allow": "always",
    }.items():
        repo.git("config", key, value)
    (repo.root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    (repo.root / "b.py").touch()
    repo.git("add", "b.py")
    mark.unlink(missing_ok=True)
    use(open_repository(repo.root))
    try:
        use(open_repository(repo.root, rev="HEAD"))
    except Exception as problem:
        assert "nothing to audit" in str(problem) or "cannot list" in str(problem)
    assert not mark.exists()


def test_work_tree_setting_that_points_elsewhere(repo, tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "passwords.txt").write_text("x")
    repo.commit({"a.py": ""})
    repo.git("config", "core.worktree", str(tmp_path / "secret"))
    assert use(open_repository(repo.root)) == ["a.py"]


def test_git_file_that_names_another_repository(repo, tmp_path: Path) -> None:
    repo.commit({"private.py": ""}, message="secret plan")
    thief = tmp_path / "thief"
    thief.mkdir()
    (thief / "a.py").touch()
    (thief / ".git").write_text(f"gitdir: {repo.root}/.git\n")
    opened = open_repository(thief)
    assert (opened.info.is_git, use(opened), list(opened.history())) == (False, ["a.py"], [])
    assert "not its own" in opened.diagnostics[0].problem


def test_git_folder_that_borrows_another_repository(repo, tmp_path: Path) -> None:
    repo.commit({"private.py": ""}, message="secret plan")
    thief = tmp_path / "thief"
    (thief / ".git/refs").mkdir(parents=True)
    (thief / "a.py").touch()
    (thief / ".git/HEAD").write_text("ref: refs/heads/main\n")
    (thief / ".git/commondir").write_text(f"{repo.root}/.git\n")
    opened = open_repository(thief)
    assert (opened.info.is_git, list(opened.history())) == (False, [])


def test_git_link_and_broken_git_are_plain_folders(repo, tmp_path: Path) -> None:
    repo.commit({"private.py": ""})
    for name in ("link", "file", "fifo", "empty"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.py").touch()
    (tmp_path / "link/.git").symlink_to(repo.root / ".git")
    (tmp_path / "file/.git").write_bytes(b"gitdir: \0\xff\n")
    os.mkfifo(tmp_path / "fifo/.git")
    (tmp_path / "empty/.git").mkdir()
    for name in ("link", "file", "fifo", "empty"):
        opened = open_repository(tmp_path / name)
        assert "a.py" in use(opened)
        assert opened.info.is_git is False
        assert opened.diagnostics


def test_environment_of_the_caller_is_not_believed(
    repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit({"a.py": ""})
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert use(open_repository(repo.root)) == ["a.py"]


@pytest.mark.parametrize("with_git", [True, False])
def test_links_are_never_followed(repo, tmp_path: Path, with_git: bool) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.py").write_text("password = 1\n")
    root = repo.root
    repo.write({"a.py": "", "real/b.py": ""})
    (root / "out.py").symlink_to(outside / "secret.py")
    (root / "outdir").symlink_to(outside)
    (root / "loop").symlink_to(root)
    (root / "self").symlink_to("self")
    (root / "again.py").symlink_to("a.py")
    (root / "dangling.py").symlink_to("nowhere.py")
    if with_git:
        repo.git("add", "-A")
        repo.git("commit", "-qm", "links")
    else:
        (root / ".git").rename(tmp_path / "moved")
    opened = open_repository(root)
    assert use(opened) == ["a.py", "real/b.py"]
    assert {row.path for row in opened.diagnostics} == {"out.py", "outdir"}


def test_tracked_folder_replaced_by_a_link(repo, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b.py").write_text("secret\n")
    repo.commit({"a.py": "", "src/b.py": ""})
    (repo.root / "src/b.py").unlink()
    (repo.root / "src").rmdir()
    (repo.root / "src").symlink_to(outside)
    opened = open_repository(repo.root)
    assert use(opened) == ["a.py"]
    assert opened.read("src/b.py") is None


def test_fifo_is_skipped(folder: Callable[..., Path]) -> None:
    root = folder({"a.py": ""})
    os.mkfifo(root / "pipe.py")
    opened = open_repository(root)
    assert use(opened) == ["a.py"]
    assert opened.diagnostics[0][:1] == ("pipe.py",)
    assert stat.S_ISFIFO((root / "pipe.py").stat().st_mode)


@pytest.mark.parametrize("how", ["folder", "tracked", "untracked", "revision"])
def test_strange_names(repo, tmp_path: Path, how: str) -> None:
    raw = os.fsencode(repo.root)
    names = [b"new\nline.py", b"caf\xe9.py", "é.py".encode(), b" -x.py", b"a'\"$(touch x).py"]
    for name in names:
        Path(os.fsdecode(raw + b"/" + name)).write_bytes(b"x = 1\n")
    rev = None
    if how == "folder":
        (repo.root / ".git").rename(tmp_path / "moved")
    elif how != "untracked":
        repo.commit({}, message="strange")
        rev = "HEAD" if how == "revision" else None
    opened = open_repository(repo.root, rev=rev)
    shown = sorted([" -x.py", "a'\"$(touch x).py", "caf\\xe9.py", "new\nline.py", "é.py"])
    assert use(opened) == shown
    assert {opened.read(path) for path in shown} == {b"x = 1\n"}
    # Whatever the name, it is text that a database and a report accept.
    assert all(file.path.encode("utf-8") for file in opened.files)
