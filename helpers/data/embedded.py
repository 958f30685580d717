"""The digits that come with scikit-learn, in the shape of MNIST's."""

import numpy as np
import torch

from helpers.data.images import RawImages, stratified

__all__ = ["load"]


def load() -> RawImages:
    """Read scikit-learn's digits and enlarge them from 8×8 to 28×28 pixels.

    As in MNIST, a digit fills 20×20 pixels within a margin of four, and the test takes one image in
    seven, of each class alike.

    Returns
    -------
    RawImages
        1,540 images to train on and 257 to test, with ``source`` "digits".

    Raises
    ------
    ModuleNotFoundError
        If scikit-learn is not installed.
    """
    try:
        from sklearn.datasets import load_digits
    except ModuleNotFoundError:
        message = "scikit-learn is not installed, and with it come the embedded digits"
        raise ModuleNotFoundError(message) from None
    small = load_digits()
    ink = torch.from_numpy(small.images / 16)[:, None]
    ink = torch.nn.functional.interpolate(ink, size=(20, 20), mode="bilinear")
    ink = torch.nn.functional.pad(ink[:, 0], (4, 4, 4, 4))
    x = (255 * ink).round().to(torch.uint8).numpy()
    y = small.target.astype(np.uint8)
    test = stratified(y, share=1 / 7, seed=0)
    classes = tuple(str(name) for name in small.target_names)
    return RawImages(x[~test], y[~test], x[test], y[test], classes, "digits")
