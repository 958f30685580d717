"""The data: MNIST as torchvision reads it, scikit-learn's digits, and downloads that fail.

The mirrors are a real HTTP server on this machine.
"""

import concurrent.futures
import contextlib
import gzip
import hashlib
import http.server
import os
import pickle
import random
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

from helpers import data, language, output
from helpers.data import images
from helpers.mnist_files import download
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
    pixels = np.random.default_rng(0).integers(0, 256, (80, 28, 28))
    labels = np.arange(80) % 10
    return [idx(part) for part in (pixels[:60], labels[:60], pixels[60:], labels[60:])]


SMALL = dict(zip(download.FILES, small_mnist(), strict=True))
CHECKSUMS = {name: hashlib.md5(content).hexdigest() for name, content in SMALL.items()}
FIRST, *_, LAST = SMALL
COURSE_MIRRORS = download.MIRRORS
CLOSED = "http://127.0.0.1:1/"  # nobody listens on this port


def send(reply, content, size=None, encoding="identity"):
    reply.send_response(200)
    reply.send_header("Content-Length", size or len(content))
    reply.send_header("Content-Encoding", encoding)
    reply.end_headers()
    reply.wfile.write(content)


def stall(reply, archive):
    send(reply, archive[:-100], size=len(archive))
    reply.server.closing.wait(60)


def drip(reply, archive):
    """Send on and on, each part within the timeout of a read."""
    send(reply, b"", size=10**9)
    while not reply.server.closing.wait(0.02):
        reply.wfile.write(bytes(4096))


def redirect(reply, archive):
    reply.send_response(302)
    reply.send_header("Location", reply.path.replace("redirect", "good"))
    reply.end_headers()


def fail_first(reply, archive):
    is_first = reply.server.requests.count(reply.path) == 1
    reply.send_error(503) if is_first else send(reply, archive)


def gzip_encoding(reply, archive):
    """As some servers do: a client that accepts gzip would unpack the archive."""
    accepts = "gzip" in reply.headers["Accept-Encoding"]
    send(reply, archive, encoding="gzip" if accepts else "identity")


