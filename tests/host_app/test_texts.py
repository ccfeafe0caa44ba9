"""The host's words: the same in every language, and every one that a template asks for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from host_app.texts import DICTIONARIES, say

ROOT = Path(__file__).resolve().parents[2]
PLACES = re.compile(r"\{(\w+)\}")
# Keys that a template or a script puts together.
PREFIXES = ("about.", "account.theme-", "error.")


def test_every_language_has_the_same_keys_and_arguments():
    english, german = DICTIONARIES["en"], DICTIONARIES["de"]
    assert list(english) == list(german)
    for key, text in english.items():
        assert sorted(PLACES.findall(text)) == sorted(PLACES.findall(german[key])), key


def test_every_key_is_used_and_every_used_key_is_there():
    sources = [
        *(ROOT / "templates").rglob("*.html"),
        *(ROOT / "host_app").glob("*.py"),
        *(ROOT / "host_app" / "browser").glob("*.ts"),
    ]
    text = "\n".join(source.read_text("utf-8") for source in sources)
    quoted = set(re.findall(r'"([a-z]+(?:\.[a-z0-9-]+)?)"', text))
    known = set(DICTIONARIES["en"])
    assert {key for key in known - quoted if not key.startswith(PREFIXES)} == set()
    asked = set(re.findall(r'\b(?:t|plain|said)\("([^"]+)"[,)]', text))
    asked |= {key for _, key in re.findall(r'\battr\("([^"]+)", "([^"]+)"', text)}
    assert asked - known == set()


@pytest.mark.parametrize(
    ("locale", "key", "args", "text"),
    [
        ("en", "cart.each", {"price": 2400}, "€24.00 each"),
        ("de", "cart.each", {"price": 123450}, "je 1.234,50\u00a0€"),
        ("en", "rating", {"rating": 4.6}, "4.6"),
        ("de", "rating", {"rating": 5}, "5,0"),
        ("de", "cart.line", {"quantity": 2, "name": "{price}"}, "2 × {price}"),
    ],
)
def test_text_says_its_arguments_as_its_language_writes_them(locale, key, args, text):
    assert say(locale, key, args) == text


def test_wrong_key_or_missing_argument_is_an_error():
    with pytest.raises(KeyError, match="nowhere"):
        say("en", "nowhere", {})
    with pytest.raises(KeyError, match="price"):
        say("en", "cart.each", {})


@pytest.mark.parametrize("path", ["/", "/products/bud-vase", "/cart", "/about", "/nowhere"])
def test_german_page_has_no_english_words_of_the_host(visitor, path):
    visitor.post("/preferences", data={"locale": "de"})
    visitor.post("/cart/items", data={"id": "bud-vase"})
    page = visitor.get(path).text
    spoken = dict(re.findall(r'<span data-t="([^"]+)"[^>]*>([^<]*)</span>', page))
    assert len(spoken) > 10
    for key, text in spoken.items():
        english, german = DICTIONARIES["en"][key], DICTIONARIES["de"][key]
        if english != german and "{" not in german:
            assert text.replace("&amp;", "&") == german
