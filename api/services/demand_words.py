"""Decides how a refused budget request is told: with the options a planner typed and channels under their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from api.media import channel_name
from engine.errors import DemandError
from engine.messages import Language, Message, Value, render, sentence_ids

if TYPE_CHECKING:
    from api.services.plan_request import ProposalRequest

_BETWEEN = "、"
_CHANNELS = ("channel", "other")


class RequestRefused(DemandError):
    """A budget request that cannot be met, in the words it was made in."""

    def __init__(self, error: DemandError, request: ProposalRequest) -> None:
        self._request = request
        super().__init__(error.code, error.details, **error.message.values)

    def lines(self, language: Language = "zh-TW") -> list[str]:
        """One line a conflict."""
        return [render(self._named(detail, language), language) for detail in self.details]

    def _named(self, detail: Message, language: Language) -> Message:
        values = dict(detail.values)
        if "field" in values:
            values["field"] = self._place(str(values["field"]), values, language)
        if "field" in values and "other" in values:
            values["other"] = self._place(str(values["other"]), {}, language)
        if "known" in values:
            names = str(values["known"]).split(_BETWEEN)
            values["known"] = _BETWEEN.join(channel_name(name, language) for name in names)
        return Message(detail.id, with_channel_names(values, language))

    def _place(self, field: str, values: Mapping[str, Value], language: Language) -> str:
        """``bounds`` -> the minimums (--min), where the planner gave that channel a minimum only."""
        part, _, channel = field.partition("/")
        if part == "lift_tests":
            return self._lift_test(*channel.partition("/")[::2], language)
        if part != "bounds":
            named = _word(part, language) if f"demand.{part}" in sentence_ids("api") else part
            return _word("of", language, field=named, name=channel_name(channel, language)) if channel else named
        if channel:
            return _word("bounds_of", language, channel=channel_name(channel, language))
        in_both = (values["channel"] in self._request.minimums, values["channel"] in self._request.maximums)
        return _word({(True, False): "min", (False, True): "max"}.get(in_both, "bounds"), language)

    def _lift_test(self, number: str, field: str, language: Language) -> str:
        """``2``, ``low`` -> the second test with what it is a test of, and the field of it."""
        test = self._request.lift_tests[int(number) - 1]
        values = {"channel": channel_name(test.channel, language), "start": test.start.isoformat(), "number": number}
        named = _word("lift_test", language, **values)
        return _word("of", language, field=named, name=field) if field else named


def _word(name: str, language: Language, /, **values: Value) -> str:
    return render(Message(f"api.demand.{name}", values), language)


def with_channel_names(values: Mapping[str, Value], language: Language) -> dict[str, Value]:
    """The values of a sentence with its channels under the names people use."""
    named = {key: channel_name(str(values[key]), language) for key in _CHANNELS if isinstance(values.get(key), str)}
    return {**values, **named}
