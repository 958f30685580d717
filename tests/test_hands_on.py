"""Chapter 8: its cells run on the embedded digits, and their results are in the expected ranges.

The committed notebooks, whose outputs nbval does not compare, are checked against the claims of the
text; where MNIST is on this machine, the claims are tested on images that the chapter does not use.
"""

import contextlib
import io
import math
import re
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
import torch
from sklearn.metrics import confusion_matrix
from torch import nn
from torch.optim.lr_scheduler import OneCycleLR, StepLR

import helpers.display
import helpers.explore
from book.manuscript.chapter import Code, Prose, read
from book.project import LANGUAGES, ROOT
from helpers import data, language, training

pytestmark = pytest.mark.xdist_group("hands_on")  # one process runs the chapter
CHAPTER = read(ROOT / "book" / "chapters" / "08-hands-on.md")
MNIST = ROOT.parent / "shared" / "data" / "mnist"
CELLS = [cell.source for cell in CHAPTER.cells if isinstance(cell, Code)]


def run(cells, environment):
    """Run cells one after another, and return their names, what they print, and their figures."""
    names, printed, figures = {}, [], []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(language, "_chosen", "en")
        patch.setattr(helpers.display, "show", lambda drawn: figures.append(drawn))
        patch.setattr(
            helpers.explore, "explore", lambda draw, **sliders: figures.append((draw, sliders))
        )
        for name, value in environment.items():
            patch.setenv(name, value)
        try:
            for cell in cells:
                with contextlib.redirect_stdout(io.StringIO()) as stdout:
                    exec(compile(cell, "a cell of chapter 8", "exec"), names)
                printed.append(stdout.getvalue())
        finally:
            torch.set_flush_denormal(False)  # the chapter turns it on
    return SimpleNamespace(**names), printed, figures


@pytest.fixture(scope="module")
def chapter():
    """All of the chapter, with the embedded digits."""
    return run(CELLS, {"COURSE_DATA": "digits"})


@pytest.fixture(scope="module")
def ns(chapter):
    return chapter[0]


def printed_by(chapter, part):
    """Return what the one cell printed whose source contains ``part``."""
    (found,) = [text for cell, text in zip(CELLS, chapter[1], strict=True) if part in cell]
    return found


# ── Data and model ────────────────────────────────────────────────────────────────────────────────


def test_statistics_are_those_of_the_training_pixels(chapter, ns):
    pixels = ns.images.pixels(ns.images.train.x).double().numpy()
    printed = printed_by(chapter, "own_mean, own_std =")
    assert printed.startswith(f"mean {pixels.mean():.4f}, std {pixels.std():.4f}\n-1.00 … 1.00: ")
    assert printed.endswith("mean 0.00, std 1.00\n")


def test_halves_are_what_normalize_makes_and_centred_data_have_their_scale(ns):
    own, y = ns.images.validation
    ink = own * ns.images.std + ns.images.mean
    x, labels = ns.halves(ns.images.validation)
    torch.testing.assert_close(x, (ink - 0.5) / 0.5, rtol=0, atol=1e-5)
    assert (x.min(), x.max()) == (-1, 1)
    assert labels is y
    centred, _ = ns.centred(ns.images.train)
    assert centred.mean().item() == pytest.approx(0, abs=1e-4)
    assert centred.std().item() == pytest.approx(2 * ns.images.std, rel=1e-3)


def test_images_that_choose_do_not_judge(ns):
    x, y = ns.images.validation
    for part, all_of_it in enumerate((x, y)):
        halves = ns.choosing[part], ns.judging[part]
        assert abs(len(halves[0]) - len(halves[1])) <= 1
        assert torch.equal(torch.cat(halves), all_of_it)
    (judged,) = [cell for cell in CELLS if "images.test" in cell]
    assert "choosing" not in judged
    assert [cell for cell in CELLS if ", choosing," in cell] == [
        cell for cell in CELLS if "by_rule[rule] =" in cell
    ]


