"""Rows of bulk-edit files: the platform's own columns, nothing that runs or erases, and what is in none is said."""

from __future__ import annotations

import csv
import io

import pytest

from api.bulk import google_ads_editor, meta
from api.bulk.edits import Edit
from api.cells import csv_text
from engine.messages import LANGUAGES, Message, render

NAMES = {"campaign": "冬季", "ad_group": "暢銷", "ad": "果汁"}
IDS = {"campaign": "11", "ad_group": "22", "ad": "33"}
TEXTS = {"Headline 1": "每天現做", "Description 1": "滿千免運", "Final URL": "https://example.com/"}


def edit(level: str, field: str, after: str | None, **more: object) -> Edit:
    return Edit(**({"level": level, "field": field, "after": after, "ids": IDS, "names": NAMES} | more))


def code(row: object) -> str:
    assert isinstance(row, Message), row
    assert all(render(row, language) for language in LANGUAGES)
    return row.id


@pytest.mark.parametrize(
    ("form", "one", "row"),
    [
        (google_ads_editor, edit("campaign", "status", "paused"), {"Campaign": "冬季", "Campaign Status": "Paused"}),
        (
            google_ads_editor,
            edit("campaign", "daily_budget", "1150"),
            {"Campaign": "冬季", "Campaign Daily Budget": "1150"},
        ),
        (
            google_ads_editor,
            edit("ad_group", "bid", "18"),
            {"Campaign": "冬季", "Ad Group": "暢銷", "Max CPC": "18"},
        ),
        (
            google_ads_editor,
            edit("ad", "status", "active", traits=TEXTS | {"Campaign": "another"}),
            {"Campaign": "冬季", "Ad Group": "暢銷", "Status": "Enabled"} | TEXTS,
        ),
        (
            meta,
            edit("ad", "status", "paused"),
            {"Campaign ID": "11", "Campaign Name": "冬季", "Ad Set ID": "22", "Ad Set Name": "暢銷", "Ad ID": "33",
             "Ad Name": "果汁", "Ad Status": "PAUSED"},
        ),
        (
            meta,
            edit("ad_group", "bid", "18"),
            {"Campaign ID": "11", "Campaign Name": "冬季", "Ad Set ID": "22", "Ad Set Name": "暢銷",
             "Bid Amount": "18"},
        ),
        (
            meta,
            edit("campaign", "daily_budget", "800"),
            {"Campaign ID": "11", "Campaign Name": "冬季", "Campaign Daily Budget": "800"},
        ),
    ],
)  # fmt: skip
def test_a_change_is_one_row_of_the_platforms_columns(form, one, row):
    made = form.FORM.row_of(one)
    assert made == row
    assert set(made) <= set(form.COLUMNS)


@pytest.mark.parametrize(
    ("form", "one", "why"),
    [
        (google_ads_editor, edit("ad", "status", "paused"), "no_texts"),
        (google_ads_editor, edit("ad_group", "bid", None), "no_value"),
        (google_ads_editor, edit("ad_group", "bid", "0"), "no_value"),
        (google_ads_editor, edit("ad_group", "daily_budget", "9"), "no_column"),
        (google_ads_editor, edit("ad_group", "status", "paused", names={"ad_group": "x"}), "no_name"),
        (google_ads_editor, edit("placement", "placement", "excluded"), "no_column"),
        (meta, edit("ad", "status", "paused", ids={"campaign": "11"}), "no_id"),
        (meta, edit("placement", "placement", "excluded"), "no_id"),
        (meta, edit("ad_group", "bid", "abc"), "no_value"),
    ],
)
def test_what_cannot_be_in_a_file_is_said_and_why(form, one, why):
    assert code(form.FORM.row_of(one)) == f"api.bulk.{why}"


@pytest.mark.parametrize(
    "name", ["=cmd|' /C calc'!A0", "+1+2", "@SUM(A1)", "-2+3", "\t=1", "＝1+1", "a\x00b", "|x", "%1", "x" * 40_000]
)
def test_a_cell_that_would_run_is_never_written_nor_silently_changed(name):
    for form in (google_ads_editor, meta):
        row = form.FORM.row_of(edit("campaign", "status", "paused", names={"campaign": name}))
        assert code(row) == "api.bulk.unsafe_cell"


def test_a_cell_that_would_erase_a_setting_is_not_written():
    row = google_ads_editor.FORM.row_of(edit("campaign", "status", "paused", names={"campaign": " [] "}))
    assert code(row) == "api.bulk.erases"


def test_a_file_reads_back_as_its_rows():
    for form in (google_ads_editor, meta):
        rows = [form.FORM.row_of(edit("campaign", "status", state)) for state in ("active", "paused")]
        read = list(csv.DictReader(io.StringIO(csv_text(form.COLUMNS, rows))))
        assert [{name: cell for name, cell in row.items() if cell} for row in read] == rows
