import dataclasses
import io
import re

import pytest
import sample

from mlops_audit.reports.console import make_console, render_console


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


def printed(audit, *, stream=None, environment=None, report=None):
    stream = stream if stream is not None else io.StringIO()
    render_console(audit, make_console(stream, environment or {}), report=report)
    return stream.getvalue()


def test_the_summary_says_level_cause_steps_and_where_the_report_is():
    text = printed(sample.build(), report="out/report.html")
    for expected in (
        "Level 1 of 4 · DevOps but no MLOps · range 1–2 · score 58/100",
        "Claimed 3 · evidenced 1 · proven 0",
        "Blocked by: No secrets",
        "Held back by: Go/no-go decision",
        "src/forecast/features/build.py:8",
        "(1 suppressed)",
        "Not read: 1 file",
        "Gate: failed",
        "Report: out/report.html",
    ):
        assert expected in text


def test_every_phase_has_a_line_with_its_level():
    audit = sample.build()
    lines = printed(audit).splitlines()
    for phase in audit.phases:
        assert [line for line in lines if phase.title in line and f"level {phase.level}" in line]


def test_a_terminal_gets_colour():
    assert "\x1b[" in printed(sample.build(), stream=Terminal(), environment={"TERM": "xterm"})


@pytest.mark.parametrize("variable", ["NO_COLOR", "CI"])
def test_no_colour_where_it_is_not_wanted(variable):
    text = printed(sample.build(), stream=Terminal(), environment={variable: "1"})
    assert "\x1b" not in text


def test_a_pipe_gets_plain_lines_that_are_not_broken():
    audit = dataclasses.replace(
        sample.build(), maturity=dataclasses.replace(sample.build().maturity, summary="w " * 200)
    )
    text = printed(audit)
    assert "\x1b" not in text
    assert "w " * 200 in text


def test_strings_of_the_repository_drive_no_terminal():
    text = printed(sample.hostile(), stream=Terminal(), environment={"TERM": "xterm"})
    assert "[bold red]x[/]" in text
    assert not re.search("[\x00-\x08\x0b-\x1a\x1c-\x1f\u202e]", text)
    assert not re.sub(r"\x1b\[[0-9;]*m", "", text).count("\x1b")
    assert "\n::error::" not in text


def test_an_ascii_terminal_gets_ascii():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    render_console(sample.hostile(), make_console(stream, {}))
    stream.flush()
    assert b"#####" in stream.buffer.getvalue()