def test_model_is_the_articles_mlp(chapter, ns):
    model = ns.mlp(128, dropout=0.2, seed=0)
    kinds = [type(layer) for layer in model]
    assert kinds == [nn.Flatten, nn.Linear, nn.ReLU, nn.Dropout, nn.Linear]
    assert model[3].p == 0.2
    assert sum(p.numel() for p in model.parameters()) == 784 * 128 + 128 + 128 * 10 + 10
    assert "101770\n" in chapter[1]


@pytest.mark.parametrize("part", ["torch.equal", "torch.allclose(weights"])
def test_loop_and_fit_are_the_same_bit_for_bit_and_fit_runs_up_to_rounding(chapter, part):
    printed = printed_by(chapter, part)
    assert printed.splitlines() == [
        f"{layer}.{kind} True" for layer in (1, 4) for kind in ("weight", "bias")
    ]


def test_a_run_is_resumed_with_model_optimizer_and_scheduler_only(chapter):
    rows = printed_by(chapter, "torch.save(").splitlines()
    differences = [float(row.split()[1]) for row in rows]
    assert differences[2] == 0 < 0.01 < min(differences[:2])


# ── The article's recipe ──────────────────────────────────────────────────────────────────────────


def test_recipes_reach_their_accuracies_on_the_digits(ns):
    assert 0.90 < ns.unseen.accuracy < 0.98
    assert 0.93 < ns.judged.accuracy < 1
    assert ns.article.train_accuracies[-1] > ns.article.validation_accuracies[-1]
    assert ns.seen.accuracy > ns.article.train_accuracies[-1]


def test_rate_is_logged_before_the_schedulers_step(ns):
    optimizer = torch.optim.Adam([nn.Parameter(torch.zeros(1))], lr=1e-3)
    scheduler = StepLR(optimizer, step_size=5, gamma=0.5)
    rates = []
    for _ in range(20):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    np.testing.assert_allclose(ns.article.epoch_learning_rates, rates, rtol=1e-12)


def test_epochs_loss_is_the_mean_over_images_and_the_last_batch_is_not(ns):
    images = len(ns.images.train.y)
    per_epoch = ns.article.losses.reshape(20, -1)
    sizes = torch.full((per_epoch.shape[1],), 32.0, dtype=torch.float64)
    sizes[-1] = images - 32 * (len(sizes) - 1)
    np.testing.assert_allclose(per_epoch @ sizes / images, ns.article.train_losses, rtol=1e-9)
    ratio = ns.last / ns.article.train_losses
    assert ratio.min() < 0.5
    assert ratio.max() > 2


def test_adams_average_is_the_ewma_of_its_gradients(chapter, ns):
    assert printed_by(chapter, "exp_avg = history") == "True\n"
    average, smooth = 0.0, []
    for gradient in ns.gradients.flatten().tolist():
        average = 0.9 * average + 0.1 * gradient
        smooth.append(average)
    np.testing.assert_allclose(ns.exp_avg.flatten(), smooth, rtol=0, atol=1e-6)
    assert np.abs(smooth).max() > 1e-3


def test_explorer_draws_at_both_ends(chapter):
    ((draw, sliders),) = [one for one in chapter[2] if isinstance(one, tuple)]
    (periods,) = sliders.values()
    assert len(periods.values) <= 40
    for value in (periods.values[0], periods.values[-1]):
        figure, text = helpers.display.picture(draw(periods=value))
        assert len(helpers.display.svg(figure)) < 60_000
        assert "scikit-learn" in text


def test_every_figure_of_trained_networks_names_the_source_of_its_data(chapter):
    figures = [one for one in chapter[2] if not isinstance(one, tuple)]
    texts = [helpers.display.picture(drawn)[1] for drawn in figures]
    assert len(texts) == 8
    unmarked = [text for text in texts if "scikit-learn" not in text]
    assert len(unmarked) == 1  # the learning rates do not depend on data
    assert unmarked[0].startswith("Learning rate used in each of 20 epochs")
    assert all(len(helpers.display.svg(drawn.figure)) < 80_000 for drawn in figures)


# ── Comparison, mistakes, test ────────────────────────────────────────────────────────────────────


