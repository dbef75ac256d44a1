"""Work in a process apart: its crash is an answer, the next question is answered, and nothing of it stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from engine import fanout
from engine.errors import InferenceError
from engine.fanout import Crashed, run_apart, start_apart
from engine.inference import available
from tests.engine.apart import work

ROOT = Path(__file__).resolve().parents[2]


def ask(name, value=None, timeout=30.0):
    return run_apart(work, [name, value], timeout=timeout)


def gone(number: int) -> bool:
    """Not there any more; one of our own not even as one that ended and nobody waited for."""
    try:
        state, parent = stat_of(number)
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state in "ZX" and parent != os.getpid()


def stat_of(number: int) -> tuple[str, int]:
    """State and parent of a process."""
    state, parent = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[:2]
    return state, int(parent)


def until(true, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.01)


def test_one_process_answers_again_and_again():
    first = ask("number")
    assert first not in (os.getpid(), None)
    assert ask("number") == first
    said = {"文": [1, -2, "\ud800", None, True, 1.5, {"深": []}]}
    assert ask("say", said) == said


def test_what_was_started_early_is_what_answers():
    fanout._drop(work)
    start_apart(work)
    ready = fanout._CHILDREN[work]._process.pid
    start_apart(work)
    assert ask("number") == ready


CRASHES = [
    ("signalled", "SIGSEGV", "SIGSEGV"),
    ("signalled", "SIGKILL", "SIGKILL"),
    ("signalled", "SIGSTOP", "timeout"),
    ("wait", 60, "timeout"),
    ("fill", 2**32, "MemoryError"),
    ("exit", 3, "exit 3"),
    ("fail", None, "ValueError"),
    pytest.param(
        "crash_in_c", None, "SIGFPE", marks=pytest.mark.skipif(not available(), reason="durable rules is not built")
    ),
]


@pytest.mark.parametrize(("name", "value", "reason"), CRASHES)
def test_a_crash_is_an_answer_and_the_next_question_is_answered(name, value, reason):
    before = ask("number")
    assert ask(name, value, timeout=0.5 if reason == "timeout" else 30) == Crashed(reason)
    assert gone(before), "a process that ended is waited for"
    assert ask("number") != before


def test_what_the_work_refuses_is_raised_here_and_costs_no_process():
    before = ask("number")
    with pytest.raises(InferenceError, match="7 facts") as caught:
        ask("refuse", 7)
    assert (caught.value.code, caught.value.message.values["most"]) == ("engine.inference.too_many", 1)
    assert ask("number") == before


def test_a_process_that_was_killed_while_idle_is_replaced_without_a_word():
    before = ask("number")
    os.kill(before, signal.SIGKILL)
    until(lambda: not fanout._CHILDREN[work].lives)
    assert ask("number") != before
    assert gone(before)


def test_whoever_is_interrupted_leaves_no_answer_for_the_next(monkeypatch):
    before = ask("number")

    def _interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(fanout._Child, "ask", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            ask("say", "lost")
    assert gone(before)
    assert ask("say", "found") == "found"


@pytest.mark.parametrize("error", [OSError("disk full"), EOFError("the file ends early")], ids=repr)
def test_what_fails_meanwhile_is_raised_and_is_no_crash(error):
    before = ask("number")

    def _fails():
        raise error

    with pytest.raises(type(error), match=str(error)):
        run_apart(work, ["say", "lost"], timeout=30.0, meanwhile=_fails)
    assert gone(before)
    assert ask("say", "found") == "found"


def test_where_no_process_can_be_had_it_is_said(monkeypatch):
    def _none(*_):
        raise BlockingIOError

    fanout._drop(work)
    with monkeypatch.context() as patch:
        patch.setattr(fanout._Child, "__init__", _none)
        start_apart(work)
        assert ask("say", 1) == Crashed("BlockingIOError")
    assert ask("say", 1) == 1


def test_threads_wait_for_each_other_and_get_their_own_answers():
    said: dict[int, object] = {}
    threads = [threading.Thread(target=lambda n=n: said.update({n: ask("say", n)})) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == {n: n for n in range(8)}


PARENT = """
import os, sys, time
from engine.fanout import run_apart
from tests.engine.apart import work
if __name__ == "__main__":
    print(run_apart(work, ["number", None], timeout=30), flush=True)
"""


def _parent(script: str = "") -> tuple[subprocess.Popen[str], int]:
    """A process that has one apart, and the number of that."""
    text = PARENT + textwrap.indent(textwrap.dedent(script), "    ")
    started = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    return started, int(started.stdout.readline())


def test_it_goes_when_its_parent_ends():
    parent, apart = _parent()
    with parent:
        assert parent.wait(20) == 0
        assert gone(apart)


@pytest.mark.parametrize("working", [False, True], ids=["idle", "at work"])
def test_it_goes_when_its_parent_is_killed(working):
    """At work it looks at nothing: then its alarm ends it, a second after its time."""
    parent, apart = _parent("run_apart(work, ['wait', 60], timeout=1)" if working else "time.sleep(60)")
    with parent:
        if working:
            time.sleep(0.2)
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait(20)
        until(lambda: gone(apart))


def test_it_goes_although_another_process_holds_its_pipe_open_and_a_fork_has_one_of_its_own():
    parent, apart = _parent("""
        if os.fork() == 0:
            print(run_apart(work, ["number", None], timeout=30), flush=True)
            time.sleep(60)
        time.sleep(60)
    """)  # fmt: skip
    with parent:
        forked = int(parent.stdout.readline())
        assert forked != apart and not gone(apart)
        keeper = stat_of(forked)[1]
        assert keeper != parent.pid
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait(20)
        until(lambda: gone(apart))
        assert not gone(forked)
        os.kill(keeper, signal.SIGKILL)
        until(lambda: gone(forked))
