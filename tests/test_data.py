"""The data: MNIST as torchvision reads it, scikit-learn's digits, and downloads that fail.

The mirrors are a real HTTP server on this machine.
"""

import concurrent.futures
import contextlib
import gzip
import hashlib
import http.server
import os
import random
import socket
import subprocess
import sys
import threading
from pathlib import Path
from unittest import mock

import IPython.display
import numpy as np
import pooch
import pytest
import torch
import torchvision
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedShuffleSplit

from helpers import averages, data, language, output
from helpers.data import download, images
from helpers.figures import canvas, ewma
from tests.project import ROOT

MNIST = Path(os.environ.get("COURSE_DATA") or ROOT.parent / "shared" / "data" / "mnist")
RAW = MNIST / "MNIST" / "raw"
needs_mnist = pytest.mark.skipif(not RAW.is_dir(), reason=f"MNIST is not in {RAW}: set COURSE_DATA")


# ── A small MNIST, and mirrors that work and fail ─────────────────────────────────────────────────


def idx(array):
    """A file of the idx format."""
    shape = np.array(array.shape, dtype=">i4").tobytes()
    return bytes([0, 0, 8, array.ndim]) + shape + array.astype(np.uint8).tobytes()


def small_mnist():
    """Sixty images to train and twenty to test."""
    rng = np.random.default_rng(0)
    arrays = [
        rng.integers(0, 256, (60, 28, 28)),
        np.arange(60) % 10,
        rng.integers(0, 256, (20, 28, 28)),
        np.arange(20) % 10,
    ]
    return dict(zip(download.FILES, map(idx, arrays), strict=True))


def checksums(files):
    return {name: hashlib.md5(content).hexdigest() for name, content in files.items()}


COURSE_MIRRORS = download.MIRRORS
SMALL = small_mnist()
FIRST = next(iter(SMALL))


def send(reply, content, size=None, **headers):
    reply.send_response(200)
    for name, value in {"Content-Length": size or len(content), **headers}.items():
        reply.send_header(name.replace("_", "-"), str(value))
    reply.end_headers()
    reply.wfile.write(content)