def test_the_rate_with_the_best_mean_on_the_choosing_images_is_used(chapter, ns):
    rows = printed_by(chapter, "by_rule[rule] =").splitlines()
    assert len(rows) == 3
    for row in rows:
        schedule, rule, *shares, _, lr = row.split()
        assert float(lr) == ns.rates[schedule][rule]
        shares = [float(share[:-1]) for share in shares]
        assert shares[ns.tried[rule].index(float(lr))] == max(shares)


def test_a_comparison_trains_each_seed_as_fit_does(ns):
    def alone(seed, lr):
        model = ns.mlp(16, dropout=0.2, seed=seed)
        optimizer = torch.optim.AdamW(model.parameters(), lr)
        scheduler = OneCycleLR(optimizer, lr, 8 * 10)
        options = {"epochs": 8, "batch_size": 100, "scheduler": scheduler, "seed": seed}
        training.fit(model, ns.loss_function, optimizer, ns.halves(ns.few), **options)
        return training.evaluate(model, ns.loss_function, ns.halves(ns.judging)).accuracy

    options = {"prepare": ns.halves, "rule": "adamw", "schedule": "one_cycle", "width": 16}
    found = ns.accuracies([0.01, 0.002], [3, 4], ns.judging, batch_size=100, **options)
    images = len(ns.judging[1])
    np.testing.assert_allclose(found, [alone(3, 0.01), alone(4, 0.002)], atol=1.01 / images)


def test_each_step_adds_one_change_and_has_all_seeds(ns):
    names = ["article", "centred", "own", "rate", "one_cycle", "adamw", "width", "batch"]
    assert list(ns.steps) == names
    assert all(len(scores) == len(ns.seeds) for scores in ns.steps.values())
    np.testing.assert_array_equal(ns.steps["rate"], ns.scores["step"]["adam"])
    medians = [np.median(scores) for scores in ns.steps.values()]
    assert medians[0] < medians[1] < max(medians[3:7])


def test_confusion_matrix_is_sklearns(ns):
    x, y = ns.images.validation
    answers = training.predict(ns.our_model, x).argmax(1)
    np.testing.assert_array_equal(ns.counts, confusion_matrix(y, answers, labels=range(10)))


def test_mistakes_are_the_most_confident_ones(ns):
    x, y = ns.images.validation
    probabilities = training.predict(ns.our_model, x).softmax(1)
    wrong = {i for i in range(len(y)) if probabilities[i].argmax() != y[i]}
    worst = ns.worst.tolist()
    assert set(worst) <= wrong
    assert len(worst) == min(10, len(wrong))
    confidence = probabilities.max(1).values
    assert confidence[worst].tolist() == sorted(confidence[worst].tolist(), reverse=True)
    rest = [confidence[i].item() for i in wrong - set(worst)]
    assert max(rest, default=0) <= confidence[worst].min()


def test_test_data_are_touched_in_one_cell_and_last(chapter, ns):
    touching = [k for k, cell in enumerate(CELLS) if "images.test" in cell]
    assert len(touching) == 1
    exercises = [k for k, cell in enumerate(CELLS) if "check(" in cell]
    assert touching[0] == min(exercises) - 1
    assert 0.94 < ns.test.accuracy < 1
    n = len(ns.images.test.y)
    assert ns.error == pytest.approx(math.sqrt(ns.test.accuracy * (1 - ns.test.accuracy) / n))


# ── The listing with mistakes ─────────────────────────────────────────────────────────────────────


(LISTING,) = [
    cell.sources["en"].split("```python\n")[1].split("```")[0]
    for cell in CHAPTER.cells
    if isinstance(cell, Prose) and "```python" in cell.sources["en"]
]


def test_lines_of_the_listing_are_numbered():
    lines = [line for line in LISTING.splitlines() if line]
    assert [int(line.split("# ")[-1]) for line in lines] == list(range(1, 20))


