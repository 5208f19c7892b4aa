"""One spelling for what is stored and what is typed, so that the two can be compared."""

from __future__ import annotations

import re
import unicodedata

LONGEST_KEY = 160
LONGEST_NUMBER = 20
LONGEST_TEXT = 120  # longer than any address; the rest of what was typed is not looked at

WORDS = {
    "av": "avenue",
    "bd": "boulevard",
    "bld": "boulevard",
    "blvd": "boulevard",
    "burg": "burgemeester",
    "dr": "dokter",
    "gen": "generaal",
    "gouv": "gouverneur",
    "kan": "kanunnik",
    "kon": "koning",
    "ln": "laan",
    "mgr": "monseigneur",
    "min": "minister",
    "nr": "naar",
    "olv": "onze lieve vrouw",
    "past": "pastoor",
    "pl": "plein",
    "prof": "professor",
    "st": "sint",
    "steenw": "steenweg",
    "str": "straat",
    "stw": "steenweg",
    "stwg": "steenweg",
    "wg": "weg",
}
ENDINGS = {
    "ln": "laan",
    "pl": "plein",
    "steenw": "steenweg",
    "str": "straat",
    "stw": "steenweg",
    "stwg": "steenweg",
    "wg": "weg",
}
_ENDING = re.compile(rf"(?<=\w\w)({'|'.join(sorted(ENDINGS, key=len, reverse=True))})$")
_OUR_LADY = re.compile(r"\bo l (?:v\b|(?=vrouw))")
_NOT_A_SIGN = re.compile(r"[^a-z0-9]+")


def plain(text: str) -> str:
    """Lower case without accents; punctuation stays. Cut to LONGEST_TEXT signs."""
    parts = unicodedata.normalize("NFKD", text[:LONGEST_TEXT]).casefold()
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def key(text: str) -> str:
    """Lower case, no accents, no punctuation, one space between words."""
    return _NOT_A_SIGN.sub(" ", plain(text)).strip()


def written_out(words: str) -> str:
    """A `key` with the usual abbreviations written out: "st jansstr" becomes "sint jansstraat"."""
    words = _OUR_LADY.sub(_our_lady, words)
    return " ".join(WORDS.get(word) or _ENDING.sub(_long_ending, word) for word in words.split())


def search_key(name: str) -> str:
    """What is stored beside a name to search by; one sign may become several, hence the cut."""
    return written_out(key(name))[:LONGEST_KEY]


def flat(words: str) -> str:
    return words.replace(" ", "")


def letters(words: str) -> str:
    """The same for words in which signs changed places."""
    return "".join(sorted(flat(words)))


def number_key(number: str) -> str:
    """ "12 A" and "12a" are one house."""
    return flat(key(number))[:LONGEST_NUMBER]


def number_int(number: str) -> int:
    """The first digits of a house number, to find its neighbours; 0 where there are none."""
    found = re.search(r"\d{1,6}", number)
    return int(found[0]) if found else 0


def _long_ending(found: re.Match[str]) -> str:
    return ENDINGS[found[1]]


def _our_lady(found: re.Match[str]) -> str:
    return "onze lieve vrouw" if found[0].endswith("v") else "onze lieve "
