"""Decides which words every creative runs with: lawful ones, hard lawful ones, and some that break a named article."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict

from api.sample.creatives import FORMATS, Creative

ILLEGAL_SHARE = 0.1


class Breach(BaseModel):
    """The article a text breaks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    law: str
    article: str
    paragraph: str
    trap: str = "wording"


class Text(BaseModel):
    """One base text: the item it sells, its product category, the facts known of it, and what it breaks if anything."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    item: str
    product: str
    text: str
    facts: dict[str, str] = {}
    hard: bool = False
    breach: Breach | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """What one creative says."""

    ad_name: str
    text: str
    product: str
    facts: Mapping[str, str]
    breach: Breach | None
    hard: bool

    def facts_json(self) -> str:
        """The facts as the ``facts`` column of copy.csv holds them."""
        return json.dumps(dict(self.facts), ensure_ascii=False, sort_keys=True) if self.facts else ""


def read_texts() -> tuple[list[Text], list[Text], list[str]]:
    """Lawful texts, illegal texts and closing lines of ``copy/*.yaml``."""
    folder = files("api.sample").joinpath("copy")
    loaded: dict[str, Any] = {
        name: yaml.load(folder.joinpath(f"{name}.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        for name in ("lawful", "illegal", "closings")
    }
    lawful = [Text.model_validate(entry) for entry in loaded["lawful"]]
    illegal = [Text.model_validate(entry) for entry in loaded["illegal"]]
    return lawful, illegal, list(loaded["closings"])


def draw_wordings(rng: np.random.Generator, ads: Sequence[Creative], days: Sequence[date]) -> list[Wording]:
    """One wording a creative, a tenth of them illegal; ad names are unique."""
    lawful, illegal, closings = read_texts()
    broken = set(rng.permutation(len(ads))[: round(ILLEGAL_SHARE * len(ads))].tolist())
    lawful_order, illegal_order = rng.permutation(len(lawful)), rng.permutation(len(illegal))
    wordings, used = [], {True: 0, False: 0}
    for place, ad in enumerate(ads):
        breaks = place in broken
        pool, order = (illegal, illegal_order) if breaks else (lawful, lawful_order)
        base = pool[order[used[breaks] % len(pool)]]
        used[breaks] += 1
        closing = closings[int(rng.integers(len(closings)))]
        kind = FORMATS[int(rng.integers(len(FORMATS)))]
        wordings.append(
            Wording(
                ad_name=f"{base.item}_{kind}_{days[ad.first_day]:%m%d}_{place + 1:03d}",
                text=base.text + closing,
                product=base.product,
                facts=base.facts,
                breach=base.breach,
                hard=base.hard,
            )
        )
    return wordings
