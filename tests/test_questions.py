"""Quizzes, predictions and exercises, answered on the built pages as readers do."""

import json
import random
import re

import pytest

from book.project import LANGUAGES
from book.text import texts
from helpers import language
from helpers.exercises import EXERCISES
from helpers.exercises.exercise import LinesExercise, NumberExercise, TrialExercise
from tests.pages import CHAPTERS, ONE_LANGUAGE, PARSED, SLUGS, html, tree, wait_until

QUIZZES = [page for page in CHAPTERS if '<details class="right"' in html(page)]
PREDICTIONS = [page for page in CHAPTERS if '<details class="guess' in html(page)]
EXERCISES_OF = {
    page: found
    for page in CHAPTERS
    if (found := re.findall(r'<div class="exercise" data-name="(\w+)"', html(page)))
}
LINE = re.compile(r"\s+")


def groups(page, selector):
    """Return the folds of each question of a page, the right one's position with them."""
    found = []
    for right in tree(page).select(selector):
        folds = [right]
        while (before := folds[0].find_previous_sibling()) and before.name == "details":
            folds.insert(0, before)
        while (after := folds[-1].find_next_sibling()) and after.name == "details":
            folds.append(after)
        found.append((folds, folds.index(right)))
    return found


def shown(text):
    return LINE.sub("", text)


def explanation(fold):
    return shown(fold.get_text()).removeprefix(shown(fold.summary.get_text()))


# ── What the pages hold ───────────────────────────────────────────────────────────────────────────


@PARSED
@pytest.mark.parametrize("selector", ["details.right:not(.guess)", "details.guess.right"])
def test_every_question_has_one_right_answer_at_the_same_place_in_all_languages(selector):
    for slug in SLUGS:
        places = []
        for code in LANGUAGES:
            questions = groups(f"{code}/{slug}.html", selector)
            for folds, _ in questions:
                assert sum("right" in fold.get("class", []) for fold in folds) == 1
                assert len({shown(fold.summary.get_text()) for fold in folds}) == len(folds)
            places.append([(len(folds), right) for folds, right in questions])
        assert len({str(one) for one in places}) == 1


@PARSED
def test_chapters_with_a_quiz_have_predictions_and_exercises():
    assert QUIZZES == PREDICTIONS == [*EXERCISES_OF]
    assert all(len(groups(page, "details.guess.right")) >= 3 for page in PREDICTIONS)
    for code in LANGUAGES:
        named = [name for page, names in EXERCISES_OF.items() if page[:2] == code for name in names]
        assert sorted(named) == sorted(EXERCISES)


@PARSED
def test_exercises_lead_to_their_cell_of_the_notebook():
    for page in EXERCISES_OF:
        notebook = tree(page).select_one(".about a.primary")["href"]
        ids = [one["href"] for one in tree(page).select(".exercise .elsewhere a")]
        assert len(set(ids)) == len(ids)
        assert all(one.startswith(f"{notebook}#scrollTo=") for one in ids)


# ── The quiz ──────────────────────────────────────────────────────────────────────────────────────


def check_answer(form, choice):
    form.locator("input[type=radio]").nth(choice).check()
    form.get_by_role("button").first.click()
    return shown(form.locator(".answer").text_content())


def test_a_quiz_explains_each_answer_counts_first_tries_and_remembers(visit, site):
    name = QUIZZES[0]
    code, other = LANGUAGES
    page, t = visit(name), texts(code)
    forms = page.locator("form.question:not(.guess)")
    questions = groups(name, "details.right:not(.guess)")
    assert forms.count() == len(questions)
    for number, (folds, right) in enumerate(questions):
        form, wrong = forms.nth(number), (right + 1) % len(folds)
        if number % 2:  # every other one at the first try
            assert check_answer(form, wrong) == explanation(folds[wrong])
            assert form.locator(".choice[data-verdict=wrong]").count() == 1
        assert check_answer(form, right) == explanation(folds[right])
        assert form.locator(".choice[data-verdict=right]").count() == 1
        assert form.get_by_role("button").count() == 0
    first = (len(questions) + 1) // 2
    score = t["quiz_score"].format(count=len(questions), first=first)
    assert page.locator(".score p").inner_text() == score
    page.goto(f"{site}/{other}/{name[3:]}")  # the languages share what is done
    assert page.locator(".score p").inner_text() == texts(other)["quiz_score"].format(
        count=len(questions), first=first
    )
    page.locator(".score button").click()
    assert page.locator(".score p").inner_text() == ""
    page.reload()
    assert page.locator("form.question:not(.guess) [data-verdict]").count() == 0


