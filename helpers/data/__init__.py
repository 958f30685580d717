"""The course's data: temperatures, points around a line, handwritten digits.

>>> from helpers import data
>>> data.temperatures().shape, data.linear_regression().x.shape
((30,), torch.Size([100]))
>>> data.digits()
Images(digits; train: 1,283, validation: 257, test: 257; mean=0.1555, std=0.2769)
"""

from helpers.data.handwritten import digits, mnist
from helpers.data.images import Images, Split
from helpers.data.temperatures import temperatures
from helpers.mnist_files import DownloadError
from helpers.problems import linear_regression

__all__ = [
    "DownloadError",
    "Images",
    "Split",
    "digits",
    "linear_regression",
    "mnist",
    "temperatures",
]
