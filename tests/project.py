"""A copy of the course that a test may break."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


class Project:
    """A copy of what `python -m book` reads, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        for name in ("book", "helpers", "notebooks"):
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        for name in ("_config.yml", "_toc.yml"):
            shutil.copyfile(ROOT / name, folder / name)

    def path(self, name: str) -> Path:
        """Return a file of the copy."""
        return self.root / name

    def change(self, name: str, old: str, new: str, count: int = 1) -> int:
        """Replace text in a file that holds it, and return the line where the first one stood."""
        text = self.path(name).read_text(encoding="utf-8")
        assert old in text, f"{name} does not hold {old!r}"
        self.path(name).write_text(text.replace(old, new, count), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    def keep_only(self, *slugs: str) -> None:
        """Leave out all other chapters, the numbers that only they use, and links to them."""
        (self.root / "_toc.yml").write_text(
            f"format: jb-book\nroot: {slugs[0]}\n"
            + ("chapters:\n" if slugs[1:] else "")
            + "".join(f"  - file: {slug}\n" for slug in slugs[1:]),
            encoding="utf-8",
        )
        for path in (self.root / "book" / "chapters").glob("*.md"):
            if path.stem not in slugs:
                path.unlink()
            else:
                text = path.read_text(encoding="utf-8")
                known = "|".join(slugs)
                kept = re.sub(rf"\[([^]]*)\]\((?!{known})\d\d-[\w-]+\.md\)", r"\1", text)
                path.write_text(kept, encoding="utf-8")

    def book(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run ``python -m book`` in the copy."""
        return self.python("-m", "book", *arguments, **variables)

    def python(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run Python in the copy, which comes before the checkout on its path."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(self.root), **variables},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def files(self, *folders: str) -> dict[str, bytes]:
        """Return all files below some folders, to compare them later."""
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for folder in folders
            for path in sorted((self.root / folder).rglob("*"))
            if path.is_file()
        }


def small_project(folder: Path) -> Project:
    """Copy the course, and keep only its shortest chapter."""
    small = Project(folder)
    small.keep_only("00-welcome")
    small.change("book/numbers/__init__.py", "CHAPTERS = (", "CHAPTERS = () and (")
    (small.root / "node_modules").symlink_to(ROOT / "node_modules")
    for path in (small.root / "notebooks").glob("*/0[1-9]*.ipynb"):
        path.unlink()
    return small
