"""The reader's language: two catalogues alike, and numbers as each language writes them."""

import re
import string
import tomllib
from pathlib import Path

import pytest

from helpers import language

ROOT = Path(__file__).parents[1]
CATALOGUES = ["helpers/locale", "book/locale"]


@pytest.fixture(autouse=True)
def no_language_chosen(monkeypatch):
    """Start each test as a fresh interpreter does, and put everything back after it."""
    monkeypatch.setattr(language, "_chosen", None)
    monkeypatch.delenv("COURSE_LANGUAGE", raising=False)


# ── The catalogues ────────────────────────────────────────────────────────────────────────────────


def flat(words: dict, path: str = "") -> dict[str, str]:
    """All texts of a catalogue by their dotted keys."""
    texts = {}
    for key, value in words.items():
        texts |= flat(value, f"{path}{key}.") if isinstance(value, dict) else {path + key: value}
    return texts


def texts(folder: str, code: str) -> dict[str, str]:
    """All texts of a language: of its one file, or of all rooms of its folder."""
    place = ROOT / folder / code
    rooms = sorted(place.glob("*.toml")) if place.is_dir() else [place.with_suffix(".toml")]
    found = {}
    for room in rooms:
        more = flat(tomllib.loads(room.read_text(encoding="utf-8")))
        assert not set(found) & set(more), f"{room}: keys that another file has too"
        found |= more
    return found


def fields(text: str) -> set[tuple[str, str]]:
    """The names and format specifications of a text's fields."""
    return {(name, spec) for _, name, spec, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("folder", CATALOGUES)
def test_both_languages_have_the_same_keys(folder):
    pt, en = (texts(folder, code) for code in language.LANGUAGES)
    assert len(pt) > 20
    assert list(pt) == list(en)


@pytest.mark.parametrize("folder", CATALOGUES)
@pytest.mark.parametrize("code", language.LANGUAGES)
def test_no_text_is_empty_or_ragged(folder, code):
    for key, text in texts(folder, code).items():
        assert isinstance(text, str), key
        assert text == text.strip() != "", key


@pytest.mark.parametrize("folder", CATALOGUES)
def test_both_languages_fill_the_same_fields_in_the_same_format(folder):
    pt, en = (texts(folder, code) for code in language.LANGUAGES)
    for key in pt:
        assert fields(pt[key]) == fields(en[key]), key
        assert all(name.isidentifier() for name, _ in fields(pt[key])), key


@pytest.mark.parametrize("code", language.LANGUAGES)
def test_every_text_comes_out_with_its_fields_filled(code):
    language.use(code)
    for key, text in texts("helpers/locale", code).items():
        values = {name: 12345.5 if spec else "word" for name, spec in fields(text)}
        filled = language.text(key, **values)
        assert not set("{}") & set(filled), key
        assert (filled == text) == (not values), key


@pytest.mark.parametrize("folder", CATALOGUES)
@pytest.mark.parametrize(("code", "foreign"), [("pt", r"\d\.\d"), ("en", r"\d,\d(?!\d\d)")])
def test_numbers_typed_into_a_text_have_the_languages_mark(folder, code, foreign):
    no_numbers = r"CC BY 4\.0|\b0\.0\b"  # a licence, and what a learner types as Python
    for key, text in texts(folder, code).items():
        assert not re.search(foreign, re.sub(no_numbers, "", text)), key


# ── Numbers ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("value", "spec", "pt", "en"),
    [
        (1.5, "", "1,5", "1.5"),
        (2, "", "2", "2"),
        (-3, "", "−3", "−3"),
        (0.30000000000000004, ".1f", "0,3", "0.3"),
        (-4613.5, ",.1f", "−4.613,5", "−4,613.5"),
        (1234567, ",", "1.234.567", "1,234,567"),
        (0.868, ".1%", "86,8%", "86.8%"),
        (-0.05, ".0%", "−5%", "−5%"),
        (12.345, ".3g", "12,3", "12.3"),
        (0.000012, ".1e", "1,2 × 10⁻⁵", "1.2 × 10⁻⁵"),
        (1e-6, ".0e", "10⁻⁶", "10⁻⁶"),
        (-2.5e12, "g", "−2,5 × 10¹²", "−2.5 × 10¹²"),
        (1.0, ".0e", "10⁰", "10⁰"),
        (3.14159, "8.2f", "    3,14", "    3.14"),
        (2.0, "+.1f", "+2,0", "+2.0"),
        (float("-inf"), ".1f", "−inf", "−inf"),
    ],
)
def test_number_is_written_as_the_language_does(value, spec, pt, en):
    assert language.number(value, spec, code="pt") == pt
    assert language.number(value, spec, code="en") == en


