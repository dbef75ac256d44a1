"""Decides whether the archive of a workbook may be opened; nothing in it is parsed before it was walked through here.

declared sizes -> names -> what it is -> every part unpacked once in small pieces -> what its manifest names
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from xml.etree import ElementTree

from engine.ingest.faults import FaultList, say
from engine.ingest.limits import passed
from engine.ingest.parts import PartScan, is_streamed
from engine.settings import Settings

# What the archive and XML readers raise on damaged bytes; none of them says more than "damaged".
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    ElementTree.ParseError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    ValueError,
)
_ENTRY = b"PK\x01\x02"
_DRIVE = re.compile(r"[A-Za-z]:")
_MACROS = re.compile(r"^xl/(?:vba\w*\.bin|macrosheets/|intlmacrosheets/|dialogsheets/)", re.I)
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08")
_PIECE = 1 << 18
_MANIFEST, _RELATIONS = "[Content_Types].xml", "xl/_rels/workbook.xml.rels"


def checked_archive(data: bytes, limits: Settings, faults: FaultList) -> zipfile.ZipFile:
    """The archive of a workbook that may be opened. Raises FileFaults that says what it is otherwise."""
    # Counted in the bytes: the list of entries itself can be made to fill the memory.
    if (found := data.count(_ENTRY)) > limits.max_zip_entries:
        raise faults.stop(passed(limits, "max_zip_entries", found))
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
    except _BROKEN as error:
        raise faults.stop(say("workbook.cut")) from error
    if any(part.flag_bits & 1 for part in parts):
        raise faults.stop(say("workbook.encrypted"))
    _check_sizes(parts, len(data), limits, faults)
    _check_names(parts, faults)
    _check_kind({part.filename for part in parts}, faults)
    try:
        _walk(archive, parts, limits, faults)
        _check_manifest(archive, faults)
    except _BROKEN as error:
        raise faults.stop(say("workbook.cut")) from error
    return archive


def _check_sizes(parts: Sequence[zipfile.ZipInfo], packed: int, limits: Settings, faults: FaultList) -> None:
    unpacked = sum(part.file_size for part in parts)
    if unpacked > limits.max_unzipped_bytes:
        raise faults.stop(passed(limits, "max_unzipped_bytes", unpacked))
    if unpacked > limits.max_zip_ratio * packed:
        raise faults.stop(passed(limits, "max_zip_ratio", unpacked // packed))
    for part in parts:
        if part.file_size > limits.max_part_bytes and not is_streamed(part.filename):
            raise faults.stop(passed(limits, "max_part_bytes", part.file_size))


def _check_names(parts: Sequence[zipfile.ZipInfo], faults: FaultList) -> None:
    """A part's name leads to one place inside the workbook; readers differ in which of two equal names they take."""
    counts = Counter(part.filename.casefold() for part in parts)
    if max(counts.values(), default=0) > 1:
        raise faults.stop(say("workbook.doubled"))
    for part in parts:
        name = part.orig_filename
        if name.startswith("/") or "\\" in name or "\0" in name or _DRIVE.match(name) or ".." in name.split("/"):
            raise faults.stop(say("workbook.paths"))


def _check_kind(names: set[str], faults: FaultList) -> None:
    if "xl/workbook.bin" in names:
        raise faults.stop(say("kind.xlsb"))
    if "mimetype" in names and "content.xml" in names:
        raise faults.stop(say("kind.ods"))
    if "word/document.xml" in names or "ppt/presentation.xml" in names:
        raise faults.stop(say("kind.document"))
    if "xl/workbook.xml" not in names:
        raise faults.stop(say("kind.zip"))
    if any(_MACROS.match(name) for name in names):
        raise faults.stop(say("workbook.macros"))


def _walk(archive: zipfile.ZipFile, parts: Sequence[zipfile.ZipInfo], limits: Settings, faults: FaultList) -> None:
    """Unpacks every part once in small pieces: the sizes in the headers are claims, these are counted.

    A part that unpacks to more than it declares ends in BadZipFile here, by its checksum, with one piece in memory.
    """
    for part in parts:
        with archive.open(part) as opened:
            piece = opened.read(_PIECE)
            if piece.startswith(_ARCHIVES):
                raise faults.stop(say("workbook.nested"))
            scan = PartScan(part.filename, piece, limits, faults)
            while piece:
                scan.feed(piece)
                piece = opened.read(_PIECE)
            scan.close()


def _check_manifest(archive: zipfile.ZipFile, faults: FaultList) -> None:
    """What the reader takes whole into memory is what was held to the limit of such parts above."""
    for entry in ElementTree.fromstring(archive.read(_MANIFEST)):  # noqa: S314 - walked, so free of entities
        kind = entry.get("ContentType", "")
        if "macroEnabled" in kind or "vbaProject" in kind:
            raise faults.stop(say("workbook.macros"))
        if kind.endswith(".main+xml") and entry.get("PartName") != "/xl/workbook.xml":
            raise faults.stop(say("workbook.paths"))
    if _RELATIONS not in archive.namelist():
        raise faults.stop(say("workbook.cut"))
    for relation in ElementTree.fromstring(archive.read(_RELATIONS)):  # noqa: S314 - walked, so free of entities
        target = posixpath.normpath(posixpath.join("/xl", relation.get("Target", "")))
        if "chartsheet" in relation.get("Type", "") and is_streamed(target[1:]):
            raise faults.stop(say("workbook.paths"))
