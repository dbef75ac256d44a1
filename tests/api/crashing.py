"""Deciding apart that crashes inside the C code of durable rules, at the questions whose numbers a file holds."""

from __future__ import annotations

import json
import os
from pathlib import Path

from rules.resolve import decide_rows
from tests.engine.apart import crash_in_c

PLAN = "ADCUE_TEST_CRASHES"


def crash_or_decide(rows):
    """What ``decide_rows`` says, unless this question is one to crash at; a child that is new goes on counting."""
    plan = Path(os.environ[PLAN])
    asked, crashes = json.loads(plan.read_text())
    plan.write_text(json.dumps([asked + 1, crashes]))
    if asked in crashes:
        crash_in_c(rows)
    return decide_rows(rows)
