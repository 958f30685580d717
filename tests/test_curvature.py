"""Sharpness against whole Hessians, and the training of networks against torch's own loop."""

import pytest
import torch
from scipy.sparse.linalg import LinearOperator, eigsh
from torch import nn

from helpers import curvature, optimizers, problems, simulate
from tests.errors import message_of

RANDOM = torch.Generator().manual_seed(4)
X = torch.randn(20, 5, generator=RANDOM, dtype=torch.float64)
Y = torch.arange(20) % 3
THETA = torch.ones(2, 3)
KINDS = pytest.mark.parametrize("kind", ["mse", "cross_entropy"])


def hessian(loss, row):
    return torch.autograd.functional.hessian(lambda one: loss(one[None])[0], row)


@KINDS
@pytest.mark.parametrize("width", [1, 6])
def test_sharpness_is_the_largest_eigenvalue_of_the_hessian(kind, width):
    network = problems.Network(X, Y, width, kind)
    theta = network.start(range(6), size=1.5)
    values, directions = curvature.sharpness(network.loss, theta, rounds=5000, rel=1e-12)
    for row, value, direction in zip(theta, values, directions, strict=True):
        exact, vectors = torch.linalg.eigh(hessian(network.loss, row))
        assert value == pytest.approx(exact[-1].item(), rel=1e-6)
        assert abs(direction @ vectors[:, -1]) == pytest.approx(1, abs=1e-3)


def test_the_largest_is_found_beside_negative_ones_of_any_size():
    curves = torch.tensor(
        [[-5, 2, 0.5], [-5, -1, -0.2], [3, 1, -2], [3, -3, 1], [2, 2, -2], [3, 2.9, -3.0001]]
    ).double()
    values, directions = curvature.sharpness(
        lambda at: (curves * at**2).sum(1) / 2, torch.ones(6, 3).double()
    )
    torch.testing.assert_close(values, curves.amax(1), rtol=1e-4, atol=1e-4)
    at_largest = directions.square() * (curves == curves.amax(1, keepdim=True))
    torch.testing.assert_close(at_largest.sum(1), torch.ones(6).double(), rtol=0, atol=2e-3)


def test_a_search_goes_on_from_the_directions_that_it_is_given():
    start = torch.tensor([[0.0, 2.0]])
    found = curvature.sharpness(lambda at: at[:, 0] ** 2 + 3 * at[:, 1] ** 2, start, start=start,
                                rounds=1)  # fmt: skip
    assert [one.tolist() for one in found] == [[6.0], [[0.0, 1.0]]]


def test_without_curvature_the_sharpness_is_zero_and_one_parameter_may_curve_down():
    theta = torch.zeros(2, 3, dtype=torch.float64)
    for flat in (lambda at: at.sum(1), lambda at: (at**4).sum(1)):
        assert curvature.sharpness(flat, theta)[0].tolist() == [0, 0]
    for width in (1, 3):
        value, direction = curvature.sharpness(lambda at: -(at**2).sum(1), torch.ones(1, width))
        assert value.item() == pytest.approx(-2)
        assert direction.norm().item() == pytest.approx(1)


@pytest.mark.parametrize("context", [torch.no_grad, torch.inference_mode])
def test_the_callers_gradient_mode_does_not_matter(context):
    network = problems.Network(X, Y, 6)
    with context():
        value, _ = curvature.sharpness(lambda at: (at**2).sum(1), torch.ones(1, 3))
    with torch.no_grad():
        run = simulate.on_network(network, optimizers.sgd, 0, 2, lr=0.1)
    assert value.item() == pytest.approx(2)
    assert run.losses.shape == (1, 2)


def test_each_run_is_rescaled_by_its_own_settings_and_only_by_rules_that_divide():
    network, betas = problems.Network(X, Y, 6), [(0.9, 0.999), (0.5, 0.9)]
    options = {"seeds": 0, "steps": 6, "every": 5, "rounds": 300, "lr": 0.01}
    for rule, hyper in ((optimizers.adam, {}), (optimizers.adam, {"amsgrad": True})):
        both = simulate.on_network(network, rule, **options, **hyper, betas=betas, eps=[1e-8, 1e-3])
        for run, label in enumerate(both.labels):
            own = {"betas": label["betas"], "eps": label["eps"]}
            alone = simulate.on_network(network, rule, **options, **hyper, **own)
            torch.testing.assert_close(both.sharpness[run], alone.sharpness[0], rtol=1e-3, atol=0)
    plain = simulate.on_network(network, optimizers.schedule_free_sgd, **options)
    assert plain.sharpness.max() < 100


def test_sharpness_with_a_scale_is_that_of_the_rescaled_hessian_by_lanczos():
    network = problems.Network(X, Y, 6)
    theta = network.start([3])
    scale = torch.rand(theta.shape, generator=RANDOM, dtype=torch.float64) + 0.1
    scaled = (scale.T * hessian(network.loss, theta[0]) * scale).numpy()
    value, _ = curvature.sharpness(network.loss, theta, scale=scale, rounds=5000, rel=1e-12)
    operator = LinearOperator(scaled.shape, matvec=lambda v: scaled @ v)
    assert value.item() == pytest.approx(eigsh(operator, 1, which="LA")[0][0], rel=1e-6)


