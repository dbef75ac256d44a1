"""Work for a process apart: what answers, and every way in which it may not."""

from __future__ import annotations

import os
import signal
import time

from engine.errors import InferenceError


def work(argument):
    """Does what its argument names."""
    name, value = argument
    return WAYS[name](value)


def number(_):
    return os.getpid()


def say(value):
    return value


def wait(seconds):
    time.sleep(seconds)
    return seconds


def signalled(name):
    os.kill(os.getpid(), signal.Signals[name])
    time.sleep(60)


def refuse(count):
    raise InferenceError("engine.inference.too_many", count=count, most=1)


def crash_in_c(_):
    """Division by zero in a condition, which ends the process inside durable rules."""
    from durable import engine

    quotient = {"$div": {"$l": {"a": "spend"}, "$r": {"a": "conv"}}}
    defs = {"r": {"all": [{"a": {"k": 1}}, {"b": {"$gt": {"x": quotient}}}], "run": lambda c: None}}
    rules = engine.Ruleset("crash", None, defs)
    rules.do_actions(rules.assert_facts([{"id": n, "k": n + 1, "spend": 1, "conv": 0, "x": 1} for n in range(2)]), say)


def fail(_):
    raise ValueError("nobody is told this")


WAYS = {
    "number": number,
    "say": say,
    "wait": wait,
    "signalled": signalled,
    "refuse": refuse,
    "crash_in_c": crash_in_c,
    "fail": fail,
    "fill": lambda size: len(bytearray(size)),
    "exit": os._exit,
}
