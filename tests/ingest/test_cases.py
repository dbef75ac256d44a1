"""Every trap of a platform's exports, as data: the bytes of a file, and what must come of it."""

from __future__ import annotations

import re
import string
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from engine.errors import FileFaults
from engine.ingest.faults import say
from engine.ingest.reading import read_export
from engine.ingest.report import Hints, Reading
from engine.messages import LANGUAGES, render, sentence_ids

CASES = Path(__file__).resolve().parents[1] / "cases" / "ingest"
INGEST = Path(__file__).resolve().parents[2] / "engine" / "ingest"
TODAY = date(2026, 11, 23)


def _cases() -> list[Any]:
    found = []
    for path in sorted((CASES / "traps").glob("*.yaml")):
        for case in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
            found.append(pytest.param(case, id=f"{path.stem}: {case['name']}"))
    return found


def write_case(case: dict[str, Any], folder: Path) -> Path:
    text = case["text"].replace("→", "\t")
    if case.get("cut"):
        text = text.rstrip("\n")[: -int(case["cut"])]
    if case.get("eol"):
        text = text.replace("\n", {"crlf": "\r\n", "cr": "\r"}[case["eol"]])
    data = text.encode(case.get("encoding", "utf-8"))
    path = folder / case.get("file", "export.csv")
    path.write_bytes(data[: len(data) - case.get("cut_bytes", 0)])
    return path


@pytest.mark.parametrize("case", _cases())
def test_an_export_reads_as_the_case_says(case, tmp_path):
    path = write_case(case, tmp_path)
    hints = Hints(**case.get("hints", {}))
    if "refuse" in case:
        with pytest.raises(FileFaults) as caught:
            read_export(path, hints, today=TODAY)
        found = [
            [fault.message.id.removeprefix("engine.ingest."), *([fault.row, fault.column] if len(want) > 1 else [])]
            for fault, want in zip(caught.value.faults, case["refuse"], strict=True)
        ]
        assert found == case["refuse"]
        for language in LANGUAGES:
            assert path.name in caught.value.text(language)
        return
    check(read_export(path, hints, today=TODAY), case["expect"])


def check(reading: Reading, expect: dict[str, Any]) -> None:
    report, table = reading.report, reading.table
    for name in ("platform", "grain", "breakdown", "currency", "encoding", "header_row", "delimiter"):
        if name in expect:
            assert getattr(report, name) == expect[name], name
    if "period" in expect:
        assert [day.isoformat() for day in report.period] == expect["period"]
    if "rows" in expect:
        assert len(table) == report.rows_kept == expect["rows"]
    if "sums" in expect:
        assert {k: Decimal(v) for k, v in report.sums.items()} == {k: Decimal(v) for k, v in expect["sums"].items()}
    if "dropped" in expect:
        assert [[m.id.removeprefix("engine.ingest."), n] for m, n in report.dropped] == expect["dropped"]
    if "warnings" in expect:
        assert [w.id.removeprefix("engine.ingest.warn.") for w in report.warnings] == expect["warnings"]
    if "disagree" in expect:
        assert [[c.label, c.metric] for c in report.totals_check if not c.agrees] == expect["disagree"]
    if "checked" in expect:
        assert sorted({c.label for c in report.totals_check}) == sorted(expect["checked"])
    if "unmapped" in expect:
        assert list(report.unmapped) == expect["unmapped"]
    if "mapping" in expect:
        assert expect["mapping"].items() <= report.mapping.items()
    for column, values in expect.get("cells", {}).items():
        assert [_plain(value) for value in table[column]] == values, column
    for language in LANGUAGES:
        assert report.as_dict(language)["rows_kept"] == len(table)


def _plain(value: object) -> object:
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return value if isinstance(value, str) else float(value)


def test_every_sentence_named_in_the_code_is_there():
    sentences = sentence_ids("engine")
    named = {name for path in INGEST.glob("*.py") for name in re.findall(r'say\(\s*"([a-z_.]+)"', path.read_text())}
    assert len(named) > 40
    for name in named:
        values = {key: "1" for _, key, _, _ in string.Formatter().parse(sentences[f"ingest.{name}"]["en"]) if key}
        assert render(say(name, **values), "zh-TW")
