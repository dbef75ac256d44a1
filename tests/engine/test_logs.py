"""One line an event on standard error, whoever tells it: the product, a library, a warning, a lost thread."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
import warnings

import pytest
import structlog

from api.safe_logs import redact_text as redact
from engine.logs import configure_logs, logger, run_context, tell_lost_failures
from tests.api.restoring import restored_log  # noqa: F401

MOBILE = "0912-345-678"


@pytest.fixture
def lines(capsys):
    """Reads what was written since the last call; every line must be one JSON object, nothing on standard output."""

    def read() -> list[dict]:
        out, err = capsys.readouterr()
        assert out == ""
        return [json.loads(line) for line in err.splitlines()]

    return read


def test_a_line_names_its_part_level_and_time(lines):
    configure_logs("INFO", redact=redact)
    logger("night").info("imported", rows=3)
    (line,) = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {"part": "night", "event": "imported", "rows": 3, "level": "info"}


def test_a_level_leaves_out_what_is_below_it(lines):
    for level, kept in (("DEBUG", 4), ("INFO", 3), ("WARNING", 2), ("ERROR", 1)):
        configure_logs(level, redact=redact)
        log = logger("x")
        for tell in (log.debug, log.info, log.warning, log.error):
            tell("e")
        assert len(lines()) == kept


@pytest.mark.parametrize(
    "sign",
    ["\n", "\r", "\r\n", "\x00", "\x1b[2J", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\u202e", "\ud800"],
)
def test_no_sign_inside_a_value_makes_a_second_line(lines, capsys, sign):
    configure_logs("INFO", redact=redact)
    logging.getLogger().handlers[:] = logging.getLogger().handlers[-1:]  # the runner's own would keep half a letter
    forged = f'x{sign}{{"event": "forged"}}'
    logger("x").info("e", value=forged, **{f"k{sign}": 1})
    logging.getLogger("lib").warning(forged)
    out, err = capsys.readouterr()
    assert out == "" and err.isascii() and len(err.splitlines()) == 2
    assert all(sign not in line for line in err.split("\n"))
    assert [json.loads(line)["event"] for line in err.splitlines()] == ["e", "library"]


def test_what_libraries_tell_keeps_its_numbers_and_loses_its_texts(lines):
    configure_logs("DEBUG", redact=redact)
    logging.getLogger().handlers[:] = logging.getLogger().handlers[-1:]  # the runner's own would format these
    log = logging.getLogger("gunicorn.error")
    log.error("Error handling request %s after %d s", f"/{MOBILE}?q={MOBILE}", 3)
    log.warning("%(who)s failed %(n)d times", {"who": "王小明", "n": 2})
    log.error("%d files", "王小明")
    log.error(f"found {MOBILE}")
    log.error(ValueError(MOBILE))
    log.info("nothing below a warning: %s", MOBILE)
    told = [line["told"] for line in lines()]
    assert told == [
        "Error handling request [text] after 3 s", "[text] failed 2 times", "%d files", "found [mobile]",
        "<ValueError>",
    ]  # fmt: skip


def test_an_exception_of_a_library_or_of_ours_is_told_without_its_message(lines):
    configure_logs("INFO", redact=redact)
    try:
        raise KeyError(MOBILE, "王小明")
    except KeyError:
        logging.getLogger("lib").exception("failed", stack_info=True)
        logger("x").exception("failed")
        logger("x").error("failed", exc_info=True)
    found = lines()
    assert [line["error"]["kind"] for line in found] == ["KeyError"] * 3
    assert all(line["error"]["frames"][-1].startswith("test_logs.py:") for line in found)
    assert MOBILE not in str(found) and "王小明" not in str(found)


def test_a_warning_is_told_by_kind_and_place(lines):
    configure_logs("INFO", redact=redact)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = sys.modules["engine.logs"]._tell_warning
        warnings.warn(f"王小明 {MOBILE}", UserWarning, stacklevel=1)
    (line,) = lines()
    assert (line["event"], line["kind"]) == ("warning", "UserWarning")
    assert line["place"].startswith("test_logs.py:") and MOBILE not in str(line) and "王小明" not in str(line)


def test_configuring_twice_writes_once(lines):
    configure_logs("INFO", redact=redact)
    configure_logs("INFO", redact=redact)
    logging.getLogger("lib").warning("once")
    assert len(lines()) == 1


def test_a_thread_that_fails_is_told_without_its_message(lines):
    configure_logs("INFO", redact=redact)
    tell_lost_failures()

    def fail():
        raise ValueError(MOBILE)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    (line,) = lines()
    assert (line["event"], line["error"]["kind"]) == ("thread_failed", "ValueError")
    assert MOBILE not in str(line)


def test_a_run_marks_its_lines_and_no_others(lines):
    configure_logs("INFO", redact=redact)
    with run_context("J-0a1b2c", 7):
        logger("x").info("inside")
        logging.getLogger("lib").warning("inside")
    logger("x").info("outside")
    *inside, outside = lines()
    assert [(line["run_id"], line["tenant"]) for line in inside] == [("J-0a1b2c", 7)] * 2
    assert "run_id" not in outside and "tenant" not in outside


def test_a_logger_used_before_the_log_is_set_up_writes_no_text(lines):
    structlog.reset_defaults()
    logger("x").warning("early", who="王小明", count=2)
    (line,) = lines()
    assert (line["who"], line["count"]) == ("[withheld]", 2)


class Broken(io.StringIO):
    def write(self, text):
        raise OSError(28, "no space left")


def test_a_full_disk_stops_nothing_and_is_told_when_there_is_room_again(monkeypatch, capsys):
    configure_logs("INFO", redact=redact)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", Broken())
        logger("x").error("first")
        logging.getLogger("lib").error("second")
    logger("x").error("third")
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert told[0] == {"event": "lines_lost", "count": 2}
    assert [line["event"] for line in told[1:]] == ["third"]


def test_without_redaction_a_canary_would_be_seen(lines):
    configure_logs("INFO", redact=lambda text: text)
    logger("x").info("e", value=MOBILE)
    logging.getLogger("lib").warning(MOBILE)
    assert all(MOBILE in str(line) for line in lines())
