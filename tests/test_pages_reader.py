"""What readers do on the built pages: change language and theme, copy, print, move sliders."""

import http.server
import re
from urllib.parse import urlsplit

import pytest

from book.project import LANGUAGES, address
from book.text import texts
from tests.pages import (
    CHAPTERS,
    ONE_LANGUAGE,
    PHONE,
    READ,
    SITE,
    SLUGS,
    html,
    served,
    tree,
    wait_until,
    with_html,
)

FIRST = f"{SLUGS[0]}.html"


# ── Languages ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("locale", "language"), [("pt-BR", "pt"), ("pt-PT", "pt"), ("en-GB", "en"), ("fr-FR", "en")]
)
def test_front_page_shows_newcomers_their_language(visit, locale, language):
    page, t = visit("", locale=locale), texts(language)
    assert page.locator("h1").all_inner_texts() == [page.title()] == [t["site_title"]]
    assert page.locator("html").get_attribute("lang") == t["code"]
    assert page.locator(".lab-home > .lab svg.plot").first.is_visible()
    cards = page.locator(".cards li a").evaluate_all("all => all.map((a) => a.pathname)")
    assert cards == [f"/{language}/{slug}.html" for slug in SLUGS[1:]]


def test_front_page_sends_on_who_has_chosen(visit, site):
    page = visit("", locale="pt-BR")
    page.get_by_role("link", name=texts("en")["read_in_this_language"]).click()
    page.wait_for_url(f"{site}/en/{FIRST}")
    page.goto(site)
    page.wait_for_url(f"{site}/en/{FIRST}")
    page.locator("a.language").click()
    page.wait_for_url(f"{site}/pt/{FIRST}")
    page.goto(site)
    page.wait_for_url(f"{site}/pt/{FIRST}")


def test_front_page_without_javascript_has_every_language_and_still_pictures(visit):
    page = visit("", java_script_enabled=False)
    assert page.locator("h1").count() == len(LANGUAGES) == page.locator(".still img").count()
    assert page.locator(".cards li a").count() == len(LANGUAGES) * (len(SLUGS) - 1)
    assert not page.locator("button:visible").count()


def test_language_link_leads_to_the_same_heading_and_back(visit, site):
    slug = max(SLUGS, key=lambda one: html(f"pt/{one}.html").count("<section"))
    ids = {
        code: [one["id"] for one in tree(f"{code}/{slug}.html").article.select("section[id]")]
        for code in LANGUAGES
    }
    page = visit(f"pt/{slug}.html")
    link, found = page.locator("a.language"), []
    for one in ids["pt"][1:]:
        page.evaluate("(id) => document.getElementById(id).scrollIntoView()", one)
        link.dispatch_event("pointerdown")
        found.append(link.evaluate("(a) => decodeURIComponent(a.hash.slice(1))"))
    # Near the page's end several headings share one screen, and none of them can reach its top.
    assert len(found) > 5
    assert found[:-4] == ids["en"][1:-4]
    last = ids["pt"][-1]
    page.goto(f"{site}/pt/{slug}.html#{last}")  # the heading of the address counts, then
    link.click()
    page.wait_for_url(f"{site}/en/{slug}.html#{ids['en'][-1]}")
    page.evaluate("scrollTo(0, 0)")
    link.click()
    page.wait_for_url(f"{site}/pt/{slug}.html")


