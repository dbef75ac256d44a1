"""What is no table is named by its bytes; a name that claims to be no table is refused too."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from api.copy_files import read_copy
from engine.errors import FileFaults
from engine.ingest.reading import read_export
from tests.ingest.workbooks import book

TODAY = date(2026, 11, 23)
GOOD = b"Day,Campaign,Cost,Impr.\n2026-11-03,Alpha,5,100\n"
AD = '{"text": "新鮮果汁", "product": "food"}\n'.encode()


def refusal(path: Path, read=read_export) -> tuple[str, dict]:
    with pytest.raises(FileFaults) as caught:
        read(path)
    message = caught.value.faults[0].message
    assert len(caught.value.text("zh-TW").splitlines()) == 2
    return message.id.removeprefix("engine.ingest."), message.values


@pytest.mark.parametrize("read", [read_export, read_copy])
@pytest.mark.parametrize("name", ["report.csv", "report.xls", "report.xlsx"])
@pytest.mark.parametrize(
    ("data", "code", "values"),
    [
        (b"MZ\x90\x00\x03\x00\x00\x00" + bytes(200), "kind.program", {}),
        (b"\x7fELF\x02\x01\x01" + bytes(90), "kind.program", {}),
        (b"\0\0\0\x18ftypmp42" + bytes(90), "kind.form", {"form": "mp4"}),
        (b"RIFF\x10\0\0\0WEBPVP8 " + bytes(50), "kind.form", {"form": "webp"}),
        (b"<!-- saved from url --><html><table></table></html>", "kind.markup", {}),
        (b"\xef\xbb\xbf \r\n<TABLE border=1><tr><td>Day</td></tr></TABLE>", "kind.markup", {}),
        ("<html><body>登入逾時</body></html>".encode("utf-16"), "kind.markup", {}),
        ("<meta charset=big5><table>報表</table>".encode("cp950"), "kind.markup", {}),
        (b"Day,Cost\n" + bytes(range(1, 9)) * 40, "kind.binary", {}),
        (b"Day,Cost\n2026-11-03,5\n" * 9 + bytes(64), "kind.binary", {}),
    ],
)
def test_bytes_are_named_whatever_the_file_is_called(tmp_path, data, code, values, name, read):
    (tmp_path / name).write_bytes(data)
    assert refusal(tmp_path / name, read) == (code, values)


@pytest.mark.parametrize("name", ["report.pdf", "report.EXE", "report.zip", "report.html", "report.csv.docx"])
def test_a_table_under_a_name_of_something_else_is_refused_with_both(tmp_path, name):
    path = tmp_path / name
    for data, kind in ((GOOD, "CSV"), (book(), "XLSX")):
        path.write_bytes(data)
        code, values = refusal(path)
        assert (code, values["kind"], values["suffix"]) == ("kind.name", kind, path.suffix.lower())
    path.write_bytes(AD)
    assert refusal(path, read_copy)[0] == "kind.name"


@pytest.mark.parametrize("name", ["report.csv", "report.xls", "report.XLSX", "report.tsv", "報表", "2026.11.03"])
def test_a_table_under_any_other_name_is_read_by_its_bytes(tmp_path, name):
    path = tmp_path / name
    for data in (GOOD, book(), b"MZ,Day,Campaign,Cost,Impr.\nx,2026-11-03,Alpha,5,100\n"):
        path.write_bytes(data)
        assert len(read_export(path, today=TODAY).table) == 1


@pytest.mark.parametrize("name", ["ads.jsonl", "ads.csv", "ads.txt"])
def test_json_lines_of_copy_are_read_under_any_name(tmp_path, name):
    (tmp_path / name).write_bytes(AD)
    assert [row.item.product for row in read_copy(tmp_path / name)] == ["food"]


def test_a_workbook_of_copy_is_read_under_the_name_of_json_lines(tmp_path):
    (tmp_path / "ads.jsonl").write_bytes(book([["text", "product"], ["新鮮果汁", "food"]]))
    assert len(read_copy(tmp_path / "ads.jsonl")) == 1


def test_a_stray_control_character_does_not_make_text_binary(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(GOOD.replace(b"Alpha", b"Al\x08pha"))
    assert len(read_export(path, today=TODAY).table) == 1


def test_a_file_is_told_by_the_name_it_was_sent_under(tmp_path):
    path = tmp_path / "0f3a.bin"
    path.write_bytes(GOOD)
    assert read_export(path, today=TODAY, name="十一月.csv").report.file == "十一月.csv"
    path.write_bytes(b"%PDF-1.7")
    for read in (read_export, read_copy):
        with pytest.raises(FileFaults) as caught:
            read(path, name="十一月.csv")
        assert caught.value.file == "十一月.csv" and "0f3a" not in caught.value.text("en")
