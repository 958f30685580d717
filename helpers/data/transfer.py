"""Reading from a server that may stall, trickle or never end.

The network is read by a thread of its own, since looking up a name and reading headers know no
limit of time in Python; whoever waits for it can always stop waiting.
"""

import http.client
import queue
import textwrap
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["Fault", "Limits", "Report", "received"]

Report = Callable[[int, int], None]
"""Told how many bytes are here, and of how many (0 if the server does not say)."""


@dataclass(frozen=True)
class Limits:
    """When to stop waiting.

    Attributes
    ----------
    rounds : int
        How many times each mirror is asked.
    pause : float
        Seconds between the first two rounds; twice as long before each further one.
    patience : float
        Seconds in which ``slowest`` bytes a second have to arrive, from the call on.
    slowest : float
        Bytes a second.
    total : float
        Seconds for all files together.
    largest : int
        Bytes that a file may have.
    """

    rounds: int = 3
    pause: float = 1.0
    patience: float = 10.0
    slowest: float = 1000.0
    total: float = 600.0
    largest: int = 2**26


class Fault(Exception):  # noqa: N818, it never reaches a caller of the package
    """Why one attempt failed; the attributes are those of `helpers.data.UnavailableError`.

    Parameters
    ----------
    reason : str
        As of `helpers.data.UnavailableError`.
    words : str
        What was wrong, shortened to 200 letters.
    status : int, optional
        As of `helpers.data.UnavailableError`.
    """

    def __init__(self, reason: str, words: str, status: int | None = None) -> None:
        # Servers and libraries say what they like, on as many lines as they like.
        super().__init__(textwrap.shorten(words, 200, placeholder=" …"))
        self.reason = reason
        self.status = status


def received(url: str, limits: Limits, until: float, report: Report) -> bytes:
    """Return the bytes under ``url``, if they come fast enough.

    Parameters
    ----------
    url : str
        Their address.
    limits : Limits
        Of them, ``patience``, ``slowest`` and ``largest``.
    until : float
        When to stop in any case, on the clock of `time.monotonic`.
    report : callable
        Told of each part that arrives.

    Returns
    -------
    bytes
        All of them.

    Raises
    ------
    Fault
        If they do not come, or not all of them.
    """
    parts: queue.SimpleQueue[bytes | int | Fault | None] = queue.SimpleQueue()
    stop = threading.Event()
    arguments = (url, limits.patience, parts, stop)
    threading.Thread(target=_receive, args=arguments, daemon=True).start()
    content, size = bytearray(), 0
    since, before = time.monotonic(), 0
    try:
        while True:
            try:
                part = parts.get(timeout=0.1)
            except queue.Empty:
                part = b""
            if part is None:
                break
            if isinstance(part, Fault):
                raise part
            if isinstance(part, int):
                size = part
            else:
                content += part
                report(len(content), size)
            now = time.monotonic()
            if now >= until:
                raise Fault("slow", "the time for the whole download is up")
            if now - since >= limits.patience:
                came = len(content) - before
                if came < limits.slowest * (now - since):
                    raise Fault("slow", f"{came} bytes in {now - since:.0f} s")
                since, before = now, len(content)
            if max(size, len(content)) > limits.largest:
                raise Fault("broken", f"more than {limits.largest} bytes")
    finally:
        stop.set()
    if len(content) < size:
        raise Fault("broken", f"ended after {len(content)} of {size} bytes")
    return bytes(content)


def _receive(
    url: str, patience: float, parts: queue.SimpleQueue[Any], stop: threading.Event
) -> None:
    """Put the size of what lies under ``url``, its bytes, and None; or the fault that came up."""
    request = urllib.request.Request(url, headers={"User-Agent": "helpers (course)"})
    try:
        with urllib.request.urlopen(request, timeout=patience) as response:
            parts.put(int(response.headers.get("Content-Length") or 0))
            # read1: what has come, where read would wait until all that was asked for has.
            while not stop.is_set() and (part := response.read1(2**16)):
                parts.put(part)
        parts.put(None)
    except urllib.error.HTTPError as error:
        error.close()
        parts.put(Fault("refused", f"HTTP {error.code} {error.reason}", error.code))
    except Exception as error:
        why = error.reason if isinstance(error, urllib.error.URLError) else error
        if isinstance(why, TimeoutError):
            parts.put(Fault("slow", f"no answer within {patience:g} s"))
        elif isinstance(why, http.client.HTTPException | ValueError):
            parts.put(Fault("broken", f"{type(why).__name__}: {why}"))
        else:
            parts.put(Fault("network", f"{why}"))
