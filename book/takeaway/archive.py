"""Zip files whose bytes depend on nothing but their content."""

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

__all__ = ["add_file", "file_name", "folder_files", "write_zip"]

_DATE = (1980, 1, 1, 0, 0, 0)  # the first one that a zip file can hold
_MODE = 0o100644 << 16  # a plain file that everybody may read
_UNIX = 3


def file_name(title: str) -> str:
    """Return a title as a file name: ``Taxa de médias`` becomes ``taxa-de-medias``."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def folder_files(folder: Path) -> dict[str, bytes]:
    """Return the contents of a folder's files by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def write_zip(path: Path, files: Mapping[str, bytes], inside: str) -> None:
    """Write files, sorted by name, into one folder of a new zip file."""
    with ZipFile(path, "w") as archive:
        for name in sorted(files):
            add_file(archive, f"{inside}/{name}", files[name])


def add_file(archive: ZipFile, name: str, content: bytes | str, compress: bool = True) -> None:
    """Add a file with a fixed date and mode."""
    entry = ZipInfo(name, _DATE)
    entry.create_system = _UNIX
    entry.external_attr = _MODE
    entry.compress_type = ZIP_DEFLATED if compress else ZIP_STORED
    archive.writestr(entry, content)
