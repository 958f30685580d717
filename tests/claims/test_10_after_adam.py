"""Chapter 10's claims: exactly, on fresh seeds, and the race as it was recorded anew."""

import json
import math

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from helpers import optimizers, problems, simulate, training
from helpers.lab._race import muon_of_points
from tests.claims import neighbours
from tests.claims.after_adam import LENGTHS, RESULTS, SETTINGS

TOY = problems.linear_regression()
BEST = TOY.surface("train").minimum
SEEDS = range(1000, 1400)
RECORDED = json.loads(RESULTS.read_text(encoding="utf-8"))


def far(rule, rates, epochs, **options):
    """Median distance to the optimum by update."""
    schedule = {"lr": rates}
    runs = simulate.on_regression(TOY, rule, SEEDS, epochs, schedule=schedule, **options)
    return (runs.paths - BEST).norm(dim=-1).median(dim=0).values.numpy()


# ── Only the sign ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.8, 0.99), (0.95, 0.9999)])
def test_in_noise_adams_step_is_the_share_of_the_formula(betas):
    init, update = optimizers.adam(1.0, betas)
    theta, squares = torch.zeros(400, dtype=torch.float64), []
    state = init(theta)
    for t, noise in enumerate(torch.randn(4000, 400, dtype=torch.float64)):
        new, state = update(theta, noise, state)
        if t > 1500:
            squares.append((new - theta).square().mean())
    share = math.sqrt((1 - betas[0]) / (1 + betas[0]))
    assert torch.stack(squares).mean().sqrt().item() == pytest.approx(share, rel=0.03)


def test_lion_stops_about_a_rate_away_and_arrives_when_the_rate_falls():
    floors = {}
    for lr in (0.6, 0.3, 0.1, 0.033):
        tail = far(optimizers.lion, [lr] * 400, 80)[-100:]
        floors[lr] = np.median(tail)
        assert 0.5 * lr < floors[lr] < 2 * lr
    assert 0.2 < floors[0.1] / floors[0.3] < 0.5
    falling = [0.3 * (1 - t / 400) for t in range(400)]
    assert far(optimizers.lion, falling, 80)[-1] < 0.2 * floors[0.3]
    assert far(optimizers.adam, [0.1] * 400, 80)[-1] < 0.2 * floors[0.1]


# ── Directions ────────────────────────────────────────────────────────────────────────────────────


def test_shampoos_first_step_is_orthogonal_and_turns_along_and_the_sign_does_not():
    torch.manual_seed(3)
    for rows, columns in ((2, 2), (3, 5), (4, 4)):
        gradient = torch.randn(rows, columns, dtype=torch.float64)
        u, _, vh = torch.linalg.svd(gradient, full_matrices=False)
        roots = []
        for square in (gradient @ gradient.mT, gradient.mT @ gradient):
            values, vectors = torch.linalg.eigh(square)
            power = torch.where(values > 1e-9, values.clamp(min=1e-9) ** -0.25, 0.0)
            roots.append(vectors * power @ vectors.mT)
        torch.testing.assert_close(roots[0] @ gradient @ roots[1], u @ vh)
        turn = torch.linalg.qr(torch.randn(rows, rows, dtype=torch.float64))[0]
        turned = optimizers.orthogonalize(turn @ gradient)
        torch.testing.assert_close(turned, turn @ optimizers.orthogonalize(gradient))
        assert not torch.allclose((turn @ gradient).sign(), turn @ gradient.sign())


def test_muons_path_turns_with_bowl_and_start_and_adams_does_not():
    def turned(rule, angle, **options):
        phi = math.radians(angle)
        turn = torch.tensor([[math.cos(phi), -math.sin(phi)], [math.sin(phi), math.cos(phi)]])
        start = torch.tensor([-1.8, 1.4], dtype=torch.float64)
        bowl = problems.quadratic(20, angle)
        path = simulate.on_problem(bowl, rule, turn.double() @ start, 50, lr=0.1, **options).paths
        return path[0] @ turn.double()

    muon = [turned(muon_of_points, angle, weight_decay=0) for angle in (0, 37)]
    torch.testing.assert_close(*muon, rtol=1e-5, atol=1e-5)
    lengths = torch.diff(muon[0], dim=0).norm(dim=1)
    torch.testing.assert_close(lengths, lengths[:1].expand(50))
    for rule in (optimizers.adam, optimizers.lion):
        assert (turned(rule, 0) - turned(rule, 37)).abs().max() > 0.1


def test_five_steps_end_in_the_band_and_lift_small_values_as_said():
    sigma = torch.logspace(-2, 0, 4001, dtype=torch.float64)
    after = sigma.clone()
    for _ in range(5):
        after = 3.4445 * after - 4.7750 * after**3 + 2.0315 * after**5
    assert 0.68 < after.min() < 0.69
    assert 1.13 < after.max() < 1.14
    classic = sigma.clone()
    for _ in range(5):
        classic = (15 * classic - 10 * classic**3 + 3 * classic**5) / 8
    assert (classic[sigma > 0.3] > 0.99).all()
    assert classic[0] < 0.3


