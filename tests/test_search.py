"""The search: its index, its stemming, and its page in a browser."""

import gzip
import json
import re

import pytest
from bs4 import BeautifulSoup

from book.errors import BookError
from book.project import LANGUAGES
from book.site.search import GLOSSARY, INDEX, Section, sections
from book.text import texts
from tests.pages import CHAPTERS, PARSED, SITE, SLUGS, tree, wait_until, watch

# ── The index ─────────────────────────────────────────────────────────────────────────────────────

PAGE = """<nav><p>outside</p></nav><article><section id="top"><h1>Title
<a class="headerlink" href="#top">#</a></h1><p>First <em>wor</em>d,<br>and &amp; last.</p>
<div class="cell docutils"><pre>code = 1</pre><p>output</p></div>
<section id="part"><h2>A <code>part</code></h2><ul><li>one</li><li>two</li></ul>
<p>It is <span class="math"><math><semantics>{formula}<annotation>t</annotation></semantics></math>
<span class="katex-html">box</span></span>\u2060.</p><figure>picture</figure>
</section></section></article><p>after</p>"""
ROW = "<mrow><mi>a</mi><mo>+</mo><mn>1</mn></mrow>"


def article(html):
    return BeautifulSoup(html, "html.parser").article


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (f"<mfrac>{ROW}<mi>b</mi></mfrac>", "(a+1)/b"),
        ("<msup><mi>b</mi><mn>2</mn></msup>", "b^2"),
        (f"<msup><mi>e</mi>{ROW}</msup>", "e^(a+1)"),
        ("<msubsup><mi>b</mi><mi>t</mi><mn>2</mn></msubsup>", "bt^2"),
        (f"<msqrt>{ROW}</msqrt>", "√(a+1)"),
        ("<mover><mi>m</mi><mo>^</mo></mover>", "m\u0302"),
        ("<mrow><mi>f</mi><mo>\u2061</mo><mi>x</mi></mrow>", "fx"),
    ],
)
def test_sections_hold_what_is_read_formulas_on_one_line_and_no_code(formula, text):
    assert sections(article(PAGE.format(formula=formula)), "page.html") == [
        Section("top", "Title", "First word, and & last."),
        Section("part", "A part", f"one two It is {text} ."),
    ]


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ("<article></article>", "one h1 must come before all headings, got []"),
        ("<article><section id='a'><h2>A</h2></section></article>", "got ['h2']"),
        ("<article><h1>A</h1></article>", "must have text and a section with an id: <h1>A</h1>"),
        ("<article><section><h1>A</h1></section></article>", "a section with an id: <h1>A</h1>"),
        ("<article><section id='a'><h1></h1></section></article>", "must have text and"),
    ],
)
def test_page_that_cannot_be_searched_is_named(html, problem):
    with pytest.raises(BookError, match=rf"^page\.html: .*{re.escape(problem)}"):
        sections(article(html), "page.html")


@PARSED
@pytest.mark.parametrize("language", LANGUAGES)
def test_index_has_every_section_and_is_small(language):
    built = (SITE / language / "_static" / INDEX).read_bytes()
    assert len(gzip.compress(built)) < 80_000
    index = json.loads(re.fullmatch(r"const searchIndex = (.*);\n", built.decode())[1])
    assert [name for name, _ in index] == [f"{slug}.html" for slug in SLUGS]
    for name, parts in index:
        anchors = [one["id"] for one in tree(f"{language}/{name}").article.select("section[id]")]
        assert [anchor for anchor, _, _ in parts] == anchors
    assert not re.search(r"helpers\.figures|annotation|\\\\frac", built.decode())


@PARSED
def test_only_the_search_page_loads_the_search():
    loaded = {
        page: {script["src"].rpartition("/")[2] for script in tree(page).select("script[src]")}
        for page in [*CHAPTERS, "en/search.html"]
    }
    search = {"minisearch.js", "terms.js", "search.js", INDEX, GLOSSARY}
    assert loaded.pop("en/search.html") >= search
    assert all(not scripts & search for scripts in loaded.values())


