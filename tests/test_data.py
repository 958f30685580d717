"""The data: MNIST as torchvision reads it, the embedded digits, and a download that meets faults.

The faults are those of a real server on this machine, of the system, and of processes that end.
"""

import collections
import concurrent.futures
import contextlib
import gzip
import hashlib
import http.server
import importlib
import itertools
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import types
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedShuffleSplit

from helpers import _screen, averages, data, language
from helpers.data import cache, download, images, mnist_files, progress
from helpers.data.download import Limits, Resource, UnavailableError
from helpers.figures import canvas, ewma
from tests.project import ROOT

SHARED = ROOT.parent / "shared" / "data"
HERE = (SHARED / "mnist" / "MNIST" / "raw").is_dir()
real = pytest.mark.skipif(not HERE, reason=f"MNIST does not lie in {SHARED}")
PATIENT = Limits(pause=0.01)
QUICK = Limits(rounds=2, pause=0.01, patience=0.3, total=10, largest=200_000)


# ── A small MNIST, and a server with every fault ──────────────────────────────────────────────────


def idx(array: np.ndarray) -> bytes:
    """A file of the idx format."""
    shape = np.array(array.shape, dtype=">i4").tobytes()
    return bytes([0, 0, 8, array.ndim]) + shape + array.astype(np.uint8).tobytes()


def small_mnist() -> dict[str, bytes]:
    """Sixty images to train and twenty to test."""
    rng = np.random.default_rng(0)
    arrays = [
        rng.integers(0, 256, (60, 28, 28)),
        np.arange(60) % 10,
        rng.integers(0, 256, (20, 28, 28)),
        np.arange(20) % 10,
    ]
    return dict(zip(mnist_files.FILES, map(idx, arrays), strict=True))


def packed(files: dict[str, bytes]) -> dict[str, bytes]:
    return {f"{name}.gz": gzip.compress(raw, 1, mtime=0) for name, raw in files.items()}


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


SMALL = small_mnist()
ARCHIVES = packed(SMALL)
RESOURCES = [
    Resource(name, md5(raw), archive, md5(ARCHIVES[archive]))
    for (name, raw), archive in zip(SMALL.items(), ARCHIVES, strict=True)
]


Reply = http.server.BaseHTTPRequestHandler


def answer(reply: Reply, size: int | None) -> None:
    reply.send_response(200)
    if size is not None:
        reply.send_header("Content-Length", str(size))
    reply.end_headers()


def good(reply, content):
    answer(reply, len(content))
    reply.wfile.write(content)


def unhurried(reply, content):
    """Take a third of a second."""
    answer(reply, len(content))
    for part in np.array_split(np.frombuffer(content, np.uint8), 3):
        time.sleep(0.11)
        reply.wfile.write(part.tobytes())


def unsized(reply, content):
    answer(reply, None)
    reply.wfile.write(content)


def chunked(reply, content):
    reply.protocol_version = "HTTP/1.1"
    reply.send_response(200)
    reply.send_header("Transfer-Encoding", "chunked")
    reply.send_header("Connection", "close")
    reply.end_headers()
    reply.wfile.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(content), content))


def flaky(reply, content):
    """Answer only when asked again."""
    archive = reply.path.split("/")[-1]
    if reply.server.count("flaky", archive) == 1:
        reply.send_error(503)
    else:
        good(reply, content)


def redirect(reply, content, to="good"):
    reply.send_response(302)
    reply.send_header("Location", reply.path.replace("redirect", to))
    reply.end_headers()


def circle(reply, content):
    redirect(reply, content, to="redirect")


def silent(reply, content):
    """Answer nothing at all."""
    reply.server.released.wait(60)


