"""The reader's language: catalogues that agree, and numbers as each language writes them."""

import importlib.util
import re
import shutil
import string
import tomllib
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
import torch

from helpers import language
from helpers.figures import canvas, ticks
from tests.errors import message_of

ROOT = Path(__file__).parents[1]
FOLDERS = ["helpers/locale", "book/locale"]


@pytest.fixture(autouse=True)
def no_language_chosen(monkeypatch):
    """Start each test as a fresh interpreter does."""
    monkeypatch.setattr(language, "_chosen", None)
    monkeypatch.delenv("COURSE_LANGUAGE", raising=False)
    yield
    language._catalogue.cache_clear()


# ── The catalogues ────────────────────────────────────────────────────────────────────────────────


def flat(table, path=""):
    """All texts of a table by their dotted keys."""
    texts = {}
    for key, value in table.items():
        texts |= flat(value, f"{path}{key}.") if isinstance(value, dict) else {path + key: value}
    return texts


def read(folder, code):
    """All texts of a language, from its file or from the files of its folder."""
    path = ROOT / folder / code
    texts = {}
    for file in sorted(path.glob("*.toml")) if path.is_dir() else [path.with_suffix(".toml")]:
        more = flat(tomllib.loads(file.read_text(encoding="utf-8")))
        assert not texts.keys() & more.keys(), f"{file} repeats keys of another file"
        texts |= more
    # The settings in `language.toml` are no texts.
    return {key: text for key, text in texts.items() if not key.startswith("language.")}


def fields(text):
    """The names and format specifications of a text's fields."""
    return {(name, spec) for _, name, spec, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("folder", FOLDERS)
def test_catalogues_have_the_same_keys_and_fields_in_every_language(folder):
    first, *others = (read(folder, code) for code in language.LANGUAGES)
    assert len(first) > 20
    for other in others:
        assert list(other) == list(first)
        for key in first:
            assert fields(other[key]) == fields(first[key]), key


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("code", language.LANGUAGES)
def test_texts_are_clean_and_their_numbers_have_the_languages_marks(folder, code):
    foreign = {"pt": r"\d\.\d(?!\d\d)", "en": r"\d,\d(?!\d\d)"}[code]
    no_numbers = r"CC BY 4\.0|\b0\.0\b"  # a licence, and what a learner types as Python
    for key, text in read(folder, code).items():
        assert text == text.strip() != "", key
        assert not re.search(foreign, re.sub(no_numbers, "", text)), key
        assert all(re.fullmatch(r"[a-zA-Z_]\w*(\[\d\])?", name) for name, _ in fields(text)), key


@pytest.mark.parametrize("code", language.LANGUAGES)
def test_numbers_of_figures_come_from_their_data(code):
    for key, text in read("helpers/locale", code).items():
        if key.startswith("figures."):
            literal = re.sub(r"\{.*?\}|2/λ|2/lr|triangular2", "", text)
            assert {*re.findall(r"\d+", literal)} <= {"0", "1", "100"}, key


@pytest.mark.parametrize("code", language.LANGUAGES)
def test_every_text_can_be_filled(code):
    language.use(code)
    for key, text in read("helpers/locale", code).items():
        values = {
            name.split("[")[0]: (12345.5,) * 3 if "[" in name else 12345.5 if spec else "word"
            for name, spec in fields(text)
        }
        filled = language.text(key, **values)
        assert not set("{}") & set(filled), key
        assert (filled == text) == (not values), key


def test_languages_are_the_folders_in_their_order(tmp_path, monkeypatch):
    """A new language needs a folder, and no change of code."""
    marks = {"aa": (3, ".", "'"), "bb": (1, ",", " "), "cc": (2, "·", ",")}
    for code, (order, decimal, thousands) in marks.items():
        folder = tmp_path / "locale" / code
        folder.mkdir(parents=True)
        table = {"order": order, "decimal": f'"{decimal}"', "thousands": f'"{thousands}"'}
        lines = ["[language]", *(f"{key} = {value}" for key, value in table.items())]
        (folder / "language.toml").write_text("\n".join(lines), encoding="utf-8")
        for name in ("one", "two"):
            (folder / f"{name}.toml").write_text(f'[figures.{name}]\ntitle = "{code} {name} {{x}}"')
        (folder / ".ipynb_checkpoints").mkdir()  # what editors and systems leave is no catalogue
        (folder / ".DS_Store").write_bytes(b"\xff")
    (tmp_path / "locale" / "dd").mkdir()
    monkeypatch.setattr(resources, "files", lambda package: tmp_path)
    spec = importlib.util.spec_from_file_location("copy_of_language", language.__file__)
    copy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copy)
    assert copy.LANGUAGES == ("bb", "cc", "aa")
    written = [copy.number(-1234567.5, ",.1f", code) for code in copy.LANGUAGES]
    assert written == ["−1 234 567,5", "−1,234,567·5", "−1'234'567.5"]
    copy.use("cc")
    assert copy.text("figures.one.title", x=0.5) == "cc one 0·5"
    assert copy.text("figures.two.title", x="0.5") == "cc two 0.5"


