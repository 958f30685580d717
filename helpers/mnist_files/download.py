"""Downloads MNIST's files with pooch: several mirrors, checksums, retries and a time limit."""

import gzip
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from helpers._progress import progress_bar

__all__ = ["FILES", "MIRRORS", "DownloadError", "fetch"]

FILES = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
"""MD5 of each file, uncompressed."""

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "http://yann.lecun.com/exdb/mnist/",
)
"""Where the files are, compressed with gzip, in the order in which the mirrors are tried."""

TIMEOUT = 10.0
"""Seconds to wait for a connection, and for the next bytes."""

TIME_LIMIT = 600.0
"""Seconds for all files together."""

_DOWNLOAD_SIZE = 11_594_722  # bytes, all files together

_SEVERITY = ("network", "corrupted", "refused")
"""Reasons, from least to most informative; the most informative one is reported."""


class DownloadError(OSError):
    """MNIST is not available.

    Parameters
    ----------
    message : str
        What is missing and why, in English.
    reason : str
        As the attribute.

    Attributes
    ----------
    reason : str
        Key of a text in the table ``data.instead`` of the catalogues.
    """

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason

    def __reduce__(self) -> tuple[Any, ...]:  # an OSError keeps its message alone
        return type(self), (str(self), self.reason)


def cache_folder() -> Path:
    """Return the folder for MNIST in the user's cache; it need not exist."""
    import pooch

    return Path(pooch.os_cache("optimisation-course")) / "MNIST" / "raw"


def fetch(folder: Path) -> None:
    """Download the files that are missing or corrupted in a folder.

    Several processes may do so at once: pooch writes each file under a temporary name, checks it
    and then renames it. At worst a file is downloaded twice.

    Parameters
    ----------
    folder : pathlib.Path
        Created if it does not exist.

    Raises
    ------
    DownloadError
        If no mirror provides one of the files, or ``folder`` cannot be written.
    """
    import pooch
    from requests import RequestException

    pooch.get_logger().setLevel("WARNING")
    known_hashes = {name: f"md5:{md5}" for name, md5 in FILES.items()}
    source = pooch.create(folder, "", registry=known_hashes, retry_if_failed=1)
    mirrors = list(MIRRORS)
    with progress_bar(_DOWNLOAD_SIZE, "B", "MNIST") as bar:
        downloader = _gzip_downloader(time.monotonic() + TIME_LIMIT, bar)
        for name in FILES:
            failures: dict[str, Exception] = {}
            for mirror in mirrors:
                source.urls[name] = url = f"{mirror}{name}.gz"
                try:
                    source.fetch(name, downloader=downloader)
                except (RequestException, TimeoutError, ValueError) as error:
                    failures[url] = error
                except OSError as error:  # without a number, of requests: no such certificates
                    reason = "unwritable" if error.errno else "network"
                    raise DownloadError(f"{error}", reason) from None
                else:
                    mirrors.remove(mirror)
                    mirrors.insert(0, mirror)  # try it first for the next file
                    break
            else:
                raise DownloadError(*_summarise(failures))


def _gzip_downloader(deadline: float, bar: Any) -> Callable[[str, str, Any], None]:
    """Return a downloader for pooch that unpacks the file, moves a progress bar, and ends in time.

    pooch's own one knows no deadline, and `pooch.Decompress` writes the unpacked file unchecked,
    directly under its final name.
    """

    def download(url: str, output_file: str, source: Any) -> None:
        import requests

        # Some servers call gzip an encoding; requests would then unpack the file itself.
        headers = {"Accept-Encoding": "identity"}
        archive = bytearray()
        with requests.get(url, headers=headers, timeout=TIMEOUT, stream=True) as response:
            response.raise_for_status()
            for chunk in response.iter_content(2**12):
                # The timeout starts anew with each byte: a slow mirror could take hours.
                if time.monotonic() > deadline:
                    raise TimeoutError(f"not finished within {TIME_LIMIT:g} seconds")
                archive += chunk
                bar.update(len(chunk))
        try:
            Path(output_file).write_bytes(gzip.decompress(archive))
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise ValueError(f"not a valid gzip file: {error}") from None

    return download


def _summarise(failures: dict[str, Exception]) -> tuple[str, str]:
    """Return message and reason of a `DownloadError` for the failures of all mirrors."""
    from requests import exceptions

    def reason(error: Exception) -> str:
        if isinstance(error, exceptions.HTTPError):
            return "refused"
        is_corrupted = isinstance(error, ValueError | exceptions.ChunkedEncodingError)
        return "corrupted" if is_corrupted else "network"

    message = "; ".join(f"{url}: {error}" for url, error in failures.items())
    return message, max(map(reason, failures.values()), key=_SEVERITY.index)