@pytest.mark.parametrize("wrong", ["nothing", "a/b/c/d.html?q=1"])
def test_wrong_address_leads_back_in_every_language(chromium, wrong):
    """As GitHub Pages does it: the site below its base path, 404.html at any wrong address."""
    base = urlsplit(address()).path

    class Pages(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            """Print nothing."""

        def send_error(self, code, *_):
            self.send_response(code)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write((SITE / "404.html").read_bytes())

        def translate_path(self, path):
            inside = path.startswith(f"{base}/")
            return super().translate_path(path.removeprefix(base) if inside else "/nowhere")

    page, answers = chromium.new_page(viewport=PHONE), {}
    page.on("response", lambda answer: answers.update({answer.url: answer.status}))
    with served(SITE, Pages) as host:
        page.goto(f"{host}{base}/{wrong}")
        assert answers.pop(f"{host}{base}/{wrong}") == 404
        assert set(answers.values()) == {200}
        assert page.evaluate("getComputedStyle(document.querySelector('main')).display") == "grid"
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        for language in LANGUAGES:
            section = page.locator(f"section[lang={texts(language)['code']}]")
            assert section.locator("h1").inner_text() == texts(language)["not_found"]
        section.locator("a").last.click()
        page.wait_for_url(f"{host}{base}/{LANGUAGES[-1]}/{SLUGS[-1]}.html")
        page.close()


# ── What is done ──────────────────────────────────────────────────────────────────────────────────

SECTIONS = "article > section > section"
CHAPTER = 1


def read_section(page, number):
    """Scroll through a section: its heading, then its end."""
    section = page.locator(SECTIONS).nth(number - 1)
    section.evaluate("(it) => it.scrollIntoView()")
    wait_until(page, "scrollY > 0")
    page.wait_for_timeout(100)
    section.evaluate("(it) => { it.scrollIntoView({ block: 'end' }); scrollBy(0, 50); }")
    wait_until(page, f"progress.of('sections')[{number}]")


def test_reading_is_remembered_and_continued_in_either_language_until_forgotten(visit, site):
    chapter, pt, en = SLUGS[CHAPTER], texts("pt"), texts("en")
    page = visit(f"en/{FIRST}")
    assert page.locator(".start a").inner_text() == en["begin"]
    marks = page.locator(".progress svg")
    assert not marks.count() + page.locator(".forget:visible").count()
    page.goto(f"{site}/en/{chapter}.html")
    total = page.locator(SECTIONS).count()
    page.locator(".here a").nth(3).click()  # to jump over three sections is not to read them
    page.wait_for_timeout(1500)
    assert "1" not in page.evaluate("progress.of('sections')")
    for number in (1, 2):
        read_section(page, number)
    assert page.locator(".here a").nth(1).get_by_role("img", name=en["section_read"]).is_visible()
    page.locator(SECTIONS).nth(2).evaluate("(it) => it.scrollIntoView()")
    page.locator(".here a[aria-current]").and_(page.locator(".here a").nth(2)).wait_for()

    page.goto(f"{site}/pt/{FIRST}")
    done = pt["done_sections"].format(done=2, total=total)
    for place in (".contents", ".cards"):
        mark = page.locator(f"{place} [data-chapter='{chapter}'] .progress svg")
        assert mark.get_attribute("aria-label").startswith(done)
    assert marks.count() == 2
    link = page.get_by_role("link", name=pt["go_on"])
    third = tree(f"pt/{chapter}.html").select(SECTIONS)[2]
    assert third.h2.find(string=True) in page.locator(".start span").inner_text()
    link.click()
    page.wait_for_url(f"{site}/pt/{chapter}.html#{third['id']}")

    page.go_back()
    page.once("dialog", lambda dialog: dialog.dismiss())
    forget = page.get_by_role("button", name=pt["forget"])
    forget.click()
    assert marks.count() == 2
    page.once("dialog", lambda dialog: dialog.accept())
    forget.click()
    assert page.locator(".forget").get_by_role("status").inner_text() == pt["forgotten"]
    assert page.locator(".start a").inner_text() == pt["begin"]
    assert marks.count() == 0
    page.reload()
    assert page.locator(".start a").inner_text() == pt["begin"]


def test_without_storage_reading_is_marked_on_its_page_and_no_further(visit, site):
    page = visit(f"en/{FIRST}")
    page.context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('denied'); } })"
    )
    page.goto(f"{site}/en/{SLUGS[CHAPTER]}.html")
    read_section(page, 1)
    assert page.locator(".here .progress svg").count() == 1
    page.goto(f"{site}/en/{FIRST}")
    assert page.locator(".start a").inner_text() == texts("en")["begin"]
    assert page.locator(".progress svg, .forget:visible").count() == 0


def test_slash_leads_to_the_search_but_not_while_typing(visit, site):
    page = visit(CHAPTERS[1])
    page.keyboard.press("/")
    page.wait_for_url(f"{site}/{LANGUAGES[0]}/search.html")
    box = page.get_by_role("searchbox")
    box.fill("")
    box.press_sequentially("1/2")
    assert box.input_value() == "1/2"
    box.blur()
    page.keyboard.press("/")
    assert box.evaluate("box => box === document.activeElement")
    assert box.input_value() == "1/2"


# ── Comforts ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("system", "other"), [("light", "dark"), ("dark", "light")])
def test_theme_follows_the_system_until_the_reader_chooses(visit, system, other):
    page = visit(f"en/{FIRST}", color_scheme=system)

    def shows(theme):
        card = tree(f"en/{FIRST}").select_one(".cards picture")
        picture = {"light": card.img["src"], "dark": card.source["srcset"]}[theme]
        page.locator(".cards img").first.scroll_into_view_if_needed()
        wait_until(page, f"document.querySelector('.cards img').currentSrc.endsWith('{picture}')")
        color = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ("dark" if int(re.search(r"\d+", color)[0]) < 128 else "light") == theme

    shows(system)
    button = page.locator("button.theme")
    assert button.get_attribute("aria-pressed") == str(system == "dark").lower()
    button.click()
    assert button.get_attribute("aria-pressed") == str(other == "dark").lower()
    shows(other)
    page.reload()
    shows(other)