def test_axes_have_the_marks_of_a_new_language(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "helpers/locale/en", tmp_path / "aa")
    file = tmp_path / "aa" / "language.toml"
    settings = file.read_text(encoding="utf-8")
    settings = settings.replace('decimal = "."', 'decimal = "·"')
    file.write_text(settings.replace('thousands = ","', 'thousands = "\'"'), encoding="utf-8")
    monkeypatch.setattr(language, "_LOCALE", tmp_path)
    monkeypatch.setattr(language, "LANGUAGES", ("aa",))
    with language.using("aa"):
        ax = canvas.subplots()
        ax.set(xlim=(0, 1), ylim=(0.5, 4000), yscale="log")
        ticks.plain_log(ax)
        percent = ticks.NumberFormatter(",.1%")
    # The marks stay those of the language in which the axes were made.
    ax.xaxis.set_ticks([0, 0.25, 0.5])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0·00", "0·25", "0·50"]
    ax.xaxis.set_ticks([0, 1500])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0", "1'500"]
    shown = {label.get_text() for label in ax.get_yticklabels()}
    assert shown >= {"1", "10", "100", "1'000"}
    assert percent(12.345) == "1'234·5%"


# ── Numbers ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("value", "spec", "pt", "en"),
    [
        (1.5, "", "1,5", "1.5"),
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
        # Few digits of a number that is not large are no reason for a power of ten.
        (124.9, ".2g", "120", "120"),
        (-33_499, ".2g", "−33000", "−33000"),
        (1000, ".3g", "1000", "1000"),
        (99_600, ".2g", "10⁵", "10⁵"),
        (0.000012, ".2g", "1,2 × 10⁻⁵", "1.2 × 10⁻⁵"),
        # What rounds to zero has no sign.
        (-0.04, ".1f", "0,0", "0.0"),
        (-0.0, "", "0,0", "0.0"),
        (-0.4, ",.0f", "0", "0"),
        (-0.0004, ".1%", "0,0%", "0.0%"),
        (-0.0, ".1e", "0,0 × 10⁰", "0.0 × 10⁰"),
    ],
)
def test_number_is_written_as_the_language_does(value, spec, pt, en):
    assert language.number(value, spec, code="pt") == pt
    assert language.number(value, spec) == en
    language.use("pt")
    assert language.number(value, spec) == pt
    assert language.number(value, spec, code="en") == en


# ── The language in use ───────────────────────────────────────────────────────────────────────────