MIRRORS = {
    "good": send,
    "redirect": redirect,
    "fail_first": fail_first,
    "gzip_encoding": gzip_encoding,
    "403": lambda reply, archive: reply.send_error(403),
    "silent": lambda reply, archive: reply.server.closing.wait(60),
    "stall": stall,
    "drip": drip,
    "not_http": lambda reply, archive: reply.wfile.write(b"what?\r\n\r\n"),
    "truncated": lambda reply, archive: send(reply, archive[:-100], size=len(archive)),
    "short": lambda reply, archive: send(reply, archive[:-100]),
    "flipped": lambda reply, archive: send(reply, archive[:40] + b"flip" + archive[44:]),
    "login_page": lambda reply, archive: send(reply, b"<html>Please sign in</html>"),
    "other_file": lambda reply, archive: send(reply, gzip.compress(b"something else")),
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
        server.handle_error = lambda *_: None  # clients that hang up
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.closing.set()
        server.shutdown()


@pytest.fixture
def use(server, monkeypatch):
    """A function that sets the mirrors, by their names, and returns their addresses."""

    def set_mirrors(*names):
        here = f"http://127.0.0.1:{server.server_port}/"
        addresses = [CLOSED if name == "closed" else f"{here}{name}/" for name in names]
        monkeypatch.setattr(download, "MIRRORS", addresses)
        return addresses

    return set_mirrors


@pytest.fixture
def small(use, server, monkeypatch):
    """A mirror of the small MNIST."""
    monkeypatch.setattr(download, "FILES", dict(CHECKSUMS))
    use("good")
    return server


@pytest.fixture(autouse=True)
def fresh_machine(monkeypatch, tmp_path):
    """A user with an empty cache and without a network."""
    for name in ("COURSE_DATA", "COURSE_LANGUAGE", "COURSE_BUILD"):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "Usuária José Ação"
    monkeypatch.setattr(pooch, "os_cache", lambda project: home / ".cache" / project)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(language, "_chosen", "en")
    monkeypatch.setattr(download, "MIRRORS", [CLOSED])
    monkeypatch.setattr("pooch.core.time.sleep", lambda seconds: None)  # between two attempts


@pytest.fixture
def cache():
    return download.cache_folder()


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
def loaded(request):
    """The images of both sources."""
    return data.mnist(MNIST, fallback=False) if request.param == "mnist" else data.digits()


def levels(images, part):
    """The pixels of a part, from 0 to 255, shape (n, 28, 28)."""
    return (255 * images.pixels(part.x)).round().byte()


def test_images_have_the_documented_shapes_types_and_classes(loaded):
    assert loaded.classes == tuple("0123456789")
    parts = (loaded.train, loaded.validation, loaded.test)
    for part, count in zip(parts, COUNTS[loaded.source], strict=True):
        assert (part.x.shape, part.x.dtype) == ((count, 1, 28, 28), torch.float32)
        assert (part.y.shape, part.y.dtype) == ((count,), torch.int64)
        assert part.x.is_contiguous()
        assert part.y.unique().tolist() == list(range(10))


def test_statistics_are_numpys_of_the_training_part_alone(loaded):
    pixels = levels(loaded, loaded.train).numpy().astype(np.uint16)
    variance = np.square(pixels).mean() - pixels.mean() ** 2
    assert 255 * loaded.mean == pytest.approx(pixels.mean(), rel=1e-12)
    assert 255 * loaded.std == pytest.approx(np.sqrt(variance), rel=1e-12)


def test_normalisation_is_torchvisions(loaded):
    to_tensor = torchvision.transforms.ToTensor()
    normalise = torchvision.transforms.Normalize((loaded.mean,), (loaded.std,))
    raw = levels(loaded, loaded.test)[:50].numpy()
    expected = torch.stack([normalise(to_tensor(image)) for image in raw])
    torch.testing.assert_close(loaded.test.x[:50], expected, rtol=0, atol=1e-6)


def test_pixels_undoes_the_normalisation_and_rejects_other_shapes(loaded):
    x = loaded.validation.x
    pixels = loaded.pixels(x)
    assert (pixels.min(), pixels.max()) == (0, pytest.approx(1))
    torch.testing.assert_close(255 * pixels, (255 * pixels).round(), rtol=0, atol=1e-3)
    assert torch.equal(loaded.pixels(x[0]), pixels[0])
    assert torch.equal(loaded.pixels(x[None]), pixels[None])
    for wrong in (x[0, 0], x[:, 0]):
        with pytest.raises(ValueError, match=r"x must be of shape \(…, 1, 28, 28\), got"):
            loaded.pixels(wrong)
    for wrong in (x[0].numpy(), "x", x[0].byte()):
        with pytest.raises(TypeError, match="x must be a tensor of floats, got"):
            loaded.pixels(wrong)


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


def test_parts_together_are_the_source_in_its_order():
    unsplit, split = data.digits(validation=0), data.digits(validation=0.3)
    assert (unsplit.validation.x.shape, unsplit.validation.y.shape) == ((0, 1, 28, 28), (0,))

    def examples(images, part):
        pixels = levels(images, part).numpy()
        return [(x.tobytes(), y) for x, y in zip(pixels, part.y.tolist(), strict=True)]

    original = examples(unsplit, unsplit.train)
    train, aside = examples(split, split.train), examples(split, split.validation)
    assert sorted(train + aside) == sorted(original)
    assert train == [example for example in original if example in set(train)]
    assert aside == [example for example in original if example in set(aside)]
    assert examples(split, split.test) == examples(unsplit, unsplit.test)


def test_seed_decides_the_split_but_not_the_test_part():
    first, again, other = (data.digits(seed=seed) for seed in (3, 3, 4))
    assert torch.equal(first.train.x, again.train.x)
    assert not torch.equal(first.train.y, other.train.y)
    assert torch.equal(first.test.y, other.test.y)


def test_split_is_the_one_that_the_chapters_were_written_with(loaded):
    labels = loaded.validation.y
    expected = {"mnist": 222_217_247, "digits": 151_255}[loaded.source]
    assert (labels * torch.arange(len(labels))).sum() == expected


def test_global_random_states_do_not_change(small):
    states = torch.get_rng_state(), np.random.get_state()[1].tolist(), random.getstate()  # noqa: NPY002
    data.digits()
    data.mnist(fallback=False)
    assert torch.equal(torch.get_rng_state(), states[0])
    assert np.random.get_state()[1].tolist() == states[1]  # noqa: NPY002
    assert random.getstate() == states[2]


def test_digits_are_scikit_learns_enlarged_as_pillow_does():
    found, original = data.digits(validation=0), load_digits()
    x = found.pixels(torch.cat([found.train.x, found.test.x]))
    ink = x[:, 4:-4, 4:-4].clone()
    x[:, 4:-4, 4:-4] = 0
    assert not x.any(), "there is ink in the margin"
    enlarged = [
        np.asarray(Image.fromarray(image.astype(np.float32)).resize((20, 20), Image.BILINEAR))
        for image in original.images / 16
    ]
    # The test part was drawn at random: find each image's original.
    expected = torch.tensor(np.stack(enlarged)).flatten(1)
    distance, index = torch.cdist(ink.flatten(1), expected, p=torch.inf).min(1)
    assert sorted(index.tolist()) == list(range(1797))
    assert distance.max() <= 0.51 / 255, "more than the rounding to bytes"
    y = torch.cat([found.train.y, found.test.y])
    np.testing.assert_array_equal(y, original.target[index])


# ── MNIST on this machine ─────────────────────────────────────────────────────────────────────────


@needs_mnist
@pytest.mark.parametrize("folder", [MNIST, MNIST.parent], ids=["MNIST/raw", "mnist/MNIST/raw"])
def test_mnist_is_torchvisions(folder, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", str(folder))
    found = data.mnist(validation=0, fallback=False)
    for train, part in ((True, found.train), (False, found.test)):
        expected = torchvision.datasets.MNIST(MNIST, train=train)
        assert torch.equal(levels(found, part), expected.data)
        assert torch.equal(part.y, expected.targets)
    assert found.source == "mnist"
    # Many programs contain transforms.Normalize((0.1307,), (0.3081,)).
    assert (round(found.mean, 4), round(found.std, 4)) == (0.1307, 0.3081)
    assert capsys.readouterr() == ("", "")


def test_names_and_mirrors_are_torchvisions():
    theirs = torchvision.datasets.MNIST
    assert [f"{name}.gz" for name in download.FILES] == [name for name, _ in theirs.resources]
    assert set(theirs.mirrors) <= set(COURSE_MIRRORS)


@pytest.mark.parametrize("where", ["root", "root/mnist", "home", "COURSE_DATA", "cache"])
def test_files_are_found_in_each_folder_without_a_download(
    where, small, tmp_path, monkeypatch, cache
):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "COURSE_DATA"))
    folders = {"home": Path.home() / "Vídeos" / "MNIST" / "raw", "cache": cache}
    fill(folders.get(where, tmp_path / where / "MNIST" / "raw"))
    found = data.mnist("~/Vídeos" if where == "home" else tmp_path / "root", fallback=False)
    assert found.test.y.tolist() == [*range(10), *range(10)]
    assert small.requests == []
    assert where == "cache" or not cache.exists()