def test_contents_open_on_a_phone_without_javascript(visit, site):
    page = visit(CHAPTERS[1], viewport=PHONE, java_script_enabled=False)
    contents, t = page.locator("nav.contents"), texts(LANGUAGES[0])
    assert not contents.is_visible()
    page.get_by_role("button", name=t["menu"]).click()
    assert contents.bounding_box()["height"] == PHONE["height"]
    assert contents.locator(".here a").count() == len(tree(CHAPTERS[1]).select(SECTIONS))
    contents.get_by_role("button", name=t["close"]).click()
    assert not contents.is_visible()
    page.get_by_role("button", name=t["menu"]).click()
    contents.get_by_role("link").last.click()
    page.wait_for_url(f"{site}/{LANGUAGES[0]}/{SLUGS[-1]}.html")


def test_code_is_copied_from_the_keyboard_and_announced(visit, site):
    t = texts("pt")
    page = visit(f"pt/{with_html('tag_exercise').partition('/')[2]}")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
    assert page.locator(".cell_output .copy").count() == 0
    blocks = page.locator("article .highlight:has(> .copy)")
    every, output = (page.locator(f"article {one}.highlight") for one in ("", ".cell_output "))
    assert blocks.count() == every.count() - output.count()
    block = page.locator(".tag_exercise:not(.tag_folded) .highlight").first
    button = block.get_by_role("button", name=t["copy_code"])
    assert button.inner_text() == t["copy"]
    button.focus()
    assert button.evaluate("(b) => getComputedStyle(b).opacity") == "1"
    page.keyboard.press("Enter")
    page.get_by_role("status").get_by_text(t["copied"], exact=True).wait_for()
    code = block.locator("pre").evaluate("(pre) => pre.textContent")
    assert page.evaluate("navigator.clipboard.readText()") == code.removesuffix("\n")
    assert "\n" in code.strip()
    assert page.evaluate("document.activeElement.className") == "copy"
    block.get_by_role("button", name=t["copy_code"]).wait_for()  # the button is itself again


@pytest.mark.parametrize(("copies", "answer"), [("true", "copied"), ("false", "not_copied")])
def test_copying_works_without_the_right_to_the_clipboard(visit, copies, answer):
    page = visit(with_html("tag_exercise"))
    page.evaluate(
        "void (navigator.clipboard.writeText = () => Promise.reject(new Error('no')));"
        f"void (document.execCommand = () => {copies});"
    )
    page.locator(".tag_exercise:not(.tag_folded) .copy").first.focus()
    page.keyboard.press("Space")
    page.get_by_role("status").get_by_text(texts("en")[answer], exact=True).wait_for()
    assert page.locator("textarea").count() == 0


def test_copy_button_covers_no_code_on_a_phone(visit):
    page = visit(with_html("tag_exercise"), viewport=PHONE, has_touch=True, is_mobile=True)
    overlaps = page.evaluate(
        """() => [...document.querySelectorAll(".highlight:has(> .copy)")].filter((block) => {
          const button = block.querySelector(".copy").getBoundingClientRect();
          const range = document.createRange();
          range.selectNodeContents(block.querySelector("pre"));
          const first = [...range.getClientRects()].find((box) => box.height && box.width);
          return button.height && button.bottom > first.y + 1;
        }).length"""
    )
    assert overlaps == 0


def test_wide_tables_are_tables_on_a_desk_and_blocks_on_a_phone(visit):
    page = visit(with_html('class="stacks'))
    table = page.locator("table.stacks").first
    cells = table.locator("tbody tr").first.locator("td")
    assert len({round(cell.bounding_box()["y"]) for cell in cells.all()}) == 1
    assert not page.locator(".column").first.is_visible()
    names = table.locator("th").all_inner_texts()
    page.set_viewport_size(PHONE)
    tops = [cell.bounding_box()["y"] for cell in cells.all()]
    assert tops == sorted(set(tops))
    assert cells.locator(".column").all_inner_texts() == names
    assert table.evaluate("(table) => table.scrollWidth <= table.clientWidth")


# ── Paper ─────────────────────────────────────────────────────────────────────────────────────────


