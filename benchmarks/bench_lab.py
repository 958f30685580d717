"""The lab in a browser whose processor is four times as slow: drags, a thousand starts, bytes.

Times come from Chromium's own trace of the page's main thread. A drag's frame is the task that
gets the pointer's event, runs the component, and ends with style, layout and paint. Seconds depend
on the machine, so that rows compare with a budget, not with a peer.
"""

import gzip
import json
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from book import lab
from book.browser import SWITCHES, find_browser
from book.project import LANGUAGES
from helpers.lab import schema
from tests.lab import page_data, write_page
from tests.pages import wait_until

SLOWDOWN = 4
MOVES = 90
FRAME, MAP, TASK = 16, 1000, 50  # milliseconds
BYTES = 60_000
HANDLES = {
    "race": ".handle",
    "average": ".handle .ring",
    "adam": ".handle .ring",
    "schedule": ".plot:not([style*=none]) .handle",
    "schedule, edge": ".edge",
    "stability": ".handle.steep",
}
COMPONENTS = sorted(schema.load()["components"])
_CATEGORIES = ["devtools.timeline", "toplevel", "disabled-by-default-devtools.timeline"]


def measure() -> list[dict[str, Any]]:
    """Drag each component, make a map, and weigh; a row's ratio is the budget over what it took."""
    browser = find_browser()
    if browser is None:
        print("  left out: it needs a Chromium")
        return []
    rows = []
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        _launched(playwright, browser) as chromium,
    ):
        for name, handle in HANDLES.items():
            page = chromium.new_page(viewport={"width": 1100, "height": 1000})
            page.goto(write_page(Path(folder), name.split(",")[0]))
            frames = _drag(page, handle)
            page.close()
            median, high = statistics.median(frames), statistics.quantiles(frames, n=20)[-1]
            print(f"  drag, {name:<16} median {median:5.1f} ms, 95% below {high:5.1f} ms")
            rows.append(_row(f"drag in the lab: {name}, median frame", FRAME, "ms", median))
        page = chromium.new_page(viewport={"width": 1100, "height": 1000})
        page.goto(write_page(Path(folder), "race", problem="rosenbrock", steps=300, step=300))
        took, longest = _map(page)
    print(f"  1,000 starts × 300 steps of Adam: {took:.0f} ms, longest task {longest:.0f} ms")
    rows.append(_row("1,000 starts × 300 steps of Adam", MAP, "ms", took))
    rows.append(_row("its longest task", TASK, "ms", longest))
    size = max(_weigh(language) for language in LANGUAGES)
    print(f"  scripts, styles and data of all components: {size:,} bytes by gzip")
    rows.append(_row("what a page with all components loads for them", BYTES, "bytes", size))
    return rows


def _row(name: str, budget: float, unit: str, found: float) -> dict[str, Any]:
    peer = f"a budget of {budget:,} {unit}"
    return {"name": name, "peer": peer, "ratio": budget / found, "goal": 1}


@contextmanager
def _launched(playwright: Any, browser: str) -> Iterator[Any]:
    chromium = playwright.chromium.launch(executable_path=browser, args=SWITCHES)
    yield chromium
    chromium.close()


def _drag(page: Page, handle: str) -> list[float]:
    """Return the milliseconds of each frame of a drag, in a wave around where a handle stands."""
    page.locator(handle).first.scroll_into_view_if_needed()
    box = page.locator(handle).first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    with _traced(page) as events:
        page.mouse.move(x, y)
        page.mouse.down()
        for move in range(MOVES):
            page.mouse.move(x + 11 * (move % 9), y - 6 * (move % 7))
            page.wait_for_timeout(60)
        page.mouse.up()
    frames = [
        task["dur"] / 1000
        for task, inside in _tasks(events)
        if "pointermove" in {one["args"].get("data", {}).get("type") for one in inside}
        and "FireAnimationFrame" in {one["name"] for one in inside}
    ]
    assert len(frames) >= 60, f"only {len(frames)} of {MOVES} moves were drawn in their own frame"
    return frames


def _map(page: Page) -> tuple[float, float]:
    """Return the milliseconds until the map is painted, and those of the longest task."""
    page.locator(".rule").last.locator("summary").click()
    button = page.locator(".rule").last.get_by_role("button", name="A thousand starts")
    with _traced(page) as events:
        button.click()
        wait_until(page, "document.querySelector('.map image')")
        page.wait_for_timeout(200)
    tasks = _tasks(events)
    clicked = next(
        task["ts"]
        for task, inside in tasks
        if "click" in {one["args"].get("data", {}).get("type") for one in inside}
    )
    work = [task for task, _ in tasks if task["ts"] >= clicked and task["dur"] > 1000]
    end = max(task["ts"] + task["dur"] for task in work)
    return (end - clicked) / 1000, max(task["dur"] for task in work) / 1000


@contextmanager
def _traced(page: Page) -> Iterator[list[dict[str, Any]]]:
    """Slow the processor down, and fill a list with the trace of what happens meanwhile."""
    session = page.context.new_cdp_session(page)
    events: list[dict[str, Any]] = []
    is_over: list[bool] = []
    session.on("Tracing.dataCollected", lambda message: events.extend(message["value"]))
    session.on("Tracing.tracingComplete", lambda _: is_over.append(True))
    page.wait_for_timeout(300)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    config = {"includedCategories": _CATEGORIES}
    session.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": config})
    yield events
    session.send("Tracing.end")
    while not is_over:
        page.wait_for_timeout(20)


def _tasks(events: list[dict[str, Any]]) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Return the tasks of the page's main thread, each with the events inside it, in order."""
    thread = next((one["pid"], one["tid"]) for one in events if one["name"] == "EventDispatch")
    own = [one for one in events if (one["pid"], one["tid"]) == thread and one["ph"] == "X"]
    own.sort(key=lambda one: (one["ts"], -one["dur"]))
    tasks: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
    for one in own:
        if one["name"] == "RunTask":
            tasks.append((one, []))
        elif tasks and one["ts"] <= tasks[-1][0]["ts"] + tasks[-1][0]["dur"]:
            tasks[-1][1].append(one)
    return tasks


def _weigh(language: str) -> int:
    """Return the bytes of the script, the styles and all components' data, as on the lab's page."""
    data = [page_data(name, language, **schema.defaults(name)) for name in COMPONENTS]
    styles = (lab.SOURCES / "lab.css").read_text("utf-8")
    parts = [lab.bundle("page.js", "iife"), styles, json.dumps(data)]
    return sum(len(gzip.compress(part.encode(), 6)) for part in parts)