def stall(reply, archive):
    send(reply, archive[: len(archive) // 2], size=len(archive))
    reply.server.closing.wait(60)


def drip(reply, archive):
    """Send on and on, each part within the timeout of a read."""
    send(reply, b"", size=10**9)
    while not reply.server.closing.wait(0.02):
        reply.wfile.write(bytes(2048))


def redirect(reply, archive):
    reply.send_response(302)
    reply.send_header("Location", reply.path.replace("redirect", "good"))
    reply.end_headers()


def fail_first(reply, archive):
    is_first = reply.server.requests.count(reply.path) == 1
    reply.send_error(503) if is_first else send(reply, archive)


MIRRORS = {
    "good": send,
    "redirect": redirect,
    "fail_first": fail_first,
    "403": lambda reply, archive: reply.send_error(403),
    "503": lambda reply, archive: reply.send_error(503),
    "silent": lambda reply, archive: reply.server.closing.wait(60),
    "stall": stall,
    "drip": drip,
    "not_http": lambda reply, archive: reply.wfile.write(b"what?\r\n\r\n"),
    "truncated": lambda reply, archive: send(reply, archive[:-100], size=len(archive)),
    "short": lambda reply, archive: send(reply, archive[:-100]),
    "flipped": lambda reply, archive: send(reply, archive[:40] + b"flip" + archive[44:]),
    "login_page": lambda reply, archive: send(reply, b"<html>Please sign in</html>"),
    "other_file": lambda reply, archive: send(reply, gzip.compress(b"something else")),
    # As servers do that unpack an archive for clients which cannot.
    "gzip_encoding": lambda reply, archive: send(
        reply,
        archive,
        **({"Content_Encoding": "gzip"} if "gzip" in reply.headers["Accept-Encoding"] else {}),
    ),
}
"""What a mirror sends, by the first part of the path, as in ``/403/t10k-labels-idx1-ubyte.gz``."""


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers as a mirror does."""

    def do_GET(self):
        """Send a file, compressed."""
        mirror, name = self.path.strip("/").split("/")
        self.server.requests.append(self.path)
        archive = gzip.compress(self.server.files[name.removesuffix(".gz")], 1)
        with contextlib.suppress(ConnectionError):
            MIRRORS[mirror](self, archive)

    def log_message(self, *_):
        """Print nothing."""


@pytest.fixture
def server():
    """All mirrors; ``requests`` are the paths that were asked for."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.files, server.requests, server.closing = SMALL, [], threading.Event()
        server.mirror = lambda name: f"http://127.0.0.1:{server.server_port}/{name}/"
        server.handle_error = lambda *_: None  # clients that hang up
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.closing.set()
        server.shutdown()


@pytest.fixture
def closed():
    """A mirror on a port where nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{one.getsockname()[1]}/"


@pytest.fixture(autouse=True)
def fresh_machine(monkeypatch, tmp_path, closed):
    """A user with an empty cache and without a network."""
    for name in ("COURSE_DATA", "COURSE_LANGUAGE", "COURSE_BUILD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(language, "_chosen", "en")
    folder = str(tmp_path / "Usuária de José Ação" / ".cache")
    monkeypatch.setattr(pooch, "os_cache", lambda project: Path(folder) / project)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(download, "MIRRORS", (closed,))
    monkeypatch.setattr("pooch.core.time.sleep", lambda seconds: None)


@pytest.fixture
def cache():
    return download.cache_folder()


@pytest.fixture
def small(monkeypatch, server):
    """Use the small MNIST, and a server that has it."""
    monkeypatch.setattr(download, "FILES", checksums(SMALL))
    monkeypatch.setattr(download, "MIRRORS", (server.mirror("good"),))
    return server


def fill(folder, files=SMALL):
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def contents(folder):
    files = folder.iterdir() if folder.is_dir() else ()
    return {file.name: file.read_bytes() for file in files}


# ── What a caller gets from either source ─────────────────────────────────────────────────────────

COUNTS = {"mnist": (50_000, 10_000, 10_000), "digits": (1283, 257, 257)}


@pytest.fixture(scope="module", params=["digits", pytest.param("mnist", marks=needs_mnist)])
def source(request):
    return request.param


@pytest.fixture(scope="module")
def loaded(source):
    return data.mnist(MNIST, fallback=False) if source == "mnist" else data.digits()


def test_images_have_the_documented_shapes_types_and_classes(loaded, source):
    assert (loaded.source, loaded.classes) == (source, tuple("0123456789"))
    parts = (loaded.train, loaded.validation, loaded.test)
    for part, count in zip(parts, COUNTS[source], strict=True):
        assert (part.x.shape, part.x.dtype) == ((count, 1, 28, 28), torch.float32)
        assert (part.y.shape, part.y.dtype) == ((count,), torch.int64)
        assert part.x.is_contiguous()
        assert part.y.unique().tolist() == list(range(10))


def test_statistics_are_numpys_of_the_training_part_alone(loaded):
    pixels = (255 * loaded.pixels(loaded.train.x)).round().numpy().astype(np.uint16)
    mean = pixels.mean()
    variance = np.square(pixels).mean() - mean**2
    assert 255 * loaded.mean == pytest.approx(mean, rel=1e-12)
    assert 255 * loaded.std == pytest.approx(np.sqrt(variance), rel=1e-12)


def test_normalisation_is_torchvisions(loaded):
    to_tensor = torchvision.transforms.ToTensor()
    normalise = torchvision.transforms.Normalize((loaded.mean,), (loaded.std,))
    raw = (255 * loaded.pixels(loaded.test.x[:50])).round().byte().numpy()
    expected = torch.stack([normalise(to_tensor(image)) for image in raw])
    torch.testing.assert_close(loaded.test.x[:50], expected, rtol=0, atol=1e-6)


def test_pixels_undoes_the_normalisation(loaded):
    x = loaded.validation.x
    levels = 255 * loaded.pixels(x)
    assert levels.shape == (len(x), 28, 28)
    torch.testing.assert_close(levels, levels.round(), rtol=0, atol=1e-3)
    assert (levels.min(), levels.max()) == (0, pytest.approx(255, abs=1e-3))
    torch.testing.assert_close(loaded.pixels(x[0]), levels[0] / 255)
    torch.testing.assert_close(loaded.pixels(x[None]), levels[None] / 255)


@pytest.mark.parametrize("x", [torch.zeros(3, 28, 28), torch.zeros(28, 28), np.zeros(3), "x"])
def test_pixels_rejects_other_shapes(x):
    with pytest.raises(ValueError, match=r"x must be a tensor of shape \(…, 1, 28, 28\), got"):
        data.digits().pixels(x)


def test_each_class_is_split_in_the_same_proportion(loaded):
    labels = torch.cat([loaded.train.y, loaded.validation.y]).numpy()
    counts = loaded.validation.y.bincount().numpy()
    assert np.abs(counts - np.bincount(labels) / 6).max() < 1
    split = StratifiedShuffleSplit(1, test_size=len(loaded.validation.y), random_state=0)
    _, aside = next(split.split(labels, labels))
    assert np.abs(counts - np.bincount(labels[aside])).max() <= 1


def test_parts_together_are_the_source_in_its_order():
    unsplit, split = data.digits(validation=0), data.digits(validation=0.3)
    assert unsplit.validation.x.shape == (0, 1, 28, 28)
    assert unsplit.validation.y.shape == (0,)

    def keys(images, part):
        """The images' bytes and labels."""
        levels = (255 * images.pixels(part.x)).round().byte().numpy()
        return [(x.tobytes(), y.item()) for x, y in zip(levels, part.y, strict=True)]

    original, train = keys(unsplit, unsplit.train), keys(split, split.train)
    aside = keys(split, split.validation)
    assert sorted(train + aside) == sorted(original)
    assert train == [key for key in original if key in set(train)]
    assert aside == [key for key in original if key in set(aside)]
    assert keys(split, split.test) == keys(unsplit, unsplit.test)


def test_seed_decides_the_split_but_not_the_test_part():
    first, again, other = (data.digits(seed=seed) for seed in (3, 3, 4))
    assert torch.equal(first.train.x, again.train.x)
    assert not torch.equal(first.train.y, other.train.y)
    assert torch.equal(first.test.y, other.test.y)


@needs_mnist
def test_the_course_and_its_readers_get_the_same_split():
    """Numbers in the chapters depend on it: these sums must not change."""
    found = data.mnist(MNIST, fallback=False)
    weights = torch.arange(10_000)
    assert (found.validation.y * weights).sum() == 222_217_247
    assert (data.digits().validation.y * weights[:257]).sum() == 151_255


@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=200),
    st.floats(0, 1, exclude_max=True),
    st.integers(0, 2**40),
)
def test_split_is_right_to_within_one_image_of_each_class(labels, share, seed):
    labels = np.array(labels)
    aside = images.stratified(labels, share, seed)
    assert aside.sum() == round(len(labels) * share)
    for label in np.unique(labels):
        assert abs(aside[labels == label].sum() - share * (labels == label).sum()) <= 1


