"""Decides what text of a planner's own rule is read at all: plain YAML of a bounded size, without references or tags.

Events are looked at before anything is built from them: a document whose references multiply, or that is nested so deep
that building it would exhaust the stack, is refused with its line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from engine.messages import Message, Value

MOST_BYTES = 32_768
MOST_DEPTH = 24
MOST_NUMBER = 10**15
PLAIN_TAGS = frozenset({None, "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})
TOP = "(top)"


def read_text(text: str) -> tuple[Any, list[Message]]:
    """The data of one rule's YAML, or None with every reason why it is not read."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MOST_BYTES:
        return None, [_fault("text_size", size=f"{size:,}", most=f"{MOST_BYTES:,}")]
    try:
        faults = _look(text)
        data = None if faults else yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        detail = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable")
        return None, [_fault("text_yaml", line=mark.line + 1 if mark else 1, detail=detail)]
    except (ValueError, OverflowError) as error:  # a date such as 2026-02-31, or a number of no size
        return None, [_fault("text_yaml", line=1, detail=str(error)[:200])]
    if data is not None and _largest(data) > MOST_NUMBER:
        return None, [_fault("text_number", most=f"{MOST_NUMBER:,}")]
    return data, faults


def _largest(data: object) -> int:
    """The largest whole number of a document, without its sign: of endless digits nothing is compared or shown."""
    largest, waiting = 0, [data]
    while waiting:
        part = waiting.pop()
        if isinstance(part, int):
            largest = max(largest, abs(part))
        elif isinstance(part, dict):
            waiting += [*part, *part.values()]
        elif isinstance(part, list):
            waiting += part
    return largest


@dataclass(slots=True)
class _Seen:
    """Where the events stand: the keys of every open mapping, None for a list, and whether a key comes next."""

    keys: list[set[str] | None] = field(default_factory=list)
    key_next: list[bool] = field(default_factory=list)
    documents: int = 0
    faults: list[Message] = field(default_factory=list)


def _look(text: str) -> list[Message]:
    seen = _Seen()
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        _take(event, seen)
        if len(seen.keys) > MOST_DEPTH:
            return [*seen.faults, _fault("text_depth", line=_line(event), most=MOST_DEPTH)]
    return seen.faults


def _take(event: Event, seen: _Seen) -> None:
    line = _line(event)
    if isinstance(event, DocumentStartEvent):
        seen.documents += 1
        if seen.documents == 2:
            seen.faults.append(_fault("text_documents", line=line))
    elif isinstance(event, CollectionEndEvent):
        seen.keys.pop()
        seen.key_next.pop()
    elif isinstance(event, NodeEvent):
        if isinstance(event, AliasEvent) or event.anchor is not None:
            seen.faults.append(_fault("text_alias", line=line, anchor=str(event.anchor)[:40]))
        elif getattr(event, "tag", None) not in PLAIN_TAGS:
            seen.faults.append(_fault("text_tag", line=line, tag=str(getattr(event, "tag", ""))[:60]))
        _place(event, seen, line)


def _line(event: Event) -> int:
    """The line of an event as an editor counts; the parser marks every one of them."""
    return 1 if event.start_mark is None else event.start_mark.line + 1


def _place(event: NodeEvent, seen: _Seen, line: int) -> None:
    """A scalar in a mapping is a key or a value in turn; a key that stands twice would silently win over the first."""
    at_key = bool(seen.key_next) and seen.key_next[-1]
    if isinstance(event, ScalarEvent):
        keys = seen.keys[-1] if seen.keys else None
        if at_key and keys is not None:
            if event.value in keys:
                seen.faults.append(_fault("text_twice", line=line, key=event.value[:60]))
            keys.add(event.value)
    if seen.keys and seen.keys[-1] is not None:
        seen.key_next[-1] = not at_key
    if isinstance(event, CollectionStartEvent):
        is_mapping = isinstance(event, MappingStartEvent)
        seen.keys.append(set() if is_mapping else None)
        seen.key_next.append(is_mapping)


def _fault(kind: str, **values: Value) -> Message:
    return Message(f"rules.pack.{kind}", {"field": TOP, **values})
