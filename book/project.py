"""Where things lie, which chapters there are, and where the course is published."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from book.errors import BookError

__all__ = [
    "LANGUAGES",
    "ROOT",
    "Repository",
    "address",
    "chapter_paths",
    "repository",
    "set_repository",
]

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = ("pt", "en")
COLAB = "https://colab.research.google.com/github"


@dataclass(frozen=True)
class Repository:
    """Where the course is published.

    Attributes
    ----------
    url : str
        Of the repository, ``https://github.com/<owner>/<name>``.
    branch : str
        The branch that readers get.
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

    def source(self, path: str) -> str:
        """Return the address of a file of the repository."""
        return f"{self.url}/blob/{self.branch}/{path}"


def chapter_paths(root: Path = ROOT) -> list[Path]:
    """Return the manuscripts in the order of ``_toc.yml``.

    Raises
    ------
    BookError
        If ``_toc.yml`` cannot be read, or it and ``book/chapters`` do not hold the same chapters,
        or two of them share a number or a name.
    """
    toc = _yaml(root / "_toc.yml")
    listed = [toc.get("root"), *(entry.get("file") for entry in toc.get("chapters") or [])]
    folder = root / "book" / "chapters"
    found = sorted(path.stem for path in folder.glob("*.md"))
    problems = []
    for slug in sorted({str(slug) for slug in listed if listed.count(slug) > 1}):
        problems.append(f"_toc.yml: {slug} is listed twice")
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


def repository(root: Path = ROOT) -> Repository:
    """Return where ``_config.yml`` says that the course is published."""
    settings = _yaml(root / "_config.yml").get("repository") or {}
    return Repository(_github_url(settings.get("url")), str(settings.get("branch") or "main"))


def address(root: Path = ROOT) -> str:
    """Return where readers find the site, without a slash at its end.

    That is ``html: baseurl:`` of ``_config.yml``, or else the repository's GitHub Pages.

    Raises
    ------
    BookError
        If the setting is no address of a folder on the web.
    """
    said = (_yaml(root / "_config.yml").get("html") or {}).get("baseurl")
    if not said:
        return repository(root).pages
    if not re.fullmatch(r"https?://[\w.-]+(:\d+)?(/[\w.~%-]+)*/?", str(said)):
        raise BookError(
            "_config.yml: html: baseurl: must be an address such as https://<host>/<folder>, "
            f"got {said}"
        )
    return str(said).rstrip("/")


def set_repository(url: str, root: Path = ROOT) -> None:
    """Write the repository's address into ``_config.yml``, and that of its site; nothing else.

    The site's becomes that of the new repository's GitHub Pages. Where the repository stays the
    same, so does a site that is somewhere else.

    Raises
    ------
    BookError
        If ``url`` is not a repository on GitHub, which is what Colab opens notebooks from.
    """
    url = _github_url(url)
    config = root / "_config.yml"
    before, text = repository(root), config.read_text(encoding="utf-8")
    text = _changed(text, "repository", "url", url)
    if url != before.url:
        text = _changed(text, "html", "baseurl", Repository(url, before.branch).pages)
    config.write_text(text, encoding="utf-8")


def _changed(text: str, section: str, key: str, value: str) -> str:
    """Return the settings with another value in one line."""
    text, found = re.subn(
        rf"(?m)^({section}:\n(?:[ #].*\n)*?  {key}:).*$", lambda match: f"{match[1]} {value}", text
    )
    if found != 1:
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