def test_global_random_states_do_not_change(small):
    states = torch.get_rng_state(), np.random.get_state()[1].tolist(), random.getstate()  # noqa: NPY002
    data.digits()
    data.mnist(fallback=False)
    assert torch.equal(torch.get_rng_state(), states[0])
    assert np.random.get_state()[1].tolist() == states[1]  # noqa: NPY002
    assert random.getstate() == states[2]


def test_digits_are_scikit_learns_enlarged_as_pillow_does():
    everything = data.digits(validation=0)
    original = load_digits()
    y = torch.cat([everything.train.y, everything.test.y])
    x = everything.pixels(torch.cat([everything.train.x, everything.test.x])).numpy()
    assert x.sum() == pytest.approx(x[:, 4:-4, 4:-4].sum()), "the margin is not empty"
    expected = [
        np.asarray(Image.fromarray(small.astype(np.float32)).resize((20, 20), Image.BILINEAR))
        for small in original.images / 16
    ]
    # The images are in another order: test last. Each is found by its nearest original.
    found, expected = x[:, 4:-4, 4:-4].reshape(-1, 400), np.stack(expected).reshape(-1, 400)
    distances = torch.cdist(torch.tensor(found), torch.tensor(expected), p=torch.inf)
    nearest = distances.argmin(1).numpy()
    assert sorted(nearest) == list(range(1797))
    assert distances.min(1).values.max() <= 0.51 / 255, "more than the rounding to bytes"
    np.testing.assert_array_equal(original.target[nearest], y)


