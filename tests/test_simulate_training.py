"""The training of small networks against torch's own loop, and their sharpness on the way."""

import pytest
import torch
from torch import nn

from helpers import curvature, optimizers, simulate
from helpers.optimizers import adam, sgd
from helpers.problems import Network
from tests.errors import message_of

X = torch.randn(20, 5, generator=torch.Generator().manual_seed(4), dtype=torch.float64)
Y = torch.arange(20) % 3


def train(rule=sgd, seeds=0, steps=6, network=None, **options):
    network = Network(X, Y, 6) if network is None else network
    return simulate.on_network(network, rule, seeds, steps, **{"lr": 0.1, **options})


def module_of(network, row):
    """Return torch's own layers with the parameters of a row."""
    first, second = (part[0] for part in network.layers(row[None]))
    model = nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 3)).double()
    with torch.no_grad():
        for layer, weights in zip((model[0], model[2]), (first, second), strict=True):
            layer.weight.copy_(weights[:-1].T)
            layer.bias.copy_(weights[-1])
    return model


@pytest.mark.parametrize("kind", ["mse", "cross_entropy"])
def test_the_default_device_of_the_caller_does_not_matter(kind):
    network = Network(X, Y, 6, kind)
    before = train(adam, [7, 8], network=network, every=2, batch_size=6)
    with torch.device("meta"):
        after = train(adam, [7, 8], network=network, every=2, batch_size=6)
    for name in ("losses", "at", "sharpness", "theta"):
        assert torch.equal(getattr(before, name), getattr(after, name))


@pytest.mark.parametrize("kind", ["mse", "cross_entropy"])
@pytest.mark.parametrize(
    ("rule", "torchs", "hyper"),
    [
        (sgd, torch.optim.SGD, {"lr": 0.3, "momentum": 0.5}),
        (adam, torch.optim.Adam, {"lr": 0.02}),
    ],
)
@pytest.mark.parametrize("schedule", [None, [0.01] * 10 + [0.1] * 15])
def test_training_is_torchs_own_loop(kind, rule, torchs, hyper, schedule):
    network = Network(X, Y, 6, kind)
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
    first, _ = curvature.sharpness(network.loss, network.start([7, 8]), rounds=5 * 12)
    assert torch.equal(run.sharpness[:, 0], first)
    assert run.at.tolist() == [0, 5, 10, 15, 20]
    assert run.sharpness.shape == (2, 5)


def test_adams_sharpness_is_that_of_the_loss_in_its_own_coordinates():
    network = Network(X, Y, 6)
    run = simulate.on_network(network, adam, 0, 6, every=5, rounds=5000, lr=0.01)
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
    hessian = torch.autograd.functional.hessian(lambda one: network.loss(one[None])[0], row)
    exact = torch.linalg.eigvalsh(scale[:, None] * hessian * scale)
    assert run.sharpness[0, 1].item() == pytest.approx(exact[-1].item(), rel=0.02)


