"""Every CSV of the reference data, imported with the right sums or refused for the right reason.

The sums are worked out a second time here, by ``csv`` and ``Decimal`` alone.
"""

from __future__ import annotations

import csv
import re
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.errors import FileFaults
from engine.ingest.reading import read_export
from engine.ingest.report import Hints
from tests.shared import shared_dir

TABLE = Path(__file__).resolve().parents[1] / "cases" / "ingest" / "shared_files.yaml"
TODAY = date(2026, 11, 23)
MICRO = Decimal("0.000001")
MONEY = ("spend", "conversions_value")

ENTRIES = yaml.load(TABLE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) if TABLE.exists() else []


def independent_sums(path: Path, spec: dict[str, Any]) -> dict[str, Decimal]:
    """The sums of the named columns by the plainest means: no code of the importer takes part."""
    with path.open(encoding=spec.get("encoding", "utf-8-sig"), newline="") as file:
        records = list(csv.reader(file, delimiter=spec.get("delimiter", ",")))
    header = [cell.strip() for cell in records[spec.get("header_row", 1) - 1]]
    sums = {metric: Decimal(0) for metric in spec["columns"]}
    for record in records[spec.get("header_row", 1) :]:
        if "until" in spec and re.match(spec["until"], record[0]):
            break
        if "skip" in spec and any(re.match(spec["skip"], cell) for cell in record[:3]):
            continue
        if "skip_blank" in spec and not record[header.index(spec["skip_blank"])]:
            continue
        for metric, headers in spec["columns"].items():
            for name in headers:
                written = re.sub(r"NT\$|,|\s", "", record[header.index(name)])
                if written in ("", "-", "--"):
                    continue
                value = Decimal(written) / spec.get("divide", {}).get(metric, 1)
                places = MICRO if metric in MONEY or metric == "conversions" else Decimal(1)
                sums[metric] += value.quantize(places, ROUND_HALF_EVEN)
    return sums


@pytest.mark.shared
def test_the_table_names_every_csv_there_is():
    root = shared_dir() / "data"
    there = {str(path.relative_to(root)) for path in root.rglob("*.csv")}
    assert there == {entry["file"] for entry in ENTRIES}


@pytest.mark.shared
@pytest.mark.parametrize("entry", [e for e in ENTRIES if "import" in e], ids=lambda e: e["file"])
def test_a_report_imports_with_the_right_sums(entry):
    path, want = shared_dir() / "data" / entry["file"], entry["import"]
    reading = read_export(path, today=TODAY)
    report = reading.report
    assert (report.platform, report.grain, report.breakdown) == (want["platform"], want["grain"], want["breakdown"])
    assert report.currency == want.get("currency")
    assert report.rows_kept == len(reading.table) == want["rows"]
    _same_sums(report.sums, want, path)
    differ = {check.label for check in report.totals_check if not check.agrees}
    assert len(differ) == want.get("totals_differ", 0)


@pytest.mark.shared
@pytest.mark.parametrize("entry", [e for e in ENTRIES if "refuse" in e], ids=lambda e: e["file"])
def test_what_is_no_report_is_refused_for_the_right_reason(entry):
    with pytest.raises(FileFaults) as caught:
        read_export(shared_dir() / "data" / entry["file"], today=TODAY)
    assert [f.message.id.removeprefix("engine.ingest.") for f in caught.value.faults] == entry["refuse"]


@pytest.mark.shared
@pytest.mark.parametrize("entry", [e for e in ENTRIES if "mapped" in e], ids=lambda e: e["file"])
def test_a_mapping_lets_the_rest_in(entry):
    path, want = shared_dir() / "data" / entry["file"], entry["mapped"]
    reading = read_export(path, Hints(mapping=want["map"]), today=TODAY)
    if "rows" in want:
        assert len(reading.table) == want["rows"]
    _same_sums(reading.report.sums, want, path)


def _same_sums(found: dict[str, Decimal], want: dict[str, Any], path: Path) -> None:
    stated = {metric: Decimal(value) for metric, value in want["sums"].items()}
    assert independent_sums(path, want) == stated
    assert {metric: found[metric] for metric in stated} == stated
    assert set(found) == set(stated)
