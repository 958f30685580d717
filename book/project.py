"""The project's root, its chapters, and where the course is published."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from sphinx_external_toc.api import Document, FileItem, SiteMap
from sphinx_external_toc.parsing import MalformedError, parse_toc_data

from book.errors import BookError
from helpers.language import LANGUAGES

__all__ = [
    "LANGUAGES",
    "PICTURES",
    "ROOT",
    "SHEET",
    "Repository",
    "address",
    "chapter_paths",
    "parts",
    "repository",
    "set_repository",
]

ROOT = Path(__file__).resolve().parents[1]
SHEET = "12-sheet"
"""The chapter that sums the others up: it is also printed by itself, on one sheet of paper."""
PICTURES = "book/chapters/pictures"
"""Folder of the pictures that manuscripts show, as ``![what it shows](pictures/name.png)``."""
COLAB = "https://colab.research.google.com/github"


@dataclass(frozen=True)
class Repository:
    """Where the course is published.

    Attributes
    ----------
    url : str
        ``https://github.com/<owner>/<name>``.
    branch : str
        The branch that badges and install cells point to.
    """

    url: str
    branch: str

    def colab(self, language: str, slug: str = "") -> str:
        """Return the address that opens a chapter in Colab, or their folder without a slug."""
        path = self.url.removeprefix("https://github.com")
        notebook = f"{slug}.ipynb" if slug else ""
        return f"{COLAB}{path}/blob/{self.branch}/notebooks/{language}/{notebook}"

    @property
    def pages(self) -> str:
        """The address that GitHub Pages gives the repository's site, without a slash at its end."""
        owner, name = self.url.removeprefix("https://github.com/").split("/")
        host = f"{owner.lower()}.github.io"
        return f"https://{host}" + ("" if name.lower() == host else f"/{name}")

    def picture(self, name: str) -> str:
        """Return the start of the address of a picture's file, which Colab shows."""
        return f"{self.url}/raw/{self.branch}/{PICTURES}/{name}"

    def source(self, path: str) -> str:
        """Return the address of a file of the repository."""
        return f"{self.url}/blob/{self.branch}/{path}"


def chapter_paths(root: Path = ROOT) -> list[Path]:
    """Return the manuscripts in the order of ``_toc.yml``.

    Raises
    ------
    BookError
        If ``_toc.yml`` cannot be read, does not list exactly the files of ``book/chapters``, or two
        of these share a number or a slug.
    """
    listed = [slug for _, slugs in parts(root) for slug in slugs]
    folder = root / "book" / "chapters"
    found = sorted(path.stem for path in folder.glob("[!.]*.md"))
    problems = []
    for slug in found:
        if not re.fullmatch(r"\d\d-[a-z0-9-]+", slug):
            problems.append(f"book/chapters/{slug}.md: the name must be NN-slug.md")
        if slug not in listed:
            problems.append(f"book/chapters/{slug}.md: the chapter is missing from _toc.yml")
    for slug in listed:
        if slug not in found:
            problems.append(f"_toc.yml: there is no manuscript book/chapters/{slug}.md")
    for part, what in ((slice(0, 2), "number"), (slice(3, None), "slug")):
        seen: dict[str, str] = {}
        for slug in found:
            first = seen.setdefault(slug[part], slug)
            if first != slug:
                problems.append(f"book/chapters/{slug}.md: has the same {what} as {first}.md")
    if problems:
        raise BookError(*problems)
    return [folder / f"{slug}.md" for slug in listed]


def parts(root: Path = ROOT) -> list[tuple[str, list[str]]]:
    """Return the parts of ``_toc.yml``: caption, empty where there is none, and slugs in order.

    The first one holds the root document.

    Raises
    ------
    BookError
        If ``_toc.yml`` cannot be read.
    """
    try:
        site_map = parse_toc_data(_yaml(root / "_toc.yml"))
    except MalformedError as error:
        raise BookError(f"_toc.yml: {' '.join(str(error).split())}") from error
    trees = [tree for document in site_map.values() for tree in document.subtrees]
    if others := [one for tree in trees for one in tree.items if not isinstance(one, FileItem)]:
        raise BookError(
            "_toc.yml: may list chapters only, as `- file: NN-slug`; link to other pages from a "
            f"chapter, got {getattr(others[0], 'url', others[0])}"
        )
    found = [("", [site_map.root.docname])]
    for tree in site_map.root.subtrees:
        slugs = [slug for file in tree.files() for slug in _in_order(site_map, site_map[file])]
        found.append((tree.caption or "", slugs))
    return found


def _in_order(site_map: SiteMap, document: Document) -> Iterator[str]:
    """Yield the names of a document and of those below it, parts and sections included."""
    yield document.docname
    for child in document.child_files():
        yield from _in_order(site_map, site_map[child])


def repository(root: Path = ROOT) -> Repository:
    """Return the repository that ``_config.yml`` names."""
    settings = _yaml(root / "_config.yml").get("repository") or {}
    return Repository(_github_url(settings.get("url")), str(settings.get("branch") or "main"))


def address(root: Path = ROOT) -> str:
    """Return the site's URL without a trailing slash.

    That is ``html: baseurl:`` of ``_config.yml``, or else the repository's GitHub Pages.

    Raises
    ------
    BookError
        If the setting is no address of a folder on the web.
    """
    baseurl = (_yaml(root / "_config.yml").get("html") or {}).get("baseurl")
    if not baseurl:
        return repository(root).pages
    if not re.fullmatch(r"https?://[\w.-]+(:\d+)?(/[\w.~%-]+)*/?", str(baseurl)):
        raise BookError(
            "_config.yml: html: baseurl: must be an address such as https://<host>/<folder>, "
            f"got {baseurl}"
        )
    return str(baseurl).rstrip("/")


def set_repository(url: str, root: Path = ROOT) -> None:
    """Write the URLs of the repository and of its site into ``_config.yml``.

    The site moves to the new repository's GitHub Pages; where the repository stays the same, so
    does the site's URL.

    Raises
    ------
    BookError
        If ``url`` is not a repository on GitHub, which is what Colab opens notebooks from.
    """
    url = _github_url(url)
    config = root / "_config.yml"
    before, text = repository(root), config.read_text(encoding="utf-8")
    text = _with_value(text, "repository", "url", url)
    if url != before.url:
        text = _with_value(text, "html", "baseurl", Repository(url, before.branch).pages)
    config.write_text(text, encoding="utf-8")


def _with_value(text: str, section: str, key: str, value: str) -> str:
    """Return the settings with the value of one key replaced; comments stay."""
    text, count = re.subn(
        rf"(?m)^({section}:\n(?:[ #].*\n)*?  {key}:).*$", lambda match: f"{match[1]} {value}", text
    )
    if count != 1:
        raise BookError(
            f"_config.yml: there is no `{section}:` with an indented `{key}:` to change"
        )
    return text


def _github_url(url: Any) -> str:
    cleaned = str(url).rstrip("/").removesuffix(".git")
    if not re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", cleaned):
        raise BookError(f"the repository must be https://github.com/<owner>/<name>, got {url}")
    return cleaned


def _yaml(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BookError(f"{path.name}: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise BookError(
            f"{path.name}: is not valid YAML: {' '.join(str(error).split())}"
        ) from error
    if not isinstance(content, dict):
        raise BookError(f"{path.name}: must hold a mapping")
    return content