def test_course_data_can_ask_for_the_digits(small, tmp_path, monkeypatch, cache):
    monkeypatch.setenv("COURSE_DATA", "digits")
    fill(cache)
    assert data.mnist().source == "digits"
    fill(tmp_path / "MNIST" / "raw")
    assert data.mnist(tmp_path).source == "mnist", "the argument comes first"


def test_corrupted_file_in_root_is_named_and_left_alone(small, tmp_path):
    alone = fill(tmp_path / "alone" / "MNIST" / "raw", {FIRST: b"corrupted"})
    with pytest.raises(data.DownloadError, match=f"corrupted in {alone}: {', '.join(SMALL)};"):
        data.mnist(tmp_path / "alone", download=False, fallback=False)
    raw = fill(tmp_path / "MNIST" / "raw", {**SMALL, FIRST: b"corrupted"})
    with pytest.raises(data.DownloadError, match=f"corrupted in {raw}: {FIRST};"):
        data.mnist(tmp_path, download=False, fallback=False)
    assert data.mnist(tmp_path, fallback=False).source == "mnist"
    assert contents(raw) == {**SMALL, FIRST: b"corrupted"}


def test_slow_libraries_are_imported_only_when_they_are_needed(tmp_path):
    fill(tmp_path / "MNIST" / "raw")
    code = f"""
import sys
from helpers import data, mnist_files
mnist_files.download.FILES = {CHECKSUMS}
print(data.mnist({str(tmp_path)!r}, fallback=False).source)
print({{"IPython", "pooch", "requests", "sklearn", "torchvision"}} & {{*sys.modules}})
"""
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["mnist", "set()"]


# ── Downloads ─────────────────────────────────────────────────────────────────────────────────────


def test_first_call_downloads_and_the_second_reads_the_cache(small, cache, monkeypatch, capsys):
    bar = mock.MagicMock()
    monkeypatch.setattr(download, "progress_bar", lambda *_: bar)
    pooch.get_logger().setLevel("INFO")
    monkeypatch.setattr(pooch.get_logger().handlers[0], "stream", sys.stdout)
    found = data.mnist(fallback=False)
    assert contents(cache) == SMALL
    progress = sum(call.args[0] for call in bar.__enter__().update.call_args_list)
    assert progress == sum(len(gzip.compress(content, 1)) for content in SMALL.values())
    assert torch.equal(data.mnist(fallback=False).train.x, found.train.x)
    assert small.requests == [f"/good/{name}.gz" for name in SMALL]
    assert capsys.readouterr() == ("", "")