def test_a_quiz_works_by_keyboard_alone_and_without_storage(visit):
    name = QUIZZES[0]
    blocked = "Object.defineProperty(window, 'localStorage', {get() { throw Error('blocked') }})"
    page = visit(f"{LANGUAGES[0]}/search.html")
    page.context.add_init_script(blocked)
    page.goto(page.url.replace(f"{LANGUAGES[0]}/search.html", name))
    (_, right), form = (
        groups(name, "details.right:not(.guess)")[0],
        page.locator("form.question:not(.guess)").first,
    )
    form.locator("input").first.focus()
    for _ in range(right):
        page.keyboard.press("ArrowDown")
    if not right:
        page.keyboard.press("Space")
    page.keyboard.press("Enter")
    assert form.locator(".choice[data-verdict=right]").count() == 1
    assert page.locator(".score p").inner_text().startswith("1 ")


# ── Exercises ─────────────────────────────────────────────────────────────────────────────────────


def typed(name, form):
    """Return texts to type for an exercise and the answers that they stand for, by turns."""
    exercise, draw = EXERCISES[name], random.Random(0)
    if isinstance(exercise, LinesExercise):
        lines = [*exercise.reference, *exercise.decoys, *exercise.optional, 1, 99]
        for _ in range(30):
            some = set(draw.sample(lines, draw.randint(1, len(lines))))
            yield ", ".join(map(str, sorted(some))), some
        yield from (
            (" ".join(map(str, exercise.reference)), set(exercise.reference)),
            ("two", None),
        )
        return
    if isinstance(exercise, TrialExercise):
        _, first, last, _ = form["edges"]
        for number in (first, last, exercise.reference, *exercise.mistakes.values()):
            yield from ((repr(number * factor), number * factor) for factor in (1 / 1.01, 1.01))
        yield "x", None
        return
    for number in (exercise.reference, *exercise.mistakes.values()):
        for factor in (1, 1 + exercise.rel / 2, 1 - exercise.rel / 2, 1 + 2 * exercise.rel, -1):
            yield repr(float(number * factor)), number * factor
    yield from (("3,5", 3.5), ("−2", -2.0), ("1/3", 1 / 3), ("1e3", 1000.0), (" 7 ", 7.0))
    yield from ((text, None) for text in ("x", "1.2.3", "1/2/3", "--1"))


JUDGED = """([name, texts]) => {
  const exercise = document.querySelector(`.exercise[data-name=${name}]`);
  return texts.map((text) => {
    exercise.querySelector("input").value = text;
    exercise.querySelector("button").click();
    return exercise.querySelector("[role=status]").textContent;
  });
}"""


@pytest.mark.parametrize("page", [page for page in QUIZZES if page in ONE_LANGUAGE])
def test_a_page_judges_as_the_notebook_does(visit, page):
    shown = visit(page)
    for name in EXERCISES_OF[page]:
        if not isinstance(EXERCISES[name], NumberExercise | LinesExercise | TrialExercise):
            continue
        data = tree(page).select_one(f".exercise[data-name={name}] script").string
        texts, answers = zip(*typed(name, json.loads(data)), strict=True)
        with language.using(page[:2]):
            expected = [EXERCISES[name].judge(name, answer).message() for answer in answers]
        judged = shown.evaluate(JUDGED, [name, texts])
        assert [*zip(texts, judged, strict=True)] == [*zip(texts, expected, strict=True)]


def test_an_exercise_done_wrong_then_right_is_remembered(visit):
    name = next(name for name, one in EXERCISES.items() if isinstance(one, NumberExercise))
    exercise, page = (
        EXERCISES[name],
        visit(next(page for page in EXERCISES_OF if name in EXERCISES_OF[page])),
    )
    form = page.locator(f".exercise[data-name={name}] form")
    for number, verdict in (
        (next(iter(exercise.mistakes.values())), "wrong"),
        (exercise.reference, "right"),
    ):
        form.locator("input").fill(str(number).replace(".", ","))
        form.get_by_role("button").click()
        assert form.get_by_role("status").get_attribute("data-verdict") == verdict
    page.reload()
    assert form.get_by_role("status").get_attribute("data-verdict") == "right"


def test_an_exercise_in_code_can_be_marked_as_done_and_not_done(visit):
    page = visit(next(iter(EXERCISES_OF)))
    box = page.locator(".exercise form.done input").first
    for done in (True, False):
        box.set_checked(done)
        page.reload()
        assert box.is_checked() == done


