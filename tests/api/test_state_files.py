"""State exports of Google Ads Editor and Meta: what each row is, and every cell that cannot be read."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from api.state_files import read_states
from engine.errors import FileFaults

EDITOR = [
    ["Campaign", "Campaign Daily Budget", "Campaign Status", "Ad Group", "Max CPC", "Ad Group Status", "Headline 1",
     "Description 1", "Final URL", "Keyword", "Status"],
    ["冬季", "1,200.00", "Enabled", "", "", "", "", "", "", "", ""],
    ["冬季", "", "", "暢銷", "20.00", "Paused", "", "", "", "", ""],
    ["冬季", "", "", "暢銷", "", "", "每天現做", "滿千免運", "https://example.com", "", "Enabled"],
    ["冬季", "", "", "暢銷", "12.00", "", "", "", "", "[果汁]", "Paused"],
]  # fmt: skip
META = [
    ["Campaign ID", "Campaign Name", "Campaign Status", "Campaign Daily Budget", "Ad Set ID", "Ad Set Name",
     "Ad Set Run Status", "Ad Set Daily Budget", "Bid Amount", "Ad ID", "Ad Name", "Ad Status"],
    ["cg:11", "冬季", "ACTIVE", "使用廣告組合預算", "c:22", "暢銷", "ACTIVE", "900", "18", "a:33", "果汁", "PAUSED"],
    ["cg:11", "冬季", "ACTIVE", "", "c:22", "暢銷", "ACTIVE", "900", "18", "a:34", "茶", "ACTIVE"],
]  # fmt: skip


def written(tmp_path, rows, delimiter=",", encoding="utf-8"):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    path = tmp_path / "states.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    return path


@pytest.mark.parametrize(("delimiter", "encoding"), [("\t", "utf-16"), (",", "utf-8"), (",", "utf-8-sig")])
def test_an_export_of_editor(tmp_path, delimiter, encoding):
    campaign, group, ad = read_states(written(tmp_path, EDITOR, delimiter, encoding))
    assert (campaign.level, campaign.name, campaign.status) == ("campaign", "冬季", "active")
    assert campaign.daily_budget == Decimal(1200)
    assert (group.level, group.status, group.bid, group.campaign_name) == ("ad_group", "paused", Decimal(20), "冬季")
    assert (ad.level, ad.name, ad.status, ad.ad_group_name) == ("ad", "每天現做", "active", "暢銷")
    assert ad.traits == {"Headline 1": "每天現做", "Description 1": "滿千免運", "Final URL": "https://example.com"}


def test_an_export_of_meta(tmp_path):
    rows = read_states(written(tmp_path, META))
    assert [(row.level, row.external_id, row.status) for row in rows] == [
        ("campaign", "11", "active"), ("ad_group", "22", "active"), ("ad", "33", "paused"), ("ad", "34", "active"),
    ]  # fmt: skip
    assert (rows[0].daily_budget, rows[1].daily_budget, rows[1].bid) == (None, Decimal(900), Decimal(18))
    assert rows[2].campaign_name == "冬季" and rows[2].ad_group_name == "暢銷"


def test_ads_of_one_headline_in_one_group_are_told_apart(tmp_path):
    """Editor knows no name of an ad, and responsive ads of one group often begin with the same headline."""
    ad = ["冬季", "", "", "暢銷", "", "", "每天現做", "滿千免運", "https://example.com", "", "Enabled"]
    other = [*ad[:7], "隔日到貨", "https://example.com", "", "Paused"]
    rows = [row for row in read_states(written(tmp_path, [EDITOR[0], ad, other, ad])) if row.level == "ad"]
    assert [(row.name, row.status, row.traits["Description 1"]) for row in rows] == [
        ("每天現做", "active", "滿千免運"), ("每天現做", "paused", "隔日到貨"),
    ]  # fmt: skip
    assert len({row.id for row in rows}) == 2
    (alone,) = read_states(written(tmp_path, [EDITOR[0], ad]))
    assert alone.id not in {row.id for row in rows}


def test_rows_that_contradict_each_other_are_a_fault(tmp_path):
    ad = ["冬季", "", "", "暢銷", "", "", "每天現做", "滿千免運", "https://example.com", "", "Enabled"]
    groups = [EDITOR[2], [*EDITOR[2][:4], "25.00", "Paused", *EDITOR[2][6:]]]
    with pytest.raises(FileFaults) as refused:
        read_states(written(tmp_path, [EDITOR[0], ad, [*ad[:-1], "Paused"], *groups]))
    told = [
        (fault.row, fault.column, fault.message.id, fault.message.values["first"]) for fault in refused.value.faults
    ]
    assert told == [
        (3, "status", "api.states.contradiction", 2), (5, "bid", "api.states.contradiction", 4),
    ]  # fmt: skip


def test_an_amount_in_any_row_of_an_entity_counts(tmp_path):
    filled = [META[1][0], *META[1][1:3], "1200", *META[1][4:]]
    campaign = read_states(written(tmp_path, [META[0], META[1], [*filled[:9], "a:34", "茶", "ACTIVE"]]))[0]
    assert (campaign.level, campaign.daily_budget) == ("campaign", Decimal(1200))


def test_what_an_ad_of_meta_shows_is_kept(tmp_path):
    rows = [[*META[0], "Image Hash", "Title"], [*META[1], "9f2c", "每天現做"]]
    assert read_states(written(tmp_path, rows))[-1].traits == {"Image Hash": "9f2c", "Title": "每天現做"}


def test_every_cell_that_cannot_be_read_is_told_at_once(tmp_path):
    broken = [META[0], [*META[1][:7], "-5", "1e99", "a:33", "果汁", "sleeping"]]
    with pytest.raises(FileFaults) as refused:
        read_states(written(tmp_path, broken))
    told = {(fault.row, fault.column, fault.message.id) for fault in refused.value.faults}
    assert told == {
        (2, "ad set daily budget", "api.states.money"),
        (2, "bid amount", "api.states.money"),
        (2, "ad status", "api.states.status"),
    }


@pytest.mark.parametrize(
    ("rows", "code"),
    [([["日期", "花費"], ["2026-01-01", "5"]], "api.states.unknown_form"), (META[:1], "api.states.nothing")],
)
def test_a_file_of_another_kind_is_refused(tmp_path, rows, code):
    with pytest.raises(FileFaults) as refused:
        read_states(written(tmp_path, rows))
    assert [fault.message.id for fault in refused.value.faults] == [code]