def stall(reply, content):
    """Send half, and then no more."""
    answer(reply, len(content))
    reply.wfile.write(content[: len(content) // 2])
    reply.wfile.flush()
    reply.server.half_sent.set()
    reply.server.released.wait(60)


def trickle(reply, content):
    """Send a byte now and then, each within any limit for one read."""
    answer(reply, len(content))
    drip(reply, content)


def trickling_headers(reply, content):
    drip(reply, b"HTTP/1.0 200 OK\r\nX-Long: " + bytes(60_000))


def drip(reply, content):
    for byte in content:
        reply.wfile.write(bytes([byte]))
        if reply.server.released.wait(0.02):
            break


def truncated(reply, content):
    answer(reply, len(content))
    reply.wfile.write(content[: len(content) // 2])


def cut(reply, content):
    """End early, without having said how much there would be."""
    unsized(reply, content[: len(content) // 2])


def flipped(reply, content):
    """Send as much as wanted, with one bit wrong."""
    good(reply, content[:20] + bytes([content[20] ^ 1]) + content[21:])


def portal(reply, content):
    """Answer as a hotel's login page does."""
    good(reply, b"<html>Please sign in</html>")


def other(reply, content):
    """Give a sound archive of something else."""
    good(reply, gzip.compress(b"something else"))


def endless(reply, content):
    answer(reply, None)
    while not reply.server.released.is_set():
        reply.wfile.write(bytes(10_000))


def garbled(reply, content):
    reply.wfile.write(b"what?\r\n\r\n")


def misnumbered(reply, content):
    reply.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: many\r\n\r\n")


class Handler(Reply):
    """The first part of a path says what happens: ``/stall/t10k-labels-idx1-ubyte.gz`` stalls."""

    def do_GET(self):  # noqa: N802, the library's name
        """Note who was asked for what, and answer in the mirror's way."""
        mirror, archive = self.path.strip("/").split("/")
        self.server.asked.append((mirror, archive, time.monotonic()))
        with contextlib.suppress(ConnectionError):
            if mirror.isdigit():
                self.send_error(int(mirror))
            else:
                globals()[mirror](self, self.server.archives[archive])

    def log_message(self, *_):
        """Say nothing."""


class Server(http.server.ThreadingHTTPServer):
    """Serves archives, and remembers who asked for what."""

    daemon_threads = True

    def __init__(self, archives: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.archives = archives
        self.asked: list[tuple[str, str, float]] = []
        self.half_sent, self.released = threading.Event(), threading.Event()

    def mirror(self, name: str) -> str:
        """Address of the mirror that behaves so."""
        return f"http://127.0.0.1:{self.server_port}/{name}/"

    def count(self, mirror: str, archive: str | None = None) -> int:
        """How often a mirror was asked for an archive, or for any."""
        return sum(m == mirror and archive in (None, a) for m, a, _ in self.asked)

    def handle_error(self, *_):
        """Say nothing of readers who hang up."""


@pytest.fixture
def server():
    """The server, with the small MNIST."""
    with Server(ARCHIVES) as one:
        threading.Thread(target=one.serve_forever, args=(0.01,), daemon=True).start()
        yield one
        one.released.set()
        one.shutdown()


@pytest.fixture
def closed():
    """Address of a mirror that is not there: its port is taken, and nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{one.getsockname()[1]}/"


@pytest.fixture(autouse=True)
def fresh_machine(monkeypatch, tmp_path, closed):
    """A user with an empty cache, no data set named, and no way out to any network."""
    for name in ("COURSE_DATA", "COURSE_LANGUAGE", "COURSE_PAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(language, "_chosen", None)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", [closed])
    monkeypatch.setattr(mnist_files, "LIMITS", QUICK)


@pytest.fixture
def home():
    """Where the cache keeps MNIST's files."""
    return cache.user_folder() / "MNIST" / "raw"


@pytest.fixture
def small(monkeypatch, server):
    """Let the small MNIST pass for the whole one, and its server for the usual mirror."""
    pairs = [(one.archive, one.archive_md5) for one in RESOURCES]
    monkeypatch.setattr(mnist_files, "FILES", {one.name: one.md5 for one in RESOURCES})
    monkeypatch.setattr(torchvision.datasets.MNIST, "resources", pairs)
    monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", [server.mirror("good")])
    monkeypatch.setattr(mnist_files, "LIMITS", PATIENT)
    return server


def fill(folder: Path, files: dict[str, bytes] = SMALL) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def kept(folder: Path) -> set[str]:
    """Names of the files in a cache, each of which has to be sound; no others may lie there."""
    found = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    for name in found - {".lock"}:
        assert (folder / name).read_bytes() == SMALL[name]
    return found - {".lock"}


def complete(folder: Path, *mirrors: str, limits: Limits = PATIENT) -> dict[str, bytes]:
    contents, fault = download.complete(folder, RESOURCES, mirrors, limits)
    assert fault is None
    return contents


# ── What a caller gets, from either source ────────────────────────────────────────────────────────


@pytest.fixture(scope="module", params=["digits", pytest.param("mnist", marks=real)])
def source(request):
    return request.param


def load(source: str, **options) -> data.Images:
    return data.mnist(SHARED, **options) if source == "mnist" else data.digits(**options)


@pytest.fixture(scope="module")
def loaded(source):
    return load(source)


COUNTS = {"mnist": (50_000, 10_000, 10_000), "digits": (1283, 257, 257)}


def test_shapes_dtypes_and_counts(loaded, source):
    for part, count in zip(
        (loaded.train, loaded.validation, loaded.test), COUNTS[source], strict=True
    ):
        assert (part.x.shape, part.x.dtype) == ((count, 1, 28, 28), torch.float32)
        assert (part.y.shape, part.y.dtype) == ((count,), torch.int64)
        assert part.x.is_contiguous()
        assert part.x.device.type == part.y.device.type == "cpu"
        assert part.y.unique().tolist() == list(range(10))
    assert loaded.classes == tuple("0123456789")
    assert loaded.source == source


def test_normalised_with_the_statistics_of_the_training_part_alone(loaded):
    std, mean = torch.std_mean(loaded.pixels(loaded.train.x), correction=0)
    assert (mean.item(), std.item()) == pytest.approx((loaded.mean, loaded.std), abs=1e-5)
    std, mean = torch.std_mean(loaded.train.x, correction=0)
    assert (mean.item(), std.item()) == pytest.approx((0, 1), abs=1e-4)
    std, mean = torch.std_mean(loaded.validation.x, correction=0)
    assert (mean.item(), std.item()) != pytest.approx((0, 1), abs=5e-4)


def test_statistics_are_numpys():
    pixels = np.random.default_rng(0).integers(0, 256, (3001, 28, 28)).astype(np.uint8)
    mean, std = images.statistics(pixels)
    assert mean == pytest.approx((pixels / 255).mean(), rel=1e-13)
    assert std == pytest.approx((pixels / 255).std(), rel=1e-13)


def test_normalisation_is_torchvisions(loaded):
    raw = (255 * loaded.pixels(loaded.test.x[:50])).round().byte()
    steps = [
        torchvision.transforms.ToTensor(),
        torchvision.transforms.Normalize((loaded.mean,), (loaded.std,)),
    ]
    transform = torchvision.transforms.Compose(steps)
    theirs = torch.stack([transform(image.numpy()) for image in raw])
    torch.testing.assert_close(loaded.test.x[:50], theirs, rtol=0, atol=1e-6)


def test_pixels_come_back_to_draw(loaded):
    x = loaded.validation.x
    assert loaded.pixels(x).shape == (len(x), 28, 28)
    assert loaded.pixels(x[0]).shape == (28, 28)
    assert loaded.pixels(x.reshape(1, *x.shape)).shape == (1, len(x), 28, 28)
    levels = 255 * loaded.pixels(x)
    torch.testing.assert_close(levels, levels.round(), rtol=0, atol=1e-3)
    assert (levels.min(), levels.max()) == (0, pytest.approx(255, abs=1e-3))


@pytest.mark.parametrize("wrong", [torch.zeros(3, 28, 28), torch.zeros(28, 28), np.zeros(3), "x"])
def test_pixels_refuses_other_shapes(wrong):
    with pytest.raises(ValueError, match=r"x must be a tensor of shape \(…, 1, 28, 28\), got"):
        data.digits().pixels(wrong)


def test_repr_is_one_short_line(loaded, source):
    mean = {"mnist": "0.1305", "digits": "0.1555"}[source]
    train, validation, test = COUNTS[source]
    words = f"train: {train:,}, validation: {validation:,}, test: {test:,}"
    assert f"{source}; {words}; mean={mean}" in repr(loaded)
    assert len(repr(loaded)) < 100


# ── The split ─────────────────────────────────────────────────────────────────────────────────────


def test_each_class_is_split_alike(loaded, source):
    everything = torch.cat([loaded.train.y, loaded.validation.y])
    share = loaded.validation.y.bincount() - everything.bincount() / 6
    assert share.abs().max() < 1


def test_class_counts_are_scikit_learns(loaded):
    labels = torch.cat([loaded.train.y, loaded.validation.y]).numpy()
    split = StratifiedShuffleSplit(1, test_size=len(loaded.validation.y), random_state=0)
    _, aside = next(split.split(labels, labels))
    theirs = np.bincount(labels[aside])
    assert np.abs(theirs - loaded.validation.y.bincount().numpy()).max() <= 1


def keys(part: data.Split, mean: float, std: float) -> list[int]:
    """A number for each image that tells it from all others, whatever the normalisation."""
    pixels = ((part.x * std + mean) * 255).round().flatten(1).double()
    return (pixels @ (torch.arange(1, 785).double() ** 2)).long().tolist()


def test_parts_are_the_source_cut_in_two_in_order():
    everything, cut = data.digits(validation=0), data.digits(validation=0.3)
    assert everything.validation.x.shape == (0, 1, 28, 28)
    assert everything.validation.y.shape == (0,)
    order = keys(everything.train, everything.mean, everything.std)
    train, aside = (keys(part, cut.mean, cut.std) for part in (cut.train, cut.validation))
    assert sorted(train + aside) == sorted(order)
    known = set(train)
    assert train == [key for key in order if key in known]
    assert torch.equal(everything.test.y, cut.test.y)


def test_seed_decides_the_split(source):
    if source == "mnist":
        labels = torchvision.datasets.MNIST(SHARED / "mnist").targets.numpy()
    else:
        labels = load_digits().target
    first, again, other = (images.stratified(labels, 0.25, seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_seed_reaches_the_split():
    assert torch.equal(data.digits(seed=3).train.x, data.digits(seed=3).train.x)
    assert not torch.equal(data.digits(seed=3).train.x, data.digits(seed=4).train.x)


@pytest.mark.parametrize("load", [data.digits, lambda: data.mnist(SHARED)], ids=["digits", "mnist"])
def test_global_random_states_are_left_alone(load):
    states = torch.get_rng_state(), np.random.get_state()[1].tolist(), random.getstate()  # noqa: NPY002
    load()
    assert torch.equal(torch.get_rng_state(), states[0])
    assert np.random.get_state()[1].tolist() == states[1]  # noqa: NPY002
    assert random.getstate() == states[2]


@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=200),
    st.floats(0, 1, exclude_max=True),
    st.integers(0, 2**40),
)
def test_stratified_is_fair_to_within_one_image(labels, share, seed):
    labels = np.array(labels)
    aside = images.stratified(labels, share, seed)
    assert aside.sum() == round(len(labels) * share)
    for one in np.unique(labels):
        assert abs(aside[labels == one].sum() - share * (labels == one).sum()) <= 1


# ── MNIST where it lies ───────────────────────────────────────────────────────────────────────────


def test_each_file_becomes_its_own_part(small, tmp_path):
    folder = fill(tmp_path / "MNIST" / "raw")
    raw = mnist_files.load(tmp_path, download=False)
    for part, name in (("train", "train"), ("test", "t10k")):
        x = torchvision.datasets.mnist.read_image_file(folder / f"{name}-images-idx3-ubyte")
        y = torchvision.datasets.mnist.read_label_file(folder / f"{name}-labels-idx1-ubyte")
        np.testing.assert_array_equal(getattr(raw, f"{part}_x"), x)
        np.testing.assert_array_equal(getattr(raw, f"{part}_y"), y)


@real
@pytest.mark.parametrize(
    ("given_by", "folder"), [("argument", SHARED), ("environment", SHARED / "mnist")]
)
def test_mnist_is_torchvisions(given_by, folder, monkeypatch, capsys):
    if given_by == "environment":
        monkeypatch.setenv("COURSE_DATA", str(folder))
    found = data.mnist(folder if given_by == "argument" else None, validation=0)
    for train, part in ((True, found.train), (False, found.test)):
        theirs = torchvision.datasets.MNIST(SHARED / "mnist", train=train)
        assert torch.equal((255 * found.pixels(part.x)).round().byte(), theirs.data)
        assert torch.equal(part.y, theirs.targets)
    assert found.source == "mnist"
    assert capsys.readouterr() == ("", "")


@real
def test_mnist_has_the_statistics_that_everyone_quotes():
    found = data.mnist(SHARED, validation=0)
    assert round(found.mean, 4) == 0.1307
    assert round(found.std, 4) == 0.3081


def test_names_and_checksums_are_torchvisions():
    theirs = [archive.removesuffix(".gz") for archive, _ in torchvision.datasets.MNIST.resources]
    assert list(mnist_files.FILES) == theirs
    if HERE:
        for name, checksum in mnist_files.FILES.items():
            content = (SHARED / "mnist" / "MNIST" / "raw" / name).read_bytes()
            assert md5(content) == checksum


@pytest.mark.parametrize("layout", ["MNIST/raw", "mnist/MNIST/raw"])
def test_root_goes_before_the_environment_and_both_before_the_cache(
    layout, small, tmp_path, monkeypatch
):
    fill(tmp_path / "named" / layout)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "elsewhere"))
    assert len(data.mnist(tmp_path / "named", download=False, fallback=False).test.y) == 20
    with pytest.raises(UnavailableError):
        data.mnist(download=False, fallback=False)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "named"))
    assert data.mnist(download=False, fallback=False).source == "mnist"
    monkeypatch.setenv("COURSE_DATA", "digits")
    assert data.mnist(tmp_path / "named", download=False, fallback=False).source == "mnist"
    assert small.asked == []
    assert not cache.user_folder().exists()


def test_home_sign_in_a_folders_name(small, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    fill(tmp_path / "digits" / "MNIST" / "raw")
    assert data.mnist("~/digits", download=False, fallback=False).source == "mnist"


def test_reading_imports_neither_torchvision_nor_scikit_learn(tmp_path):
    fill(tmp_path / "MNIST" / "raw")
    code = f"""
import sys
from helpers import data
from helpers.data import mnist_files
mnist_files.FILES = {{one: checksum for one, checksum in {[r[:2] for r in RESOURCES]}}}
print(data.mnist({str(tmp_path)!r}, fallback=False).source)
print({{"torchvision", "sklearn", "scipy", "PIL", "IPython"}} & set(sys.modules))
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["mnist", "set()"]


def test_given_folder_that_is_broken_is_named_and_never_written_to(small, tmp_path):
    """The cache, or the network, gives the right data in its place."""
    raw = fill(tmp_path / "mine" / "MNIST" / "raw")
    (raw / RESOURCES[0].name).write_bytes(b"broken")
    with pytest.raises(UnavailableError, match=f"broken in {raw}: train-images-idx3-ubyte;"):
        data.mnist(tmp_path / "mine", download=False, fallback=False)
    found = data.mnist(tmp_path / "mine", fallback=False)
    assert found.source == "mnist"
    assert {path.name for path in raw.iterdir()} == set(SMALL)
    assert (raw / RESOURCES[0].name).read_bytes() == b"broken"


# ── Downloads that work ───────────────────────────────────────────────────────────────────────────


def test_first_call_downloads_and_the_second_asks_nobody(small, home, capsys):
    found = data.mnist(fallback=False)
    assert (len(found.train.y), len(found.validation.y), len(found.test.y)) == (50, 10, 20)
    assert found.source == "mnist"
    assert kept(home) == set(SMALL)
    assert len(small.asked) == 4
    data.mnist(fallback=False)
    assert len(small.asked) == 4
    assert capsys.readouterr() == ("", "")


@real
def test_downloaded_mnist_opens_in_torchvision(server, monkeypatch, home):
    raw = SHARED / "mnist" / "MNIST" / "raw"
    server.archives = packed({name: (raw / name).read_bytes() for name in mnist_files.FILES})
    pairs = [(name, md5(content)) for name, content in server.archives.items()]
    monkeypatch.setattr(torchvision.datasets.MNIST, "resources", pairs)
    monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", [server.mirror("good")])
    monkeypatch.setattr(mnist_files, "LIMITS", Limits())
    found = data.mnist(validation=0, fallback=False)
    theirs = torchvision.datasets.MNIST(cache.user_folder())
    assert torch.equal((255 * found.pixels(found.train.x)).round().byte(), theirs.data)


@pytest.mark.parametrize("mirror", ["good", "unhurried", "unsized", "chunked", "redirect", "flaky"])
def test_mirrors_of_all_kinds(mirror, server, home):
    assert complete(home, server.mirror(mirror)) == SMALL
    assert kept(home) == set(SMALL)


@pytest.mark.parametrize("how", ["truncated", "flipped", "emptied", "removed"])
@pytest.mark.parametrize("name", [RESOURCES[0].name, RESOURCES[3].name])
def test_broken_cache_is_repaired(how, name, small, home):
    file = fill(home) / name
    content = SMALL[name]
    wrong = {"truncated": content[:-1], "flipped": content[:-1] + b"\xff", "emptied": b""}
    file.write_bytes(wrong.get(how, b""))
    if how == "removed":
        file.unlink()
    with pytest.raises(UnavailableError, match=f"missing or broken in {home}: {name}"):
        data.mnist(download=False, fallback=False)
    assert data.mnist(fallback=False).source == "mnist"
    assert kept(home) == set(SMALL)
    assert [archive for _, archive, _ in small.asked] == [f"{name}.gz"]


def test_leftovers_of_a_process_that_was_killed_are_removed(server, home):
    fill(home, {f".{RESOURCES[0].name}.1234abcd.part": b"half"})
    complete(home, server.mirror("good"))
    assert kept(home) == set(SMALL)


def test_pauses_grow(server, home):
    limits = Limits(rounds=4, pause=0.05, patience=5)
    with pytest.raises(UnavailableError):
        complete(home, server.mirror("503"), limits=limits)
    times = [moment for _, _, moment in server.asked]
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert len(pauses) == 3
    for pause, wanted in zip(pauses, (0.05, 0.1, 0.2), strict=True):
        assert wanted <= pause


# ── Faults of mirrors ─────────────────────────────────────────────────────────────────────────────

FAULTS = {
    "403": ("refused", "HTTP 403 Forbidden"),
    "404": ("refused", "HTTP 404 Not Found"),
    "503": ("refused", "HTTP 503 Service Unavailable"),
    "circle": ("refused", "HTTP 302 The HTTP server returned a redirect error"),
    "silent": ("slow", "0 bytes in|no answer within 0.3 s"),
    "stall": ("slow", r"\d+ bytes in|no answer within 0.3 s"),
    "trickle": ("slow", r"\d+ bytes in"),
    "trickling_headers": ("slow", r"0 bytes in"),
    "truncated": ("broken", r"ended after \d+ of \d+ bytes"),
    "cut": ("broken", r"the MD5 is \w+, wanted \w+"),
    "flipped": ("broken", r"the MD5 is \w+, wanted \w+"),
    "portal": ("broken", r"the MD5 is \w+, wanted \w+"),
    "other": ("broken", r"the MD5 is \w+, wanted \w+"),
    "endless": ("broken", "more than 200000 bytes"),
    "garbled": ("broken", "BadStatusLine"),
    "misnumbered": ("broken", "ValueError"),
}


@pytest.mark.parametrize("mirror", FAULTS)
def test_fault_of_the_only_mirror(mirror, server, home):
    reason, words = FAULTS[mirror]
    started = time.monotonic()
    with pytest.raises(UnavailableError, match=words) as error:
        complete(home, server.mirror(mirror), limits=QUICK)
    assert time.monotonic() - started < 3
    assert error.value.reason == reason
    assert error.value.status == (int(mirror) if mirror.isdigit() else error.value.status)
    assert f"{server.mirror(mirror)}{RESOURCES[0].archive}: " in str(error.value)
    assert "\n" not in str(error.value)
    assert kept(home) == set()
    assert complete(home, server.mirror("good")) == SMALL
    assert kept(home) == set(SMALL)


@pytest.mark.parametrize("mirror", FAULTS)
def test_fault_of_the_first_mirror(mirror, server, home):
    """The second mirror gives the file, and is then asked first."""
    assert complete(home, server.mirror(mirror), server.mirror("good"), limits=QUICK) == SMALL
    assert kept(home) == set(SMALL)
    assert len({archive for name, archive, _ in server.asked if name == mirror}) == 1
    assert server.count("good") == 4


def test_no_network(closed, home):
    with pytest.raises(UnavailableError, match=f"{closed}.*refused") as error:
        complete(home, closed)
    assert error.value.reason == "network"
    assert kept(home) == set()


def test_no_network_at_one_mirror(closed, server, home):
    assert complete(home, closed, server.mirror("good")) == SMALL


def test_most_telling_fault_is_the_reason(closed, server, home):
    mirrors = (closed, server.mirror("403"), server.mirror("cut"), closed)
    with pytest.raises(UnavailableError) as error:
        complete(home, *mirrors)
    assert (error.value.reason, error.value.status) == ("refused", 403)
    for mirror in mirrors:
        assert mirror in str(error.value)


def test_fault_of_one_file_keeps_the_others(server, home):
    wrong = RESOURCES[2]._replace(archive_md5="0" * 32)
    resources = [*RESOURCES[:2], wrong, RESOURCES[3]]
    with pytest.raises(UnavailableError, match=RESOURCES[2].archive):
        download.complete(home, resources, [server.mirror("good")], PATIENT)
    assert kept(home) == {one.name for one in RESOURCES[:2]}


def test_archive_that_holds_something_else(server, home):
    wrong = [RESOURCES[0]._replace(md5="0" * 32)]
    with pytest.raises(UnavailableError, match="the MD5 of train-images-idx3-ubyte is"):
        download.complete(home, wrong, [server.mirror("good")], PATIENT)
    assert kept(home) == set()


@pytest.mark.parametrize("mirror", ["trickle", "trickling_headers", "503"])
def test_total_time_is_limited(mirror, server, home):
    limits = Limits(rounds=1000, pause=0.05, patience=30, slowest=0, total=0.4)
    started = time.monotonic()
    with pytest.raises(UnavailableError):
        complete(home, server.mirror(mirror), limits=limits)
    assert 0.4 <= time.monotonic() - started < 1.5
    assert kept(home) == set()


def test_time_that_is_up_before_a_mirror_is_asked(server, home):
    with pytest.raises(UnavailableError, match="the time for the whole download is up") as error:
        complete(home, server.mirror("good"), limits=Limits(total=0))
    assert error.value.reason == "slow"
    assert server.asked == []


def test_no_mirror_at_all(home):
    with pytest.raises(UnavailableError, match="there is no mirror to ask"):
        complete(home)


# ── Faults of this machine ────────────────────────────────────────────────────────────────────────


def unkept(folder: Path, server: Server) -> OSError:
    contents, fault = download.complete(folder, RESOURCES, [server.mirror("good")], PATIENT)
    assert contents == SMALL
    return fault


def test_cache_whose_place_a_file_takes(server, tmp_path):
    (tmp_path / "file").write_text("mine")
    assert isinstance(unkept(tmp_path / "file", server), FileExistsError)
    assert isinstance(unkept(tmp_path / "file" / "raw", server), NotADirectoryError)
    assert (tmp_path / "file").read_text() == "mine"


def test_read_only_folder(server, tmp_path):
    """Root may write into any folder but those of the kernel."""
    folder = Path("/proc/self") if os.geteuid() == 0 else tmp_path / "folder"
    if os.geteuid():
        folder.mkdir(mode=0o500)
    assert isinstance(unkept(folder, server), OSError)


def test_folder_in_the_place_of_a_file(server, home):
    (home / RESOURCES[0].name).mkdir(parents=True)
    assert isinstance(unkept(home, server), OSError)
    assert not list(home.glob(".*.part"))


@pytest.mark.parametrize("code", language.LANGUAGES)
def test_data_that_cannot_be_kept_are_right_and_a_line_says_so(code, small, home, capsys):
    language.use(code)
    home.parent.mkdir(parents=True)
    home.write_text("mine")
    assert data.mnist(fallback=False).source == "mnist"
    out, err = capsys.readouterr()
    assert out == language.text("data.not_kept", folder=str(home), reason="File exists") + "\n"
    assert err == ""


PROGRAM = """
import json, sys
from pathlib import Path
from helpers.data import download
{before}
resources = [download.Resource(*one) for one in json.loads({resources!r})]
print("ready", flush=True)
sys.stdin.readline()
contents, fault = download.complete(
    Path({folder!r}), resources, [{mirror!r}], download.Limits(patience=5)
)
print(sum(map(len, contents.values())), fault)
"""


@contextlib.contextmanager
def another_process(folder: Path, mirror: str, before: str = "", **options):
    """A process that downloads as soon as it reads a line."""
    source = PROGRAM.format(
        folder=str(folder), mirror=mirror, before=before, resources=json.dumps(RESOURCES)
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, **options}
    command = [sys.executable, "-W", "error", "-c", source]
    with subprocess.Popen(command, text=True, cwd=ROOT, **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


def go(process: subprocess.Popen) -> None:
    assert process.stdout.readline() == "ready\n"
    process.stdin.write("\n")
    process.stdin.flush()


BYTES = sum(map(len, SMALL.values()))


def test_full_disk(server, home):
    """The system refuses to write the images; the labels, which are small, would still fit."""
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))"
    with another_process(home, server.mirror("good"), before=limit) as process:
        go(process)
        assert process.stdout.readline() == f"{BYTES} [Errno 27] File too large\n"
    assert kept(home) == set()
    complete(home, server.mirror("good"))
    assert kept(home) == set(SMALL)


def test_kill_in_the_middle_of_a_download(server, home):
    with another_process(home, server.mirror("stall")) as process:
        go(process)
        assert server.half_sent.wait(20)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert kept(home) == set()
    started = time.monotonic()
    assert complete(home, server.mirror("good")) == SMALL
    assert time.monotonic() - started < 1, "the dead process still holds the lock"
    assert kept(home) == set(SMALL)


def test_kill_in_the_middle_of_writing(server, home):
    hang = "import os, time\nos.fsync = lambda file: (print('written', flush=True), time.sleep(60))"
    with another_process(home, server.mirror("good"), before=hang) as process:
        go(process)
        assert process.stdout.readline() == "written\n"
        process.send_signal(signal.SIGKILL)
        process.wait()
    (leftover,) = home.glob(".*.part")
    assert leftover.read_bytes() == SMALL[RESOURCES[0].name]
    assert not (home / RESOURCES[0].name).exists()
    assert complete(home, server.mirror("good")) == SMALL
    assert kept(home) == set(SMALL)


def test_interrupt_leaves_nothing_and_frees_the_lock(server, home, monkeypatch):
    """As when a learner stops the cell while a file is being written."""

    def interrupted(_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", interrupted)
        with pytest.raises(KeyboardInterrupt):
            complete(home, server.mirror("good"))
    assert kept(home) == set()
    assert complete(home, server.mirror("good")) == SMALL


def test_two_processes_at_once(server, home):
    mirror = server.mirror("unhurried")
    with another_process(home, mirror) as one, another_process(home, mirror) as other:
        for process in (one, other):
            go(process)
        assert one.stdout.readline() == other.stdout.readline() == f"{BYTES} None\n"
    asked = collections.Counter(archive for _, archive, _ in server.asked)
    assert asked == dict.fromkeys(ARCHIVES, 1)
    assert kept(home) == set(SMALL)


def test_many_threads_at_once(server, home):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        runs = [pool.submit(complete, home, server.mirror("good")) for _ in range(8)]
        assert all(run.result() == SMALL for run in runs)
    assert server.count("good") == 4


def test_another_process_that_never_ends(server, home):
    home.mkdir(parents=True)
    with (
        cache.locked(home, until=time.monotonic()),
        pytest.raises(UnavailableError, match=f"another process .* into {home}") as error,
    ):
        complete(home, server.mirror("good"), limits=Limits(total=0.2))
    assert error.value.reason == "slow"
    assert server.asked == []
    assert complete(home, server.mirror("good")) == SMALL


# ── Where the cache is ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("platform", "environment", "wanted"),
    [
        ("linux", {"XDG_CACHE_HOME": "/c"}, "/c"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "/home/ana/.cache"),
        ("linux", {"XDG_CACHE_HOME": ""}, "/home/ana/.cache"),
        ("linux", {}, "/home/ana/.cache"),
        ("darwin", {"XDG_CACHE_HOME": "/c"}, "/home/ana/Library/Caches"),
        ("win32", {"LOCALAPPDATA": "/l"}, "/l"),
        ("win32", {}, "/home/ana/AppData/Local"),
    ],
)
def test_users_cache(platform, environment, wanted, monkeypatch):
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": "/home/ana", **environment}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert cache.user_folder() == Path(wanted) / "optimisation-course"


def test_user_without_a_home(monkeypatch, tmp_path):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", homeless)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert cache.user_folder() == tmp_path / "optimisation-course"


# ── The embedded digits ───────────────────────────────────────────────────────────────────────────


def test_digits_are_scikit_learns():
    everything = data.digits(validation=0)
    theirs = load_digits()
    y = torch.cat([everything.train.y, everything.test.y])
    assert y.bincount().tolist() == np.bincount(theirs.target).tolist()
    # Each test image, brought back to 8×8, is one of theirs, of the same class.
    ink = everything.pixels(everything.test.x)
    assert not ink[:, :4].any()
    assert not ink[:, -4:].any()
    assert not ink[:, :, :4].any()
    assert not ink[:, :, -4:].any()
    small = torch.nn.functional.interpolate(
        ink[:, None, 4:-4, 4:-4], size=(8, 8), mode="bilinear", antialias=False
    )
    distances = torch.cdist(small.flatten(1).double(), torch.from_numpy(theirs.data / 16))
    nearest = distances.argmin(1)
    assert (theirs.target[nearest] == everything.test.y.numpy()).all()
    assert len(nearest.unique()) == len(nearest)


def test_digits_are_enlarged_as_pillow_does():
    everything = data.digits(validation=0)
    ink = everything.pixels(torch.cat([everything.train.x, everything.test.x]))[:, 4:-4, 4:-4]
    theirs = [
        np.asarray(Image.fromarray(small.astype(np.float32)).resize((20, 20), Image.BILINEAR))
        for small in load_digits().images / 16
    ]
    # Sorted, as the split puts them into another order. They are kept as bytes.
    ours, theirs = (np.sort(one, axis=0) for one in (ink.numpy(), np.stack(theirs)))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=0.51 / 255)


def test_digits_test_part_is_always_the_same():
    one, other = data.digits(seed=0, validation=0.1), data.digits(seed=1, validation=0.4)
    assert keys(one.test, one.mean, one.std) == keys(other.test, other.mean, other.std)
    assert not set(keys(one.test, one.mean, one.std)) & set(keys(one.train, one.mean, one.std))


SAID = {
    "en": "Instead of MNIST: scikit-learn's 1,797 digits, enlarged from 8×8 to 28×28.\n",
    "pt": "No lugar do MNIST: os 1.797 dígitos do scikit-learn, ampliados de 8×8 para 28×28.\n",
}
WHY = {
    "network": {
        "en": "There is no connection to MNIST's servers.",
        "pt": "Não há conexão com os servidores do MNIST.",
    },
    "refused": {
        "en": "MNIST's servers refuse (HTTP 403).",
        "pt": "Os servidores do MNIST recusam o acesso (HTTP 403).",
    },
    "slow": {
        "en": "MNIST's servers are too slow.",
        "pt": "Os servidores do MNIST estão lentos demais.",
    },
    "broken": {
        "en": "MNIST came broken from its servers.",
        "pt": "O MNIST chegou corrompido dos servidores.",
    },
    "absent": {
        "en": "MNIST is not on this machine.",
        "pt": "O MNIST não está nesta máquina.",
    },
    "chosen": {"en": "COURSE_DATA=digits is set.", "pt": "COURSE_DATA=digits está definida."},
    "torchvision": {
        "en": "MNIST cannot be downloaded without torchvision.",
        "pt": "O MNIST não pode ser baixado sem o torchvision.",
    },
}


@pytest.mark.parametrize("code", language.LANGUAGES)
@pytest.mark.parametrize("reason", WHY)
def test_digits_stand_in_for_mnist_and_a_line_says_so(
    reason, code, server, monkeypatch, capsys, home
):
    language.use(code)
    mirrors = {"refused": "403", "slow": "silent", "broken": "portal"}
    if reason in mirrors:
        mirror = server.mirror(mirrors[reason])
        monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", [mirror])
    if reason == "chosen":
        monkeypatch.setenv("COURSE_DATA", "digits")
    if reason == "torchvision":
        monkeypatch.setitem(sys.modules, "torchvision.datasets", None)
    download = reason != "absent"
    found = data.mnist(download=download)
    assert capsys.readouterr() == (f"{WHY[reason][code]} {SAID[code]}", "")
    assert found.source == "digits"
    assert torch.equal(found.train.x, data.digits().train.x)
    assert kept(home) == set()
    with pytest.raises(UnavailableError, match=r"MNIST is not available|asks for") as error:
        data.mnist(download=download, fallback=False)
    assert error.value.reason == reason
    assert "\n" not in str(error.value)
    assert capsys.readouterr() == ("", "")


def test_every_reason_has_its_words():
    assert set(language._catalogue("en")["data"]["why"]) == set(WHY)


def test_error_says_where_to_put_the_files(home, closed):
    with pytest.raises(UnavailableError, match="put its four files into") as error:
        data.mnist(fallback=False)
    assert str(home) in str(error.value)
    assert closed in str(error.value)


def test_neither_mnist_nor_scikit_learn(monkeypatch, closed):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ModuleNotFoundError, match="scikit-learn is not installed"):
        data.digits()
    with pytest.raises(UnavailableError, match=r"not available.*; and scikit-learn is not inst"):
        data.mnist()


def test_torchvision_of_another_build(monkeypatch):
    """It raises a RuntimeError on import, not an ImportError."""

    class Broken:
        def find_spec(self, name, *_):
            if name == "torchvision.datasets":
                raise RuntimeError("operator torchvision::nms does not exist")

    monkeypatch.delitem(sys.modules, "torchvision.datasets")
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    with pytest.raises(UnavailableError, match="torchvision::nms does not exist"):
        data.mnist(fallback=False)


# ── The progress of a download ────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal that Python can make")
def test_reader_at_a_terminal_sees_the_progress(server, home):
    pty = importlib.import_module("pty")
    terminal, their_side = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    environment["COURSE_LANGUAGE"] = "pt"
    with another_process(
        home, server.mirror("unhurried"), stdout=their_side, env=environment
    ) as process:
        process.stdin.write("\n")
        process.stdin.flush()
        process.wait(30)
    os.close(their_side)
    said = ""
    with contextlib.suppress(OSError):  # the end of a terminal
        while part := os.read(terminal, 2**16):
            said += part.decode()
    os.close(terminal)
    lines = said.split("\r")
    for number in range(1, 5):
        assert any(line.startswith(f"MNIST, arquivo {number} de 4 ") for line in lines)
    assert any("█░" in line and "0,0 de 0,0 MB" in line for line in lines)
    assert [line.strip() for line in lines[-3:]] == ["", f"{BYTES} None", ""]


@pytest.mark.parametrize(
    ("environment", "kernel", "terminal", "seen"),
    [
        ({}, False, True, True),
        ({}, True, False, True),
        ({}, False, False, False),
        ({"COURSE_PAGE": "notebook"}, True, True, False),
        ({"COURSE_PAGE": "static"}, True, True, False),
        ({"PYTEST_VERSION": "9"}, True, True, False),
    ],
)
def test_progress_is_for_readers_only(environment, kernel, terminal, seen, monkeypatch):
    monkeypatch.delenv("PYTEST_VERSION", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    screen = types.SimpleNamespace(isatty=lambda: terminal)
    modules = {"ipykernel": None} if kernel else {}
    monkeypatch.setattr(_screen, "sys", types.SimpleNamespace(modules=modules, stdout=screen))
    assert _screen.watched() is seen


@pytest.mark.parametrize("code", language.LANGUAGES)
def test_progress_in_the_readers_language(code):
    language.use(code)
    said = []
    report = progress.of_file(said.append, 2, 4)
    report(2_500_000, 10_000_000)
    report(3_000_000, 0)
    assert (
        said
        == {
            "en": [
                "MNIST, file 2 of 4 █████░░░░░░░░░░░░░░░ 2.5 of 10.0 MB",
                "MNIST, file 2 of 4 ░░░░░░░░░░░░░░░░░░░░ 3.0 MB",
            ],
            "pt": [
                "MNIST, arquivo 2 de 4 █████░░░░░░░░░░░░░░░ 2,5 de 10,0 MB",
                "MNIST, arquivo 2 de 4 ░░░░░░░░░░░░░░░░░░░░ 3,0 MB",
            ],
        }[code]
    )


# ── The remark in a figure ────────────────────────────────────────────────────────────────────────


def drawn():
    return ewma.weights(averages.ma_weights(5, 10), averages.ewma_weights(1 / 3, 10), age=3.0)


@pytest.mark.parametrize("code", language.LANGUAGES)
def test_figure_made_from_the_digits_says_so(code):
    language.use(code)
    ax = drawn()
    before, told = len(ax.get_children()), canvas.alternative_text(ax.figure)
    for _ in range(2):
        canvas.mark_source(ax, data.digits().source)
    words = {
        "en": "Data: scikit-learn's digits in place of MNIST",
        "pt": "Dados: os dígitos do scikit-learn no lugar do MNIST",
    }[code]
    assert ax.figure.get_supxlabel() == words
    assert canvas.alternative_text(ax.figure) == f"{told} {words}."
    assert len(ax.get_children()) == before
    ax.figure.draw_without_rendering()
    (mark,) = [text for text in ax.figure.texts if text.get_text() == words]
    box, label = mark.get_window_extent(), ax.xaxis.label.get_window_extent()
    assert ax.figure.bbox.contains(*box.min)
    assert ax.figure.bbox.contains(*box.max)
    assert box.y1 <= label.y0


def test_figure_made_from_mnist_says_nothing():
    ax = drawn()
    told = canvas.alternative_text(ax.figure)
    canvas.mark_source(ax, "mnist")
    assert ax.figure.get_supxlabel() == ""
    assert canvas.alternative_text(ax.figure) == told


def test_figure_from_elsewhere_is_an_error():
    with pytest.raises(ValueError, match="source must be one of 'mnist', 'digits', got 'cifar'"):
        canvas.mark_source(drawn(), "cifar")


# ── Bad input ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("load", [data.mnist, data.digits])
@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"validation": 1}, ValueError, r"validation must be a number in \[0, 1\), got 1$"),
        ({"validation": -0.1}, ValueError, r"validation must be a number in \[0, 1\), got -0.1"),
        ({"validation": float("nan")}, ValueError, "validation must be .*, got nan"),
        ({"validation": "half"}, TypeError, "validation must be a number .*, got 'half'"),
        ({"seed": -1}, ValueError, "seed must be a whole number of at least 0, got -1"),
        ({"seed": 0.5}, TypeError, "seed must be a whole number of at least 0, got 0.5"),
        ({"device": "gpu"}, ValueError, "device must be a device that .*, got 'gpu'"),
        ({"device": "meta"}, ValueError, "device must be a device that .*, got 'meta'"),
        ({"device": "cuda:99"}, ValueError, "device must be a device that .*, got 'cuda:99'"),
        ({"device": None}, TypeError, "device must be a device that .*, got None"),
        ({"device": 0}, TypeError, "device must be a device that .*, got 0"),
    ],
    ids=str,
)
def test_bad_input(load, options, error, message, closed):
    with pytest.raises(error, match=message):
        load(**options)
    assert not cache.user_folder().exists(), "nothing is fetched before the arguments are checked"


@pytest.mark.parametrize("share", [1e-4, 0.004, 0.9999])
def test_validation_share_without_images_of_every_class(share):
    words = f"validation must be 0 or leave images of every class .*, got {share!r} of 1,540 images"
    with pytest.raises(ValueError, match=words):
        data.digits(validation=share)


def test_bad_root(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(ValueError, match=f"root must be a folder, got '{file}'"):
        data.mnist(file)
    with pytest.raises(TypeError, match="root must be a folder, got 3"):
        data.mnist(3)
    with pytest.raises(ValueError, match="root must be a folder, got ''"):
        data.mnist("")
    monkeypatch.setenv("COURSE_DATA", str(file))
    words = f"the environment variable COURSE_DATA must be a folder, got '{file}'"
    with pytest.raises(ValueError, match=words):
        data.mnist()
    monkeypatch.setenv("COURSE_DATA", "")
    assert data.mnist(download=False).source == "digits"


@pytest.mark.parametrize("name", ["download", "fallback"])
def test_bad_flags(name):
    with pytest.raises(TypeError, match=f"{name} must be True or False, got 'yes'"):
        data.mnist(**{name: "yes"})


def test_device_is_where_the_tensors_live():
    found = data.digits(device=torch.device("cpu"))
    assert {tensor.device.type for part in (found.train, found.test) for tensor in part} == {"cpu"}


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_same_numbers_on_a_gpu():
    here, there = data.digits(), data.digits(device="cuda")
    assert there.train.x.device.type == there.train.y.device.type == "cuda"
    assert (there.mean, there.std) == (here.mean, here.std)
    torch.testing.assert_close(there.train.x.cpu(), here.train.x, rtol=0, atol=1e-6)


# ── The rest of the room ──────────────────────────────────────────────────────────────────────────


def test_temperatures_are_the_chapters():
    values = data.temperatures()
    assert (values.shape, values.dtype) == ((30,), np.float64)
    assert (values[0], values[2], values[-1], values.sum()) == (5, 15, -2, 100)


def test_toy_is_at_hand():
    from helpers import problems

    assert data.linear_regression is problems.linear_regression
