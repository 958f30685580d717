"""Runs ``jupyter-book build`` for one language, with an overlay of ``_config.yml``."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import yaml

from book.project import LANGUAGES, ROOT, address
from book.text import texts

__all__ = ["CARD", "run_jupyter_book", "write_config"]

CARD = "card.png"
"""Picture that other sites show with a link to the course, in each language's folder."""

_TIMEOUT = 900  # seconds


def write_config(language: str, stage: Path) -> Path:
    """Write ``_config.yml`` with what differs between languages laid over it, and return its path.

    ``stage`` is the folder with ``static``, the files that pages load, and ``extra``, those that
    are copied as they are.
    """
    t, site = texts(language), address()
    config: dict[str, Any] = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config["title"] = config["project"] = t["site_title"]
    config["html"]["baseurl"] = f"{site}/{language}/"
    config["sphinx"]["config"] |= {
        "language": t["code"].replace("-", "_"),
        "html_static_path": [str(stage / "static")],
        "html_extra_path": [str(stage / "extra")],
        "site_url": f"{site}/",
        "sitemap_locales": list(LANGUAGES),
        "ogp_site_url": f"{site}/{language}/",
        "ogp_image": CARD,
        "ogp_image_alt": t["card_alt"],
    }
    path = stage / "_config.yml"
    path.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    return path


def run_jupyter_book(language: str, stage: Path, html: Path) -> list[str]:
    """Build a language's pages from ``stage``, move them to ``html``, and return the problems."""
    start = time.perf_counter()
    command = shutil.which("jupyter-book", path=str(Path(sys.executable).parent))
    run = subprocess.run(
        [
            str(command),
            "build",
            stage / "source",
            f"--config={write_config(language, stage)}",
            f"--toc={ROOT / '_toc.yml'}",
            f"--path-output={stage}",
            "--warningiserror",
            "--keep-going",
            "--quiet",
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=_TIMEOUT,
    )
    print(f"  {language} {'pages':<21} {time.perf_counter() - start:5.1f} s", flush=True)
    if run.returncode == 0:
        shutil.move(stage / "_build" / "html", html)
        (html / ".buildinfo").unlink()  # for Sphinx's next build; it depends on the folder
        return []
    report = re.sub(r"\x1b\[[\d;]*m", "", run.stderr).replace(
        f"{stage}/source", f"notebooks/{language}"
    )
    lines = report.splitlines()
    problems = [line for line in lines if re.search(r"WARNING|ERROR|Error", line)]
    return problems or [f"{language}: Jupyter Book failed", *lines[-20:]]
