"""Handwritten digits for the chapters: MNIST, or scikit-learn's smaller data set."""

import os

import numpy as np
import torch
from torch import nn

from helpers import _validate, mnist_files, output
from helpers.data import images
from helpers.data.images import Images
from helpers.mnist_files import DownloadError, RawImages
from helpers.mnist_files.download import cache_folder

__all__ = ["digits", "mnist"]


def mnist(
    root: str | os.PathLike[str] | None = None,
    *,
    device: str | torch.device = "cpu",
    validation: float = 1 / 6,
    seed: int = 0,
    download: bool = True,
    fallback: bool = True,
) -> Images:
    """Load MNIST's 70,000 handwritten digits, normalised and split into three parts.

    They are read from the first of these folders that has all files: ``root``, the folder that the
    environment variable COURSE_DATA names, the user's cache. If none has, they are downloaded into
    the cache. The MD5 of each file is checked before it is used.

    If MNIST is not available, scikit-learn's digits are used instead, as `digits` returns them: a
    printed line says so and why, and so does ``source``. COURSE_DATA=digits asks for them.

    Parameters
    ----------
    root : str or os.PathLike, optional
        A folder with the four files in ``MNIST/raw``, where torchvision puts them, or in
        ``mnist/MNIST/raw``. It is only read.
    device : str or torch.device
        Where the tensors live.
    validation : float
        Share of the training images to set aside, in [0, 1), the same of each class. They do not
        count in the statistics. With 0 the validation part is empty.
    seed : int
        Seed of the split, at least 0. No global random state changes.
    download : bool
        Whether to download MNIST if it is not on this machine.
    fallback : bool
        Whether to use scikit-learn's digits if MNIST is not available.

    Returns
    -------
    Images
        With 50,000, 10,000 and 10,000 images by default.

    Raises
    ------
    TypeError, ValueError
        If an argument or COURSE_DATA is not valid.
    DownloadError
        If MNIST is not available and ``fallback`` is False.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document recognition,
    1998, doi:10.1109/5.726791. CC BY-SA 3.0.
    """
    options = images.validate(device, validation, seed)
    download = _validate.flag("download", download)
    fallback = _validate.flag("fallback", fallback)
    try:
        raw = mnist_files.load(root, allow_download=download)
    except DownloadError as error:
        if not fallback:
            raise
        raw = _load_digits()
        count, folder = len(raw.train_y) + len(raw.test_y), str(cache_folder())
        output.print_text(f"data.instead.{error.reason}", images=count, folder=folder)
    return images.prepare(raw, *options)


def digits(
    *, device: str | torch.device = "cpu", validation: float = 1 / 6, seed: int = 0
) -> Images:
    """Load scikit-learn's 1,797 handwritten digits of 8×8 pixels, enlarged to MNIST's 28×28.

    They are part of scikit-learn, so that nothing is downloaded. One image in seven is for the
    test, whatever the seed.

    Parameters
    ----------
    device, validation, seed
        As for `mnist`.

    Returns
    -------
    Images
        With 1,283, 257 and 257 images by default, and ``source`` "digits".

    Raises
    ------
    TypeError, ValueError
        If an argument is not valid.
    ModuleNotFoundError
        If scikit-learn is not installed.

    References
    ----------
    Alpaydin and Kaynak, Optical recognition of handwritten digits, UCI Machine Learning Repository,
    1998, doi:10.24432/C50P49.
    """
    options = images.validate(device, validation, seed)
    return images.prepare(_load_digits(), *options)


def _load_digits() -> RawImages:
    """Load scikit-learn's digits in MNIST's format: 20×20 pixels of 28×28, one in seven a test."""
    from sklearn.datasets import load_digits

    small = load_digits()
    ink = torch.from_numpy(small.images / 16)[:, None]
    ink = nn.functional.interpolate(ink, size=(20, 20), mode="bilinear")
    ink = nn.functional.pad(ink[:, 0], (4, 4, 4, 4))
    x = (255 * ink).round().to(torch.uint8).numpy()
    y = small.target.astype(np.uint8)
    is_test = images.stratified(y, share=1 / 7, seed=0)
    return RawImages(x[~is_test], y[~is_test], x[is_test], y[is_test], source="digits")
