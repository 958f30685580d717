"""The search, in a real browser: over HTTP, from the disk, and what it is made of."""

import gzip
import json
import re

import pytest

from book.project import LANGUAGES, chapter_paths
from book.search import INDEX, Section, sections, write_index
from book.words import words
from tests.pages import SITE, wait_until

SLUGS = [path.stem for path in chapter_paths()]

# A query, and a word that has to be found and marked for it. The words are the course's own.
EXAMPLES = [
    ("pt", "funcao", "função"),
    ("pt", "FUNÇÃO", "função"),
    ("pt", "funções", "função"),
    ("pt", "regressoes", "regressão"),
    ("pt", "regressão", "regressão"),
    ("pt", "regres", "regressão"),
    ("pt", "regressõ", "regressão"),
    ("pt", "vies", "viés"),
    ("pt", "exponencial", "exponenciais"),
    ("pt", "níveis", "nível"),
    ("pt", "iguais", "igual"),
    ("pt", "otimizador", "otimizadores"),
    ("pt", "sementes", "semente"),
    ("pt", "beta", "β"),
    ("pt", "β", "β"),
    ("pt", "0,9", "0,9"),
    ("pt", "nesterov", "Nesterov"),
    ("en", "functions", "function"),
    ("en", "gradient", "gradients"),
    ("en", "gradients", "gradient"),
    ("en", "losses", "loss"),
    ("en", "loss", "losses"),
    ("en", "BATCHES", "batch"),
    ("en", "matrices", "matrix"),
    ("en", "sched", "scheduler"),
    ("en", "alpha", "α"),
    ("en", "onecycle", "OneCycleLR"),
]


def ask(visit, language, query, **options):
    """Open the search page, type, and return it once the results are those of the query."""
    page = visit(f"{language}/search.html", **options)
    page.get_by_role("searchbox").fill(query)
    query = json.dumps(query)
    wait_until(page, f"new URLSearchParams(location.search).get('q') === {query}")
    return page


def marks(page):
    return {text.lower() for text in page.locator("#search-results mark").all_inner_texts()}


@pytest.mark.parametrize(("language", "query", "word"), EXAMPLES)
def test_query_finds_and_marks(visit, language, query, word):
    page = ask(visit, language, query)
    said = page.locator("#search-status").inner_text()
    assert word.lower() in page.evaluate("JSON.stringify(searchIndex)").lower()
    assert word.lower() in marks(page)
    found = page.locator("#search-results :is(section > p, li)").count()
    key = "search_one" if found == 1 else "search_many"
    assert said == words(language)[key].replace("{count}", str(found))