def luminance(page, what, selector):
    color = page.locator(selector).first.evaluate(f"(e) => getComputedStyle(e).{what}")
    return sum(map(int, re.findall(r"\d+", color)[:3])) / 3


@pytest.mark.parametrize("chosen", [None, "dark"])
def test_paper_is_light_and_carries_no_navigation(visit, chosen):
    page = visit(with_html("tag_exercise"), color_scheme="dark")
    if chosen:
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert luminance(page, "backgroundColor", "body") < 60
    page.emulate_media(media="print", color_scheme="dark")
    assert luminance(page, "backgroundColor", "body") > 240
    assert luminance(page, "color", "article section > p") < 60
    assert luminance(page, "color", "article .highlight :is(.kn, .k)") < 140
    for selector in (".bar", "nav", ".neighbours", ".actions", ".copy"):
        assert not any(one.is_visible() for one in page.locator(selector).all()), selector
    link = page.locator("article a[href^=http]").first
    shown = link.evaluate("(a) => getComputedStyle(a, '::after').content")
    assert link.get_attribute("href") in shown


def test_paper_opens_folds_and_shows_explorers_at_their_start(visit):
    page = visit(with_html('class="explorer"'))
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    slider = page.locator(".explorer input[type=range]").first
    image = page.locator(".explorer img").first
    start, first = slider.input_value(), image.get_attribute("src")
    slider.press("End" if start == "0" else "Home")
    moved = slider.input_value()
    assert moved != start
    shut = page.locator("article details:not([open])")
    count = shut.count()
    assert count > 0
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert shut.count() == 0
    assert (slider.input_value(), image.get_attribute("src")) == (start, first)
    medias = "[...document.querySelectorAll('picture > source')].map((one) => one.media)"
    assert set(page.evaluate(medias)) == {"not all"}
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert (shut.count(), slider.input_value()) == (count, moved)
    assert image.get_attribute("src") != first
    assert "not all" not in page.evaluate(medias)


# ── Explorers ─────────────────────────────────────────────────────────────────────────────────────

EXPLORERS = [
    page
    for page in ONE_LANGUAGE
    if page in READ and 'class="explorer"' in (SITE / page).read_text(encoding="utf-8")
]
STATE = """(box) => {
  const frames = JSON.parse(box.querySelector("script").textContent).frames;
  const sliders = [...box.querySelectorAll("input")];
  const image = box.querySelector("img");
  const values = sliders.map((slider) => JSON.parse(slider.dataset.values));
  const index = sliders.reduce((sum, s, i) => sum * values[i].length + s.valueAsNumber, 0);
  const expected = sliders.map((slider, i) => values[i][slider.valueAsNumber]);
  return {
    index,
    isRight:
      image.alt === frames[index].text &&
      box.querySelector("figcaption").textContent === frames[index].title &&
      [...box.querySelectorAll("source"), image].every((one, i) =>
        frames[index].files[i] === (one.getAttribute("srcset") ?? one.getAttribute("src"))) &&
      sliders.every((slider, i) =>
        slider.getAttribute("aria-valuetext") === expected[i] && slider.labels[0].innerText &&
        slider.parentElement.querySelector("output").textContent === expected[i]),
  };
}"""


@pytest.mark.parametrize("name", EXPLORERS)
def test_explorer_follows_keyboard_and_mouse_and_moves_alone(visit, name):
    page = visit(name, color_scheme="dark")
    boxes = page.locator(".explorer").all()

    def frames():
        states = [box.evaluate(STATE) for box in boxes]
        assert all(state["isRight"] for state in states)
        return [state["index"] for state in states]

    for number, box in enumerate(boxes):
        for slider in box.get_by_role("slider").all():
            slider.press("Home")
            before, last = frames(), int(slider.get_attribute("max"))
            for step in range(1, last + 1):
                slider.press("ArrowRight")
                assert slider.input_value() == str(step)
                after = frames()
                assert after[number] > before[number]
                assert (
                    after[:number] + after[number + 1 :] == before[:number] + before[number + 1 :]
                )
                before = after
            area = slider.bounding_box()
            page.mouse.click(area["x"] + 4, area["y"] + area["height"] / 2)
            assert slider.input_value() == "0"
            assert frames()[number] < before[number]
        dark = box.locator("source").last.get_attribute("srcset")
        text = box.locator("img").get_attribute("alt")
        box.get_by_role("status").get_by_text(text, exact=True).wait_for()
        box.locator("img").evaluate("(img) => { img.loading = 'eager'; return img.decode(); }")
        assert box.locator("img").evaluate("(img) => img.currentSrc").endswith(dark)
