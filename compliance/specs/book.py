"""Decides which platforms and formats are on file, by the names people give them, every name in the files resolved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from compliance.lawbook import Reference, lawbook
from compliance.specs.schema import Family, Format, Platform
from engine.errors import PackError
from engine.packs import load_packs, package_path
from engine.vocabulary import PackRef


@dataclass(frozen=True, slots=True)
class Spec:
    """One format with its platform and the file it stands in; ``id`` such as google.rsa."""

    id: str
    platform: str
    format: Format
    read_on: date
    pack: PackRef


@dataclass(frozen=True, slots=True)
class SpecBook:
    """Every platform by its name and every format by its id."""

    platforms: dict[str, Platform]
    specs: dict[str, Spec]

    def platform(self, name: str) -> str | None:
        """The platform people call ``name``; None where none is on file."""
        wanted = _plain(name)
        for key, platform in self.platforms.items():
            if wanted in {key, *map(_plain, (platform.title.zh_tw, platform.title.en, *platform.also))}:
                return key
        return None

    def spec(self, platform: str | None, name: str) -> Spec | None:
        """The format people call ``name``: its id with or without the platform, or its name in either language."""
        wanted = _plain(name)
        for spec in self.specs.values():
            short = spec.id.removeprefix(f"{spec.platform}.")
            names = {spec.id, *map(_plain, (spec.format.name.zh_tw, spec.format.name.en))}
            if platform in (None, spec.platform) and wanted in (names if platform is None else names | {short}):
                return spec
        return None

    def of_platform(self, platform: str | None) -> list[str]:
        """The ids of the formats of a platform, or of all."""
        return [spec.id for spec in self.specs.values() if platform in (None, spec.platform)]


@cache
def spec_book() -> SpecBook:
    """The specifications that ship with the product."""
    return read_specs(package_path("compliance") / "specs")


def read_specs(folder: Path) -> SpecBook:
    """The specifications of a folder. Raises PackError naming the file, the field and what is wrong with it."""
    platforms = {name: loaded for name, (loaded, _) in load_packs(folder / "platforms", Platform).items()}
    for name, platform in platforms.items():
        _known(f"platforms/{name}.yaml", "counting.sources", platform.counting.sources, platform.sources)
        for at, trick in enumerate(platform.editorial):
            _known(f"platforms/{name}.yaml", "law", [platform.law or ""], lawbook())
            articles = lawbook()[platform.law or ""].articles
            _known(f"platforms/{name}.yaml", f"editorial.{at}.article", [trick.article], articles)
            _known(f"platforms/{name}.yaml", f"editorial.{at}.paragraph", [trick.paragraph], articles[trick.article])
    specs: dict[str, Spec] = {}
    for name, (family, pack) in load_packs(folder, Family).items():
        file = f"{name}.yaml"
        _known(file, "platform", [family.platform], platforms)
        for key, form in family.formats.items():
            _known(file, f"formats.{key}.sources", form.sources, platforms[family.platform].sources)
            identity = f"{family.platform}.{key}"
            if identity in specs:
                raise PackError("compliance.specs.twice", file=file, name=identity)
            specs[identity] = Spec(identity, family.platform, form, family.read_on, pack)
    return SpecBook(platforms, specs)


def article_of(platform: Platform, article: str, paragraph: str) -> Reference:
    """The article of a platform's policy a trick breaks."""
    return Reference(law=platform.law or "", article=article, paragraph=paragraph)


def _known(file: str, field: str, names: Iterable[str], known: Iterable[str]) -> None:
    listed = list(known)
    for name in names:
        if name not in listed:
            choices = ", ".join(listed)
            raise PackError("compliance.specs.unknown_name", file=file, field=field, name=name, choices=choices)


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
