"""Decides which articles were compared with their official text: a fingerprint of each stands in ``statutes.yaml``.

The fingerprint proves the comparison where the texts themselves are not at hand, and holds how many paragraphs and
items an article has. ``python -m compliance.statutes STATUTES.json`` writes it from texts of the Ministry of Justice.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Mapping
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from engine.packs import load_pack, package_path

_ITEM = re.compile(r"[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）")
_FILE = "statutes.yaml"


class ArticleText(BaseModel):
    """What is kept of an article's official text: its hash, and how many numbered items each paragraph has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    items: tuple[int, ...]


class Statute(BaseModel):
    """A statute whose articles were compared, as of the amendment its texts show."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    amended: date
    articles: dict[str, ArticleText]


class Statutes(BaseModel):
    """Every statute compared, by the code of the Ministry of Justice."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    source: str
    statutes: dict[str, Statute]


@cache
def compared() -> Mapping[str, Statute]:
    """The statutes whose texts were compared, by code."""
    return load_pack(package_path("compliance") / _FILE, Statutes)[0].statutes


def paragraphs_of(text: str) -> list[list[str]]:
    """The paragraphs of an official text: each its own line, then the lines of its items."""
    paragraphs: list[list[str]] = []
    for line in (line.strip() for line in text.splitlines() if line.strip()):
        if paragraphs and _ITEM.match(line):
            paragraphs[-1].append(line)
        else:
            paragraphs.append([line])
    return paragraphs


def fingerprint(text: str) -> ArticleText:
    """What is kept of an official text; line ends and points below an item do not count."""
    paragraphs = paragraphs_of(text)
    digest = hashlib.sha256("\n".join(line for lines in paragraphs for line in lines).encode()).hexdigest()
    return ArticleText(sha256=digest, items=tuple(sum(line[0] != "（" for line in lines[1:]) for lines in paragraphs))


def statutes_text(rows: list[dict[str, str]]) -> str:
    """``statutes.yaml`` for rows of pcode, law, article, text, amended (YYYYMMDD) and snapshot."""
    lines = [f"version: '1'\nsource: {json.dumps(rows[0]['snapshot'], ensure_ascii=False)}\nstatutes:"]
    for (code, name, amended), articles in groupby(rows, key=lambda row: (row["pcode"], row["law"], row["amended"])):
        lines.append(f"  {code}:\n    name: {name}\n    amended: {date.fromisoformat(amended)}\n    articles:")
        for row in articles:
            kept = fingerprint(row["text"])
            lines.append(f"      '{row['article']}': {{items: {list(kept.items)}, sha256: {kept.sha256}}}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    texts = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    (package_path("compliance") / _FILE).write_text(statutes_text(texts), encoding="utf-8")