# ── Words ─────────────────────────────────────────────────────────────────────────────────────────

# All words of a row have one stem, and each row has another.
STEMS = {
    "pt": """
        função funções funcao FUNCOES | regressão regressões | mão mãos | pão pães | final finais
        | nível níveis | fácil fáceis | azul azuis | ordem ordens | valor valores | matriz matrizes
        | vez vezes | viés vieses | mês meses | loss losses | média médias médio | caso casos
        | casa casas | peso pesos | época épocas | rede redes | teste testes | β beta | mais | mas
    """,
    "en": """
        step steps | entropy entropies | loss losses | batch batches | box boxes | size sizes
        | matrix matrices | index indices | axis axes | bias biases | minimum minima
        | formula formulas | status | this | naïve naive | α alpha ALPHAS
    """,
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_forms_of_a_word_have_one_stem_and_other_words_another(visit, language):
    rows = [row.split() for row in STEMS[language].split("|")]
    found = visit(f"{language}/search.html").evaluate(
        "([rows, code]) => rows.map((row) => row.map((w) => searchTerms.forms(w, code).at(-1)))",
        [rows, language],
    )
    stems = [set(row) for row in found]
    assert [len(row) for row in stems] == [1] * len(rows), found
    assert len(set.union(*stems)) == len(rows), found


# ── The page ──────────────────────────────────────────────────────────────────────────────────────


def ask(page, query):
    """Type a query, and wait for its results."""
    page.get_by_role("searchbox").fill(query)
    wait_until(page, f"new URLSearchParams(location.search).get('q') === {json.dumps(query)}")
    marks = page.locator("#search-results mark").all_inner_texts()
    return {mark.lower() for mark in marks}, page.locator("#search-status").inner_text()


# A query, and a word of the course that has to be found and marked for it.
QUERIES = {
    "pt": """
        funcao função | FUNÇÃO função | funções função | regressoes regressão | regres regressão
        | regressõ regressão | vies viés | otimizador otimizadores | beta β | β β | 0,9 0,9
    """,
    "en": """
        functions function | gradient gradients | gradients gradient | losses loss | BATCHES batch
        | sched scheduler | alpha α
    """,
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_query_finds_and_marks_all_forms_of_its_words(visit, language):
    page = visit(f"{language}/search.html")
    for query, word in map(str.split, QUERIES[language].split("|")):
        marks, status = ask(page, query)
        assert word in marks, query
        found = page.locator("#search-results :is(section > p, li)").count()
        key = "search_one" if found == 1 else "search_many"
        assert status == texts(language)[key].replace("{count}", str(found))
    links = page.locator("#search-results a").evaluate_all("all => all.map((a) => a.href)")
    folder = page.url.rpartition("/")[0]
    for link in links:
        name, _, anchor = link.removeprefix(f"{folder}/").partition("#")
        article = tree(f"{language}/{name}").article
        assert article.find(id=anchor) if anchor else article.h1


# What readers type, in any language and spelling, and the heading that has to come first.
FIRST = {
    "en": {
        "Warm-up": "warmup | warm-up | warm up | Warm-ups",
        "Schedulers": "agendador | scheduler | agendadores | learning rate scheduler",
        "When it diverges": "exploding | explode | diverge | divergir",
        "Check": "quiz | quizzes",
        "Weight decay: Adam or AdamW": "decaimento de pesos | weight decay | weight-decay",
        "The learning rate": "taxa de aprendizado | taxas de aprendizagem | learning rates",
        "The range test": "LR finder | LR range test | teste de faixa | range tests",
        "mini-batch": "minibatch | mini batches | mini-lote",
    },
    "pt": {
        "Warm-up": "warmup | warm-up | warm up | aquecimento",
        "Schedulers": "agendador | scheduler | agendadores",
        "Quando diverge": "exploding | explode | diverge | explodir",
        "Confira o que ficou": "quiz",
        "Weight decay: Adam ou AdamW": "decaimento de pesos | weight decay | decaimento de peso",
        "Taxa de aprendizagem": "taxa de aprendizado | taxas de aprendizagem | learning rate",
        "O teste de faixa": "LR finder | LR range test | teste de faixa | testes de faixa",
        "mini-lote": "minibatch | mini-batches | minilote | mini lotes",
    },
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_section_comes_first_by_its_synonyms_in_both_languages_compounds_and_plurals(
    visit, language
):
    page = visit(f"{language}/search.html")
    for heading, queries in FIRST[language].items():
        for query in queries.split(" | "):
            marks, _ = ask(page, query)
            assert marks, query
            tops = page.locator("#search-results h2, #search-results h3").all_inner_texts()
            assert any(heading in top for top in tops[:2]), (query, tops[:5])


@pytest.mark.parametrize(
    ("language", "query", "word"),
    [("pt", "gradeinte", "gradiente"), ("en", "momentun xyzzyq", "momentum")],
)
def test_what_comes_close_is_offered_as_such(visit, language, query, word):
    marks, status = ask(visit(f"{language}/search.html"), query)
    assert status.startswith(texts(language)["search_near"].partition("{count}")[0])
    assert word in marks


def test_results_have_all_words_but_common_ones_and_best_chapter_first(visit):
    page = visit("pt/search.html")

    def count(query):
        ask(page, query)
        return page.locator("#search-results li, #search-results section > p").count()

    assert 0 < count("nesterov gradientes") < count("nesterov") == count("o que é nesterov")
    assert count("schedulers")
    first = page.locator("#search-results h2 a").first.get_attribute("href")
    assert "schedulers" in first


@pytest.mark.parametrize("language", LANGUAGES)
def test_empty_query_and_no_result_are_stated(visit, language):
    t = texts(language)
    page = visit(f"{language}/search.html")
    status = page.locator("#search-status")
    assert status.inner_text() == t["search_empty"]
    assert page.get_by_role("searchbox").evaluate("box => box === document.activeElement")
    _, text = ask(page, "<xyzzyq>")
    assert text == t["search_none"].replace("{query}", "<xyzzyq>")
    assert page.locator("#search-results *").count() == 0
    page.get_by_role("searchbox").fill("")
    page.wait_for_url("**/search.html")
    assert status.inner_text() == t["search_empty"]
    bare = visit(f"{language}/search.html", java_script_enabled=False)
    assert t["search_needs_javascript"] in bare.locator("article").inner_text()
    assert not bare.get_by_role("searchbox").is_visible()


def test_keyboard_alone_leads_to_a_section_and_back(visit, site):
    page = visit("en/search.html")
    box = page.get_by_role("searchbox")
    page.keyboard.type("bias correction")
    for key in ("Enter", "ArrowDown", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    first = page.locator("#search-results a").first
    assert first.evaluate("link => link === document.activeElement")
    page.keyboard.press("ArrowUp")
    assert box.evaluate("box => box === document.activeElement")
    page.keyboard.press("ArrowDown")
    address = first.evaluate("link => link.href")
    page.keyboard.press("Enter")
    page.wait_for_url(address)
    page.go_back()
    page.wait_for_url(f"{site}/en/search.html?q=bias+correction")
    assert box.input_value() == "bias correction"
    assert page.locator("#search-results a").count() > 1


@pytest.mark.parametrize(("language", "query", "word"), [("pt", "funcao", "função")])
def test_query_in_the_address_works_from_the_disk_on_a_phone(chromium, language, query, word):
    page = chromium.new_page(viewport={"width": 320, "height": 800})
    problems = watch(page, SITE.as_uri())
    page.goto(f"{(SITE / language / 'search.html').as_uri()}?q={query}")
    page.locator("#search-results mark").get_by_text(word, exact=True).first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.locator("#search-results li a").first.click()
    page.wait_for_url(re.compile(r"^file:.*/\d\d-[a-z-]+\.html#.+"))
    assert page.evaluate("document.querySelector(':target :is(h2, h3)') != null")
    page.close()
    assert problems == []
