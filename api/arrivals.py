"""Decides when a request has arrived whole: its head, then as much body as it says, or as its chunks come to.

bytes -> head up to the empty line -> length or chunks -> body (on the disk where it is large) -> whole

What a head means, and whether it is well formed, the HTTP parser decides; one that does not say plainly where its
body ends counts as whole, so that the parser refuses it. Chunks are put together here and go on as a plain body.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from typing import IO

from engine.errors import InputError

# More than browsers and libraries ever send; the parser's own limits (100 fields, 8,190 bytes each) hold beside it.
HEAD_BYTES = 65_536
_IN_MEMORY_BYTES = 262_144
_LINE_BYTES = 8_192
_GO_ON = "100-continue"
# RFC 9112, 7.1: a size, and extensions that are of no use to anyone.
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,12})[ \t]*(?:;[\t\x20-\x7e\x80-\xff]*)?\r\n")


class Arrival:
    """One request while it arrives: ``size`` bytes of body so far, ``early`` bytes of the request behind it."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._head, self._told, self._line = bytearray(), bytearray(), bytearray()
        self._step: Callable[[bytearray], bool] = self._read_head
        self._left = 0
        self._body: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)
        self._asks_leave = False
        self.size = 0
        self.language = ""
        self.early = b""
        self.whole = False

    @property
    def begun(self) -> bool:
        """Whether anything came yet."""
        return bool(self._head)

    @property
    def has_head(self) -> bool:
        """Whether the head is all there."""
        return self._step != self._read_head

    def feed(self, data: bytes) -> None:
        """Takes what came. Raises InputError for what is over its limit or no chunk, OSError when the disk is full."""
        left = bytearray(data)
        while left and not self.whole:
            self.whole = self._step(left)
        self.early = bytes(left)
        if self.whole:
            self._body.seek(0)

    def read(self, size: int) -> bytes:
        """The request as it goes to the parser, piece by piece; nothing at its end."""
        if self._told:
            piece = bytes(self._told)
            self._told.clear()
            return piece
        return self._body.read(size)

    def asks_leave(self) -> bool:
        """Whether the client waits to be told to go on with the body; once."""
        asked, self._asks_leave = self._asks_leave, False
        return asked

    def close(self) -> None:
        """Lets go of what arrived."""
        self._body.close()

    def _read_head(self, data: bytearray) -> bool:
        searched = max(0, len(self._head) - 3)
        self._head += data
        data.clear()
        end = self._head.find(b"\r\n\r\n", searched) + 4
        if len(self._head[: end if end > 3 else None]) > HEAD_BYTES:
            raise InputError("api.head.too_large")
        if end == 3:
            return False
        data += self._head[end:]
        del self._head[end:]
        return self._begin_body()

    def _begin_body(self) -> bool:
        """Whether the head is the whole request."""
        fields = _fields(self._head)
        self.language = ",".join(fields.get("accept-language", []))
        expects = [one.lower() for one in fields.get("expect", [])] == [_GO_ON]
        self._told += _without(self._head, b"expect:") if expects else self._head
        self._step = self._read_length
        lengths, codings = (
            fields.get("content-length", []),
            [one.lower() for one in fields.get("transfer-encoding", [])],
        )
        if codings == ["chunked"] and not lengths and self._head.partition(b"\r\n")[0].endswith(b" HTTP/1.1"):
            self._step = self._read_chunk_line
        elif not codings and len(lengths) == 1 and lengths[0].isascii() and lengths[0].isdigit():
            self._left = int(lengths[0][:20])
            self._refuse_over(self._left)
        else:
            return True
        self._asks_leave = expects
        return self._step == self._read_length and self._left == 0

    def _read_length(self, data: bytearray) -> bool:
        self._take(data)
        return self._left == 0

    def _read_chunk_line(self, data: bytearray) -> bool:
        line = self._next_line(data)
        if line is None:
            return False
        if (found := _CHUNK.fullmatch(line)) is None:
            raise InputError("api.head.unreadable")
        self._left = int(found[1], 16)
        self._refuse_over(self.size + self._left)
        self._step = self._read_chunk if self._left else self._read_trailer
        return False

    def _read_chunk(self, data: bytearray) -> bool:
        self._take(data)
        if self._left == 0:
            self._step = self._read_chunk_end
        return False

    def _read_chunk_end(self, data: bytearray) -> bool:
        line = self._next_line(data)
        if line not in (None, b"\r\n"):
            raise InputError("api.head.unreadable")
        self._step = self._read_chunk_line if line else self._read_chunk_end
        return False

    def _read_trailer(self, data: bytearray) -> bool:
        """What follows the last chunk is read over; the head says from now on how long the body is."""
        if self._next_line(data) != b"\r\n":
            return False
        length = b"Content-Length: %d\r\n\r\n" % self._body.tell()
        self._told[:] = _without(self._told, b"transfer-encoding:")[:-2] + length
        return True

    def _next_line(self, data: bytearray) -> bytes | None:
        """The next line with its end; None while it is not all there."""
        end = data.find(b"\n") + 1
        piece = data[: end or len(data)]
        self._count(piece)
        del data[: len(piece)]
        self._line += piece
        if len(self._line) > _LINE_BYTES:
            raise InputError("api.head.unreadable")
        if not end:
            return None
        line = bytes(self._line)
        self._line.clear()
        return line

    def _take(self, data: bytearray) -> None:
        piece = data[: self._left]
        self._count(piece)
        self._body.write(piece)
        self._left -= len(piece)
        del data[: len(piece)]

    def _count(self, piece: bytearray) -> None:
        """What frames the chunks counts too: a body of nothing but frames is no smaller to receive."""
        self.size += len(piece)
        self._refuse_over(self.size)

    def _refuse_over(self, size: int) -> None:
        if size > self._most:
            raise InputError("api.body.too_large", limit=self._most)


def _fields(head: bytearray) -> dict[str, list[str]]:
    """The fields of a head by their name in small letters, with every value that was given."""
    found: dict[str, list[str]] = {}
    for line in head.decode("latin-1").split("\r\n")[1:]:
        name, _, value = line.partition(":")
        found.setdefault(name.lower(), []).append(value.strip(" \t"))
    return found


def _without(head: bytearray, field: bytes) -> bytes:
    """The head without what is settled: a client that was told to go on, chunks that were put together."""
    return b"\r\n".join(line for line in bytes(head).split(b"\r\n") if not line.lower().startswith(field))
