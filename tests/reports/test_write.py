import os
import stat
import threading

import pytest

from mlops_audit.errors import AuditError
from mlops_audit.reports.write import write_atomic


def test_it_writes_and_replaces_and_leaves_nothing_else(tmp_path):
    target = tmp_path / "deep" / "report.html"
    write_atomic(target, "one\n")
    write_atomic(target, "zwei ü\n")
    assert target.read_bytes() == "zwei ü\n".encode()
    assert list(target.parent.iterdir()) == [target]


def test_an_existing_file_keeps_its_mode(tmp_path):
    target = tmp_path / "report.json"
    target.write_text("x")
    target.chmod(0o640)
    write_atomic(target, "y")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.html").write_text("x")
    (tmp_path / "link.html").symlink_to("real.html")
    write_atomic(tmp_path / "link.html", "y")
    assert (tmp_path / "link.html").is_symlink()
    assert (tmp_path / "real.html").read_text() == "y"


def test_a_pipe_is_written_to(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()))
    reader.start()
    write_atomic(pipe, "through")
    reader.join(10)
    assert got == ["through"]


@pytest.mark.parametrize("where", ["folder", "file/report.html"])
def test_what_cannot_be_written_is_said_in_one_sentence(tmp_path, where):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    with pytest.raises(AuditError, match="cannot write"):
        write_atomic(tmp_path / where, "y")
    assert sorted(item.name for item in tmp_path.iterdir()) == ["file", "folder"]


def test_a_text_that_cannot_be_encoded_leaves_the_old_report(tmp_path):
    target = tmp_path / "report.html"
    target.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_atomic(target, "\udcff")
    assert target.read_text() == "old"
