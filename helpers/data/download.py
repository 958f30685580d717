"""Downloads that end: mirrors in turn, growing waits, checksums, a cache that is never broken."""

import contextlib
import gzip
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from helpers.data import cache, progress
from helpers.data.transfer import Fault, Limits, Report, received

__all__ = ["Limits", "Resource", "UnavailableError", "complete", "fetch"]


class Resource(NamedTuple):
    """A file, and the archive on the mirrors that holds it.

    Attributes
    ----------
    name, md5 : str
        Of the file as it is kept.
    archive, archive_md5 : str
        Of the file as it is downloaded, compressed with gzip.
    """

    name: str
    md5: str
    archive: str
    archive_md5: str


class UnavailableError(OSError):
    """Data that cannot be had.

    Parameters
    ----------
    message : str
        What is missing and why, for the log.
    reason : str
        As the attribute.
    status : int, optional
        As the attribute.

    Attributes
    ----------
    reason : str
        Which of the texts ``data.why`` of `helpers.language` says it.
    status : int or None
        HTTP's, where a server refused.
    """

    def __init__(self, message: str, reason: str, status: int | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.status = status


def complete(
    folder: Path, resources: Sequence[Resource], mirrors: Sequence[str], limits: Limits
) -> tuple[dict[str, bytes], OSError | None]:
    """Return all files, those that ``folder`` lacks from the mirrors, and keep them there.

    Parameters
    ----------
    folder : Path
        It is made where it is missing. Other processes wait until this one has finished.
    resources : sequence of Resource
        The files.
    mirrors : sequence of str
        Addresses of folders that hold all archives. Each file is asked for at the one that gave the
        last, then at the others.
    limits : Limits
        When to give up.

    Returns
    -------
    contents : dict of str to bytes
        By the files' names.
    fault : OSError or None
        Why not all of them could be kept, if so. They are right all the same.

    Raises
    ------
    UnavailableError
        If a file cannot be had from any mirror. The files before it are kept.
    """
    until = time.monotonic() + limits.total
    order = list(mirrors)
    contents: dict[str, bytes] = {}
    fault: OSError | None = None
    with contextlib.ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(cache.locked(folder, until))
        except TimeoutError as error:
            raise UnavailableError(str(error), "slow") from None
        except OSError as error:
            fault = error
        show = stack.enter_context(progress.line())
        for number, resource in enumerate(resources, start=1):
            # Another process may have brought it while this one waited.
            content = cache.read(folder / resource.name, resource.md5)
            if content is None:
                report = progress.of_file(show, number, len(resources))
                content = fetch(resource, order, limits, until, report)
                try:
                    if fault is None:
                        cache.write(folder / resource.name, content)
                except OSError as error:
                    fault = error
            contents[resource.name] = content
    return contents, fault


def fetch(
    resource: Resource, mirrors: list[str], limits: Limits, until: float, report: Report
) -> bytes:
    """Download one file and unpack it; the mirror that gave it moves to the front of ``mirrors``.

    Parameters
    ----------
    resource : Resource
        The file.
    mirrors : list of str
        Addresses of the folders that may hold it, the likeliest first.
    limits : Limits
        Rounds, waits and sizes.
    until : float
        When to stop in any case, on the clock of `time.monotonic`.
    report : callable
        Told of each part that arrives.

    Returns
    -------
    bytes
        The unpacked file, its checksum proved.

    Raises
    ------
    UnavailableError
        If no mirror gives it, or the time, on the clock of `time.monotonic`, is up.
    """
    faults: dict[str, Fault] = {}
    for attempt in range(limits.rounds):
        if attempt:
            pause = limits.pause * 2 ** (attempt - 1)
            time.sleep(max(0, min(pause, until - time.monotonic())))
        for mirror in mirrors if time.monotonic() < until else ():
            url = f"{mirror.rstrip('/')}/{resource.archive}"
            try:
                content = _unpacked(received(url, limits, until, report), resource)
            except Fault as fault:
                faults[url] = fault
            else:
                mirrors.remove(mirror)
                mirrors.insert(0, mirror)
                return content
    if not faults:
        why = ("the time for the whole download is up", "slow")
        raise UnavailableError(*(why if mirrors else ("there is no mirror to ask", "network")))
    said = "; ".join(f"{url}: {fault}" for url, fault in faults.items())
    worst = max(faults.values(), key=lambda fault: _TELLING.index(fault.reason))
    raise UnavailableError(said, worst.reason, worst.status)


_TELLING = ("network", "slow", "broken", "refused")
"""Of several faults the last of these is told: a server that answers disproves the first."""


def _unpacked(archive: bytes, resource: Resource) -> bytes:
    """Check the archive, unpack it, and check what was in it."""
    came = cache.md5(archive)
    if came != resource.archive_md5:
        raise Fault("broken", f"the MD5 is {came}, wanted {resource.archive_md5}")
    content = gzip.decompress(archive)
    came = cache.md5(content)
    if came != resource.md5:
        raise Fault("broken", f"the MD5 of {resource.name} is {came}, wanted {resource.md5}")
    return content