@needs_mnist
def test_downloaded_mnist_opens_in_torchvision(server, use, cache):
    server.files = {name: (RAW / name).read_bytes() for name in download.FILES}
    use("good")
    found = data.mnist(validation=0, fallback=False)
    expected = torchvision.datasets.MNIST(cache.parents[1])
    assert torch.equal(levels(found, found.train), expected.data)


@pytest.mark.parametrize("mirror", ["redirect", "fail_first", "gzip_encoding"])
def test_mirrors_of_several_kinds_are_understood(mirror, small, use, cache):
    use(mirror)
    assert data.mnist(fallback=False).source == "mnist"
    assert contents(cache) == SMALL


@pytest.mark.parametrize("content", [None, b"", SMALL[FIRST][:-1], SMALL[FIRST][:-1] + b"?"])
@pytest.mark.parametrize("name", [FIRST, LAST])
def test_missing_or_corrupted_file_in_the_cache_is_downloaded_again(content, name, small, cache):
    fill(cache, {**SMALL, name: content or b""})
    if content is None:
        (cache / name).unlink()
    with pytest.raises(data.DownloadError, match=f"missing or corrupted in {cache}: {name};"):
        data.mnist(download=False, fallback=False)
    assert data.mnist(fallback=False).source == "mnist"
    assert contents(cache) == SMALL
    assert small.requests == [f"/good/{name}.gz"]


FAILURES = {
    "closed": ("network", "Connection refused"),
    "silent": ("network", "Read timed out"),
    "stall": ("network", "Read timed out"),
    "drip": ("network", "not finished within 0.3 seconds"),
    "not_http": ("network", "what?"),
    "403": ("refused", "403 Client Error: Forbidden"),
    "truncated": ("corrupted", "IncompleteRead|not a valid gzip file"),
    "short": ("corrupted", "not a valid gzip file"),
    "flipped": ("corrupted", "not a valid gzip file|does not match the known hash"),
    "login_page": ("corrupted", "not a valid gzip file"),
    "other_file": ("corrupted", "does not match the known hash"),
}


@pytest.mark.parametrize("mirror", FAILURES)
def test_failing_mirror_is_named_and_the_next_one_helps(mirror, small, use, monkeypatch, cache):
    reason, message = FAILURES[mirror]
    monkeypatch.setattr(download, "TIMEOUT", 0.3)
    monkeypatch.setattr(download, "TIME_LIMIT", 0.3 if mirror == "drip" else 60)
    (address,) = use(mirror)
    with pytest.raises(data.DownloadError, match=f"{address}{FIRST}.gz: .*({message})") as error:
        data.mnist(fallback=False)
    assert error.value.reason == reason
    assert contents(cache) == {}
    if mirror == "drip":
        return
    small.requests.clear()
    use(mirror, "good")
    assert data.mnist(fallback=False).source == "mnist"
    assert contents(cache) == SMALL
    failed = {path for path in small.requests if not path.startswith("/good/")}
    assert failed <= {f"/{mirror}/{FIRST}.gz"}  # the next files come from the good one at once


def test_most_informative_failure_is_the_reason(small, use):
    addresses = use("closed", "403", "short", "closed")
    with pytest.raises(data.DownloadError) as error:
        data.mnist(fallback=False)
    assert error.value.reason == "refused"
    assert all(f"{address}{FIRST}.gz: " in str(error.value) for address in addresses)


