"""Decides what is known of each platform's exports: one YAML a platform, checked by one model."""

from __future__ import annotations

import re
from functools import cache, cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from engine.ingest.fields import FIELDS
from engine.ingest.headers import normalise
from engine.packs import load_pack, load_packs, package_path


class Pack(BaseModel):
    """What every model here shares: no unknown keys, never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Aliases(Pack):
    """The headers of one field, best first, by how well they are known.

    ``seen`` in the bytes of a real file, ``read`` in a parser, test or document, ``guessed`` not evidenced:
    a guess only ever proposes a line of a mapping file, it never maps a column by itself.
    """

    seen: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    guessed: tuple[str, ...] = ()


class Conditional(Pack):
    """A header that means ``field`` only where all of ``beside`` stand beside it and none of ``without`` does."""

    header: str
    field: str
    beside: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


class TotalLabel(Pack):
    """A total row by the text that labels it, and which rows it adds up.

    ``all``: every row; ``part``: rows of the campaign type in the first group of ``match``; ``hidden``: rows the
    export does not list, so nothing to compare with.
    """

    match: str
    covers: Literal["all", "part", "hidden"]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The compiled pattern, matched from the start of a trimmed cell."""
        return re.compile(self.match, re.IGNORECASE)


class Totals(Pack):
    """How this platform writes total rows."""

    labels: tuple[TotalLabel, ...] = ()
    columns: Annotated[int, Field(ge=1, le=9)] = 3
    nameless: bool = False
    hides_rows_beside: tuple[str, ...] = ()


class Platform(Pack):
    """What is known of the exports of one platform."""

    version: str
    source: str
    label: dict[Literal["zh-TW", "en"], str]
    titles: tuple[str, ...] = ()
    distinctive: tuple[str, ...] = ()
    strict_shape: bool = True
    decimal_mark: Literal[".", ","] | None = None
    null_tokens: tuple[str, ...] = ()
    fields: dict[str, Aliases]
    conditional: tuple[Conditional, ...] = ()
    known: tuple[str, ...] = ()
    totals: Totals = Totals()
    campaign_types: dict[str, tuple[str, ...]] = {}

    @field_validator("fields")
    @classmethod
    def _only_known_fields(cls, fields: dict[str, Aliases]) -> dict[str, Aliases]:
        unknown = sorted(set(fields) - FIELDS)
        if unknown:
            raise ValueError(f"no such field: {', '.join(unknown)}")
        return fields

    @cached_property
    def campaign_type_names(self) -> dict[str, str]:
        """Casefolded campaign type in any language -> its one name, so that colleagues' files name one channel."""
        return {name.casefold(): names[0] for names in self.campaign_types.values() for name in names}

    @cached_property
    def by_header(self) -> dict[str, tuple[str, int]]:
        """Normal form of a header -> (field, rank among the field's headers; 0 is the best)."""
        found: dict[str, tuple[str, int]] = {}
        for field, aliases in self.fields.items():
            for rank, header in enumerate((*aliases.seen, *aliases.read)):
                found.setdefault(normalise(header), (field, rank))
        return found

    @cached_property
    def guesses(self) -> dict[str, str]:
        """Normal form of a header -> field, for headers that are not evidenced."""
        return {normalise(h): field for field, aliases in self.fields.items() for h in aliases.guessed}

    @cached_property
    def known_headers(self) -> frozenset[str]:
        """Normal forms of headers that are understood but not stored (ratios, settings, rankings)."""
        return frozenset(normalise(h) for h in self.known)

    @cached_property
    def signs(self) -> frozenset[str]:
        """Normal forms of headers that no other platform uses."""
        return frozenset(normalise(h) for h in self.distinctive)


class WidePattern(Pack):
    """How a wide table names the columns of a channel: ``match`` holds a group ``channel``."""

    metric: str
    match: str


class Common(Pack):
    """What holds for every platform: words of total rows, missing values, months, names of platforms in a cell."""

    version: str
    null_tokens: tuple[str, ...]
    total_words: tuple[str, ...]
    average_words: tuple[str, ...]
    sub_total_cells: tuple[str, ...]
    footnotes: tuple[str, ...]
    months: dict[str, int]
    platform_names: dict[str, str]
    publishers: tuple[str, ...]
    wide: tuple[WidePattern, ...]
    block_keys: dict[str, tuple[str, ...]]
    section_starts: tuple[str, ...]


@cache
def platforms() -> dict[str, Platform]:
    """Every platform by name: the listing of ``engine/ingest/platforms``. Raises PackError."""
    found = load_packs(package_path("engine") / "ingest" / "platforms", Platform)
    return {name: pack for name, (pack, _) in found.items()}


@cache
def common() -> Common:
    """What ``engine/ingest/common.yaml`` says. Raises PackError."""
    return load_pack(package_path("engine") / "ingest" / "common.yaml", Common)[0]
