"""Sentences on a terminal: within the width, nothing lost, numbers whole, no line that starts with a full stop."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from api.cli.output import out, table
from api.cli.wrapping import wrapped

REASON = (
    "「冷泡茶_短影音_1015_112」28 天內花了 NT$48,595，以目標單次轉換成本 NT$459 計算應有 106.0 次轉換，實際為 0；"
    "若它其實正常，出現這種結果的機率低於 0.1%。"
)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_reason_keeps_to_the_width(width):
    lines = wrapped(REASON, width, " " * 6).split("\n")
    assert all(cell_len(line) <= width and line.startswith(" " * 6) for line in lines)
    assert all(cell_len(line) > width - 20 for line in lines[:-1])
    for whole in ("NT$48,595", "106.0", "0.1%。", "NT$459"):
        assert any(whole in line for line in lines)


def test_later_lines_hang_under_the_first():
    first, second, *_ = wrapped("! " + REASON, 60, "  ", "    ").split("\n")
    assert first.startswith("  ! 「") and second.startswith("    ") and second[4] != " "


def test_a_narrow_table_leaves_columns_out_and_cuts_no_number(monkeypatch, capsys):
    columns = [("通路", "left"), ("目前", "right"), ("建議", "right")]
    rows = [["Google 需求開發", "12,345,678", "87,654,321"]]
    for width, shown in ((60, 3), (36, 2)):
        monkeypatch.setenv("COLUMNS", str(width))
        out().print(table(columns, rows, spare=(1,)))
        told = capsys.readouterr().out
        assert ("12,345,678" in told) is (shown == 3) and "87,654,321" in told and "Google 需求開發" in told


@example("11111111 ）", 10)
@given(st.text(st.sampled_from("預算，。「」（）A1,.% $"), max_size=80), st.integers(10, 60))
def test_nothing_is_lost_and_no_line_starts_with_a_closing_mark(text, width):
    lines = wrapped(text, width).split("\n")
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)
    assert all(line[:1] not in "，。」）" or line == "" for line in lines[1:])
