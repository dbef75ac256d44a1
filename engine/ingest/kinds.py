"""Decides what a file that is no table is called, and what to export instead."""

from __future__ import annotations

import re
from pathlib import PurePath

from engine.errors import FileFaults
from engine.ingest.faults import FaultList, say

# First bytes of what planners send by mistake -> what to call it.
_OTHER = (
    (b"PK\x05\x06", "zip"),
    (b"PK\x07\x08", "zip"),
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "zip"),
    (b"Rar!", "zip"),
    (b"SQLite format 3", "database"),
    (b"PAR1", "parquet"),
    (b"ORC", "binary"),
    (b"Obj\x01", "binary"),
    (b"{\\rtf", "document"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# Two letters begin many a header, so a program is told by its zero bytes too.
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
_MARKUP = re.compile(rb"<[a-z!?/]")
_JSON = re.compile(rb"\{|\[[\s{]")
_HEAD = 100_000
_PLAIN = bytes(byte for byte in range(256) if byte >= 32 or byte in b"\t\n\r\x0b\x0c\x1a\x1b")
# Endings that no program gives a table; a table so named was renamed by hand or is meant to be taken for another thing.
_FOREIGN = frozenset(
    """.7z .app .avi .bat .bmp .cmd .com .dll .dmg .doc .docm .docx .exe .gif .gz .heic .htm .html .iso .jar .jpeg .jpg
    .js .lnk .mov .mp3 .mp4 .msi .parquet .pdf .php .png .ppt .pptx .ps1 .py .rar .rtf .scr .sh .sqlite .svg .tar .tgz
    .tif .tiff .vbs .webp .xhtml .xml .xz .zip""".split()
)


def refuse_other_kinds(data: bytes, faults: FaultList) -> None:
    """Raises FileFaults for bytes that begin as something known that is neither text nor a workbook."""
    if data.startswith(_OLE):
        raise faults.stop(say("workbook.encrypted" if _ENCRYPTED in data else "kind.xls"))
    for magic, kind in _OTHER:
        if data.startswith(magic):
            raise faults.stop(say(f"kind.{kind}"))
    if data.startswith(_PROGRAMS) and b"\x00" in data[:_HEAD]:
        raise faults.stop(say("kind.program"))


def refuse_other_text(text: bytes, faults: FaultList) -> None:
    """Raises FileFaults for UTF-8 text that is a page, JSON, blank, or bytes that only happen to be text."""
    start = text[:400].lstrip().lower()
    if _MARKUP.match(start):
        raise faults.stop(say("kind.markup"))
    if _JSON.match(start):
        raise faults.stop(say("kind.json"))
    if not start and not text.strip():
        raise faults.stop(say("empty"))
    head = text[:_HEAD]
    if len(head.translate(None, _PLAIN)) > max(3, len(head) // 100):
        raise binary(text, faults)


def refuse_name(faults: FaultList, kind: str) -> None:
    """Raises FileFaults when the file's name claims to be no table, though its bytes are ``kind``."""
    suffix = PurePath(faults.file).suffix.lower()
    if suffix in _FOREIGN:
        raise faults.stop(say("kind.name", suffix=suffix, kind=kind))


def binary(data: bytes, faults: FaultList) -> FileFaults:
    """The error for bytes that are no text, with the form they most likely have, to be raised by the caller."""
    import puremagic

    try:
        matches = puremagic.magic_string(data[:_HEAD])
    except (puremagic.PureError, ValueError):
        matches = []
    names = [match.extension.lstrip(".") for match in matches if match.extension and match.confidence >= 0.6]
    if not names:
        return faults.stop(say("kind.binary"))
    return faults.stop(say("kind.form", form=names[0]))