@pytest.mark.parametrize(
    ("value", "spec", "written"),
    [(-0.04, ".1f", "0.0"), (-0.0, "", "0.0"), (-0.4, ",.0f", "0"), (-0.0004, ".1%", "0.0%")],
)
def test_what_rounds_to_zero_has_no_sign(value, spec, written):
    assert language.number(value, spec, code="en") == written
    assert language.number(value, spec, code="pt") == written.replace(".", ",")


def test_number_speaks_the_language_in_use():
    assert language.number(0.5) == "0.5"
    language.use("pt")
    assert language.number(0.5) == "0,5"
    assert language.number(0.5, code="en") == "0.5"


def test_number_refuses_other_languages():
    with pytest.raises(ValueError, match="code must be one of 'pt', 'en', got 'fr'"):
        language.number(0.5, code="fr")


# ── The language in use ───────────────────────────────────────────────────────────────────────────


def test_english_until_told_otherwise():
    assert language.current() == "en"


def test_environment_chooses(monkeypatch):
    monkeypatch.setenv("COURSE_LANGUAGE", "pt")
    assert language.current() == "pt"
    assert language.text("figures.bias.towards_zero.y") == "média"


def test_use_goes_before_the_environment(monkeypatch):
    monkeypatch.setenv("COURSE_LANGUAGE", "pt")
    language.use("en")
    assert language.current() == "en"
    assert language.text("figures.bias.towards_zero.y") == "average"


@pytest.mark.parametrize("code", ["", "de", "PT", "pt-BR"])
def test_environment_naming_another_language_is_an_error(monkeypatch, code):
    monkeypatch.setenv("COURSE_LANGUAGE", code)
    with pytest.raises(ValueError, match="COURSE_LANGUAGE must be one of 'pt', 'en', got") as error:
        language.current()
    assert repr(code) in str(error.value)


@pytest.mark.parametrize("code", ["", "de", "PT", None, 1], ids=repr)
def test_use_refuses_what_the_course_does_not_speak(code):
    language.use("pt")
    with pytest.raises(ValueError, match=f"code must be one of 'pt', 'en', got {code!r}"):
        language.use(code)
    assert language.current() == "pt"


# ── Texts ─────────────────────────────────────────────────────────────────────────────────────────


def test_text_writes_its_numbers_in_the_language():
    fill = {"ratio": 6.567, "step": 1234}
    assert language.text("figures.bias.first_steps.peak", **fill) == "6.57 times at step 1234"
    language.use("pt")
    assert language.text("figures.bias.first_steps.peak", **fill) == "6,57 vezes no passo 1234"


def test_text_leaves_words_alone():
    language.use("pt")
    said = language.text("exercises.raised", error="ValueError: 0.5 is not -1")
    assert said == "✗ Seu código levantou ValueError: 0.5 is not -1."


@pytest.mark.parametrize("key", ["", "figures", "figures.ewma", "figures.ewma.weights.titel", "x"])
def test_unknown_key_is_named(key):
    with pytest.raises(ValueError, match=r"key must name a text of locale/en, got") as error:
        language.text(key)
    assert repr(key) in str(error.value)


def test_missing_value_is_named():
    words = "values must hold 'step' for the text 'figures.bias.first_steps.peak'"
    with pytest.raises(ValueError, match=words):
        language.text("figures.bias.first_steps.peak", ratio=1.0)
