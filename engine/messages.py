"""Decides how a message id and its numbers become a sentence in the reader's language.

A sentence lives in ``<package>/messages/*.yaml`` under its id without the package::

    # engine/messages/engine.yaml
    setting.invalid:
      zh-TW: "設定 {name} 的值不能用：{detail}"
      en: "Setting {name} cannot be used: {detail}"

and is named in code as ``Message("engine.setting.invalid", {"name": name, "detail": detail})``. A sentence may be built
around a noun that has its own translation: ``{rule:phrase}`` is filled with the sentence whose id is the value of
``rule``, and that with the same values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

Language = Literal["zh-TW", "en"]
LANGUAGES: tuple[Language, ...] = ("zh-TW", "en")
Value = str | int | float | bool | None
# The mark stands in the sentence, never in a value: what a person typed cannot name a phrase.
_PHRASE = re.compile(r"\{(\w+):phrase\}")


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence not yet spoken: its id and the values it is filled with."""

    id: str
    values: Mapping[str, Value] = field(default_factory=dict)


@cache
def _catalogue(package: str) -> dict[str, dict[str, str]]:
    sentences: dict[str, dict[str, str]] = {}
    for entry in sorted(files(package).joinpath("messages").iterdir(), key=lambda e: e.name):
        if not entry.name.endswith(".yaml"):
            continue
        loaded = yaml.load(entry.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
        for name, texts in loaded.items():
            if name in sentences:
                raise ValueError(f"{package}/messages/{entry.name}: {name} is defined twice")
            sentences[name] = texts
    return sentences


def sentence_ids(package: str) -> dict[str, dict[str, str]]:
    """Every sentence of a package: id without the package -> language -> template."""
    return _catalogue(package)


def render(message: Message, language: Language = "zh-TW") -> str:
    """The sentence in ``language``. Raises KeyError when the id has no sentence."""
    package, _, name = message.id.partition(".")
    return _template(package, name, message.values, language).format(**message.values)


def in_every_language(message: Message) -> dict[Language, str]:
    """The sentence in every language."""
    return {language: render(message, language) for language in LANGUAGES}


def _template(package: str, name: str, values: Mapping[str, Value], language: Language) -> str:
    """The sentence with its phrases in place, still to be filled."""
    found = _catalogue(package)[name][language]
    if ":phrase}" not in found:
        return found
    return _PHRASE.sub(lambda phrase: _template(package, str(values[phrase[1]]), values, language), found)
