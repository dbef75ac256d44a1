"""Decides which numbers the charts draw: money now against proposed, weekly flights, and each channel's response."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.media import channel_name, media
from engine.messages import Language

MOST_CURVES = 8
_TINTS = ("", "b0", "80", "58")


def proposal_charts(document: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """JSON-ready numbers of the three charts; channels in the order of the table."""
    channels = document["channels"]
    colours = _colours([channel["channel"] for channel in channels])
    return {
        "currency": document["currency"],
        "label": document["result_label"],
        "names": [channel["name"] for channel in channels],
        "colours": colours,
        "current": [channel["current_spend"] for channel in channels],
        "proposed": [channel["spend"] for channel in channels],
        "weeks": _weeks(document, language, colours),
        "curves": [
            {
                "name": channel["name"],
                "colour": colour,
                "assumed": channel["basis"] == "assumed",
                "points": [[p["spend"], p["expected"], p["low"], p["high"]] for p in channel["points"]],
                "now": channel["weekly"]["current"],
                "then": channel["weekly"]["proposed"],
            }
            for channel, colour in zip(channels[:MOST_CURVES], colours, strict=False)
        ],
    }


def frontier_chart(found: Mapping[str, Any]) -> dict[str, Any]:
    """JSON-ready numbers of what other budgets would bring: outcome, the next thousand, and the proven gap."""
    return {
        "budget": found["budget"],
        "points": [
            [one["budget"], one["objective"], 1000.0 * one["marginal"], 100.0 * one["gap"]] for one in found["points"]
        ],
    }


def _weeks(document: Mapping[str, Any], language: Language, colours: Sequence[str]) -> dict[str, Any]:
    starts = sorted({entry["week_start"] for entry in document["weeks"]})
    spend = {(entry["channel"], entry["week_start"]): entry["spend"] for entry in document["weeks"]}
    series = [
        {
            "name": channel_name(channel["channel"], language),
            "colour": colour,
            "spend": [spend.get((channel["channel"], start), 0) for start in starts],
        }
        for channel, colour in zip(document["channels"], colours, strict=True)
    ]
    return {"starts": starts, "series": series}


def _colours(channels: Sequence[str]) -> list[str]:
    """A platform's colour, lighter for each further channel of it."""
    seen: dict[str, int] = {}
    out = []
    for channel in channels:
        platform = channel.partition("/")[0]
        words = media().platforms.get(platform) or media().platforms["generic"]
        tint = _TINTS[min(seen.get(platform, 0), len(_TINTS) - 1)]
        seen[platform] = seen.get(platform, 0) + 1
        out.append(words.colour + tint)
    return out