def test_the_first_sharpness_is_measured_longest_and_goes_on_from_its_direction():
    network, rounds = Network(X, Y, 6), []
    real = curvature.sharpness

    def sharpness(loss, theta, **options):
        rounds.append((options["rounds"], options.get("start")))
        return real(loss, theta, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(curvature, "sharpness", sharpness)
        run = train(network=network, steps=7, every=3, rounds=40)
    assert run.at.tolist() == [0, 3, 6]
    assert [number for number, _ in rounds] == [200, 40, 40]
    assert rounds[0][1] is None
    for start in (one for _, one in rounds[1:]):
        assert start.norm() == pytest.approx(1)
    settled, _ = real(network.loss, network.start([0]), rounds=5000, rel=1e-12)
    assert run.sharpness[0, 0].item() == pytest.approx(settled.item(), rel=0.01)
    ends, _ = real(network.loss, train(network=network, steps=6).theta, rounds=5000, rel=1e-12)
    assert run.sharpness[0, 2].item() == pytest.approx(ends.item(), rel=0.05)


def test_each_run_is_rescaled_by_its_own_settings_and_only_by_rules_that_divide():
    network, betas = Network(X, Y, 6), [(0.9, 0.999), (0.5, 0.9)]
    options = {"seeds": 0, "steps": 6, "every": 5, "rounds": 300, "lr": 0.01}
    for rule, hyper in ((adam, {}), (adam, {"amsgrad": True})):
        both = simulate.on_network(network, rule, **options, **hyper, betas=betas, eps=[1e-8, 1e-3])
        for run, label in enumerate(both.labels):
            own = {"betas": label["betas"], "eps": label["eps"]}
            alone = simulate.on_network(network, rule, **options, **hyper, **own)
            torch.testing.assert_close(both.sharpness[run], alone.sharpness[0], rtol=1e-3, atol=0)
    plain = simulate.on_network(network, optimizers.schedule_free_sgd, **options)
    assert plain.sharpness.max() < 100


def test_runs_are_ordered_by_seed_and_then_by_setting_and_equal_those_alone():
    runs = train(seeds=[3, 5], steps=4, every=4, lr=[0.1, 0.2], momentum=[0.0, 0.5])
    settings = [(lr, momentum) for lr in (0.1, 0.2) for momentum in (0.0, 0.5)]
    labels = [{"seed": seed, "lr": lr, "momentum": m} for seed in (3, 5) for lr, m in settings]
    assert list(runs.labels) == labels
    for row, label in enumerate(labels):
        alone = train(seeds=label["seed"], steps=4, lr=label["lr"], momentum=label["momentum"])
        torch.testing.assert_close(runs.losses[row], alone.losses[0])
        torch.testing.assert_close(runs.theta[row], alone.theta[0])
        torch.testing.assert_close(runs.sharpness[row], alone.sharpness[0])


def test_a_given_start_replaces_what_the_seeds_set_and_keeps_no_graph():
    theta = Network(X, Y, 6).start([7, 9]).requires_grad_()
    given, drawn = train(seeds=[1, 2], start=theta), train(seeds=[7, 9])
    for name in ("losses", "sharpness", "theta"):
        torch.testing.assert_close(getattr(given, name), getattr(drawn, name), rtol=0, atol=0)
        assert not getattr(given, name).requires_grad
    assert [label["seed"] for label in given.labels] == [1, 2]


def test_an_epoch_takes_each_example_once():
    network, seen = Network(X, Y, 6), []
    spy = Network.loss

    def loss(self, at, batch=None):
        if batch is not None:
            seen.extend(batch.tolist())
        return spy(self, at, batch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Network, "loss", loss)
        simulate.on_network(network, sgd, 0, 8, batch_size=5, lr=0.1)
    assert sorted(seen[:20]) == sorted(seen[20:]) == list(range(20))
    assert seen[:20] != seen[20:]


def test_the_loss_is_that_of_all_examples_also_where_a_step_takes_some():
    network = Network(X, Y, 6)
    run = train(network=network, steps=1, batch_size=5)
    torch.testing.assert_close(run.losses[:, 0], network.loss(network.start([0])))
    whole = train(network=network, steps=3, batch_size=20)
    torch.testing.assert_close(whole.losses, train(network=network, steps=3).losses)


def test_a_run_that_diverges_spoils_no_other():
    runs = train(steps=30, every=10, lr=[0.1, 1e200])
    assert runs.losses[1, -1].isnan()
    assert runs.sharpness[1, -1].isnan()
    torch.testing.assert_close(runs.losses[0], train(steps=30).losses[0])
    assert runs.sharpness[0].isfinite().all()


def test_gradients_switched_off_around_the_call_do_not_matter():
    with torch.no_grad():
        run = train(steps=2)
    torch.testing.assert_close(run.losses, train(steps=2).losses)


@pytest.mark.parametrize(
    ("argument", "value", "kind", "expected"),
    [
        ("network", 1, TypeError, "a Network, got 1"),
        ("steps", 0, ValueError, "a whole number of at least 1, got 0"),
        ("every", 0, ValueError, "a whole number of at least 1, got 0"),
        ("rounds", 0.5, TypeError, "a whole number of at least 1, got 0.5"),
        ("batch_size", 0, ValueError, "a whole number of at least 1, got 0"),
    ],
)
def test_arguments_out_of_range_are_named(argument, value, kind, expected):
    assert message_of(kind, train, **{argument: value}) == f"{argument} must be {expected}"


def test_a_start_of_another_shape_is_named():
    message = message_of(ValueError, train, start=torch.ones(2, 3))
    assert message == "start must have shape (1, 57), got (2, 3)"