# ── Predictions ───────────────────────────────────────────────────────────────────────────────────


WAITING = "p[hidden=until-found]"  # what a covered figure shows, in words


@pytest.mark.parametrize("name", [PREDICTIONS[0], PREDICTIONS[-1]])
def test_a_prediction_covers_its_figure_until_there_is_a_guess(visit, name):
    page = visit(name)
    forms, covered = page.locator("form.guess"), page.locator("figure.covered")
    count = forms.count()
    assert count == covered.count() == len(groups(name, "details.guess.right"))
    assert page.locator("figure.covered:not(:has(.plot)) img").first.is_hidden()
    for number in range(count):
        form = forms.nth(number)
        if number == 0:
            form.get_by_role("button").nth(1).click()  # just show me
            assert form.locator(".answer").inner_text() == ""
        else:
            if form.locator("input[type=radio]").count():
                form.locator("input[type=radio]").first.check()
            form.get_by_role("button").first.click()
            assert len(form.locator(".answer").inner_text()) > 10
        assert covered.count() == count - number - 1
        assert page.evaluate("document.activeElement.matches('figure:not(.covered)')")
    assert page.locator(WAITING).count() == 0
    page.reload()  # what was guessed is remembered; what was only shown is a question again
    wait_until(page, "document.querySelector('form.guess')")
    assert covered.count() == 1


@pytest.mark.parametrize(
    "viewport", [{"width": 1280, "height": 800}, {"width": 390, "height": 800}]
)
@pytest.mark.parametrize("axis", ["x", "y"])
def test_a_guess_is_drawn_at_its_value_on_the_axis(visit, axis, viewport):
    name = next(page for page in PREDICTIONS if tree(page).select(f"details[data-axis={axis}]"))
    page = visit(name, viewport=viewport, locale="en-US")
    form = page.locator(f"form.guess:has(+ p + details[data-axis={axis}])").first
    plot = page.locator(f".plot[data-axis={axis}]").first
    assert form.count() == plot.count() == 1
    plot.scroll_into_view_if_needed()
    data = plot.evaluate(
        """(plot) => { const used = [...plot.querySelectorAll("source")].find(
             ({media}) => matchMedia(media).matches) ?? plot.querySelector("img");
             return JSON.parse(used.dataset.axes); }"""
    )
    left, top, right, bottom = data["box"]
    frame = plot.bounding_box()
    share = 0.25
    along = left + share * (right - left), bottom + share * (top - bottom)
    middle = (left + right) / 2, (top + bottom) / 2
    at = (along[0], middle[1]) if axis == "x" else (middle[0], along[1])
    page.mouse.click(frame["x"] + at[0] * frame["width"], frame["y"] + at[1] * frame["height"])
    start, end, scale = data[axis]
    value = start * (end / start) ** share if scale == "log" else start + share * (end - start)
    written = form.locator("output").inner_text().replace(".", "").replace(",", ".")
    assert float(written) == pytest.approx(value, rel=0.06, abs=0.02 * abs(end - start))
    form.get_by_role("button").first.click()
    mark, frame = plot.locator(".mark").bounding_box(), plot.bounding_box()
    if axis == "x":
        assert mark["x"] == pytest.approx(frame["x"] + along[0] * frame["width"], abs=2)
    else:
        assert mark["y"] == pytest.approx(frame["y"] + along[1] * frame["height"], abs=2)


def test_who_is_sent_to_the_text_after_a_covered_figure_sees_both(visit):
    page = visit(PREDICTIONS[0])  # a search within the page does the same as a link
    figures = page.locator("figure.covered").count()
    page.locator(WAITING).first.evaluate(
        "(text) => { text.id = 'sought'; location.hash = 'sought'; }"
    )
    wait_until(page, f"document.querySelectorAll('figure.covered').length === {figures - 1}")
    assert page.locator("#sought").get_attribute("hidden") is None


def test_without_scripts_questions_are_folded_answers_and_figures_are_in_sight(visit):
    name = PREDICTIONS[0]
    page = visit(name, java_script_enabled=False)
    assert page.locator("form.question").count() == page.locator("figure.covered").count() == 0
    assert page.locator("details.right").count() == len(tree(name).select("details.right"))
    assert page.locator(".exercise form").first.is_hidden()
    assert page.locator(".exercise .elsewhere a").first.is_visible()


def test_on_paper_questions_are_printed_with_all_answers(visit):
    page = visit(QUIZZES[0])
    page.emulate_media(media="print")
    assert page.locator("form.question").first.is_hidden()
    assert page.locator("details.right").first.is_visible()
