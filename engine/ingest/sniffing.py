"""Decides what the bytes of a file are, whatever its name says: a workbook, text in some encoding, or neither."""

from __future__ import annotations

import codecs
import hashlib
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa

from engine.ingest.faults import FaultList, say
from engine.ingest.kinds import binary, refuse_name, refuse_other_kinds, refuse_other_text
from engine.ingest.limits import passed
from engine.settings import Settings

_CHUNK = 4_000_000
_WORKBOOK = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Content:
    """A file's bytes: ``data`` is UTF-8 text without BOM, or the workbook as it is."""

    kind: Literal["text", "workbook"]
    data: bytes
    encoding: str
    sha256: str
    size_bytes: int


def read_content(path: Path, limits: Settings, faults: FaultList) -> Content:
    """The file's content. Raises FileFaults when it is missing, empty, too big, not a table, or cut short.

    The bytes decide what it is. A name that claims to be no table at all (``.pdf``, ``.exe``) is refused.
    """
    return content_of(read_bytes(path, limits, faults), faults)


def content_of(data: bytes, faults: FaultList) -> Content:
    """What the bytes of a file are. Raises FileFaults when they are no table, or cut short."""
    digest = hashlib.sha256(data).hexdigest()
    if data.startswith(_WORKBOOK):
        refuse_name(faults, "XLSX")
        return Content("workbook", data, "xlsx", digest, len(data))
    refuse_other_kinds(data, faults)
    text, encoding = _to_utf8(data, faults)
    refuse_other_text(text, faults)
    refuse_name(faults, "CSV")
    return Content("text", text, encoding, digest, len(data))


def read_bytes(path: Path, limits: Settings, faults: FaultList) -> bytes:
    """The bytes of ``path``. Raises FileFaults when there is no file, it is empty, or it is over the limit."""
    if not path.is_file():
        raise faults.stop(say("no_file"))
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size > limits.max_file_bytes:
            raise faults.stop(passed(limits, "max_file_bytes", size))
        # A file may grow while it is read; no more than the limit is taken in.
        data = file.read(size + 1)
    if len(data) > size:
        raise faults.stop(say("growing"))
    if not data:
        raise faults.stop(say("empty"))
    return data


def _to_utf8(data: bytes, faults: FaultList) -> tuple[bytes, str]:
    for bom, codec, name in (
        (codecs.BOM_UTF8, "utf-8", "utf-8-bom"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16-be"),
    ):
        if data.startswith(bom):
            body = data[len(bom) :]
            return (_checked_utf8(body, faults) if codec == "utf-8" else _from_utf16(body, codec, faults)), name
    if b"\x00" in data[:_CHUNK]:
        guessed = _utf16_without_bom(data)
        if guessed is None:
            raise binary(data, faults)
        return _from_utf16(data, guessed, faults), guessed
    wrong = _first_error(data, "utf-8")
    if wrong is None:
        if b"\x00" in data:
            raise binary(data, faults)
        return _unix_lines(data), "utf-8"
    if wrong >= len(data) - 3 and _starts_a_character(data[wrong:]):
        raise faults.stop(say("cut_character"), row=data.count(b"\n") + 1)
    return _from_big5(data, wrong, faults), "cp950"


def _checked_utf8(body: bytes, faults: FaultList) -> bytes:
    wrong = _first_error(body, "utf-8")
    if wrong is not None:
        cut = wrong >= len(body) - 3 and _starts_a_character(body[wrong:])
        raise faults.stop(say("cut_character" if cut else "encoding"), row=body.count(b"\n", 0, wrong) + 1)
    if b"\x00" in body:
        raise binary(body, faults)
    return _unix_lines(body)


def _from_utf16(body: bytes, codec: str, faults: FaultList) -> bytes:
    if len(body) % 2:
        raise faults.stop(say("cut_character"))
    try:
        text = body.decode(codec)
    except UnicodeDecodeError as error:
        cut = error.end >= len(body) - 1
        raise faults.stop(say("cut_character" if cut else "encoding")) from error
    if "\x00" in text:
        raise binary(body, faults)
    return _unix_lines(text.encode("utf-8"))


def _from_big5(data: bytes, utf8_error: int, faults: FaultList) -> bytes:
    """Big5 as Windows writes it; control characters in the result mean that the bytes are no text at all."""
    try:
        text = data.decode("cp950")
    except UnicodeDecodeError as error:
        if error.start == len(data) - 1 and error.reason == "incomplete multibyte sequence":
            raise faults.stop(say("cut_character"), row=data.count(b"\n") + 1) from error
        raise faults.stop(say("encoding"), row=data.count(b"\n", 0, utf8_error) + 1) from error
    if any(ch < " " and ch not in "\t\r\n" for ch in text[:100_000]):
        raise binary(data, faults)
    return _unix_lines(text.encode("utf-8"))


def _first_error(data: bytes, codec: str) -> int | None:
    """The offset of the first bytes that are not ``codec``; decodes in pieces so that memory stays flat."""
    if codec == "utf-8" and _is_utf8(data):
        return None
    decoder = codecs.getincrementaldecoder(codec)("strict")
    for start in range(0, len(data), _CHUNK):
        piece = data[start : start + _CHUNK]
        kept = len(decoder.getstate()[0])
        if piece.isascii() and not kept:
            continue
        try:
            decoder.decode(piece, final=start + _CHUNK >= len(data))
        except UnicodeDecodeError as error:
            return start - kept + error.start
    return None


def _is_utf8(data: bytes) -> bool:
    """The same question answered without a copy: the bytes taken as one long string, which Arrow then checks."""
    ends = pa.py_buffer(struct.pack("=qq", 0, len(data)))
    try:
        pa.Array.from_buffers(pa.large_string(), 1, [None, ends, pa.py_buffer(data)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _starts_a_character(tail: bytes) -> bool:
    """Whether the last bytes are the beginning of one UTF-8 character and nothing else."""
    needed = 2 if tail[0] >> 5 == 0b110 else 3 if tail[0] >> 4 == 0b1110 else 4 if tail[0] >> 3 == 0b11110 else 0
    return len(tail) < needed and all(byte >> 6 == 0b10 for byte in tail[1:])


def _utf16_without_bom(data: bytes) -> str | None:
    """UTF-16 shows itself by zero bytes on one side of most pairs of the first cells, which are mostly ASCII."""
    sample = data[:4000]
    odd, even = sample[1::2].count(0), sample[0::2].count(0)
    pairs = max(1, len(sample) // 2)
    if odd > 0.4 * pairs and even < 0.02 * pairs:
        return "utf-16-le"
    if even > 0.4 * pairs and odd < 0.02 * pairs:
        return "utf-16-be"
    return None


def _unix_lines(data: bytes) -> bytes:
    """Text of old Macs, whose lines end in CR alone, gets line feeds; anything else stays as it is."""
    return data.replace(b"\r", b"\n") if b"\r" in data and b"\n" not in data else data
