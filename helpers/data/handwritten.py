"""Handwritten digits, as a notebook asks for them: MNIST, or scikit-learn's in its place."""

import os

import torch

from helpers import _validate, language, output
from helpers.data import embedded, images, mnist_files
from helpers.data.download import UnavailableError
from helpers.data.images import Images

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
    """Get MNIST's 70,000 handwritten digits, normalised and split into three parts.

    They are looked for in the folder ``root``, else in the folder that the environment variable
    COURSE_DATA names, then in the user's cache. Where they are in neither, they are downloaded into
    the cache, once. No file is trusted before its checksum has been compared.

    Where they cannot be had, scikit-learn's digits stand in for them, as `digits` returns them: a
    line on the screen says so and why, and so does ``source``. COURSE_DATA=digits asks for them.

    Parameters
    ----------
    root : str or os.PathLike, optional
        A folder that holds the four files in ``MNIST/raw``, as torchvision lays them out, or in
        ``mnist/MNIST/raw``. It goes before COURSE_DATA, and nothing is ever written there.
    device : str or torch.device
        Where the tensors live.
    validation : float
        Share of the training images to put aside, in [0, 1), of each class alike. The images put
        aside do not count in the statistics. With 0 the validation part is empty.
    seed : int
        Of the split, at least 0. No global random state is touched.
    download : bool
        Whether the network may be asked.
    fallback : bool
        Whether scikit-learn's digits may stand in for MNIST.

    Returns
    -------
    Images
        With 50,000, 10,000 and 10,000 images unless told otherwise.

    Raises
    ------
    TypeError, ValueError
        If an argument or COURSE_DATA is not what it has to be.
    UnavailableError
        If MNIST cannot be had, and nothing may or can stand in for it.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document recognition,
    1998, doi:10.1109/5.726791. CC BY-SA 3.0.
    """
    options = images.checked(device, validation, seed)
    download, fallback = (
        _validate.flag("download", download),
        _validate.flag("fallback", fallback),
    )
    try:
        raw = mnist_files.load(root, download=download)
    except UnavailableError as fault:
        if not fallback:
            raise
        raw = _in_place_of_mnist(fault)
    return images.prepare(raw, *options)


def digits(
    *, device: str | torch.device = "cpu", validation: float = 1 / 6, seed: int = 0
) -> Images:
    """Get scikit-learn's 1,797 handwritten digits of 8×8 pixels, enlarged to MNIST's 28×28.

    They come with scikit-learn and need neither network nor disk. One image in seven is for the
    test, always the same ones.

    Parameters
    ----------
    device, validation, seed
        As for `mnist`.

    Returns
    -------
    Images
        With 1,283, 257 and 257 images unless told otherwise, and ``source`` "digits".

    Raises
    ------
    TypeError, ValueError
        If an argument is not what it has to be.
    ModuleNotFoundError
        If scikit-learn is not installed.

    References
    ----------
    Alpaydin and Kaynak, Optical recognition of handwritten digits, UCI Machine Learning Repository,
    1998, doi:10.24432/C50P49.
    """
    return images.prepare(embedded.load(), *images.checked(device, validation, seed))


def _in_place_of_mnist(fault: UnavailableError) -> images.RawImages:
    """Load the embedded digits and say so, in one line on the screen."""
    try:
        raw = embedded.load()
    except ModuleNotFoundError as missing:
        message = f"{fault}; and {missing}"
        raise UnavailableError(message, fault.reason, fault.status) from None
    why = language.text(f"data.why.{fault.reason}", status=fault.status)
    output.print_text("data.digits", why=why, images=len(raw.train_y) + len(raw.test_y))
    return raw