def test_runs_do_not_mix_and_one_that_has_diverged_spoils_no_other():
    network = problems.Network(X, Y, 6)
    theta = network.start(range(3))
    alone, _ = curvature.sharpness(network.loss, theta[:1], rel=1e-9)
    theta[1] = torch.nan
    together, _ = curvature.sharpness(network.loss, theta, rel=1e-9)
    assert together[0].item() == pytest.approx(alone.item(), rel=1e-6)
    assert together.isnan().tolist() == [False, True, False]


def module_of(network, row):
    """Return torch's own layers with the parameters of a row."""
    first, second = (part[0] for part in network.layers(row[None]))
    model = nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 3)).double()
    with torch.no_grad():
        for layer, weights in zip((model[0], model[2]), (first, second), strict=True):
            layer.weight.copy_(weights[:-1].T)
            layer.bias.copy_(weights[-1])
    return model


@KINDS
@pytest.mark.parametrize(
    ("rule", "torchs", "hyper"),
    [
        (optimizers.sgd, torch.optim.SGD, {"lr": 0.3, "momentum": 0.5}),
        (optimizers.adam, torch.optim.Adam, {"lr": 0.02}),
    ],
)
@pytest.mark.parametrize("schedule", [None, [0.01] * 10 + [0.1] * 15])
def test_training_is_torchs_own_loop(kind, rule, torchs, hyper, schedule):
    network = problems.Network(X, Y, 6, kind)
    plan = {"lr": schedule} if schedule else None
    run = simulate.on_network(network, rule, [7, 8], 25, every=5, schedule=plan, **hyper)
    for index, row in enumerate(network.start([7, 8])):
        model = module_of(network, row)
        optimizer = torchs(model.parameters(), **hyper)
        target = nn.functional.one_hot(Y, 3).double()
        losses = []
        for step in range(25):
            if schedule:
                optimizer.param_groups[0]["lr"] = schedule[step]
            answers = model(X)
            if kind == "mse":
                loss = nn.functional.mse_loss(answers, target) * 3 / 2
            else:
                loss = nn.functional.cross_entropy(answers, Y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        torch.testing.assert_close(run.losses[index].tolist(), losses, rtol=1e-9, atol=1e-12)
    assert run.at.tolist() == [0, 5, 10, 15, 20]
    assert run.sharpness.shape == (2, 5)


def test_adams_sharpness_is_that_of_the_loss_in_its_own_coordinates():
    network = problems.Network(X, Y, 6)
    run = simulate.on_network(network, optimizers.adam, 0, 6, every=5, rounds=5000, lr=0.01)
    model = module_of(network, network.start([0])[0])
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    target = nn.functional.one_hot(Y, 3).double()
    for _ in range(5):
        optimizer.zero_grad()
        (nn.functional.mse_loss(model(X), target) * 3 / 2).backward()
        optimizer.step()
    averages = [optimizer.state[p]["exp_avg_sq"] for p in model.parameters()]
    (w_1, b_1, w_2, b_2), beta = averages, 0.999
    v = torch.cat([*(part.flatten() for part in (w_1.T, b_1, w_2.T, b_2))]) / (1 - beta**5)
    (w_1, b_1, w_2, b_2) = (p.detach() for p in model.parameters())
    row = torch.cat([*(part.flatten() for part in (w_1.T, b_1, w_2.T, b_2))])
    scale = (v.sqrt() + 1e-8).rsqrt()
    exact = torch.linalg.eigvalsh(scale[:, None] * hessian(network.loss, row) * scale)
    assert run.sharpness[0, 1].item() == pytest.approx(exact[-1].item(), rel=0.02)


def test_an_epoch_takes_each_example_once():
    network, seen = problems.Network(X, Y, 6), []
    spy = problems.Network.loss

    def loss(self, at, batch=None):
        if batch is not None:
            seen.extend(batch.tolist())
        return spy(self, at, batch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(problems.Network, "loss", loss)
        simulate.on_network(network, optimizers.sgd, 0, 8, batch_size=5, lr=0.1)
    assert sorted(seen[:20]) == sorted(seen[20:]) == list(range(20))
    assert seen[:20] != seen[20:]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: curvature.sharpness(lambda at: at.sum(1), torch.ones(3)),
            "theta must be of shape (runs, parameters), got (3,)",
        ),
        (
            lambda: curvature.sharpness(lambda at: at.sum(), torch.ones(2, 3)),
            "loss(theta) must have shape (2,), got ()",
        ),
        (
            lambda: curvature.sharpness(lambda at: at.detach().sum(1), torch.ones(2, 3)),
            "loss must compute with theta in torch, got a result without gradient",
        ),
        (
            lambda: curvature.sharpness(lambda at: at.sum(1), THETA, start=torch.zeros(2, 3)),
            "start must have a direction for each run, got a row of zeros",
        ),
        (
            lambda: curvature.sharpness(lambda at: at.sum(1), THETA, scale=torch.zeros(2, 3)),
            "scale must be positive, got 0.0 among it",
        ),
        (
            lambda: simulate.on_network(problems.Network(X, Y), optimizers.sgd, start=THETA),
            "start must have shape (1, 291), got (2, 3)",
        ),
    ],
)
def test_wrong_shapes_are_told(call, message):
    assert message_of(ValueError, call) == message