def test_language_is_the_chosen_one_then_the_environments_then_english(monkeypatch):
    assert language.current() == "en"
    monkeypatch.setenv("COURSE_LANGUAGE", "pt")
    assert language.current() == "pt"
    assert language.text("figures.bias.towards_zero.y") == "média"
    language.use("en")
    assert language.current() == "en"
    assert language.text("figures.bias.towards_zero.y") == "average"


def test_using_restores_the_language_also_after_an_exception(monkeypatch):
    with pytest.raises(ValueError, match="locale/pt, got 'x'"), language.using("pt"):
        language.text("x")
    assert language.current() == "en"
    monkeypatch.setenv("COURSE_LANGUAGE", "pt")
    assert language.current() == "pt", "no language is chosen, as before"
    with language.using("en"), pytest.raises(ValueError, match="got 'fr'"), language.using("fr"):
        pass
    assert language.current() == "pt"


@pytest.mark.parametrize("code", ["", "de", "PT", "pt-BR"])
def test_unknown_language_is_an_error(code, monkeypatch):
    language.use("pt")
    message = f"code must be one of 'pt', 'en', got {code!r}"
    with pytest.raises(ValueError, match=message):
        language.use(code)
    with pytest.raises(ValueError, match=message):
        language.number(0.5, code=code)
    assert language.current() == "pt"
    monkeypatch.setattr(language, "_chosen", None)
    monkeypatch.setenv("COURSE_LANGUAGE", code)
    with pytest.raises(ValueError, match=f"COURSE_LANGUAGE must be one of .*, got {code!r}"):
        language.current()


# ── Texts ─────────────────────────────────────────────────────────────────────────────────────────


def test_numbers_in_a_text_are_written_in_its_language_and_strings_are_not_changed():
    values = {"ratio": 6.567, "step": 1234}
    assert language.text("figures.bias.first_steps.peak", **values) == "6.57 times at step 1234"
    language.use("pt")
    assert language.text("figures.bias.first_steps.peak", **values) == "6,57 vezes no passo 1234"
    found = language.text("exercises.raised", error="ValueError: 0.5 is not -1")
    assert "ValueError: 0.5 is not -1" in found


def test_tensors_and_arrays_without_axes_are_numbers_of_a_text():
    language.use("pt")
    for ratio in (torch.tensor(6.567), np.array(6.567), np.float32(6.567)):
        found = language.text("figures.bias.first_steps.peak", ratio=ratio, step=1)
        assert found == "6,57 vezes no passo 1"


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: language.number(None, ".2f"), TypeError, "value must be a real number, got None"),
        (lambda: language.number(True), TypeError, "value must be a real number, got True"),
        (lambda: language.number(1.5, "d"), ValueError, "spec must be one for 1.5, got 'd'"),
        (lambda: language.number(1.5, None), ValueError, "spec must be one for 1.5, got None"),
        (lambda: language.number(10**400, ".2f"), ValueError, "spec must be one for 1000"),
        (lambda: language.neutral(1.5, "pt"), TypeError, "written must be a number in words, got"),
        (lambda: language.neutral("1", "xx"), ValueError, "code must be one of 'pt', 'en', got"),
        (lambda: language.table([]), ValueError, "key must name a table of locale/en, got []"),
        (
            lambda: language.text("figures.bias.first_steps.peak", ratio="x", step=1),
            ValueError,
            "values must fit the text 'figures.bias.first_steps.peak', got {'ratio': 'x', 'step'",
        ),
    ],
)
def test_arguments_that_do_not_fit_are_named(call, kind, message):
    assert message_of(kind, call).startswith(message)


def test_unknown_key_is_named():
    for key in (None, 3, "", "figures", "figures.ewma", "figures.ewma.weights.titel", "x"):
        with pytest.raises(ValueError, match=f"key must name a text of locale/en, got {key!r}$"):
            language.text(key)


def test_missing_value_is_named():
    with pytest.raises(ValueError, match=r"hold 'step' for the text 'figures\.bias\.first_steps"):
        language.text("figures.bias.first_steps.peak", ratio=1.0)