# ── MNIST on this machine ─────────────────────────────────────────────────────────────────────────


@needs_mnist
@pytest.mark.parametrize("folder", [MNIST, MNIST.parent], ids=["MNIST/raw", "mnist/MNIST/raw"])
def test_mnist_is_torchvisions(folder, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", str(folder))
    found = data.mnist(validation=0, fallback=False)
    assert found.source == "mnist"
    for train, part in ((True, found.train), (False, found.test)):
        expected = torchvision.datasets.MNIST(MNIST, train=train)
        assert torch.equal((255 * found.pixels(part.x)).round().byte(), expected.data)
        assert torch.equal(part.y, expected.targets)
    # Known from many programs: transforms.Normalize((0.1307,), (0.3081,)).
    assert (round(found.mean, 4), round(found.std, 4)) == (0.1307, 0.3081)
    assert capsys.readouterr() == ("", "")


def test_names_and_mirrors_are_torchvisions():
    theirs = torchvision.datasets.MNIST
    assert [f"{name}.gz" for name in download.FILES] == [name for name, _ in theirs.resources]
    assert set(theirs.mirrors) <= set(COURSE_MIRRORS)


@pytest.mark.parametrize("where", ["root", "COURSE_DATA", "cache"])
def test_files_are_found_in_each_folder_without_a_download(
    where, small, tmp_path, monkeypatch, cache
):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "COURSE_DATA"))
    fill(cache if where == "cache" else tmp_path / where / "MNIST" / "raw")
    found = data.mnist(tmp_path / "root", fallback=False)
    assert (found.source, found.test.y.tolist()) == ("mnist", [*range(10), *range(10)])
    assert small.requests == []
    assert where == "cache" or not cache.exists()


def test_course_data_can_ask_for_the_digits(small, tmp_path, monkeypatch, cache):
    monkeypatch.setenv("COURSE_DATA", "digits")
    fill(cache)
    assert data.mnist().source == "digits"
    fill(tmp_path / "MNIST" / "raw")
    assert data.mnist(tmp_path).source == "mnist", "the argument comes first"


