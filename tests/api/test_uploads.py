"""An upload lies under a random name in a private folder, whole or not at all; its sender's name is only shown."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
import stat
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage

from api.app import create_app
from api.problems import status_of
from api.uploads import drop_upload, keep_upload, received_file, safe_name
from engine.errors import FileFaults, StoreError
from engine.settings import Settings, settings

GOOD = b"Day,Campaign,Cost,Impr.\n2026-11-03,Alpha,5,100\n"
NAMES = {
    "../../etc/passwd": "passwd",
    "..\\..\\windows\\system32\\config": "config",
    "C:\\x": "x",
    "C:x.csv": "x.csv",
    "/etc/cron.d/x.csv": "x.csv",
    "..": "upload",
    ".": "upload",
    "": "upload",
    "   ": "upload",
    "\x00": "upload",
    "a\x00b.csv": "ab.csv",
    "a\r\nSet-Cookie: x.csv": "aSet-Cookie x.csv",
    "NUL": "NUL",
    "\u202evsc.exe": "vsc.exe",
    "a\u200b\ufeff.csv": "a.csv",
    "報表 十一月🍊.csv": "報表 十一月🍊.csv",
    "re\u0301sume\u0301.csv": "résumé.csv",
    ".htaccess": "htaccess",
    "a.csv/": "a.csv",
    "<script>.csv": "script.csv",
    "\ud800.csv": "csv",
    "x" * 296 + ".csv": "x" * 116 + ".csv",
}


def _sent(name: str, data: bytes = GOOD) -> FileStorage:
    return FileStorage(io.BytesIO(data), filename=name)


def _left(data_dir: Path) -> list[str]:
    folder = data_dir / "uploads"
    return sorted(left.name for left in folder.iterdir()) if folder.is_dir() else []


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_made_safe_and_never_becomes_a_path(data_dir, name):
    stored = keep_upload(_sent(name))
    assert stored.name == NAMES[name]
    assert stored.path.parent == data_dir / "uploads"
    assert re.fullmatch(r"[0-9a-f]{32}\.(csv|bin)", stored.path.name)
    drop_upload(stored)
    assert _left(data_dir) == []


@given(st.text(max_size=400))
def test_any_name_is_one_short_part_of_a_path(name):
    safe = safe_name(name)
    assert 0 < len(safe) <= 120 and safe.isprintable()
    assert safe not in {".", ".."} and not set(safe) & set('/\\:*?"<>|\0')
    assert safe_name(safe) == safe


def test_what_is_kept_is_whole_private_and_never_twice_at_one_place(data_dir):
    first, second = keep_upload(_sent("a.csv")), keep_upload(_sent("a.csv"))
    assert first.path != second.path
    for stored in (first, second):
        assert stored.path.read_bytes() == GOOD
        assert (stored.size, stored.sha256) == (len(GOOD), hashlib.sha256(GOOD).hexdigest())
        assert stat.S_IMODE(stored.path.stat().st_mode) == 0o600
    assert stat.S_IMODE((data_dir / "uploads").stat().st_mode) == 0o700


def test_a_folder_that_others_could_read_is_closed(data_dir):
    (data_dir / "uploads").mkdir(parents=True)
    (data_dir / "uploads").chmod(0o777)
    keep_upload(_sent("a.csv"))
    assert stat.S_IMODE((data_dir / "uploads").stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["a.csv", "a.XLSX", "a.jsonl", "a.exe", "a.php", "a.csv.html", "a"])
def test_the_suffix_is_one_of_a_closed_set(data_dir, name):
    assert keep_upload(_sent(name)).path.suffix in {".csv", ".xlsx", ".jsonl", ".bin"}


def test_a_received_file_is_gone_afterwards_also_after_a_fault(data_dir):
    with received_file(_sent("a.csv")) as stored:
        assert stored.path.is_file()
    with pytest.raises(ValueError, match="reading"), received_file(_sent("a.csv")):
        raise ValueError("reading")
    assert _left(data_dir) == []


def test_dropping_twice_is_no_fault(data_dir):
    stored = keep_upload(_sent("a.csv"))
    drop_upload(stored)
    drop_upload(stored)
    assert _left(data_dir) == []


@pytest.mark.parametrize(
    ("number", "code", "status"),
    [
        (errno.ENOSPC, "api.disk.full", 507),
        (errno.EDQUOT, "api.disk.full", 507),
        (errno.EIO, "api.disk.refused", 503),
        (errno.EROFS, "api.disk.refused", 503),
    ],
)
@pytest.mark.parametrize("call", ["fsync", "replace", "mkdir"])
def test_a_disk_that_refuses_leaves_nothing_behind(data_dir, monkeypatch, call, number, code, status):
    def refuse(*_args, **_options):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched, pytest.raises(StoreError) as caught:
        patched.setattr(os if call == "fsync" else Path, call, refuse)
        keep_upload(_sent("秘密.csv"))
    assert (caught.value.code, status_of(caught.value)) == (code, status)
    assert "秘密" not in caught.value.text("zh-TW") and str(data_dir) not in caught.value.text("en")
    assert _left(data_dir) == []


def test_a_truly_full_disk_is_told(data_dir, monkeypatch):
    if not Path("/dev/full").exists():
        pytest.skip("this system has no device that is always full")
    opened = Path.open
    monkeypatch.setattr(
        Path,
        "open",
        lambda path, *how, **more: opened(Path("/dev/full") if path.suffix == ".part" else path, *how, **more),
    )
    with pytest.raises(StoreError) as caught:
        keep_upload(_sent("a.csv"))
    assert caught.value.code == "api.disk.full"
    assert _left(data_dir) == []


def test_a_body_that_breaks_off_leaves_nothing_behind(data_dir):
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise KeyboardInterrupt
            return super().read(10)

    with pytest.raises(KeyboardInterrupt):
        keep_upload(FileStorage(Broken(GOOD), filename="a.csv"))
    assert _left(data_dir) == []


def test_a_file_over_the_limit_is_not_kept(data_dir, monkeypatch):
    monkeypatch.setenv("ADCUE_MAX_FILE_BYTES", "20")
    settings.cache_clear()
    with pytest.raises(FileFaults) as caught:
        keep_upload(_sent("../a.csv"))
    assert caught.value.file == "a.csv" and "ADCUE_MAX_FILE_BYTES" in caught.value.text("en")
    assert _left(data_dir) == []


def test_what_a_dead_process_left_is_removed_after_a_day(data_dir):
    keep_upload(_sent("a.csv"))
    old, new = (data_dir / "uploads" / f"{name}.part" for name in ("old", "new"))
    for left, age_hours in ((old, 25), (new, 1)):
        left.write_bytes(b"half")
        os.utime(left, (time.time() - age_hours * 3600,) * 2)
    keep_upload(_sent("b.csv"))
    assert not old.exists() and new.exists()


HOSTILE = ["../../etc/passwd", "C:\\x", "\u202evsc.exe.csv", "報表🍊.csv", "x" * 300, "%2e%2e%2fpasswd"]


@pytest.mark.parametrize("name", HOSTILE)
def test_the_endpoint_shows_the_safe_name_and_writes_nowhere_else(client, key, data_dir, name):
    before = {path for path in data_dir.parent.rglob("*")}
    answer = client.post("/v1/imports", data={"file": (io.BytesIO(GOOD), name)}, headers=key())
    assert answer.status_code == 201, answer.get_data(as_text=True)
    assert answer.json["report"]["file"] == safe_name(name)
    assert client.get("/v1/imports", headers=key()).json["items"][0]["file"] == safe_name(name)
    created = {path for path in data_dir.parent.rglob("*")} - before
    assert {path.relative_to(data_dir).parts[0] for path in created} <= {
        "uploads", "adcue.sqlite3-wal", "adcue.sqlite3-shm", "adcue.sqlite3-journal",
    }  # fmt: skip
    assert _left(data_dir) == []


def test_a_refused_upload_is_told_under_the_name_it_was_sent(client, key, data_dir):
    data = {"file": (io.BytesIO(b"%PDF-1.7"), "../報告.csv")}
    answer = client.post("/v1/imports", data=data, headers=key())
    assert answer.status_code == 422
    assert "報告.csv" in answer.json["detail"] and str(data_dir) not in answer.get_data(as_text=True)
    assert _left(data_dir) == []


def test_a_full_disk_is_told_at_the_endpoint_wherever_it_shows(client, key, data_dir, monkeypatch):
    def full(*_args, **_options):
        raise OSError(errno.ENOSPC, "No space left on device")

    for place in ("api.uploads.os.fsync", "werkzeug.wrappers.request.Request._get_file_stream"):
        with monkeypatch.context() as patched:
            patched.setattr(place, full)
            answer = client.post("/v1/imports", data={"file": (io.BytesIO(GOOD), "a.csv")}, headers=key())
        assert (answer.status_code, answer.json["code"]) == (507, "api.disk.full"), place
        assert _left(data_dir) == []


class _Trickle(io.RawIOBase):
    """A body that ends before the length it announced."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        return self._data.readinto(memoryview(buffer)[:7])


def _multipart() -> tuple[bytes, str]:
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    return head + GOOD + b"\r\n--b--\r\n", "multipart/form-data; boundary=b"


def test_a_body_that_ends_early_is_refused_and_leaves_nothing(client, key, data_dir):
    body, kind = _multipart()
    answer = client.post(
        "/v1/imports",
        headers=key() | {"Content-Type": kind},
        environ_overrides={"wsgi.input": _Trickle(body[:-30]), "CONTENT_LENGTH": str(len(body))},
    )
    assert answer.status_code == 400
    assert client.get("/v1/imports", headers=key()).json["items"] == []
    assert _left(data_dir) == []


def test_a_body_in_chunks_without_a_length_is_held_to_the_limit(store, key, data_dir):
    small = create_app(store, Settings(max_request_bytes=len(_multipart()[0]) - 20)).test_client()
    body, kind = _multipart()
    answer = small.post(
        "/v1/imports",
        headers=key() | {"Content-Type": kind, "Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input": _Trickle(body), "wsgi.input_terminated": True},
    )
    assert (answer.status_code, answer.json["code"]) == (413, "api.body.too_large")
    assert "ADCUE_MAX_REQUEST_BYTES" in answer.json["detail"]
    assert _left(data_dir) == []