def test_listing_runs_and_has_the_mistakes_that_the_solution_names(ns, capsys):
    x, y = (part[:70] for part in ns.images.train)
    model = ns.mlp(16, dropout=0.5, seed=0)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    names = {
        "model": model,
        "optimizer": optimizer,
        "scheduler": StepLR(optimizer, 5, 0.5),
        "loss_function": ns.loss_function,
        "batches": [(x[:32], y[:32]), (x[32:64], y[32:64]), (x[64:], y[64:])],
        "x_validation": ns.images.validation.x,
        "y_validation": ns.images.validation.y,
        "rates": [],
    }
    exec(LISTING, names)
    assert len(capsys.readouterr().out.splitlines()) == 40
    for name, parameter in model.named_parameters():  # 2: nothing is smoothed
        torch.testing.assert_close(names["gradients"][name], parameter.grad, rtol=1e-6, atol=0)
    assert names["rates"][3:6] == [1e-3, 5e-4, 5e-4]  # 16: the 5th epoch's rate was 1e-3
    assert len(names["x"]) == 6  # 17: of the last six images
    assert model.training  # 18: with dropout


# ── MNIST ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(not MNIST.exists(), reason="MNIST is not in ../shared/data")
def test_claims_of_the_comparisons_hold_on_other_images_and_seeds(ns, monkeypatch):
    images = data.mnist(MNIST, download=False)
    monkeypatch.setitem(ns.accuracies.__globals__, "images", images)
    few = tuple(part[40_000:41_000] for part in images.train)
    monkeypatch.setitem(ns.accuracies.__globals__, "few", few)

    def points(lr, **options):
        found = ns.accuracies([lr] * 5, range(60, 65), images.validation, **options)
        return 100 * np.median(found)

    article = points(1e-3, prepare=ns.halves)
    centred = points(1e-3, prepare=ns.centred)
    own = points(1e-3)
    adam = points(0.008)
    assert centred - article > 1
    assert own - centred > 0.2
    assert points(1e-3 * 0.5 / images.std, prepare=ns.centred) == pytest.approx(own, abs=0.5)
    assert adam - own > 0.7
    swapped = points(0.04, rule="momentum")
    assert swapped == pytest.approx(adam, abs=0.5)
    assert points(0.008, schedule="one_cycle") == pytest.approx(adam, abs=0.5)
    assert abs(swapped - adam) < adam - max(points(0.002), points(0.032))
    assert adam - points(0.008, batch_size=256) > 1


# ── The committed notebooks ───────────────────────────────────────────────────────────────────────


def outputs(code):
    """Return the text that a committed notebook's cells show, by their source."""
    notebook = nbformat.read(ROOT / "notebooks" / code / "08-hands-on.ipynb", 4)
    shown = {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            parts = [output.get("text") or output["data"]["text/plain"] for output in cell.outputs]
            shown[cell.source] = "".join(parts)
    return shown


@pytest.mark.parametrize("code", LANGUAGES)
def test_committed_notebook_agrees_with_the_text(code):
    shown = outputs(code)

    def of(part):
        (found,) = [text for source, text in shown.items() if part in source]
        return found

    if "Images(mnist" not in of("images = data.mnist()"):
        return
    shares = {  # as printed, in percent
        part: [float(share.replace(",", ".")) for share in re.findall(r"(\d+[.,]\d+)%", of(part))]
        for part in ('f"fit, train', "our_model = mlp", "images.test", "show(figures.attribution")
    }
    on_the_way, seen, unseen = shares['f"fit, train']
    assert unseen < on_the_way < seen
    assert 97.3 < on_the_way < 98.4
    judged, ours = shares["our_model = mlp"]
    assert judged + 0.2 < ours
    test, error = shares["images.test"]
    assert 97.7 < test < 98.6
    assert error == pytest.approx(0.14, abs=0.02)
    article, centred, own, rate, one_cycle, adamw, width, batch = shares["show(figures.attribution"]
    # "almost all of the gain comes from two changes: centring … and getting the rate right"
    assert rate - article > 0.8 * (width - article)
    assert min(centred - article, rate - own) > 1
    assert max(abs(one_cycle - rate), abs(adamw - one_cycle)) < 0.5
    assert width - batch > 1
