"""Faults of what a reader sees: words, numbers, sliders, progress."""

from tests.faults.fault import Fault

__all__ = ["FAULTS"]

FAULTS = {
    "decimal comma without the thousands' point": Fault(
        "language.py",
        'str.maketrans(".,", ",.")',
        'str.maketrans(".", ",")',
        "tests/test_language.py::test_number_is_written_as_the_language_does",
        "pt/03-bias",
    ),
    "power of ten without its sign": Fault(
        "language.py",
        'exponent.lstrip("+").replace("−0", "−")',
        'exponent.lstrip("+").replace("−0", "")',
        "tests/test_language.py::test_number_is_written_as_the_language_does",
        "en/04-adam",
    ),
    "hyphen for a minus sign": Fault(
        "language.py",
        'format(value, spec)).replace("-", "−")',
        "format(value, spec))",
        "tests/test_language.py::test_number_is_written_as_the_language_does",
        "en/01-learning-rate",
    ),
    "minus before a zero": Fault(
        "language.py",
        're.sub(r"-(?=[0.,]+%?$)", "", format(value, spec))',
        "format(value, spec)",
        "tests/test_language.py::test_what_rounds_to_zero_has_no_sign",
        None,
    ),
    "one times a power of ten": Fault(
        "language.py",
        'return ten if mantissa == "1" else f"{mantissa} × {ten}"',
        'return f"{mantissa} × {ten}"',
        "tests/test_language.py::test_number_is_written_as_the_language_does",
        "en/04-adam",
    ),
    "words cut at the first full stop": Fault(
        "display.py",
        "words = canvas.alternative_text(figure)",
        'words = canvas.alternative_text(figure).partition(". ")[0]',
        "tests/test_display.py::test_figure_of_the_course_says_its_numbers",
        "en/03-bias",
    ),
    "explorer that starts at its first position": Fault(
        "explore.py",
        "value=one.values[one.start]",
        "value=one.values[0]",
        "tests/test_explore.py::test_kernel_gets_widgets_and_the_words",
        "pt/02-ewma",
    ),
    "progress in the notebooks that are built": Fault(
        "_screen.py",
        'os.environ.get("COURSE_PAGE") in ("notebook", "static")',
        'os.environ.get("COURSE_PAGE") == "static"',
        "tests/test_data.py::test_progress_is_for_readers_only",
        None,
    ),
}
