"""Faults of the data."""

from tests.faults.fault import Fault

__all__ = ["FAULTS"]

_IMAGES = "data/images.py"
_TESTS = "tests/test_data.py::"

FAULTS = {
    "a temperature without its sign": Fault(
        "data/temperatures.py",
        "[2, 2, -2, -1, -1, 3,",
        "[2, 2, -2, -1, 1, 3,",
        _TESTS + "test_temperatures_are_the_chapters",
        "en/03-bias",
    ),
    "variance for the standard deviation": Fault(
        _IMAGES,
        "float(np.sqrt(variance))",
        "float(variance)",
        _TESTS + "test_statistics_are_numpys",
        "en/08-hands-on",
    ),
    "levels of grey counted for the highest": Fault(
        _IMAGES,
        "values = np.arange(256) / 255",
        "values = np.arange(256) / 256",
        _TESTS + "test_statistics_are_numpys",
        "en/08-hands-on",
    ),
    "statistics of the validation images too": Fault(
        _IMAGES,
        'statistics(parts["train"][0])',
        "statistics(raw.train_x)",
        _TESTS + "test_normalised_with_the_statistics_of_the_training_part_alone",
        "en/08-hands-on",
    ),
    "divided before the mean is taken away": Fault(
        _IMAGES,
        "x.div_(255).sub_(mean).div_(std)",
        "x.div_(255).div_(std).sub_(mean)",
        _TESTS + "test_normalised_with_the_statistics_of_the_training_part_alone",
        "pt/08-hands-on",
    ),
    "split that leaves out remainders": Fault(
        _IMAGES,
        "still = round(len(labels) * share) - drawn.sum()",
        "still = 0",
        _TESTS + "test_stratified_is_fair_to_within_one_image",
        "en/08-hands-on",
    ),
    "digits enlarged without smoothing": Fault(
        "data/embedded.py",
        'mode="bilinear"',
        'mode="nearest"',
        _TESTS + "test_digits_are_enlarged_as_pillow_does",
        "en/08-hands-on",
    ),
    "digits whose ink is never black": Fault(
        "data/embedded.py",
        "small.images / 16",
        "small.images / 17",
        _TESTS + "test_digits_are_enlarged_as_pillow_does",
        "en/08-hands-on",
    ),
    "digits that do not listen to their seed": Fault(
        "data/handwritten.py",
        "images.prepare(embedded.load(), *images.checked(device, validation, seed))",
        "images.prepare(embedded.load(), *images.checked(device, validation, 1))",
        _TESTS + "test_seed_reaches_the_split",
        "en/08-hands-on",
    ),
    "training and test files swapped": Fault(
        "data/mnist_files.py",
        "for name in FILES)",
        "for name in sorted(FILES))",
        _TESTS + "test_each_file_becomes_its_own_part",
        None,
    ),
    "cache trusted without its checksum": Fault(
        "data/cache.py",
        "return content if md5(content) == checksum else None",
        "return content",
        _TESTS + "test_broken_cache_is_repaired[train-images-idx3-ubyte-flipped]",
        None,
    ),
    "mirror that gave a file asked last": Fault(
        "data/download.py",
        "mirrors.insert(0, mirror)",
        "mirrors.append(mirror)",
        _TESTS + "test_fault_of_the_first_mirror[404]",
        None,
    ),
    "half a file taken for the whole": Fault(
        "data/transfer.py",
        "if len(content) < size:",
        "if size and not content:",
        _TESTS + "test_fault_of_the_only_mirror[truncated]",
        None,
    ),
    "mebibytes called megabytes": Fault(
        "data/progress.py",
        '{"done": done / 1e6, "size": size / 1e6}',
        '{"done": done / 2**20, "size": size / 2**20}',
        _TESTS + "test_progress_in_the_readers_language",
        None,
    ),
}
