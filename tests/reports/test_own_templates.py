import base64
import hashlib
import re
import shutil

import pytest
import sample

from mlops_audit.errors import UsageError
from mlops_audit.reports.html_report import render_html
from mlops_audit.reports.templates import check_templates
from mlops_audit.resources import templates


def test_a_file_replaces_ours_of_the_same_name_and_no_other(tmp_path):
    (tmp_path / "projects.html.j2").write_text("<p>House of {{ audit.repository.name }}</p>")
    html = render_html(sample.build(), templates=tmp_path)
    assert "<p>House of demand-forecast</p>" in html
    assert "Projects in this repository" not in html
    assert "Levels by phase" in html


def test_the_policy_follows_ones_own_style_sheet(tmp_path):
    ours = (templates() / "report.css").read_text(encoding="utf-8")
    (tmp_path / "report.css").write_text(ours + "h1{color:rebeccapurple}\n")
    html = render_html(sample.build(), templates=tmp_path)
    style = re.search("<style>(.*?)</style>", html, re.DOTALL)[1]
    assert "rebeccapurple" in style
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert digest in html[: html.index("<style>")].replace("&#43;", "+")


def test_copies_of_all_files_give_the_same_report(tmp_path):
    shutil.copytree(templates(), tmp_path / "own")
    own = render_html(sample.hostile(), templates=tmp_path / "own")
    assert own == render_html(sample.hostile())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<p>\n{% if %}", "projects.html.j2:2"),
        ("{{ page.gone }}", "gone"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
    ],
)
def test_a_wrong_template_is_named(tmp_path, text, said):
    (tmp_path / "projects.html.j2").write_text(text)
    with pytest.raises(UsageError, match=re.escape(said)):
        render_html(sample.build(), templates=tmp_path)


def test_a_folder_that_changes_nothing_is_refused(tmp_path):
    (tmp_path / "reports.css").write_text("")
    with pytest.raises(UsageError, match=r"report\.css"):
        check_templates(tmp_path)
    with pytest.raises(UsageError, match="no such folder"):
        check_templates(tmp_path / "gone")
    (tmp_path / "report.css").write_text("")
    check_templates(tmp_path)