def test_tilde_in_root_is_the_home_folder(small, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    fill(tmp_path / "Área de trabalho" / "MNIST" / "raw")
    assert data.mnist("~/Área de trabalho", download=False, fallback=False).source == "mnist"


def test_corrupted_file_in_root_is_named_and_left_alone(small, tmp_path):
    raw = fill(tmp_path / "MNIST" / "raw", {**SMALL, FIRST: b"corrupted"})
    with pytest.raises(data.DownloadError, match=f"corrupted in {raw}: {FIRST};"):
        data.mnist(tmp_path, download=False, fallback=False)
    assert data.mnist(tmp_path, fallback=False).source == "mnist"
    assert contents(raw) == {**SMALL, FIRST: b"corrupted"}


def test_slow_libraries_are_imported_only_when_they_are_needed(tmp_path):
    fill(tmp_path / "MNIST" / "raw")
    code = f"""
import sys
from helpers import data
data.download.FILES = {checksums(SMALL)}
print(data.mnist({str(tmp_path)!r}, fallback=False).source)
print({{"IPython", "pooch", "requests", "sklearn", "torchvision"}} & {{*sys.modules}})
"""
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["mnist", "set()"]


# ── Downloads ─────────────────────────────────────────────────────────────────────────────────────


def test_first_call_downloads_and_the_second_reads_the_cache(small, cache, capsys):
    found = data.mnist(fallback=False)
    assert (len(found.train.y), len(found.validation.y), len(found.test.y)) == (50, 10, 20)
    assert contents(cache) == SMALL
    assert small.requests == [f"/good/{name}.gz" for name in SMALL]
    assert torch.equal(data.mnist(fallback=False).train.x, found.train.x)
    assert len(small.requests) == 4
    assert capsys.readouterr() == ("", "")


@needs_mnist
def test_downloaded_mnist_opens_in_torchvision(server, monkeypatch, cache):
    server.files = {name: (RAW / name).read_bytes() for name in download.FILES}
    monkeypatch.setattr(download, "MIRRORS", (server.mirror("good"),))
    found = data.mnist(validation=0, fallback=False)
    expected = torchvision.datasets.MNIST(cache.parents[1])
    assert torch.equal((255 * found.pixels(found.train.x)).round().byte(), expected.data)


@pytest.mark.parametrize("mirror", ["good", "gzip_encoding", "fail_first", "redirect"])
def test_mirrors_of_several_kinds_are_understood(mirror, small, monkeypatch, cache):
    monkeypatch.setattr(download, "MIRRORS", (small.mirror(mirror),))
    assert data.mnist(fallback=False).source == "mnist"
    assert contents(cache) == SMALL


@pytest.mark.parametrize("content", [None, b"", SMALL[FIRST][:-1], SMALL[FIRST][:-1] + b"?"])
@pytest.mark.parametrize("name", [FIRST, "t10k-labels-idx1-ubyte"])
def test_missing_or_corrupted_file_in_the_cache_is_downloaded_again(content, name, small, cache):
    folder = fill(cache)
    (folder / name).unlink() if content is None else (folder / name).write_bytes(content)
    with pytest.raises(data.DownloadError, match=f"missing or corrupted in {folder}: {name};"):
        data.mnist(download=False, fallback=False)
    assert data.mnist(fallback=False).source == "mnist"
    assert contents(cache) == SMALL
    assert small.requests == [f"/good/{name}.gz"]


FAILURES = {
    "403": ("refused", "403 Client Error: Forbidden"),
    "503": ("refused", "503 Server Error: Service Unavailable"),
    "silent": ("network", "Read timed out"),
    "stall": ("network", "Read timed out"),
    "drip": ("network", "not finished within 0.3 seconds"),
    "not_http": ("network", "what?"),
    "truncated": ("corrupted", "IncompleteRead|not a valid gzip file"),
    "short": ("corrupted", "not a valid gzip file"),
    "flipped": ("corrupted", "not a valid gzip file|does not match the known hash"),
    "login_page": ("corrupted", "not a valid gzip file"),
    "other_file": ("corrupted", "does not match the known hash"),
}


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(download, "TIMEOUT", 0.3)


@pytest.mark.parametrize("mirror", FAILURES)
def test_failing_mirror_ends_in_an_error_that_names_it(
    mirror, small, monkeypatch, cache, impatient
):
    reason, message = FAILURES[mirror]
    if mirror == "drip":
        monkeypatch.setattr(download, "TIME_LIMIT", 0.3)
    monkeypatch.setattr(download, "MIRRORS", (small.mirror(mirror),))
    with pytest.raises(data.DownloadError, match=message) as error:
        data.mnist(fallback=False)
    assert error.value.reason == reason
    assert f"{small.mirror(mirror)}{FIRST}.gz: " in str(error.value)
    assert contents(cache) == {}


@pytest.mark.parametrize("mirror", [name for name in FAILURES if name != "drip"])
def test_next_mirror_helps_and_is_then_the_first(mirror, small, monkeypatch, cache, impatient):
    monkeypatch.setattr(download, "MIRRORS", (small.mirror(mirror), small.mirror("good")))
    assert data.mnist(fallback=False).source == "mnist"
    assert contents(cache) == SMALL
    failed = [path for path in small.requests if path.startswith(f"/{mirror}/")]
    assert set(failed) == {f"/{mirror}/{FIRST}.gz"}


def test_most_informative_failure_is_the_reason(small, monkeypatch, closed):
    mirrors = (closed, small.mirror("403"), small.mirror("short"), closed)
    monkeypatch.setattr(download, "MIRRORS", mirrors)
    with pytest.raises(data.DownloadError) as error:
        data.mnist(fallback=False)
    assert error.value.reason == "refused"
    assert all(f"{mirror}{FIRST}.gz: " in str(error.value) for mirror in mirrors)


def test_files_downloaded_before_a_failure_are_kept(small, monkeypatch, cache):
    name = list(SMALL)[2]
    with monkeypatch.context() as patch:
        patch.setitem(download.FILES, name, "0" * 32)
        with pytest.raises(data.DownloadError, match=f"{name}.gz: .* does not match the known"):
            data.mnist(fallback=False)
    assert set(contents(cache)) == set(list(SMALL)[:2])
    data.mnist(fallback=False)
    assert contents(cache) == SMALL


def test_interrupted_download_leaves_no_partial_file(small, monkeypatch, cache):
    with monkeypatch.context() as patch:

        def interrupt(*_):
            raise KeyboardInterrupt

        patch.setattr(gzip, "decompress", interrupt)
        with pytest.raises(KeyboardInterrupt):
            data.mnist(fallback=False)
    assert contents(cache) == {}


def test_simultaneous_downloads_all_get_the_data(small, cache):
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        calls = [pool.submit(data.mnist, fallback=False) for _ in range(6)]
        assert {call.result().source for call in calls} == {"mnist"}
    assert contents(cache) == SMALL


def test_progress_bar_counts_the_bytes(small, monkeypatch):
    bar = mock.MagicMock()
    monkeypatch.setattr(download, "progress_bar", lambda *_: bar)
    data.mnist(fallback=False)
    count = sum(call.args[0] for call in bar.__enter__().update.call_args_list)
    assert count == sum(len(gzip.compress(content, 1)) for content in SMALL.values())


# ── The digits instead of MNIST ───────────────────────────────────────────────────────────────────


@pytest.fixture(params=["absent", "chosen", "corrupted", "network", "refused", "unwritable"])
def reason(request, server, monkeypatch, cache):
    """Why MNIST is not available."""
    mirrors = {"corrupted": "login_page", "refused": "403"}
    if request.param in mirrors:
        monkeypatch.setattr(download, "MIRRORS", (server.mirror(mirrors[request.param]),))
    if request.param == "chosen":
        monkeypatch.setenv("COURSE_DATA", "digits")
    if request.param == "unwritable":
        cache.parent.mkdir(parents=True)
        cache.write_text("a file")
    return request.param


DIGITS = {
    "en": "scikit-learn's 1,797 digits, enlarged from 8×8 to 28×28.\n",
    "pt": "os 1.797 dígitos do scikit-learn, ampliados de 8×8 para 28×28.\n",
}


@pytest.mark.parametrize("code", DIGITS)
def test_digits_are_used_instead_and_a_line_says_why(reason, code, capsys, cache):
    language.use(code)
    found = data.mnist(download=reason != "absent")
    assert found.source == "digits"
    assert torch.equal(found.train.x, data.digits().train.x)
    out, err = capsys.readouterr()
    assert out == language.text(f"data.instead.{reason}", images=1797, folder=str(cache)) + "\n"
    assert out.endswith(DIGITS[code])
    assert out.count("\n") == 1
    assert err == ""


def test_while_building_the_line_is_in_every_language(reason, monkeypatch):
    outputs = []
    monkeypatch.setenv("COURSE_BUILD", "1")
    monkeypatch.setattr(IPython.display, "display", lambda data, raw: outputs.append(data))
    data.mnist(download=reason != "absent")
    ((bundle),) = outputs
    folder = str(download.cache_folder())
    for code in language.LANGUAGES:
        with language.using(code):
            expected = language.text(f"data.instead.{reason}", images=1797, folder=folder)
        assert bundle[output.BUILD_MIME]["languages"][code] == {"text": expected}


def test_without_fallback_the_error_says_what_is_wrong_and_what_to_do(reason, capsys, cache):
    with pytest.raises(data.DownloadError) as error:
        data.mnist(download=reason != "absent", fallback=False)
    assert error.value.reason == reason
    if reason != "chosen":
        names = ", ".join(download.FILES)
        assert f"to provide it yourself, put {names} into {cache}" in str(error.value)
    assert capsys.readouterr() == ("", "")


def drawn():
    return ewma.weights(averages.ma_weights(5, 10), averages.ewma_weights(1 / 3, 10), age=3.0)


MARKS = {
    "en": "Data: scikit-learn's digits in place of MNIST",
    "pt": "Dados: os dígitos do scikit-learn no lugar do MNIST",
}


@pytest.mark.parametrize("code", MARKS)
def test_figure_of_the_digits_is_marked_once_below_its_axes(code):
    language.use(code)
    ax = drawn()
    text = canvas.alternative_text(ax.figure)
    for _ in range(2):
        canvas.mark_source(ax, "digits")
    assert ax.figure.get_supxlabel() == MARKS[code]
    assert canvas.alternative_text(ax.figure) == f"{text} {MARKS[code]}."
    ax.figure.draw_without_rendering()
    (mark,) = [one for one in ax.figure.texts if one.get_text() == MARKS[code]]
    box = mark.get_window_extent()
    assert ax.figure.bbox.contains(*box.min)
    assert ax.figure.bbox.contains(*box.max)
    assert box.y1 <= ax.xaxis.label.get_window_extent().y0


def test_figure_of_mnist_is_not_marked():
    ax = drawn()
    text = canvas.alternative_text(ax.figure)
    canvas.mark_source(ax, "mnist")
    assert (ax.figure.get_supxlabel(), canvas.alternative_text(ax.figure)) == ("", text)
    with pytest.raises(ValueError, match="source must be one of 'mnist', 'digits', got 'cifar'"):
        canvas.mark_source(ax, "cifar")


# ── Arguments ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("load", [data.mnist, data.digits])
@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"validation": 1}, ValueError, r"validation must be a number in \[0, 1\), got 1$"),
        ({"validation": float("nan")}, ValueError, "validation must be .*, got nan"),
        ({"validation": "half"}, TypeError, "validation must be a number .*, got 'half'"),
        ({"seed": -1}, ValueError, "seed must be a whole number of at least 0, got -1"),
        ({"seed": 0.5}, TypeError, "seed must be a whole number of at least 0, got 0.5"),
        ({"device": "gpu"}, ValueError, "device must be a device that .*, got 'gpu'"),
        ({"device": "meta"}, ValueError, "device must be a device that .*, got 'meta'"),
        ({"device": "cuda:99"}, ValueError, "device must be a device that .*, got 'cuda:99'"),
        ({"device": 0}, TypeError, "device must be a device that .*, got 0"),
    ],
    ids=str,
)
def test_bad_argument_is_named_before_anything_is_downloaded(load, options, error, message, small):
    with pytest.raises(error, match=message):
        load(**options)
    assert small.requests == []


