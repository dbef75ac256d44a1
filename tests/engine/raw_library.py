"""Runs durable rules as it comes in a child process, because some of its defects end the process."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RAW = """
import gc, os, signal
from durable import engine
seen = []
def keep(c): seen.append(c.m.id)
def run(defs, facts, name="raw"):
    rules = engine.Ruleset(name, None, defs)
    errors = []
    try:
        rules.do_actions(rules.assert_facts(facts), lambda e, s: errors.append((e, s)))
    except BaseException as error:
        errors.append((error, None))
    return rules, errors
KEEP = lambda: {"keep": {"all": [{"m": {"k": 1}}], "run": keep}}
def used():  # KB now; the most ever used is that of the process it was forked from
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
"""


def raw(script: str, timeout: float = 60, **environment: str) -> subprocess.CompletedProcess[str]:
    """``script`` after what every script of this kind needs."""
    return subprocess.run(
        [sys.executable, "-c", RAW + textwrap.dedent(script)],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        cwd=ROOT,
        env=os.environ | environment,
    )
