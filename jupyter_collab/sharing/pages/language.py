"""In which language people read the pages of ours that are no part of JupyterLab.

JupyterLab's own ``translator`` has one language for a whole server, and guests have no settings:
so what the browser asks for counts.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from jupyterlab_server.translation_utils import (
    DEFAULT_LOCALE,
    TranslationBundle,
    get_language_packs,
)

DOMAIN = "jupyter_collab"


def translation(accepted: str) -> tuple[str, TranslationBundle]:
    """The locale, and the words in it, for a browser that sends ``Accept-Language: accepted``."""
    locale = preferred(accepted, installed())
    return locale, TranslationBundle(DOMAIN, locale)


@cache
def installed() -> frozenset[str]:
    """The locales for which this server has language packs, as ``de_DE``."""
    packs, _ = get_language_packs()
    return frozenset(packs)


def preferred(accepted: str, locales: Collection[str]) -> str:
    """Which of ``locales`` the header asks for first; English where it asks for none of them."""
    by_tag = {_tag(locale): locale for locale in sorted(locales, reverse=True)}
    for tag in _wanted(accepted):
        language = tag.partition("-")[0]
        if language == DEFAULT_LOCALE:
            break
        same = [locale for key, locale in by_tag.items() if key.partition("-")[0] == language]
        if same:
            return by_tag.get(tag, same[-1])
    return DEFAULT_LOCALE


def _wanted(accepted: str) -> list[str]:
    """The tags of an ``Accept-Language``, those that are wanted most first."""
    ranges = [part.partition(";") for part in accepted.split(",")]
    weighted = [(_weight(parameter), _tag(tag)) for tag, _, parameter in ranges if tag.strip()]
    return [tag for weight, tag in sorted(weighted, key=lambda pair: -pair[0]) if weight > 0]


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


def _tag(locale: str) -> str:
    return locale.strip().lower().replace("_", "-")
