"""``make site``, cold and warm, against stock ``jupyter-book build`` run once a language.

Both start from the same notebooks and run every cell. The stock site has less to do: no frames of
explorers, no dark pictures, no books.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from book.project import LANGUAGES, ROOT

COLD, WARM = 0.4, 0.02
_CONFIG = "title: Stock\nexecute:\n  execute_notebooks: force\n  timeout: 600\n"


def measure() -> list[dict[str, Any]]:
    """Build in new clones of what is committed; a row's ratio is the allowed share over ours."""
    with tempfile.TemporaryDirectory() as scratch:
        clone = Path(scratch) / "course"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        (clone / "node_modules").symlink_to(ROOT / "node_modules")
        cold, warm = (_timed([sys.executable, "-m", "book", "site"], clone) for _ in range(2))
        stock = sum(_stock(Path(scratch), clone, language) for language in LANGUAGES)
    print(f"  stock {stock:.1f} s; ours {cold:.1f} s cold ({cold / stock:.2f} of it), ", end="")
    print(f"{warm:.1f} s warm ({warm / stock:.3f})")
    return [
        {
            "name": f"make site, {name}, at most {goal} of stock's time",
            "peer": "jupyter-book build, once a language",
            "ratio": goal / (seconds / stock),
            "goal": 1,
        }
        for name, seconds, goal in (("cold", cold, COLD), ("warm", warm, WARM))
    ]


def _stock(scratch: Path, clone: Path, language: str) -> float:
    """Return the seconds that Jupyter Book takes, as it comes, for a language's notebooks."""
    source, config = scratch / language, scratch / "_config.yml"
    shutil.copytree(clone / "notebooks" / language, source)
    shutil.copyfile(clone / "_toc.yml", source / "_toc.yml")
    config.write_text(_CONFIG, encoding="utf-8")
    jupyter_book = str(Path(sys.executable).with_name("jupyter-book"))
    command = [jupyter_book, "build", str(source), "--quiet", "--config", str(config)]
    return _timed([*command, "--path-output", str(scratch / f"built-{language}")], clone)


def _timed(command: list[str], clone: Path) -> float:
    """Run a command with the clone's own packages before all others, and return its seconds."""
    environment = {**os.environ, "PYTHONPATH": str(clone), "OMP_NUM_THREADS": "1"}
    start = time.perf_counter()
    run = subprocess.run(
        command, cwd=clone, env=environment, capture_output=True, text=True, check=False
    )
    if run.returncode:
        raise RuntimeError(f"{' '.join(command)}: {run.stderr[-2000:]}")
    return time.perf_counter() - start
