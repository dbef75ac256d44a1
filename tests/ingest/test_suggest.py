"""A suggested mapping is a file that can be used: every header is in it, and wide tables come out right."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import yaml

from engine.errors import FileFaults, InputError
from engine.ingest.mapping import read_mapping
from engine.ingest.reading import read_export
from engine.ingest.report import Hints
from engine.ingest.suggest import suggest_map

TODAY = date(2026, 11, 23)


def test_a_wide_table_imports_by_its_suggested_mapping(tmp_path):
    path = tmp_path / "wide.csv"
    lines = [
        f"2026-{month:02d}-{day:02d},{day},1.5,2.5,7" for month, day in ((9, 7), (9, 14), (9, 21), (9, 28), (10, 5))
    ]
    path.write_text("DATE,revenue,tv_S,print_S,tv_I\n" + "\n".join(lines) + "\n")
    with pytest.raises(FileFaults):
        read_export(path, today=TODAY)
    suggested = tmp_path / "map.yaml"
    suggested.write_text(suggest_map(path), encoding="utf-8")
    mapping = read_mapping(suggested)
    assert mapping == {
        "DATE": "week",
        "revenue": "ignore",
        "tv_S": "spend@tv",
        "print_S": "spend@print",
        "tv_I": "impressions@tv",
    }
    report = read_export(path, Hints(mapping=mapping), today=TODAY).report
    assert report.sums == {"spend": Decimal(20), "impressions": Decimal(35)}


def test_unknown_headers_get_guesses_and_odd_names_stay_yaml(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text('no,"#x: y",觸及人數,搜尋字詞,何時\n1,2,3,鞋,2026/11/01\n')
    suggested = yaml.safe_load(suggest_map(path))
    assert suggested == {
        "no": "ignore",
        "#x: y": "ignore",
        "觸及人數": "reach",
        "搜尋字詞": "search_term",
        "何時": "date",
    }


def test_a_mapping_is_remembered_for_its_header_row(tmp_path):
    path = tmp_path / "line.csv"
    path.write_text("統計日期,活動,投放\n2026/11/01,A,12.5\n")
    kept: dict[str, dict[str, str]] = {}
    mapping = {"統計日期": "date", "活動": "campaign_name", "投放": "spend"}
    first = read_export(path, Hints(mapping=mapping, platform="line"), today=TODAY).report
    kept[first.header_fingerprint] = {**mapping, "$platform": "line"}
    moved = tmp_path / "later.csv"
    moved.write_text("活動,投放,統計日期\nB,7,2026/11/02\n")
    later = read_export(moved, remembered=kept.get, today=TODAY).report
    assert (later.platform, later.sums) == ("line", {"spend": Decimal(7)})


@pytest.mark.parametrize("text", ["just words", "- a\n- b\n", "a: [", ""])
def test_what_is_no_mapping_file_is_told(tmp_path, text):
    path = tmp_path / "map.yaml"
    path.write_text(text)
    with pytest.raises(InputError):
        read_mapping(path)
