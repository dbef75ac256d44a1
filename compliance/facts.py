"""Decides what a stated fact is worth: the typed vocabulary of facts, licence formats, and claims a licence permits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import regex

from compliance.understanding.normal import NormalText, fold
from compliance.wordhits import Hit

KNOWN = (
    "licence_no",
    "permitted_claim",
    "approval_no",
    "approved_text",
    "evidence",
    "advertiser",
    "payer",
    "disclosure",
    "nutrient_claim",
    "warning_shown",
    "form",
    "origin",
    "contract",
    "testimonial",
    "distance",
    "public_ratio",
    "price",
    "pay",
    "agency",
    "ai_image",
    "relationship",
)
USED = frozenset(KNOWN) - {"form"}
_NOTHING = regex.compile(r"^(?:無|沒有|未|none|no$|n/a|非)", regex.IGNORECASE)
_SOMEONE_ELSES = regex.compile(r"(?:屬|為|是)?(?:另一|他人|其他)(?:配方)?(?:產品|商品|公司)")
_HEALTH_FOOD_LICENCE = regex.compile(r"衛(?:署|部)健食(?:規)?字第[A-Z]?\d{5,6}號")
_NUMBERED = {
    "drug_licence": ("licence_no", r"(?:衛[署部]|內衛)(?:成|中|菌疫|罕)?藥?(?:陸)?[製輸]字第\d{5,6}號"),
    "device_licence": ("licence_no", r"衛[署部]醫(?:療)?器(?:陸)?[製輸](?:壹)?(?:字|登字)第\d{5,6}號"),
    "drug_ad_approval": ("approval_no", r"衛(?:部|署)?(?:中|成)?藥廣字第\d{6,12}號"),
    "device_ad_approval": ("approval_no", r"衛(?:部|署)?器廣字第\d{6,12}號"),
    "pesticide_licence": ("licence_no", r"農(?:藥)?[製進原]字第\d{4,6}號"),
    "environmental_licence": ("licence_no", r"(?:環署|環部|環)[衛化]?(?:藥)?[製輸]字第\d{3,6}號"),
    "veterinary_licence": ("licence_no", r"動物藥[製入進]字第\d{4,6}號"),
    "pet_trade_licence": ("licence_no", r"特寵業?[字第繁買寄賣\w]{1,8}\d{3,10}"),
    "adviser_licence": ("licence_no", r"(?:\d{2,3})?金管(?:投[顧信]|證|期)[\w]{0,6}字?第?\d{2,8}號?"),
}
NUMBERED = {name: (field, regex.compile(pattern)) for name, (field, pattern) in _NUMBERED.items()}
_CLAIM_MARKS = regex.compile(r"[、，,;；。\s]+|\(\d\)|\d\.")


def denies(value: object) -> bool:
    """True when a fact says that there is nothing: 無測試, none, 非池上."""
    return isinstance(value, str) and _NOTHING.match(value.strip()) is not None


def states(facts: Mapping[str, Any], name: str) -> bool:
    """True when the advertiser states the fact, and does not state that there is none.

    A name of ``NUMBERED`` asks for a number of that format: drug_ad_approval is an ``approval_no`` such as
    北市衛藥廣字第115040031號.
    """
    if name == "licence_no":
        return health_food_licence(facts) is not None
    if name in NUMBERED:
        field, pattern = NUMBERED[name]
        value = facts.get(field)
        return isinstance(value, str) and not _SOMEONE_ELSES.search(value) and pattern.search(value) is not None
    value = facts.get(name)
    if isinstance(value, str):
        return bool(value.strip()) and not denies(value)
    return bool(value)


def health_food_licence(facts: Mapping[str, Any]) -> str | None:
    """The licence number in its real format, if the product's own is stated."""
    value = facts.get("licence_no")
    if not isinstance(value, str) or _SOMEONE_ELSES.search(value):
        return None
    match = _HEALTH_FOOD_LICENCE.search(value)
    return match[0] if match else None


def claims_permitted(text: NormalText, facts: Mapping[str, Any]) -> Iterator[Hit]:
    """Where the ad says exactly what the licence permits."""
    claim = facts.get("permitted_claim")
    if health_food_licence(facts) is None or not isinstance(claim, str):
        return
    for part in (claim, *_CLAIM_MARKS.split(claim)):
        letters = fold(part)
        if len(letters) < 6:
            continue
        at = text.letters.find(letters)
        while at >= 0:
            yield Hit(at, at + len(letters))
            at = text.letters.find(letters, at + len(letters))


def unusable(facts: Mapping[str, Any]) -> list[str]:
    """Facts no rule looks at, for the reviewer to judge."""
    return [name for name in facts if name not in USED]