@pytest.mark.parametrize(
    ("language", "query", "word"),
    [
        ("pt", "regressoes", "regressão"),
        ("pt", "funcao", "função"),
        ("en", "gradients", "gradient"),
    ],
)
def test_query_in_the_address_works_from_the_disk(chromium, language, query, word):
    faults = []
    context = chromium.new_context()
    try:
        page = context.new_page()
        page.on("console", lambda m: m.type == "error" and faults.append(m.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("requestfailed", lambda request: faults.append(request.url))
        page.goto(f"{(SITE / language / 'search.html').as_uri()}?q={query}")
        link = page.locator("#search-results li a").first
        link.wait_for()
        assert word in marks(page)
        page.get_by_role("searchbox").press_sequentially("xyzzy")
        wait_until(page, "!document.querySelector('#search-results').childElementCount")
        page.get_by_role("searchbox").fill(query)
        link.click()
        page.wait_for_url(re.compile(r"^file:.*/\d\d-[a-z-]+\.html#.+"))
        assert page.evaluate("document.querySelector(':target :is(h2, h3)') != null")
        assert not faults
    finally:
        context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_section_of_the_index_is_where_it_says(visit, language):
    page = visit(f"{language}/search.html")
    folder, index = page.url.rpartition("/")[0], page.evaluate("searchIndex")
    assert [name for name, _ in index] == [f"{slug}.html" for slug in SLUGS]
    for name, parts in index:
        page.goto(f"{folder}/{name}")
        wrong = page.evaluate(
            """(parts) => {
              const headings = document.querySelectorAll("article :is(h1, h2, h3)");
              const wrong = headings.length === parts.length ? [] : [headings.length];
              for (const [anchor, heading] of parts) {
                const target = document.getElementById(anchor)?.querySelector("h1, h2, h3");
                target?.querySelectorAll(".headerlink, .katex").forEach((part) => part.remove());
                const said = target?.textContent.trim().split(/\\s+/) ?? [""];
                if (!heading || !said.every((word) => heading.includes(word))) wrong.push(anchor);
              }
              return wrong;
            }""",
            parts,
        )
        assert not wrong, name


@pytest.mark.parametrize(("language", "query"), [("pt", "taxa"), ("en", "rate")])
def test_every_link_of_the_results_leads_to_a_heading(visit, language, query):
    page = ask(visit, language, query)
    links = page.locator("#search-results a").evaluate_all("all => all.map((a) => a.href)")
    assert len(links) > 20
    for link in links[:12]:
        page.goto(link)
        anchor = link.partition("#")[2]
        heading = f"[id='{anchor}'] > :is(h2, h3)" if anchor else "h1"
        assert page.locator(heading).is_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_empty_query_and_no_result_are_told_in_words(visit, language):
    say = words(language)
    page = visit(f"{language}/search.html")
    box, status = page.get_by_role("searchbox"), page.locator("#search-status")
    assert status.inner_text() == say["search_empty"]
    assert box.evaluate("box => box === document.activeElement")
    box.press_sequentially("<xyzzyq>")
    page.wait_for_url("**/search.html?q=%3Cxyzzyq%3E")
    assert status.inner_text() == say["search_none"].replace("{query}", "<xyzzyq>")
    assert page.locator("#search-results *").count() == 0
    box.fill("")
    page.wait_for_url("**/search.html")
    assert status.inner_text() == say["search_empty"]


@pytest.mark.parametrize(
    ("language", "query", "word"),
    [("pt", "gradeinte", "gradiente"), ("en", "momentun xyzzyq", "momentum")],
)
def test_what_comes_close_is_offered_as_such(visit, language, query, word):
    page = ask(visit, language, query)
    start = words(language)["search_near"].partition("{count}")[0]
    assert page.locator("#search-status").inner_text().startswith(start)
    assert word in marks(page)


def test_all_words_of_a_query_are_wanted_and_common_ones_are_not(visit):
    few = ask(visit, "pt", "nesterov gradientes").locator("#search-results li, section > p").count()
    one = ask(visit, "pt", "nesterov").locator("#search-results li, section > p").count()
    same = ask(visit, "pt", "o que é nesterov").locator("#search-results li, section > p").count()
    assert 0 < few < one == same


def test_chapter_comes_first_for_its_own_word(visit):
    for language in LANGUAGES:
        page = ask(visit, language, "schedulers")
        first = page.locator("#search-results h2 a").first.get_attribute("href")
        assert first == "07-schedulers.html"


def test_keyboard_alone_leads_to_a_section(visit, site):
    page = visit("en/search.html")
    page.keyboard.type("bias correction")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    first = page.locator("#search-results a").first
    assert first.evaluate("link => link === document.activeElement")
    page.keyboard.press("ArrowUp")
    assert page.get_by_role("searchbox").evaluate("box => box === document.activeElement")
    page.keyboard.press("ArrowDown")
    address = first.evaluate("link => link.href")
    page.keyboard.press("Enter")
    page.wait_for_url(address)
    page.go_back()
    page.wait_for_url(f"{site}/en/search.html?q=bias+correction")
    assert page.get_by_role("searchbox").input_value() == "bias correction"
    assert page.locator("#search-results a").count() > 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_javascript_the_page_says_what_to_do(visit, language):
    page = visit(f"{language}/search.html", java_script_enabled=False)
    assert words(language)["search_needs_javascript"] in page.locator("article").inner_text()
    assert page.get_by_role("searchbox").count() == 0


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [320, 390])
def test_search_on_a_phone(visit, language, width):
    page = visit(f"{language}/{SLUGS[-1]}.html", viewport={"width": width, "height": 800})
    page.get_by_role("link", name=words(language)["search"], exact=True).click()
    page.wait_for_url("**/search.html")
    page.get_by_role("searchbox").fill("adam")
    page.locator("#search-results mark").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


# One stem for all of a row; words of two rows must not fall together.
STEMS = {
    "pt": [
        "função funções funcao FUNCOES",
        "regressão regressões",
        "mão mãos",
        "pão pães",
        "final finais",
        "nível níveis",
        "fácil fáceis",
        "azul azuis",
        "ordem ordens",
        "valor valores",
        "matriz matrizes",
        "vez vezes",
        "viés vieses",
        "mês meses",
        "loss losses",
        "média médias médio",
        "caso casos",
        "casa casas",
        "peso pesos",
        "época épocas",
        "rede redes",
        "teste testes",
        "β beta",
        "mais",
        "mas",
    ],
    "en": [
        "step steps",
        "entropy entropies",
        "loss losses",
        "batch batches",
        "box boxes",
        "size sizes",
        "matrix matrices",
        "index indices",
        "axis axes",
        "bias biases",
        "minimum minima",
        "formula formulas",
        "status",
        "this",
        "naïve naive",
        "α alpha ALPHAS",
    ],
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_stems(visit, language):
    page = visit(f"{language}/search.html")
    rows = [row.split() for row in STEMS[language]]
    found = page.evaluate(
        "([rows, language]) =>"
        " rows.map((row) => row.map((word) => searchTerms.forms(word, language).at(-1)))",
        [rows, language],
    )
    stems = [set(row) for row in found]
    assert [len(row) for row in stems] == [1] * len(rows), found
    assert len(set.union(*stems)) == len(rows), found


@pytest.mark.parametrize("language", LANGUAGES)
def test_index_is_small_and_the_same_each_time(language, tmp_path):
    built = SITE / language / "_static" / INDEX
    write_index([SITE / language / f"{slug}.html" for slug in SLUGS], tmp_path / INDEX)
    content = built.read_bytes()
    assert (tmp_path / INDEX).read_bytes() == content
    assert len(content) < 160_000
    assert len(gzip.compress(content)) < 55_000
    pages = json.loads(re.fullmatch(r"const searchIndex = (.*);\n", content.decode())[1])
    assert [name for name, _ in pages] == [f"{slug}.html" for slug in SLUGS]
    assert not re.search(r"helpers\.figures|annotation|\\\\frac", content.decode())


def test_sphinx_own_search_is_gone_and_chapters_load_nothing_of_ours():
    names = {path.name for path in SITE.rglob("*") if path.is_file()}
    gone = {"searchindex.js", "language_data.js", "searchtools.js", "doctools.js"}
    gone |= {"sphinx_highlight.js", "documentation_options.js", "translations.js"}
    gone |= {"base-stemmer.js", "portuguese-stemmer.js", "basic.css"}
    assert not names & gone
    for page in SITE.glob("*/*.html"):
        scripts = re.findall(r'<script[^>]* src="([^"?]*)', page.read_text(encoding="utf-8"))
        for script in scripts:
            assert (page.parent / script).is_file(), f"{page}: {script}"
        loaded = {script.rpartition("/")[2] for script in scripts}
        ours = {"minisearch.js", "terms.js", "search.js", INDEX}
        assert loaded & ours == (ours if page.name == "search.html" else set())


PAGE = """<nav><p>outside</p></nav><article><section id="top"><h1>Title
<a class="headerlink" href="#top">#</a></h1><p>First <em>wor</em>d,<br>and &amp; last.</p>
<div class="cell docutils"><pre>code = 1</pre><p>output</p></div>
<section id="part"><h2>A <code>part</code></h2><ul><li>one<li>two</ul>
<p>It is <span class="math"><math><semantics><mfrac><mrow><mi>a</mi><mo>+</mo><mn>1</mn></mrow><msup
><mi>b</mi><mn>2</mn></msup></mfrac><annotation>tex</annotation></semantics></math><span
class="katex-html">box</span></span>\u2060.</p><figure>picture</figure>
</section></section></article><p>after</p>"""


def test_sections_hold_what_is_read_and_no_code():
    assert sections(PAGE, "page.html") == [
        Section("top", "Title", "First word, and & last."),
        Section("part", "A part", "one two It is (a+1)/b^2."),
    ]


@pytest.mark.parametrize(
    "html",
    [
        "<article></article>",
        "<article><section id='a'><h2>A</h2></section></article>",
        "<article><h1>A</h1></article>",
        PAGE.replace('id="part"', ""),
    ],
)
def test_page_that_cannot_be_searched_is_named(html):
    with pytest.raises(ValueError, match=r"^page\.html: .*(got|Section)"):
        sections(html, "page.html")