@pytest.mark.parametrize("share", [1e-4, 0.004, 0.9999])
def test_each_part_needs_images_of_every_class(share):
    message = f"leave images of every class on both sides .*, got {share!r} of 1,540 images"
    with pytest.raises(ValueError, match=message):
        data.digits(validation=share)


def test_root_and_course_data_must_be_folders(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_text("not a folder")
    with pytest.raises(ValueError, match=f"root must be a folder, got '{file}'"):
        data.mnist(file)
    with pytest.raises(TypeError, match="root must be a folder, got 3"):
        data.mnist(3)
    monkeypatch.setenv("COURSE_DATA", str(file))
    message = f"the environment variable COURSE_DATA must be a folder, got '{file}'"
    with pytest.raises(ValueError, match=message):
        data.mnist()


@pytest.mark.parametrize("name", ["download", "fallback"])
def test_flags_must_be_true_or_false(name):
    with pytest.raises(TypeError, match=f"{name} must be True or False, got 'yes'"):
        data.mnist(**{name: "yes"})


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_same_numbers_on_a_gpu():
    here, there = data.digits(), data.digits(device="cuda")
    assert there.train.x.device.type == there.train.y.device.type == "cuda"
    assert (there.mean, there.std) == (here.mean, here.std)
    torch.testing.assert_close(there.train.x.cpu(), here.train.x, rtol=0, atol=1e-6)


# ── The other data ────────────────────────────────────────────────────────────────────────────────


def test_temperatures_are_those_of_the_chapters():
    values = data.temperatures()
    assert (values.shape, values.dtype) == ((30,), np.float64)
    assert (values[0], values[2], values[-1], values.sum()) == (5, 15, -2, 100)
