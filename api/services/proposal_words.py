"""Decides how the optimizer's sentences stand in a kept proposal: in one language, channels under their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.services.background import REACH
from api.services.demand_words import with_channel_names
from engine.messages import Language, Message, render
from engine.metrics import metrics

_SPOKEN = {"id", "values", "text"}


def sentence(kept: Mapping[str, Any], language: Language) -> str:
    """A sentence of the optimizer with channels under the names people use."""
    return render(Message(kept["id"], with_channel_names(kept["values"], language)), language)


def notice(kept: Mapping[str, Any], language: Language) -> dict[str, str]:
    """A sentence with its code, channels and results under the names people use."""
    values = dict(kept["values"])
    if values.get("result") in {REACH, *metrics()}:
        values["result"] = result_label(values["result"], language)
    return {"code": kept["id"], "text": sentence({"id": kept["id"], "values": values}, language)}


def said_in(value: Any, language: Language) -> Any:
    """A document with every sentence in it, however deep, in ``language`` alone."""
    if isinstance(value, Mapping):
        if set(value) == _SPOKEN:
            return sentence(value, language)
        return {name: said_in(part, language) for name, part in value.items()}
    return [said_in(part, language) for part in value] if isinstance(value, list) else value


def result_label(result: str, language: Language) -> str:
    """What people call a result; reach that was added up is no number of people any more."""
    if result == REACH:
        return render(Message("api.result.reach"), language)
    return metrics()[result].label[language]
