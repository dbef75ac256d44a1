"""Decides whether one part of a workbook may be parsed: no document type, and nothing that grows beyond its bytes.

The workbook reader builds a row, a shared text, or a whole small part as a tree in memory. Its size is bounded by
counting elements and the bytes between them while the part is unpacked, before that reader sees it.
"""

from __future__ import annotations

import re
from xml.parsers import expat

from engine.ingest.delimited import HEAD_RECORDS
from engine.ingest.faults import FaultList, say
from engine.ingest.limits import passed
from engine.settings import Settings

_STREAMED = re.compile(r"xl/worksheets/[^/]+\.xml|xl/sharedstrings\.xml", re.I)
_MOST_IN_ROW = 300_000  # elements: 16,384 columns, each with value, formula and text inside
_MOST_IN_PART = 2_000_000  # elements of a part that becomes one tree
_BYTES_A_CHAR = 12  # the longest way to write one character is a reference such as &#x1F600;


def is_streamed(name: str) -> bool:
    """Whether the reader takes the part ``name`` row by row or text by text instead of whole."""
    return _STREAMED.fullmatch(name) is not None


class PartScan:
    """One part as it is unpacked: ``feed`` each piece, then ``close``. Parts that are no XML are let through.

    Raises FileFaults for a part that may not be parsed; of a part that is not well formed, only where it is read.
    """

    def __init__(self, name: str, start: bytes, limits: Settings, faults: FaultList) -> None:
        self._name, self._limits, self._faults = name, limits, faults
        self._streamed = is_streamed(name)
        self._must_be_whole = name.endswith((".xml", ".rels"))
        is_sheet = name.lower().startswith("xl/worksheets/")
        self._resets, self._setting = ("row", "max_rows") if is_sheet else ("si", "max_shared_texts")
        self._most_begun = getattr(limits, self._setting) + (HEAD_RECORDS if is_sheet else 0)
        self._inside = self._begun = self._last = self._fed = 0
        self._parser: expat.XMLParserType | None = None
        if self._must_be_whole or start.lstrip(b"\xef\xbb\xbf\xfe\xff\0 \t\r\n").startswith(b"<"):
            self._parser = expat.ParserCreate()
            self._parser.StartElementHandler = self._begin
            self._parser.StartDoctypeDeclHandler = self._refuse_entities
            self._parser.EntityDeclHandler = self._refuse_entities

    def feed(self, piece: bytes) -> None:
        """Takes the next bytes of the part."""
        self._parse(piece, final=False)
        self._fed += len(piece)
        if self._parser is not None:
            self._check_gap(self._fed)

    def close(self) -> None:
        """The part is over. Raises FileFaults when it breaks off."""
        self._parse(b"", final=True)

    def _parse(self, piece: bytes, *, final: bool) -> None:
        if self._parser is None:
            return
        try:
            self._parser.Parse(piece, final)
        except expat.ExpatError as error:
            self._parser = None
            if self._must_be_whole:
                raise self._faults.stop(say("workbook.cut")) from error

    def _begin(self, tag: str, _attributes: object) -> None:
        assert self._parser is not None  # noqa: S101 - it is what calls
        place = self._parser.CurrentByteIndex
        self._check_gap(place)
        self._last = place
        self._inside += 1
        if not self._streamed:
            self._check_crowd(_MOST_IN_PART)
        elif tag.rpartition(":")[2] != self._resets:
            self._check_crowd(_MOST_IN_ROW)
        else:
            self._inside = 0
            self._begun += 1
            if self._begun > self._most_begun:
                raise self._faults.stop(passed(self._limits, self._setting, self._begun))

    def _check_gap(self, place: int) -> None:
        gap = place - self._last
        if gap > _BYTES_A_CHAR * self._limits.max_cell_chars:
            raise self._faults.stop(passed(self._limits, "max_cell_chars", gap // _BYTES_A_CHAR))

    def _check_crowd(self, most: int) -> None:
        if self._inside > most:
            raise self._faults.stop(say("workbook.crowded", part=self._name, limit=most))

    def _refuse_entities(self, *_declared: object) -> None:
        raise self._faults.stop(say("workbook.entities"))
