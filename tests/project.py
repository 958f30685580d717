"""A made-up course in a folder of its own, for tests of the build to run and to break."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from book.project import ROOT

__all__ = ["ROOT", "Course", "code", "manuscript", "needs_clone", "prose"]

needs_clone = pytest.mark.skipif(
    not (shutil.which("git") and (ROOT / ".git").exists()),
    reason="needs git and a clone: this is a downloaded copy, or git is not installed",
)

_HEAD = "---\nkernelspec:\n  display_name: Python 3\n  language: python\n  name: python3\n---\n"


def prose(pt: str, en: str) -> str:
    """Return the cells of a text."""
    return f'+++ {{"lang": "pt"}}\n\n{pt}\n\n+++ {{"lang": "en"}}\n\n{en}\n'


def code(source: str, tag: str = "") -> str:
    """Return a cell of code."""
    tags = f":tags: [{tag}]\n\n" if tag else ""
    return f"```{{code-cell}} ipython3\n{tags}{source}\n```\n"


def manuscript(*cells: str) -> str:
    """Return a chapter with these cells."""
    return "\n".join((_HEAD, *cells))


class Course:
    """A course in a folder.

    Parameters
    ----------
    root : pathlib.Path
        Folder of the course.
    **chapters : str
        Manuscripts to write, by the slug without its number, in order.
    """

    def __init__(self, root: Path, **chapters: str) -> None:
        self.root = root
        slugs = [f"{number:02}-{name}" for number, name in enumerate(chapters)]
        for slug, text in zip(slugs, chapters.values(), strict=True):
            self.write(f"book/chapters/{slug}.md", text)
        if chapters:
            others = "".join(f"  - file: {slug}\n" for slug in slugs[1:])
            toc = f"format: jb-book\nroot: {slugs[0]}\n" + (
                f"chapters:\n{others}" if others else ""
            )
            self.write("_toc.yml", toc)
            shutil.copyfile(ROOT / "_config.yml", root / "_config.yml")

    def path(self, name: str) -> Path:
        """Return a file of the course."""
        return self.root / name

    def read(self, name: str) -> str:
        """Return the text of a file."""
        return self.path(name).read_text(encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        """Write a file, and the folders above it."""
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        self.path(name).write_text(text, encoding="utf-8")

    def change(self, name: str, old: str, new: str, count: int = 1) -> None:
        """Replace text in a file that holds it."""
        text = self.read(name)
        assert old in text, f"{name} does not hold {old!r}"
        self.write(name, text.replace(old, new, count))

    def files(self, *folders: str) -> dict[str, bytes]:
        """Return the contents of all files below some folders."""
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for folder in folders
            for path in sorted(self.path(folder).rglob("*"))
            if path.is_file()
        }

    def add_code(self) -> None:
        """Copy the build and the package, so that ``python -m book`` runs here."""
        ignored = shutil.ignore_patterns("__pycache__", "chapters")
        for name in ("book", "helpers", "lab"):
            shutil.copytree(ROOT / name, self.path(name), ignore=ignored, dirs_exist_ok=True)
        self.path("node_modules").symlink_to(ROOT / "node_modules")

    def book(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run ``python -m book`` in the course, whose code comes first on Python's path."""
        return subprocess.run(
            [sys.executable, "-m", "book", *arguments],
            cwd=self.root,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def git(self, *arguments: str, date: str = "2024-03-09T00:00:00+00:00") -> None:
        """Run git in the course, at a date; without git the test is skipped."""
        if not shutil.which("git"):
            pytest.skip("git is not installed")
        who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_AUTHOR_DATE": date}
        who |= {name.replace("AUTHOR", "COMMITTER"): value for name, value in who.items()}
        subprocess.run(
            ["git", "-c", "commit.gpgsign=false", *arguments],
            cwd=self.root,
            env={"PATH": os.environ["PATH"], **who},
            capture_output=True,
            check=True,
        )
