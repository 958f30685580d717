"""The lab's engine, run by node, against torch, pandas and helpers in float64."""

import inspect
import json
import math
import re
import subprocess
from pathlib import Path
from typing import Any

import lion_pytorch
import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader, TensorDataset

from book import lab
from book.project import ROOT
from helpers import optimizers, problems, simulate
from helpers.data import temperatures
from helpers.optimizers import ForTorch
from tests.pages import NODE
from tests.test_schedules import SCHEDULERS, of_torch, sequence

DRIVER = Path(__file__).with_name("engine.mjs")
TOY = problems.linear_regression()
X, Y = TOY.data("train")
STEPS = 500
SEEDS = range(100)


def evaluate(expression: str, inputs: list[Any]) -> list[Any]:
    """Evaluate an expression of JavaScript, with `engine` and `input`, for each of the inputs."""
    run = subprocess.run(
        [str(NODE), str(DRIVER)],
        input=json.dumps({"expression": expression, "inputs": _encoded(inputs)}),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout, object_hook=_decoded)


def value_of(expression: str, **values: Any) -> Any:
    """Evaluate an expression for one input, whose entries are its variables."""
    names = ", ".join(values)
    return evaluate(f"(({{ {names} }}) => {expression})(input)", [values])[0]


def _encoded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _encoded(part) for name, part in value.items()}
    if isinstance(value, list | tuple | range):
        return [_encoded(part) for part in value]
    if isinstance(value, torch.Tensor | np.ndarray):
        return _encoded(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return {"number": {"inf": "Infinity", "-inf": "-Infinity"}.get(str(value), "NaN")}
    return value


def _decoded(entries: dict[str, Any]) -> Any:
    return float(entries["number"]) if entries.keys() == {"number"} else entries


def test_numbers_that_json_lacks_survive_the_transport():
    numbers = [math.inf, -math.inf, math.nan, 5e-324, 0.1, -1.7976931348623157e308]
    assert str(value_of("Float64Array.from(numbers)", numbers=numbers)) == str(numbers)


def test_every_export_and_every_rule_and_problem_is_tested():
    here = Path(__file__)
    tested = set(re.findall(r"engine\.(\w+)", here.read_text(encoding="utf-8")))
    tested |= {camel_case(name) for name in SCHEDULES} | set(AVERAGES)
    # What a single component uses is tested with it.
    elsewhere = ("map", "schedulers", "sequential", "stability")
    sources = [(lab.SOURCES / "engine" / f"{name}.js").read_text("utf-8") for name in elsewhere]
    tested |= set(re.findall(r"export (?:class|const|function\*?) (\w+)", "".join(sources)))
    assert set(value_of("Object.keys(engine)")) == tested - {"mjs"}
    assert value_of("Object.keys(engine.rules)") == [*RULES, "lion", "muon"]
    assert value_of("Object.keys(engine.problems)") == list(PROBLEMS)


# Random numbers


@pytest.mark.parametrize("seed", [0, 13, 42, 2**32 - 1, 2**32 + 5, 2**53 - 1])
def test_draws_are_those_of_numpy_and_permutations_those_of_torch(seed):
    sizes = [1, 2, 80, 1000]
    draws, orders = value_of(
        """(() => { const generator = new engine.Generator(seed);
            return [Array.from({ length: 700 }, () => generator.random()),
                sizes.map((n) => engine.randperm(new engine.Generator(seed), n))]; })()""",
        seed=seed,
        sizes=sizes,
    )
    numpy_generator = np.random.RandomState(seed % 2**32)
    assert draws == numpy_generator.randint(0, 2**32, 700, dtype=np.uint32).tolist()
    for n, order in zip(sizes, orders, strict=True):
        assert order == torch.randperm(n, generator=torch.Generator().manual_seed(seed)).tolist()


def test_a_seed_gives_the_start_and_the_batches_of_a_training_loop():
    starts, order = value_of(
        """[seeds.map((seed) => engine.startingPoint(seed)),
            seeds.map((seed) => engine.batchOrder(seed, 80, 3))]""",
        seeds=SEEDS,
    )
    train = DataLoader(TensorDataset(torch.arange(80)), batch_size=16, shuffle=True)
    validation = DataLoader(TensorDataset(torch.arange(20)), batch_size=16)
    for seed, start, epochs in zip(SEEDS, starts, order, strict=True):
        torch.manual_seed(seed)
        model = nn.Linear(1, 1)
        assert start == [model.bias.item(), model.weight.item()]
        torch.manual_seed(seed)
        for epoch in epochs:
            assert epoch == torch.cat([indices for (indices,) in train]).tolist()
            list(validation)


# The toy and the problems


def test_the_data_modules_are_up_to_date():
    x, y, series = value_of("[engine.toy.x, engine.toy.y, engine.temperatures]")
    assert (x, y, series) == (X.tolist(), Y.tolist(), temperatures().tolist())
    assert value_of("[engine.x, engine.y]") == [x, y]


@pytest.mark.parametrize(("steps", "size"), [(12, 16), (1, 16), (9, 32), (3, 80), (2, 100)])
def test_batches_are_the_order_of_the_epochs_in_parts(steps, size):
    standard = "" if size == 16 else ", size"
    batches = value_of(f"engine.batches(7, steps{standard})", steps=steps, size=size)
    epochs = simulate.batch_order(7, 80, steps)
    assert batches == [part.tolist() for epoch in epochs for part in epoch.split(size)][:steps]


def test_loss_and_gradient_of_a_batch_are_those_of_autograd():
    indices = [3, 79, 0, 41, 3]
    loss, gradient = value_of(
        """(() => { const out = new Float64Array(2);
            return [engine.lossAndGradient(0.3, -1.2, indices, out), out]; })()""",
        indices=indices,
    )
    point = torch.tensor([0.3, -1.2], dtype=torch.float64, requires_grad=True)
    expected = line_loss(point, X[indices], Y[indices])
    expected.backward()
    assert loss == pytest.approx(expected.item(), rel=1e-14)
    assert gradient == pytest.approx(point.grad.tolist(), rel=1e-14)


def line_loss(points: torch.Tensor, x: torch.Tensor = X, y: torch.Tensor = Y) -> torch.Tensor:
    """Mean squared error of lines (b, w), shape (…, 2)."""
    predicted = points[..., :1] + points[..., 1:] * x
    return nn.functional.mse_loss(predicted, y.expand_as(predicted), reduction="none").mean(-1)


def turned_bowl(points: torch.Tensor, condition: float, angle: float) -> torch.Tensor:
    """Quadratic form of a matrix with eigenvalues 1 and κ, half of it."""
    phi = math.radians(angle)
    axes = np.array([[math.cos(phi), -math.sin(phi)], [math.sin(phi), math.cos(phi)]])
    hessian = torch.from_numpy(axes @ np.diag([1, condition]) @ axes.T)
    return (points @ hessian * points).sum(-1) / 2


PROBLEMS = {
    "regression": ({}, line_loss, TOY.surface("train")),
    "quadratic": (
        {"condition": 20.0, "angle": 30.0},
        lambda p: turned_bowl(p, 20.0, 30.0),
        problems.quadratic(20.0, 30.0),
    ),
    "rosenbrock": (
        {},
        lambda p: (1 - p[..., 0]) ** 2 + 100 * (p[..., 1] - p[..., 0] ** 2) ** 2,
        problems.rosenbrock(),
    ),
    "beale": (
        {},
        lambda p: sum(
            (c - p[..., 0] + p[..., 0] * p[..., 1] ** k) ** 2
            for k, c in [(1, 1.5), (2, 2.25), (3, 2.625)]
        ),
        problems.beale(),
    ),
    "saddle": ({}, lambda p: p[..., 0] ** 2 - p[..., 1] ** 2, problems.saddle()),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_problems_are_those_of_helpers_and_their_gradients_those_of_autograd(name):
    settings, function, ours = PROBLEMS[name]
    points = torch.randn(200, 2).double() * torch.logspace(-9, 2, 200).double()[:, None]
    points.requires_grad_()
    values, gradients, minimum, lowest = value_of(
        """(() => { const problem = engine.problems[name](settings);
            const gradient = ([x, y], out) => (problem.gradient(x, y, out), out);
            return [points.map(([x, y]) => problem.value(x, y)),
                points.map((point) => gradient(point, new Float64Array(2))),
                problem.minimum, problem.minimumValue]; })()""",
        name=name,
        settings=settings,
        points=points,
    )
    expected = function(points)
    torch.testing.assert_close(
        torch.tensor(values, dtype=torch.float64), expected, rtol=1e-12, atol=0
    )
    torch.testing.assert_close(ours.value(points), expected, rtol=1e-12, atol=0)
    (slopes,) = torch.autograd.grad(expected.sum(), points)
    scale = slopes.abs().amax(1, keepdim=True)  # an entry may be a difference of large terms
    assert ((torch.tensor(gradients, dtype=torch.float64) - slopes).abs() <= 1e-12 * scale).all()
    assert minimum == (None if ours.minimum is None else pytest.approx(ours.minimum.tolist()))
    assert lowest == (None if ours.minimum is None else pytest.approx(ours.minimum_value))


def test_the_default_quadratic_is_that_of_helpers():
    value = value_of("engine.problems.quadratic().value(0.3, 0.7)")
    assert value == pytest.approx(
        problems.quadratic().value(torch.tensor([0.3, 0.7], dtype=torch.float64)).item(), rel=1e-15
    )


# Rules

RULES = {
    "sgd": (torch.optim.SGD, "lr momentum dampening nesterov weight_decay"),
    "adagrad": (torch.optim.Adagrad, "lr lr_decay weight_decay eps"),
    "rmsprop": (torch.optim.RMSprop, "lr alpha eps weight_decay momentum"),
    "adam": (torch.optim.Adam, "lr beta1 beta2 eps weight_decay amsgrad"),
    "adamw": (torch.optim.AdamW, "lr beta1 beta2 eps weight_decay amsgrad"),
    "nadam": (torch.optim.NAdam, "lr beta1 beta2 eps weight_decay momentum_decay"),
}
DRAWS = {
    "lr": lambda rng: 10 ** rng.uniform(-4, -0.5),
    "momentum": lambda rng: rng.choice([0.0, rng.uniform(0.01, 0.99)]),
    "dampening": lambda rng: rng.choice([0.0, rng.uniform(0, 1)]),
    "nesterov": lambda rng: rng.random() < 0.4,
    "weight_decay": lambda rng: rng.choice([0.0, 10 ** rng.uniform(-4, -1)]),
    "alpha": lambda rng: rng.uniform(0, 0.9999),
    "beta1": lambda rng: rng.uniform(0, 0.999),
    "beta2": lambda rng: 1 - 10 ** rng.uniform(-4, 0),
    "eps": lambda rng: 10 ** rng.uniform(-10, -2),
    "amsgrad": lambda rng: rng.random() < 0.5,
    "lr_decay": lambda rng: rng.choice([0.0, 10 ** rng.uniform(-4, 0)]),
    "momentum_decay": lambda rng: rng.choice([0.0, 4e-3, 10 ** rng.uniform(-4, 0)]),
}


@pytest.fixture
def double_by_default():
    """Let torch's NAdam compute its product of momenta in float64."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def drawn_settings(rule: str, count: int, seed: int = 0) -> list[dict[str, Any]]:
    """Draw settings of a rule; with Nesterov's momentum, allowed ones."""
    rng = np.random.default_rng([seed, list(RULES).index(rule)])
    settings = []
    for _ in range(count):
        drawn = {name: DRAWS[name](rng) for name in RULES[rule][1].split()}
        if drawn.get("nesterov"):
            drawn |= {"momentum": drawn["momentum"] or 0.9, "dampening": 0.0}
        settings.append({n: v if isinstance(v, bool) else float(v) for n, v in drawn.items()})
    return settings


def torch_optimizer(rule: str, groups: list[tuple[torch.Tensor, dict]]) -> torch.optim.Optimizer:
    """Make an optimizer of torch, with our settings for each of the parameters."""
    rows = []
    for params, settings in groups:
        row = {"params": [params], **settings}
        if "beta1" in row:
            row["betas"] = (row.pop("beta1"), row.pop("beta2"))
        rows.append(row)
    return RULES[rule][0](rows, foreach=False)


def torch_paths(rule, settings, start, gradients_at, steps=STEPS, make_scheduler=None):
    """Minimise with torch, once for each of the settings.

    Parameters
    ----------
    start : torch.Tensor
        Any shape.
    gradients_at : callable
        From the parameters, (settings, 4, *start), and the step, to their gradients.

    Returns
    -------
    paths : torch.Tensor
        (settings, steps + 1, *start).
    is_defined : torch.Tensor
        Bool, the same shape: whether the path stays the same if each step adds a rounding error.
        Elsewhere, as in a chaotic orbit around a minimum, no other path can be equal to torch's.
    optimizer, params
        Torch's, to read the state of: entry 0 of each parameter is the path.
    """
    noise = 1 + 2**-51 * torch.randn(steps, 4, *start.shape)
    noise[:, 0] = 1
    params = [torch.stack([start] * 4).requires_grad_() for _ in settings]
    optimizer = torch_optimizer(rule, list(zip(params, settings, strict=True)))
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    points = [torch.stack(params).detach()]
    for step in range(steps):
        for param, gradient in zip(params, gradients_at(points[-1], step), strict=True):
            param.grad = gradient
        optimizer.step()
        if scheduler:
            scheduler.step()
        with torch.no_grad():
            for param in params:
                param *= noise[step]
        points.append(torch.stack(params).detach())
    paths = torch.stack(points, dim=1)
    paths, noisy = paths[:, :, 0], paths[:, :, 1:]
    change = (paths[:, :, None] - noisy).abs().amax(2)
    is_defined = change <= 1e-13 * paths.abs().cummax(1).values
    return paths, is_defined.cummin(1).values, optimizer, params


def assert_close(path: Any, expected: torch.Tensor, is_defined: torch.Tensor) -> None:
    """Compare paths, shape (steps, …), to 1e-12 of the largest value that an entry has had."""
    path = torch.as_tensor(path)
    assert path.shape == expected.shape
    error, scale = (path - expected).abs()[is_defined], expected.abs().cummax(0).values[is_defined]
    assert (error <= 1e-12 * scale).all(), (error / scale).max()


@pytest.mark.usefixtures("double_by_default")
@pytest.mark.parametrize("rule", RULES)
def test_rules_equal_torch_over_given_gradients(rule):
    # Sizes 1e-3 to 1e3; those of the first parameter are 0, those of the second near 0.
    gradients = torch.randn(STEPS, 5) * torch.logspace(-3, 3, 5)
    gradients[:, 0] = 0
    gradients[:, 1] *= 1e-9
    gradients[100:200] *= torch.rand(5) > 0.4
    start = torch.tensor([1.0, -1e-9, 2.0, -0.5, 30.0])
    settings = drawn_settings(rule, 40)
    outputs = value_of(
        """(settings).map((one) => {
            const optimizer = engine.rules[rule](one);
            const params = Float64Array.from(start);
            const path = gradients.map((g) => (optimizer.step(params, g), Array.from(params)));
            return { path, state: optimizer.state }; })""",
        rule=rule,
        settings=settings,
        start=start,
        gradients=gradients,
    )
    paths, is_defined, optimizer, params = torch_paths(
        rule, settings, start, lambda points, step: gradients[step].expand_as(points)
    )
    for k, output in enumerate(outputs):
        assert_close(output["path"], paths[k, 1:], is_defined[k, 1:])
        state = {n: v for n, v in optimizer.state[params[k]].items() if v is not None}
        assert output["state"].keys() == {"step", *state}
        assert output["state"]["step"] == STEPS
        for name, value in state.items():
            if torch.is_tensor(value) and value.ndim:
                assert_close([output["state"][name]], value[:1], is_defined[k, -1:])
            else:
                assert output["state"][name] == pytest.approx(float(value), rel=1e-12)
    assert is_defined.double().mean() > 0.9


def test_settings_and_their_defaults_are_those_of_torch_and_of_the_schema():
    schema = json.loads((ROOT / "helpers/lab/schema.json").read_text(encoding="utf-8"))
    settings = value_of("Object.values(engine.rules).map((rule) => rule().settings)")[: len(RULES)]
    for (rule, (optimizer, names)), ours in zip(RULES.items(), settings, strict=True):
        defaults = optimizer([torch.zeros(1)]).defaults
        defaults |= dict(zip(("beta1", "beta2"), defaults.get("betas", ()), strict=False))
        assert ours == {name: defaults[name] for name in names.split()}
        assert set(ours) == set(schema["rules"][rule]["settings"])


@pytest.mark.usefixtures("double_by_default")
@pytest.mark.parametrize("rule", ["lion", "muon"])
def test_lion_and_muon_equal_their_references_over_given_gradients(rule):
    # Muon's point is a matrix with one column.
    gradients = torch.randn(STEPS, 2) * torch.logspace(-3, 3, STEPS)[:, None]
    gradients[100:110], start = 0, torch.tensor([[1.0], [-30.0]])
    wave = [0.1 * (1 + math.sin(step)) for step in range(STEPS)]
    names = {"lion": ("beta1", "beta2"), "muon": ("momentum",)}[rule]
    for given in ({}, dict(zip(names, (0.8, 0.95), strict=False)) | {"weight_decay": 0.05}):
        path, defaults = value_of(
            """(() => { const optimizer = engine.rules[rule](given);
                const params = Float64Array.from(start);
                const path = gradients.map((g, t) =>
                    (optimizer.step(params, g, { lr: wave[t] }), Array.from(params)));
                return [path, optimizer.settings]; })()""",
            rule=rule, given=given, start=start.flatten(), gradients=gradients, wave=wave,
        )  # fmt: skip
        settings = {"betas": (0.8, 0.95)} if "beta1" in given else {}
        settings |= {n: v for n, v in given.items() if not n.startswith("beta")}
        params = start.clone().requires_grad_()
        kind = lion_pytorch.Lion if rule == "lion" else ForTorch
        optimizer = kind([params], *([optimizers.muon] * (kind is ForTorch)), **settings)
        expected = []
        for step, gradient in enumerate(gradients):
            optimizer.param_groups[0]["lr"], params.grad = wave[step], gradient[:, None].clone()
            optimizer.step()
            expected.append(params.detach().flatten().clone())
        assert_close(path, torch.stack(expected), torch.ones(STEPS, 2).bool())
    if rule == "muon":
        one = value_of("engine.newtonSchulz(1)")
        assert optimizers.orthogonalize(torch.ones(1, 1)).item() == pytest.approx(one, rel=1e-14)
    signature = inspect.signature(getattr(optimizers, rule)).parameters
    betas = dict(zip(names, signature["betas"].default, strict=True)) if rule == "lion" else {}
    assert defaults.keys() == {"lr", "weight_decay", *names}
    standard = {name: one.default for name, one in signature.items()} | betas
    first = value_of("engine.rules[rule]().settings", rule=rule)
    assert first == {name: standard[name] for name in first}
    own = json.loads((ROOT / "helpers/lab/schema.json").read_text("utf-8"))["rules"][rule]
    assert own.items() >= {k: v for k, v in first.items() if k in own and k != "lr"}.items()


# Simulations


def autograd(function):
    """Return what computes the gradients of a function, for `torch_paths`."""

    def gradients_at(points, step):
        points = points.clone().requires_grad_()
        return torch.autograd.grad(function(points).sum(), points)[0]

    return gradients_at


SIMULATE = """
    runs.map((run) => engine.simulate({ ...run,
        problem: engine.problems[name](shape), rule: engine.rules[rule] }))"""


@pytest.mark.usefixtures("double_by_default")
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", PROBLEMS)
def test_simulations_equal_torch_with_autograd(rule, name):
    shape, function, _ = PROBLEMS[name]
    settings = drawn_settings(rule, 3, seed=1 + list(PROBLEMS).index(name))
    starts = torch.tensor([[1e-9, -2e-9], [-1.2, 0.4], [0.7, 1.5]])
    steps = 200  # each rule has been through more of them above
    runs = [{"settings": s, "start": p, "steps": steps} for s in settings for p in starts]
    outputs = value_of(SIMULATE, name=name, shape=shape, rule=rule, runs=runs)
    paths, is_defined, *_ = torch_paths(rule, settings, starts, autograd(function), steps)
    paths = paths.transpose(1, 2).flatten(0, 1)
    is_defined = is_defined.transpose(1, 2).flatten(0, 1)
    share_compared = []
    for path, defined, output in zip(paths, is_defined, outputs, strict=True):
        diverged_at = first_outside(path)
        end = diverged_at + 1 or steps + 1
        mine = torch.tensor(output["path"]).unflatten(0, (-1, 2))
        assert_close(mine[:end], path[:end], defined[:end])
        share_compared.append(defined[:end].double().mean())
        if defined[end - 1].all():
            assert output["divergedAt"] == diverged_at
        last = output["divergedAt"] if output["divergedAt"] >= 0 else steps + 1
        assert mine[last + 1 :].isnan().all()
        losses = torch.tensor(output["losses"])
        torch.testing.assert_close(losses[:last], function(mine[:last]), rtol=1e-12, atol=1e-14)
        assert losses[last:].isnan().all()
    assert sum(share_compared) > 0.4 * len(runs)


def first_outside(path: torch.Tensor) -> int:
    """First index of a path, (steps + 1, 2), that is out of bounds, or −1."""
    outside = ~(path.abs() <= 1e6).all(-1)
    return int(outside.int().argmax()) if outside.any() else -1


CYCLE = {"step_size_up": 20, "mode": "triangular2"}


@pytest.mark.usefixtures("double_by_default")
@pytest.mark.parametrize(
    ("rule", "settings", "make", "rates", "momenta"),
    [
        (
            "sgd",
            {"momentum": 0.9, "nesterov": True},
            lambda o: lr_scheduler.OneCycleLR(o, 2e-3, 200),
            "engine.oneCycleLr({ max_lr: 2e-3, total_steps: 200 })",
            "engine.oneCycleMomentum({ total_steps: 200 })",
        ),
        (
            "adam",
            {"amsgrad": True},
            lambda o: lr_scheduler.CyclicLR(o, 1e-3, 1e-2, **CYCLE),
            "engine.cyclicLr({ base_lr: 1e-3, max_lr: 1e-2, steps: 200, ...cycle })",
            "engine.cyclicMomentum({ steps: 200, ...cycle })",
        ),
        (
            "adagrad",
            {"lr": 0.1},
            lambda o: lr_scheduler.CosineAnnealingLR(o, 120),
            "engine.cosineAnnealingLr({ lr: 0.1, T_max: 120, steps: 200 })",
            "null",
        ),
    ],
)
def test_simulations_with_schedules_equal_torch_with_schedulers(
    rule, settings, make, rates, momenta
):
    function = PROBLEMS["rosenbrock"][1]
    output = value_of(
        f"""engine.simulate({{ problem: engine.problems.rosenbrock(), rule: engine.rules[rule],
            settings, start: [-1.2, 0.4], steps: 200, rates: {rates}, momenta: {momenta} }})""",
        rule=rule,
        settings=settings,
        cycle=CYCLE,
    )
    path, is_defined, *_ = torch_paths(
        rule, [settings], torch.tensor([-1.2, 0.4]), autograd(function), 200, make
    )
    assert is_defined.all()
    assert_close(torch.tensor(output["path"]).unflatten(0, (-1, 2)), path[0], is_defined[0])


@pytest.mark.parametrize(
    ("rule", "settings"),
    [
        ("sgd", {"lr": 0.1}),
        ("sgd", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
        ("sgd", {"lr": 1.5}),  # diverges
        ("adagrad", {"lr": 0.5}),
        ("rmsprop", {"lr": 0.01, "momentum": 0.5}),
        ("adam", {"lr": 0.1}),
        ("adam", {"lr": 0.1, "amsgrad": True}),
        ("adamw", {"lr": 0.1}),
        ("nadam", {"lr": 0.1}),
        ("lion", {"lr": 0.1}),
    ],
)
def test_a_hundred_seeds_of_the_toy_are_those_of_helpers(rule, settings):
    expected = simulate.on_regression(
        TOY, getattr(optimizers, rule), SEEDS, epochs=20, dtype=torch.float64, **settings
    )
    outputs = value_of(
        """seeds.map((seed) => engine.simulate({ problem: engine.problems.regression(),
            rule: engine.rules[rule], settings, start: engine.startingPoint(seed), steps: 100,
            batches: engine.batches(seed, 100) }))""",
        seeds=SEEDS,
        rule=rule,
        settings=settings,
    )
    assert expected.diverged.tolist() == [settings["lr"] > 1] * len(SEEDS)
    assert [output["divergedAt"] for output in outputs] == expected.diverged_at.tolist()
    for output, path in zip(outputs, expected.paths, strict=True):
        mine = torch.tensor(output["path"], dtype=torch.float64).unflatten(0, (-1, 2))
        assert torch.equal(mine.isnan(), path.isnan())
        assert_close(mine, path, ~path.isnan())


def test_many_simulations_give_the_same_results_in_slices():
    run = """({ problem: engine.problems.beale(), rule: engine.rules.sgd, settings: { lr },
        start: [1, 1], steps })"""
    results = value_of(
        f"""[0, Infinity].map((budget) => {{
            const list = runs.map(([lr, steps]) => {run});
            const slices = [...engine.simulateMany(list, budget)].length;
            const generator = engine.simulateMany(list.values(), budget);
            let turn = generator.next();
            while (!turn.done) turn = generator.next();
            return {{ slices, equal: JSON.stringify(turn.value) ===
                JSON.stringify(list.map(engine.simulate)) }}; }})""",
        runs=[[0.01, 700], [0.01, 10], [10, 600]],  # the last one diverges at once
    )
    assert results == [{"slices": 5, "equal": True}, {"slices": 0, "equal": True}]


# Schedules

SCHEDULES = {name: parts for name, parts in SCHEDULERS.items() if name != "lambda_lr"} | {
    "reduce_lr_on_plateau": (
        lr_scheduler.ReduceLROnPlateau,
        "losses mode factor patience threshold threshold_mode cooldown min_lr eps",
    ),
    "warm_up": (None, ""),
}
ARGUMENTS = {
    "step_size": lambda rng: rng.integers(1, 40),
    "gamma": lambda rng: rng.uniform(0.3, 1),
    "milestones": lambda rng: np.sort(rng.integers(0, 50, 5)).tolist(),
    "factor": lambda rng: rng.uniform(0.05, 0.95),
    "start_factor": lambda rng: rng.uniform(0.01, 1),
    "end_factor": lambda rng: rng.uniform(0, 1),
    "total_iters": lambda rng: rng.integers(1, 40),
    "power": lambda rng: rng.uniform(0.1, 5),
    "T_max": lambda rng: rng.integers(1, 60),
    "T_0": lambda rng: rng.integers(1, 12),
    "T_mult": lambda rng: rng.integers(1, 5),
    "eta_min": lambda rng: rng.uniform(0, 0.1),
    "base_lr": lambda rng: rng.uniform(0, 0.1),
    "max_lr": lambda rng: rng.uniform(0.1, 1),
    "base_momentum": lambda rng: rng.uniform(0, 0.5),
    "max_momentum": lambda rng: rng.uniform(0.5, 0.99),
    "step_size_up": lambda rng: rng.integers(1, 40),
    "step_size_down": lambda rng: rng.choice([None, rng.integers(1, 40)]),
    "mode": lambda rng: rng.choice(["triangular", "triangular2", "exp_range"]),
    "total_steps": lambda rng: rng.integers(10, 90),
    "pct_start": lambda rng: rng.uniform(0.2, 0.45),
    "anneal_strategy": lambda rng: rng.choice(["cos", "linear"]),
    "three_phase": lambda rng: rng.random() < 0.5,
    "div_factor": lambda rng: rng.uniform(1, 100),
    "final_div_factor": lambda rng: 10 ** rng.uniform(0, 5),
    "losses": lambda rng: rng.choice([1.0, 0.9999, 0.99985, 0.9, -1.0], 60).tolist(),
    "patience": lambda rng: rng.integers(0, 5),
    "threshold": lambda rng: rng.choice([0, 1e-4, 0.1]),
    "threshold_mode": lambda rng: rng.choice(["rel", "abs"]),
    "cooldown": lambda rng: rng.integers(0, 5),
    "min_lr": lambda rng: rng.choice([0, 1e-3]),
    "eps": lambda rng: rng.choice([0, 1e-8, 1e-2]),
}


def camel_case(name: str) -> str:
    return re.sub("_(.)", lambda match: match[1].upper(), name)


REQUIRED = ["step_size", "milestones", "T_max", "T_0", "base_lr", "max_lr", "total_steps", "losses"]


def drawn_arguments(name: str, rng: np.random.Generator) -> dict[str, Any]:
    """Arguments of a scheduler of torch; each is left out now and then if it has a default."""
    arguments = {}
    for argument in SCHEDULES[name][1].split():
        if argument in REQUIRED or name == "exponential_lr" or rng.random() < 0.8:
            value = ARGUMENTS[argument](rng)
            arguments[argument] = value.item() if isinstance(value, np.generic) else value
    if name == "reduce_lr_on_plateau" and "mode" in arguments:
        arguments["mode"] = rng.choice(["min", "max"]).item()
    return arguments


@pytest.mark.parametrize("name", [name for name in SCHEDULES if name != "warm_up"])
def test_schedules_equal_torch_at_every_step(name):
    rng = np.random.default_rng(sorted(SCHEDULES).index(name))
    of = "momentum" if name.endswith("momentum") else "lr"
    inputs, expected = [], []
    for _ in range(40):
        arguments = drawn_arguments(name, rng)
        losses = arguments.get("losses")
        # Torch allows one step after the end of the one cycle.
        steps = 60 if losses else arguments.get("total_steps", 119) + 1
        inputs.append({"lr": 0.1, "steps": steps, **arguments})
        arguments.pop("losses", None)
        arguments |= {"cyclic_momentum": {"base_lr": 0.1, "max_lr": 0.2}}.get(name, {})
        arguments |= {"one_cycle_momentum": {"max_lr": 0.2}}.get(name, {})
        make = lambda o, arguments=arguments: SCHEDULES[name][0](o, **arguments)  # noqa: E731
        expected.append(of_torch(make, steps, 0.1, losses, of))
    outputs = evaluate(f"engine.{camel_case(name)}(input)", inputs)
    for output, rates in zip(outputs, expected, strict=True):
        # Torch computes a rate from the last: after a fall to almost 0, rounding errors are left.
        np.testing.assert_allclose(output, rates, rtol=1e-12, atol=1e-12 * np.abs(rates).max())


@pytest.mark.parametrize("mode", ["linear", "constant"])
def test_a_warm_up_equals_a_sequence_of_torch(mode):
    make = sequence(lambda o: lr_scheduler.CosineAnnealingLR(o, 8), 7, 0.2, mode)
    rates = value_of(
        """engine.warmUp(engine.cosineAnnealingLr({ lr: 0.1, T_max: 8, steps: 30 }),
            { total_iters: 7, start_factor: 0.2, mode })""",
        mode=mode,
    )
    np.testing.assert_allclose(rates, of_torch(make, 37), rtol=1e-12, atol=1e-15)


def test_a_warm_up_is_linear_from_a_third_by_default_and_may_lead_to_another_rate():
    make = sequence(lambda o: lr_scheduler.CyclicLR(o, 0.1, 0.5, 3), 4)
    rates = value_of(
        """engine.warmUp(engine.cyclicLr({ base_lr: 0.1, max_lr: 0.5, step_size_up: 3, steps: 20 }),
            { total_iters: 4, lr: 0.3 })"""
    )
    warm = of_torch(lambda o: lr_scheduler.LinearLR(o, total_iters=4), 4, 0.3)
    np.testing.assert_allclose(rates, [*warm, *of_torch(make, 24, 0.3)[4:]], rtol=1e-12)


# Averages

AVERAGES = {
    "movingAverage": (
        [1, 3, 19, 100],
        lambda frame, periods: frame.rolling(periods, min_periods=1).mean(),
    ),
    "ewma": (
        [1.0, 0.3, 0.01, 1e-9],
        # A zero before the first value is what the average starts from.
        lambda frame, alpha: (
            pd.concat([0 * frame[:1], frame]).ewm(alpha=alpha, adjust=False).mean()[1:]
        ),
    ),
    "correctedEwma": (
        [1.0, 0.3, 0.01, 1e-9],
        lambda frame, alpha: frame.ewm(alpha=alpha).mean(),
    ),
}


@pytest.mark.parametrize("name", AVERAGES)
def test_averages_and_their_weights_are_those_of_pandas(name):
    arguments, of_pandas = AVERAGES[name]
    series = np.random.default_rng(0).normal(5, 10, 60)
    outputs = value_of(
        """arguments.map((argument) =>
            [engine[name](series, argument), engine.weights[name](argument, 60)])""",
        name=name,
        arguments=arguments,
        series=series,
    )
    for argument, (average, weights) in zip(arguments, outputs, strict=True):
        expected = of_pandas(pd.DataFrame(series), argument)[0]
        np.testing.assert_allclose(average, expected, rtol=1e-12)
        if argument != 100:  # the weights of a moving average are those of one that is full
            # A weight is what is left of a single 1 among zeros.
            impulses = of_pandas(pd.DataFrame(np.eye(60)), argument).iloc[-1]
            np.testing.assert_allclose(weights, impulses[::-1], rtol=1e-12, atol=1e-15)


# Errors

RUN = "problem: engine.problems.saddle(), rule: engine.rules.sgd, start: [1, 1], steps: 2"
ERRORS = {
    "rules.adam({ momentum: 0.9 })": "TypeError: momentum is not a setting of this rule",
    "rules.sgd({ lr: '0.1' })": "TypeError: lr must be a number, got 0.1",
    "rules.adam({ amsgrad: 1 })": "TypeError: amsgrad must be a boolean, got 1",
    "rules.sgd({ lr: NaN })": "RangeError: lr must be at least 0 and below Infinity, got NaN",
    "rules.nadam({ beta1: 1 })": "RangeError: beta1 must be at least 0 and below 1, got 1",
    "rules.sgd({ nesterov: true })": (
        "RangeError: nesterov requires momentum above 0 and dampening 0"
    ),
    "rules.sgd({ nesterov: true, momentum: 0.9, dampening: 0.1 })": (
        "RangeError: nesterov requires momentum above 0 and dampening 0"
    ),
    f"simulate({{ {RUN}, rates: [0.1] }})": (
        "RangeError: rates must hold 2 values, one a step, got 1"
    ),
    f"simulate({{ {RUN}, momenta: [0, 0], rule: engine.rules.adagrad }})": (
        "TypeError: momenta must be null for a rule without momentum and beta1"
    ),
    f"simulate({{ {RUN}, batches: [[0], [1]] }})": (
        "TypeError: batches must be null for a problem without data"
    ),
    f"simulate({{ {RUN}, start: [NaN, 0] }})": (
        "RangeError: start must be finite and at most 1000000 in size, got NaN,0"
    ),
    "oneCycleLr({ max_lr: 1, total_steps: 10, steps: 12 })": (
        "RangeError: steps must be at most 10 + 1, got 12"
    ),
    "oneCycleMomentum({ total_steps: 10, pct_start: 0.1 })": (
        "RangeError: pct_start 0.1 leaves a phase without length"
    ),
    "oneCycleLr({ max_lr: 1, total_steps: 10, anneal_strategy: 'cosine' })": (
        "RangeError: anneal_strategy must be one of cos, linear, got cosine"
    ),
    "cyclicLr({ base_lr: 0, max_lr: 1, steps: 3, mode: 'square' })": (
        "RangeError: mode must be one of triangular, triangular2, exp_range, got square"
    ),
    "warmUp([1], { total_iters: 3, mode: 'cos' })": (
        "RangeError: mode must be one of linear, constant, got cos"
    ),
    "reduceLrOnPlateau({ lr: 1, losses: [1], mode: 'mean' })": (
        "RangeError: mode must be one of min, max, got mean"
    ),
    "reduceLrOnPlateau({ lr: 1, losses: [1], threshold_mode: 'no' })": (
        "RangeError: threshold_mode must be one of rel, abs, got no"
    ),
}


def test_arguments_out_of_range_are_errors():
    messages = value_of(
        """calls.map((call) => {
            try { return new Function("engine", `return engine.${call}`)(engine); }
            catch (error) { return String(error); } })""",
        calls=list(ERRORS),
    )
    assert dict(zip(ERRORS, messages, strict=True)) == ERRORS