@pytest.mark.parametrize(("width", "size"), [(32, 32), (64, 64), (32, 128)])
def test_muons_step_spreads_over_the_directions_of_a_gradient_that_lies_in_few(width, size):
    images, digits = map(torch.tensor, load_digits(return_X_y=True))
    torch.manual_seed(1000 + width)
    layers = nn.Linear(64, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU()
    model = nn.Sequential(*layers, nn.Linear(width, 10))
    groups = ([p for p in model.parameters() if (p.ndim == 2) == is_matrix] for is_matrix in (1, 0))
    rules = optimizers.muon, optimizers.adam
    both = [optimizers.ForTorch(*pair, lr=0.02) for pair in zip(groups, rules, strict=True)]
    history = training.fit(
        model, nn.CrossEntropyLoss(), both, (images.float() / 16, digits), epochs=2,
        batch_size=size, record=training.Record("gradient", "2.weight", keep="all"),
    )  # fmt: skip
    gradients, middle = history.records["gradient"]["2.weight"], []
    for rule in (optimizers.sgd(), optimizers.adam(), optimizers.muon(weight_decay=0)):
        params = torch.zeros(width, width)
        state = rule.init(params)
        for gradient in gradients:
            before, (params, state) = params, rule.update(params, gradient, state)
        sizes = torch.linalg.svdvals(params - before)
        middle.append((sizes[width // 2] / sizes[0]).item())
    assert middle[0] < 0.02
    assert 4 * middle[0] < middle[1] < middle[2] / 4


@pytest.mark.parametrize("shape", [(32, 32), (16, 64), (128, 8)])
def test_a_component_of_muons_step_is_a_fifth_of_a_rate(shape):
    rule = optimizers.muon(
        1.0,
        0,
        adjust_lr_fn="match_rms_adamw",
        ns_steps=30,
        ns_coefficients=(15 / 8, -10 / 8, 3 / 8),
    )
    params = torch.zeros(shape, dtype=torch.float64)
    gradient = torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(5))
    step, _ = rule.update(params, gradient, rule.init(params))
    assert step.square().mean().sqrt().item() == pytest.approx(0.2, rel=1e-3)


@pytest.mark.parametrize(("side", "batch"), [(32, 32), (32, 64), (64, 1024), (128, 50)])
def test_newton_schulz_costs_five_sides_over_the_batch(side, batch):
    def flops(function):
        with FlopCounterMode(display=False) as counter:
            function()
        return counter.get_total_flops()

    layer, x = nn.Linear(side, side), torch.randn(batch, side, requires_grad=True)
    training = flops(lambda: layer(x).sum().backward())
    ratio = flops(lambda: optimizers.orthogonalize(layer.weight)) / training
    assert ratio == pytest.approx(5 * side / batch)


# ── Schedule-free and Adafactor ───────────────────────────────────────────────────────────────────


@neighbours("lr, beta", (1.0, 0.9), (1.1, 0.9), (1.0, 0.8), (1.2, 0.9))
def test_at_a_rate_at_which_sgd_diverges_the_average_arrives_and_z_trembles(lr, beta):
    x, y = (part[:, None] for part in TOY.data("train"))

    def ends(seed, beta):
        rule = optimizers.schedule_free_sgd(lr, momentum=beta)
        params = torch.tensor([-0.6, 0.2], dtype=torch.float64)
        state, order = rule.init(params), torch.Generator().manual_seed(seed)
        for _ in range(40):
            for batch in torch.randperm(80, generator=order).split(16):
                gradient = problems.mse_gradient(params, x[batch], y[batch]).mean(0)
                params, state = rule.update(params, gradient, state)
        return [(point - BEST).norm() for point in (state.z, state.average)]

    z, average = np.median([ends(seed, beta) for seed in range(500, 530)], axis=0)
    assert average < 0.5 * z < 0.1
    assert average < 0.02
    plain = np.median([ends(seed, 0.0)[0] for seed in range(500, 505)])
    assert plain > 10


def test_adafactor_keeps_a_thousandth_of_adamws_state_and_rank_one_is_exact():
    params = torch.ones(1024, 1024)
    kept = sum(field.numel() for field in optimizers.adafactor().init(params)[:2])
    assert kept / (2 * params.numel()) == pytest.approx(0.001, rel=0.03)
    square = torch.outer(torch.rand(7), torch.rand(5)).double()
    rows, columns = square.mean(1, keepdim=True), square.mean(0)
    torch.testing.assert_close(rows * columns / rows.mean(), square)


# ── The race, as recorded ─────────────────────────────────────────────────────────────────────────


@pytest.fixture(params=SETTINGS)
def ratios(request):
    """Return how many updates AdamW needs for each of a rule's: untuned, and tuned."""
    found = RECORDED[request.param]
    curves = {name: np.array(row) for name, row in found["losses"].items()}

    def updates_to(loss, curve):
        falling = np.minimum.accumulate(curve)
        return np.exp(np.interp(-np.log(loss), -np.log(falling), np.log(LENGTHS)))

    def ratio(curve, base):
        if curve[-1] <= base[-1]:
            return LENGTHS[-1] / updates_to(base[-1], curve)
        return updates_to(curve[-1], base) / LENGTHS[-1]

    untuned = {n: LENGTHS[-1] / updates_to(found["default"], c) for n, c in curves.items()}
    return untuned, {n: ratio(c, curves["adamw"]) for n, c in curves.items()}


def test_every_rule_had_its_best_rate_inside_its_grid():
    for name in SETTINGS:
        for rule, chosen in RECORDED[name]["chosen"].items():
            assert min(chosen) > 0, (name, rule)
            assert max(chosen) < 6, (name, rule)


def test_tuning_adamw_is_worth_several_times_and_more_than_any_rule(ratios):
    untuned, tuned = ratios
    assert untuned["adamw"] > 4
    assert untuned["adamw"] > 2 * max(tuned.values())


def test_most_of_the_speed_up_goes_and_something_is_left(ratios):
    untuned, tuned = ratios
    fastest = max(tuned, key=tuned.get)
    assert fastest == "muon"
    assert 1.1 < tuned["muon"] < untuned["muon"] / 4
    assert min(tuned, key=tuned.get) == "lion"
    assert tuned["lion"] < 0.9
