"""The security page says what the code says today; every setting and file it names is there."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from api.access import TABLE
from engine.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
_SPEC = importlib.util.spec_from_file_location("write_security", ROOT / "scripts" / "write_security.py")
assert _SPEC and _SPEC.loader
write_security = importlib.util.module_from_spec(_SPEC)
sys.modules["write_security"] = write_security
_SPEC.loader.exec_module(write_security)

SECTIONS = (
    "Ways in", "Passwords", "Guessing", "Sessions", "Who may do what", "Secrets and algorithms", "Connections",
    "Uploads", "Costly work", "Data", "Logs", "Libraries",
)  # fmt: skip


def test_the_page_is_current():
    assert write_security.security_page() == PAGE, "run `make docs`"


@pytest.mark.parametrize("section", SECTIONS)
def test_the_page_treats(section):
    body = PAGE.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    assert len(body.split()) > 40


def test_every_setting_named_is_one():
    named = set(re.findall(r"`ADCUE_([A-Z_]+)(?:=\d+)?`", PAGE))
    assert named and {name.lower() for name in named} <= set(Settings.model_fields)


def test_every_file_named_is_there():
    named = re.findall(r"`([\w./-]+\.(?:py|lock|json))`", PAGE)
    assert named
    for name in named:
        assert (ROOT / name).is_file(), name


def test_every_endpoint_has_its_row():
    assert re.findall(r"^\| `([a-z0-9_.]+)` \|(?: (?:yes|anyone)? ?\|){4}$", PAGE, re.M) == list(TABLE)


def test_what_uploads_are_called_is_what_they_are_kept_as():
    from api.uploads import _SUFFIXES

    body = PAGE.partition("\n## Uploads\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"\.(?:csv|tsv|txt|xlsx|jsonl|ndjson)\b", body)) == _SUFFIXES