def test_missing_certificates_are_no_folder_that_cannot_be_written(monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
    monkeypatch.setattr(download, "MIRRORS", ["https://127.0.0.1:1/"])
    with pytest.raises(data.DownloadError, match=r"TLS CA certificate.*nowhere\.pem") as error:
        data.mnist(fallback=False)
    assert error.value.reason == "network"


def test_simultaneous_downloads_all_get_the_data(small, cache):
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        calls = [pool.submit(data.mnist, fallback=False) for _ in range(6)]
        assert {call.result().source for call in calls} == {"mnist"}
    assert contents(cache) == SMALL


# ── The digits instead of MNIST ───────────────────────────────────────────────────────────────────

DIGITS = {
    "en": "scikit-learn's 1,797 digits, enlarged from 8×8 to 28×28.",
    "pt": "os 1.797 dígitos do scikit-learn, ampliados de 8×8 para 28×28.",
}


@pytest.fixture(params=["absent", "chosen", "corrupted", "network", "refused", "unwritable"])
def reason(request, use, monkeypatch, cache):
    """Why MNIST is not available."""
    use({"corrupted": "login_page", "refused": "403"}.get(request.param, "closed"))
    if request.param == "chosen":
        monkeypatch.setenv("COURSE_DATA", "digits")
    if request.param == "unwritable":
        cache.parent.mkdir(parents=True)
        cache.write_text("not a folder")
    return request.param


def explanation(reason):
    """The line about the digits in the current language."""
    folder = str(download.cache_folder())
    text = language.text(f"data.instead.{reason}", images=1797, folder=folder)
    assert text.endswith(DIGITS[language.current()])
    return text


def test_digits_are_used_instead_and_a_line_says_why(reason, monkeypatch, capsys):
    expected = {}
    for code in DIGITS:
        language.use(code)
        expected[code] = explanation(reason)
        found = data.mnist(download=reason != "absent")
        assert capsys.readouterr() == (expected[code] + "\n", "")
        assert found.source == "digits"
        assert torch.equal(found.train.x, data.digits().train.x)
    # While building, the line is in all languages at once.
    outputs = []
    monkeypatch.setenv("COURSE_BUILD", "1")
    monkeypatch.setattr(IPython.display, "display", lambda data, raw: outputs.append(data))
    data.mnist(download=reason != "absent")
    (bundle,) = outputs
    found = bundle[output.BUILD_MIME]["languages"]
    assert found == {code: {"text": text} for code, text in expected.items()}


def test_without_fallback_the_error_says_what_to_do(reason, capsys, cache):
    with pytest.raises(data.DownloadError) as error:
        data.mnist(download=reason != "absent", fallback=False)
    assert error.value.reason == reason
    advice = f"to provide it yourself, put {', '.join(download.FILES)} into {cache}"
    assert (advice in str(error.value)) == (reason != "chosen")
    assert capsys.readouterr() == ("", "")


# ── Arguments ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"validation": 1}, ValueError, r"validation must be a number in \[0, 1\), got 1$"),
        ({"validation": "half"}, TypeError, "validation must be a number .*, got 'half'"),
        ({"seed": -1}, ValueError, "seed must be a whole number of at least 0, got -1"),
        ({"seed": 0.5}, TypeError, "seed must be a whole number of at least 0, got 0.5"),
        ({"device": "gpu"}, ValueError, "device must be a device that .*, got 'gpu'"),
        ({"device": "meta"}, ValueError, "device must be a device that .*, got 'meta'"),
        ({"device": "cuda:99"}, ValueError, "device must be a device that .*, got 'cuda:99'"),
        ({"device": 0}, TypeError, "device must be a device that .*, got 0"),
        ({"download": "yes"}, TypeError, "download must be True or False, got 'yes'"),
        ({"fallback": 1}, TypeError, "fallback must be True or False, got 1"),
    ],
    ids=str,
)
def test_bad_argument_is_named_before_anything_is_downloaded(options, error, message, small):
    with pytest.raises(error, match=message):
        data.mnist(**options)
    assert small.requests == []
    if not options.keys() & {"download", "fallback"}:
        with pytest.raises(error, match=message):
            data.digits(**options)


@pytest.mark.parametrize("share", [1e-4, 0.004, 0.9999])
def test_each_part_needs_images_of_every_class(share):
    with pytest.raises(ValueError, match=f"on both sides .*, got {share!r} of 1,540 images"):
        data.digits(validation=share)


def test_root_and_course_data_must_be_folders(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(ValueError, match=f"root must be a folder, got '{file}'"):
        data.mnist(file)
    with pytest.raises(TypeError, match="root must be a folder, got 3"):
        data.mnist(3)
    monkeypatch.setenv("COURSE_DATA", str(file))
    message = f"the environment variable COURSE_DATA must be a folder, got '{file}'"
    with pytest.raises(ValueError, match=message):
        data.mnist()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_same_numbers_on_a_gpu():
    here, there = data.digits(), data.digits(device="cuda")
    assert there.train.x.device.type == there.train.y.device.type == "cuda"
    torch.testing.assert_close(there.train.x.cpu(), here.train.x, rtol=0, atol=1e-6)


# ── The other data ────────────────────────────────────────────────────────────────────────────────


def test_download_errors_are_pickled():
    again = pickle.loads(pickle.dumps(data.DownloadError("no network", "network")))
    assert (str(again), again.reason) == ("no network", "network")


def test_temperatures_are_those_of_the_chapters():
    values = data.temperatures()
    assert (values.shape, values.dtype) == ((30,), np.float64)
    assert (values[0], values[2], values[-1], values.sum()) == (5, 15, -2, 100)
