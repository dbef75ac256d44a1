"""Decides what a mapping file may say: header -> field, so that a planner explains unknown headers once.

日期: date
花費: spend
備註: ignore
tv_S: spend@TV          # a wide table: one column a channel
$year: 2020             # a fact of the whole file: see CONSTANTS
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.errors import InputError
from engine.ingest.fields import FIELDS, METRICS
from engine.ingest.headers import normalise
from engine.packs import load_yaml

CONSTANTS = ("$year", "$currency", "$platform", "$campaign", "$date_order", "$decimal")
_CHOICES = {"$date_order": ("ymd", "mdy", "dmy"), "$decimal": (".", ",")}


@dataclass(frozen=True, slots=True)
class UserMapping:
    """A checked mapping: normal form of a header -> field or ``metric@channel``, and what holds for every row."""

    fields: Mapping[str, str]
    constants: Mapping[str, str]

    @property
    def is_wide(self) -> bool:
        """Whether it names columns of channels."""
        return any("@" in field for field in self.fields.values())


def read_mapping(path: Path) -> dict[str, str]:
    """The content of a mapping file. Raises InputError when it is not one."""
    loaded = load_yaml(path)
    if not isinstance(loaded, dict) or not loaded:
        raise InputError("engine.ingest.mapping.shape", file=path.name)
    return {str(header): str(field) for header, field in loaded.items()}


def check_mapping(mapping: Mapping[str, str]) -> UserMapping:
    """The mapping, checked. Raises InputError that names the line no field is known for."""
    fields: dict[str, str] = {}
    constants: dict[str, str] = {}
    for header, written in mapping.items():
        field = str(written).strip()
        if header.startswith("$"):
            if header not in CONSTANTS:
                raise InputError("engine.ingest.mapping.constant", name=header, known=", ".join(CONSTANTS))
            if field not in _CHOICES.get(header, (field,)):
                raise InputError("engine.ingest.mapping.constant", name=header, known=" ".join(_CHOICES[header]))
            constants[header] = field
            continue
        metric, at, channel = field.partition("@")
        if (at and (metric not in METRICS or not channel.strip())) or (not at and field not in FIELDS):
            raise InputError("engine.ingest.mapping.field", header=header, field=field, known=", ".join(sorted(FIELDS)))
        fields[normalise(header)] = f"{metric}@{channel.strip()}" if at else field
    if constants.get("$year", "2000").isdigit() is False:
        raise InputError("engine.ingest.mapping.constant", name="$year", known="2026")
    return UserMapping(fields, constants)
