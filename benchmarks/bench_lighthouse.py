"""Lighthouse's four scores for every chapter, beside those of a stock Jupyter Book of the same.

The settings are Lighthouse's own for a phone. Both sites come from one local server that
compresses, as public hosts do. The stock site is built in the same run from the same notebooks
with the outputs that are committed, hence without pictures, which makes its pages lighter than
they would be. What it asks of other hosts is blocked, so that nothing depends on a network.
"""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from book.project import LANGUAGES, ROOT, chapter_paths
from book.takeaway.pdf import find_browser
from tests.pages import NODE, SITE, served

GOALS = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
PLACE = ROOT / "_build" / "lighthouse"


def measure() -> list[dict[str, Any]]:
    """Score every chapter of both sites; an entry's ratio is the least score over the goal."""
    browser = find_browser()
    if browser is None or not (SITE / "index.html").exists():
        print("  left out: it needs a Chromium, and a site built by `make site`")
        return []
    if not _installed():
        print("  left out: Lighthouse could not be installed; is there a network?")
        return []
    with tempfile.TemporaryDirectory() as folder:
        stock = _stock(Path(folder))
        slugs = [path.stem for path in chapter_paths()]
        names = [f"{language}/{slug}.html" for language in LANGUAGES for slug in slugs]
        print(f"  {'':<32} {' / '.join(GOALS)}\n  {'':<32} {'course':<22} stock", flush=True)
        least = dict.fromkeys(GOALS, 100)
        for name in names:
            ours, theirs = _scores(SITE, name, browser), _scores(stock, name, browser)
            print(f"  {name:<32} {_written(ours):<22} {_written(theirs)}", flush=True)
            least = {category: min(least[category], ours[category]) for category in GOALS}
    return [
        {
            "name": f"Lighthouse {category}, the least of all chapters",
            "peer": f"a score of {goal}",
            "ratio": least[category] / goal,
            "goal": 1,
        }
        for category, goal in GOALS.items()
    ]


def _installed() -> bool:
    """Install the pinned Lighthouse below ``_build``, where it is not there yet."""
    PLACE.mkdir(parents=True, exist_ok=True)
    lock = PLACE / "package-lock.json"
    pinned = Path(__file__).with_name("lighthouse")
    wanted = (pinned / lock.name).read_bytes()
    if lock.exists() and lock.read_bytes() == wanted:
        return True
    shutil.copyfile(pinned / "package.json", PLACE / "package.json")
    lock.write_bytes(wanted)
    npm = [str(NODE.with_name("npm")), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run([*npm, "--silent"], cwd=PLACE, check=False).returncode == 0
    if not done:
        lock.unlink()
    return done


def _stock(folder: Path) -> Path:
    """Build both languages with Jupyter Book as it comes, and return the folder of the pages."""
    config = folder / "_config.yml"
    config.write_text("title: Stock\nexecute:\n  execute_notebooks: 'off'\n", encoding="utf-8")
    for language in LANGUAGES:
        source = folder / "source" / language
        shutil.copytree(ROOT / "notebooks" / language, source)
        shutil.copyfile(ROOT / "_toc.yml", source / "_toc.yml")
        run = subprocess.run(
            [
                *(str(NODE.with_name("jupyter-book")), "build", str(source), "--quiet"),
                *("--config", str(config), "--path-output", str(folder / "built" / language)),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        html = folder / "built" / language / "_build" / "html"
        if not html.exists():
            raise RuntimeError(f"jupyter-book build {language}: {run.stderr[-2000:]}")
        html.rename(folder / language)
    return folder


def _scores(site: Path, name: str, browser: str) -> dict[str, int]:
    """Run Lighthouse on a page."""
    switches = ["--headless=new", "--disable-gpu"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        switches.append("--no-sandbox")
    with served(site) as address:
        run = subprocess.run(
            [
                str(NODE),
                str(PLACE / "node_modules" / "lighthouse" / "cli" / "index.js"),
                f"{address}/{name}",
                *("--output=json", "--quiet", "--blocked-url-patterns=https://*"),
                f"--only-categories={','.join(GOALS)}",
                f"--chrome-flags={' '.join(switches)}",
            ],
            env={**os.environ, "CHROME_PATH": browser},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    if run.returncode:
        raise RuntimeError(f"lighthouse {name}: {run.stderr[-2000:]}")
    categories = json.loads(run.stdout)["categories"]
    return {category: round(100 * (categories[category]["score"] or 0)) for category in GOALS}


def _written(scores: dict[str, int]) -> str:
    return " / ".join(str(scores[category]) for category in GOALS)
