"""Decides in which language the command line speaks, without loading anything heavy."""

from __future__ import annotations

import os

from engine.messages import Language, Message, Value, render


def language() -> Language:
    """The language of ``ADCUE_LANGUAGE``; zh-TW when it is unset or unknown."""
    return "en" if os.environ.get("ADCUE_LANGUAGE") == "en" else "zh-TW"


def word(name: str, /, **values: Value) -> str:
    """The sentence ``api.cli.<name>`` in the language of the command line."""
    return render(Message(f"api.cli.{name}", values), language())
