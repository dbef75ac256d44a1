"""Writes docs/asvs.md, the table of OWASP ASVS 5.0, from docs/asvs.yaml; ``--pending`` lists what is not shown yet."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

DOCS = Path(__file__).resolve().parents[1] / "docs"
NOTE = "<!-- Written by `make docs` from docs/asvs.yaml; edit that, not this page. -->\n"
STATUSES = {"met": "met", "partly": "partly", "not_met": "not met", "pending": "not shown yet"}
LEAD = """\
[OWASP ASVS](https://owasp.org/www-project-application-security-verification-standard/) lists what an application should
do to be secure. This table goes through every requirement of levels 1 and 2 of release 5.0.0: what it asks, in our
words, whether the product does it, how, which test shows it, and what is missing. Of level 3 stands here only what the
product meets or nearly does. The numbers are those of the release; its text is © the OWASP Foundation (CC BY-SA 4.0)
and is not repeated.
"""


class Item(BaseModel):
    """One requirement and the answer to it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str = Field(pattern=r"^[1-9]\d?\.[1-9]\d?\.[1-9]\d?$")
    level: Literal[1, 2, 3]
    gist: str
    applies: bool
    why: str = ""
    status: Literal["met", "partly", "not_met"] | None = None
    how: str = ""
    test: tuple[str, ...] = ()
    missing: str = ""
    pending: bool = False

    @property
    def counted(self) -> str:
        """What the item counts as: nothing is met before it is shown."""
        return "pending" if self.pending else self.status or "no"

    @property
    def key(self) -> tuple[int, ...]:
        """The number, to sort by."""
        return tuple(int(part) for part in self.id.split("."))


class Chapter(BaseModel):
    """One chapter; ``left_out`` are its level 3 numbers that have no entry."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    number: int
    title: str
    left_out: tuple[str, ...]
    items: tuple[Item, ...]


class Table(BaseModel):
    """All of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    standard: str
    level: int
    chapters: tuple[Chapter, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """Every item of every chapter."""
        return tuple(item for chapter in self.chapters for item in chapter.items)


def read_table() -> Table:
    """The table as it stands in docs/asvs.yaml."""
    return Table.model_validate(yaml.load((DOCS / "asvs.yaml").read_bytes(), Loader=yaml.CSafeLoader))


def asvs_page(table: Table) -> str:
    """The page: counts, then one table a chapter, then what does not apply and why."""
    parts = [f"{NOTE}\n# {table.standard}, level {table.level}\n\n{LEAD}\n", _summary(table)]
    for chapter in table.chapters:
        parts += [f"\n## V{chapter.number} {chapter.title}\n", *_chapter(chapter)]
    return "".join(parts)


def _summary(table: Table) -> str:
    shown = [name for name in STATUSES if name != "pending" or any(item.pending for item in table.items)]
    head = ("chapter", *(STATUSES[name] for name in shown), "does not apply")
    rows = [(f"V{one.number} {one.title}", *_counts(one.items, shown)) for one in table.chapters]
    asked = [item for item in table.items if item.level <= table.level]
    rows.append((f"**levels 1 and 2: {len(asked)}**", *(f"**{count}**" for count in _counts(asked, shown))))
    more = [item for item in table.items if item.level > table.level]
    note = f"\nOf level 3, {len(more)} more are listed; they are in the rows of the chapters and not in the last one.\n"
    return _rows(head, rows) + note


def _counts(items: Iterable[Item], shown: Iterable[str]) -> tuple[str, ...]:
    counts = Counter(item.counted for item in items)
    return tuple(str(counts[name]) for name in (*shown, "no"))


def _chapter(chapter: Chapter) -> Iterator[str]:
    applicable = [item for item in chapter.items if item.applies]
    if applicable:
        head = ("no.", "level", "asks", "status", "how, and what is missing", "shown by")
        yield "\n" + _rows(head, (_row(item) for item in applicable))
    reasons: dict[str, list[Item]] = {}
    for item in chapter.items:
        if not item.applies:
            reasons.setdefault(item.why, []).append(item)
    if reasons:
        yield "\nDoes not apply:\n\n"
    for why, items in reasons.items():
        yield f"- {why}: {', '.join(f'{item.id} ({item.gist})' for item in items)}\n"


def _row(item: Item) -> tuple[str, ...]:
    said = " ".join(part for part in (item.how, f"**Missing:** {item.missing}" if item.missing else "") if part)
    shown = "<br>".join(f"`{name}`" for name in item.test)
    return item.id, str(item.level), item.gist, STATUSES[item.counted], said, "" if item.pending else shown


def _rows(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Writes the page, or lists what is pending."""
    table = read_table()
    if sys.argv[1:] == ["--pending"]:
        for item in table.items:
            if item.pending:
                print(item.id, item.status, item.gist, *item.test, sep=" | ")
        return 0
    (DOCS / "asvs.md").write_text(asvs_page(table), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
