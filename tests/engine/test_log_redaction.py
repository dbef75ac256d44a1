"""What may stand in a log line: ids whole, texts only as the redactor leaves them, never a failure."""

from __future__ import annotations

import enum
import json
import math
import random
import uuid
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.safe_logs import redact_text as redact
from engine.errors import InputError
from engine.log_redaction import LONGEST, Redaction, places, tell_exception, withhold

MOBILE = "0912-345-678"


def told(redactor=redact, /, **event):
    """The event as it would be written, read back from JSON."""
    return json.loads(json.dumps(Redaction(redactor)(None, "info", event), allow_nan=False))


def test_two_thousand_hashes_and_ids_come_through_whole():
    chance = random.Random(7)
    hashes = [f"{chance.getrandbits(256):064x}" for _ in range(2_000)]
    assert sum(redact(one) != one for one in hashes) > 0  # the detectors alone would eat some
    for one in hashes:
        uid = str(uuid.UUID(int=chance.getrandbits(128)))
        event = {"event": "kept", "id": one, "actor": f"key:{one}", "by": f"person:{one}", "short": f"P-{one[:6]}"}
        event |= {"longer": f"J-{one[:8]}", "request_id": one[:32], "run_id": uid}
        assert told(**event) == event


def test_hashes_of_digits_alone_come_through_whole():
    digits = "4111111111111111" * 4
    assert told(event="kept", id=digits, short="P-091234")["id"] == digits


@given(st.from_regex(r"(?:v\d\.)?[A-Za-z_.]{1,64}", fullmatch=True))
def test_words_pass_because_no_detector_finds_anything_in_them(text):
    assert redact(text) == text


@given(
    st.from_regex(r"(?:/(?:v\d|[a-z_.-]{1,40}|<(?:[a-z]{1,10}:)?[a-z_]{1,40}>(?:\.[a-z]{2,5})?)){1,12}", fullmatch=True)
)
def test_route_templates_pass_without_a_look_and_hold_no_number(text):
    assert not any(len(piece) > 1 for piece in "".join(c if c.isdigit() else " " for c in text).split())
    assert told(withhold, event="request", route=text)["route"] == text


def test_a_random_id_passes_only_where_an_id_stands():
    uid = str(uuid.UUID(int=2**127 + 5))
    assert told(event="e", request_id=uid)["request_id"] == uid
    assert told(event="e", cell=uid)["cell"] == "[advertising_id]"


class Colour(enum.Enum):
    RED = MOBILE


def test_every_place_of_an_event_is_redacted():
    deep = {"rows": [{"cell": (MOBILE, {MOBILE: [MOBILE]})}, {MOBILE}, Colour.RED]}
    line = told(**{"event": f"called {MOBILE}", "deep": deep, f"k {MOBILE}": 1, "text": f"請撥 {MOBILE}"})
    assert MOBILE not in str(line)
    assert line["event"] == "called [mobile]"
    assert line["deep"] == {"rows": [{"cell": ["[mobile]", {"[mobile]": ["[mobile]"]}]}, ["[mobile]"], "[mobile]"]}


def test_a_name_that_says_what_digits_are_counts_as_context():
    assert redact("1990/01/31") == "1990/01/31"
    assert told(event="e", birthday="1990/01/31", day="1990/01/31") == {
        "event": "e", "birthday": "[birth_date]", "day": "1990/01/31",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (3, 3), (True, True), (None, None), (1.5, 1.5), (math.nan, "nan"), (math.inf, "inf"),
        (np.int64(7), 7), (np.float64(0.5), 0.5), (date(2026, 11, 2), "2026-11-02"),
        (datetime(2026, 11, 2, 3, 4), "2026-11-02T03:04:00"), (4111111111111111, "[payment_card]"),
        (1764547200000, "1764547200000"), (b"0912345678", "<bytes>"), (Path("王小明.csv"), "<PosixPath>"),
        (ValueError(MOBILE), "<ValueError>"), (Decimal("4111111111111111"), "<Decimal>"), ("", ""),
    ],
)  # fmt: skip
def test_values_are_plain_or_only_named(value, written):
    assert told(event="e", value=value)["value"] == written


def test_a_long_text_is_cut_before_it_is_read_and_leaves_no_half_of_a_number():
    seen = []

    def counting(text):
        seen.append(len(text))
        return redact(text)

    line = told(counting, event="e", v="字 " * (LONGEST // 2 - 4) + MOBILE + " x" * 5_000_000)
    assert max(seen) <= LONGEST + 100
    assert "0912" not in line["v"] and line["v"].endswith("[cut]")


def test_wide_and_deep_values_are_bounded():
    deep: list[object] = []
    deep.append(deep)
    line = told(event="e", many=list(range(5_000)), pairs={str(n): n for n in range(500)}, deep=deep)
    assert len(line["many"]) == 101 and line["many"][-1] == "[left_out] 4900"
    assert line["pairs"]["left_out"] == 400
    assert "<list>" in json.dumps(line["deep"])


def test_a_failing_redactor_is_said_in_the_line_and_nothing_of_the_event_is_kept():
    def broken(text):
        raise TimeoutError(text)

    line = told(broken, event="imported", request_id="ab" * 16, tenant=3, file=f"{MOBILE}.csv", count=4)
    assert line == {"event": "imported", "unredactable": "TimeoutError", "request_id": "ab" * 16, "tenant": 3}
    assert told(broken, event=f"for {MOBILE}") == {"event": "withheld", "unredactable": "TimeoutError"}


def test_without_a_redactor_no_text_is_written():
    assert told(withhold, event="e", v="王小明", n=2) == {"event": "e", "v": "[withheld]", "n": 2}


def test_an_exception_is_told_by_kind_code_and_place():
    try:
        try:
            raise ValueError(MOBILE)
        except ValueError as error:
            raise InputError("engine.setting.invalid", name=MOBILE, detail=MOBILE) from error
    except InputError as error:
        event = tell_exception(None, "error", {"event": "e", "exc_info": (type(error), error, error.__traceback__)})
        frames = places(error)
    expected = {"kind": "InputError", "frames": frames, "code": "engine.setting.invalid", "because": "ValueError"}
    assert event == {"event": "e", "error": expected}
    assert frames[-1].startswith("test_log_redaction.py:") and told(**event) == event
