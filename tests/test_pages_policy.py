"""What a page may load and run: its policy, held by a real browser, and nothing that breaks it."""

import functools
import http.server
import threading

import pytest

from tests.pages import ALL, CHAPTERS, SITE, elements

PAGES = [*ALL, "404.html"]


def policy(page: str) -> dict[str, list[str]]:
    """The page's Content-Security-Policy by directive."""
    (said,) = (
        e.attributes["content"]
        for e in elements(page)
        if e.attributes.get("http-equiv") == "Content-Security-Policy"
    )
    return {name: sources for name, *sources in (part.split() for part in said.split(";"))}


@pytest.mark.parametrize("page", PAGES)
def test_page_loads_and_runs_its_own_files_only(page):
    rules = policy(page)
    assert rules["default-src"] == ["'none'"]
    assert rules["script-src"] == ["'self'"]
    allowed = {source for sources in rules.values() for source in sources}
    assert allowed <= {"'none'", "'self'", "'unsafe-inline'", "data:", "'script'"}
    assert [name for name, sources in rules.items() if "'unsafe-inline'" in sources] == [
        "style-src"
    ]


@pytest.mark.parametrize("page", PAGES)
def test_policy_comes_before_all_that_it_governs(page):
    in_head = [e for e in elements(page) if e.parents and e.parents[-1].name == "head"]
    first = next(e for e in in_head if e.attributes.get("http-equiv") == "Content-Security-Policy")
    before = in_head[: in_head.index(first)]
    assert [(e.name, *e.attributes) for e in before] == [("meta", "charset")]


@pytest.mark.parametrize("page", PAGES)
def test_no_code_within_the_page(page):
    for element in elements(page):
        assert not [name for name in element.attributes if name.startswith("on")], element
        if element.name == "script":
            assert "src" in element.attributes or element.attributes["type"] == "application/json"
        assert not any(
            value.strip().lower().startswith("javascript:") for value in element.attributes.values()
        )


BREAKS = {
    "script within the page": "<script>window.broken = true</script>",
    "handler within the page": '<img src="data:," alt="" onerror="window.broken = true">',
    "script of another site": '<script src="http://127.0.0.2:{port}/broken.js"></script>',
    "picture of another site": '<img src="http://127.0.0.2:{port}/picture.svg" alt="">',
    "frame": '<iframe src="http://127.0.0.2:{port}/"></iframe>',
}


@pytest.mark.parametrize("how", BREAKS)
def test_a_browser_holds_to_it(chromium, how):
    """A page with something smuggled in: it neither runs nor leaves the machine's first address."""
    asked = []

    class Smuggler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            asked.append(self.headers["Host"])
            if self.path == "/broken.js":
                body = b"window.broken = true"
            elif self.path == f"/{CHAPTERS[0]}":
                smuggled = BREAKS[how].format(port=self.server.server_port)
                text = (SITE / CHAPTERS[0]).read_text(encoding="utf-8")
                body = text.replace("</main>", f"{smuggled}</main>").encode()
            else:
                return super().do_GET()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return None

    handler = functools.partial(Smuggler, directory=SITE)
    with http.server.ThreadingHTTPServer(("0.0.0.0", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = chromium.new_page()
        said = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(f"http://127.0.0.1:{server.server_port}/{CHAPTERS[0]}")
        broken = page.evaluate("window.broken === true")
        page.close()
        server.shutdown()
    assert not broken
    assert {host.split(":")[0] for host in asked} == {"127.0.0.1"}
    assert any("Content Security Policy" in text for text in said), said
