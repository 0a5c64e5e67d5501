"""Currencies before and behind a number, and what a price is paid per."""

from __future__ import annotations

import re

_BEFORE = (
    (r"US ?\$|USD ?", "USD"),
    (r"A\$|AU\$|AUD ?", "AUD"),
    (r"C\$|CA\$|CAD ?", "CAD"),
    (r"HK\$ ?", "HKD"),
    (r"R\$ ?", "BRL"),
    (r"€ ?|EUR ?", "EUR"),
    (r"£ ?|GBP ?", "GBP"),
    (r"₹ ?|Rs\.? ?|INR ?", "INR"),
    (r"RMB ?|CNY ?|¥ ?|￥ ?", "CNY"),
    (r"ZAR ?|(?<![A-Za-z])R(?=$)", "ZAR"),
    (r"(?<![A-Za-z])K(?=$)", "ZMW"),
    (r"\$ ?", "USD"),
)
_CURRENCY_BEFORE = tuple((re.compile(rf"(?:{p})$"), c) for p, c in _BEFORE)
_AFTER = (
    (r"(?i:US dollars?)\b|USD\b|美元", "USD"),
    (r"(?i:Australian dollars?)\b|AUD\b|澳元", "AUD"),
    (r"(?i:Canadian dollars?)\b|CAD\b|加元", "CAD"),
    (r"港元|港币", "HKD"),
    (r"(?i:dollars?)\b", "USD"),
    (r"(?i:euros?)\b|EUR\b|欧元", "EUR"),
    (r"(?i:yuan|renminbi)\b|RMB\b|CNY\b|人民币|元", "CNY"),
    (r"(?i:rupees?)\b|INR\b", "INR"),
    (r"(?i:rand)\b|ZAR\b", "ZAR"),
    (r"(?i:cents?)\b", "USD cent"),
)
_CURRENCY_AFTER = tuple((re.compile(p), c) for p, c in _AFTER)
_PER = re.compile(
    r"\s?(?:/|\bper\b|\ba\b|\ban\b|每)\s?(?:(?:dry |wet )?metric |troy )?"
    r"(?P<mass>tonnes?|tons?|t|pounds?|lbs?|ounces?|oz|kg|kilograms?|kilos?|g|grams?|吨|磅|"
    r"盎司|千克|公斤|克)"
    r"(?![A-Za-z])",
    re.IGNORECASE,
)
_PER_BEFORE = re.compile(
    r"每(?P<mass>吨|磅|盎司|千克|公斤|克)(?:[^，。；0-9]{0,8})?$|"
    r"\bper (?P<en>tonne|ton|pound|ounce|kg) (?:of|at|to|was|is) (?:about )?$"
)
_PER_MASS = {
    "t": "t",
    "p": "lb",
    "l": "lb",
    "o": "oz",
    "k": "kg",
    "g": "g",
    "吨": "t",
    "磅": "lb",
    "盎": "oz",
    "千": "kg",
    "公": "kg",
    "克": "g",
}


def currency_before(text: str, at: int) -> tuple[str, int]:
    """Currency written right before an offset and where it starts; empty where there is none."""
    window = text[max(0, at - 6) : at]
    for pattern, currency in _CURRENCY_BEFORE:
        match = pattern.search(window)
        if match:
            return currency, at - (len(window) - match.start())
    return "", at


def currency_after(text: str, at: int) -> tuple[str, int]:
    """Currency written right behind an offset and where it ends; empty where there is none."""
    start = at + 1 if text[at : at + 1] in {" ", "-"} else at
    for pattern, currency in _CURRENCY_AFTER:
        match = pattern.match(text, start)
        if match:
            return currency, match.end()
    return "", at


def paid_per(text: str, at: int) -> tuple[str, int]:
    """Mass that a price is paid for (``t``, ``lb``, ``oz``, ``kg``, ``g``) and where it ends."""
    match = _PER.match(text, at)
    return ("", at) if match is None else (_PER_MASS[match["mass"][0].lower()], match.end())


def paid_per_before(text: str, at: int) -> str:
    """Mass that a price is paid for, named in front of it: 每吨80美元; else empty."""
    match = _PER_BEFORE.search(text[max(0, at - 24) : at])
    return "" if match is None else _PER_MASS[(match["mass"] or match["en"])[0].lower()]
