"""Update rules against `torch.optim`: parameters and states, step by step, in float64."""

import contextlib
import inspect
import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import optimizers
from helpers.optimizers import adagrad, adam, adamw, nadam, rmsprop, sgd
from tests.errors import message_of

STEPS = 150

# Two correct results may differ by 1e-12 of their value; and, where a parameter crosses zero, by
# the rounding errors on its way there: 1.1e-16 of its largest value in each step.
RTOL, ROUNDING = 1e-12, STEPS * torch.finfo(torch.float64).eps / 2

TORCH = {
    sgd: torch.optim.SGD,
    adagrad: torch.optim.Adagrad,
    rmsprop: torch.optim.RMSprop,
    adam: torch.optim.Adam,
    adamw: torch.optim.AdamW,
    nadam: torch.optim.NAdam,
}
each_rule = pytest.mark.parametrize("rule", TORCH, ids=lambda rule: rule.__name__)


def gradients_of(seed: int, steps: int = STEPS, shape: tuple[int, ...] = (6,)) -> torch.Tensor:
    """Gradients of sizes 1e-3 to 1e3; the first parameter's are 0, the second's near 0."""
    generator = torch.Generator().manual_seed(seed)
    draw = torch.randn(steps, *shape, generator=generator, dtype=torch.float64)
    draw = draw * 10 ** torch.linspace(-3, 3, shape[-1], dtype=torch.float64)
    draw[..., 0] = 0
    draw[..., 1] *= 1e-9
    draw[steps // 3 : steps // 2] *= torch.rand(shape, generator=generator) > 0.3  # pauses
    return draw


def start_of(seed: int, shape: tuple[int, ...] = (6,)) -> torch.Tensor:
    """Parameters of sizes 1 to 3."""
    generator = torch.Generator().manual_seed(1000 + seed)
    draw = 2 * torch.rand(shape, generator=generator, dtype=torch.float64) - 1
    return 2 * draw + draw.sign()


def ours(
    rule: optimizers.Optimizer, start: torch.Tensor, gradients, **schedule
) -> tuple[torch.Tensor, Any]:
    """Return the parameters after each step, and the last state; a schedule is one list each."""
    params, state, path = start, rule.init(start), []
    for t, gradient in enumerate(gradients):
        overrides = {name: values[t] for name, values in schedule.items()}
        params, state = rule.update(params, gradient, state, **overrides)
        path.append(params)
    return torch.stack(path), state


@contextlib.contextmanager
def double_by_default() -> Iterator[None]:
    """Let torch's NAdam compute its product of momenta in float64 too."""
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)


def theirs(
    kind: type, start: torch.Tensor, gradients, hyper: dict, **schedule
) -> tuple[torch.Tensor, dict[str, Any]]:
    """Return the same of torch's optimizer."""
    with double_by_default():
        params = start.clone().requires_grad_()
        optimizer = kind([params], **hyper)
        path = []
        for t, gradient in enumerate(gradients):
            optimizer.param_groups[0].update({name: row[t] for name, row in schedule.items()})
            params.grad = gradient.clone()
            optimizer.step()
            path.append(params.detach().clone())
    return torch.stack(path), optimizer.state[params]


def assert_close(path: torch.Tensor, expected: torch.Tensor) -> None:
    """Compare two paths; infinity and NaN must be at the same places."""
    assert torch.equal(path.isnan(), expected.isnan())
    allowed = RTOL * expected.abs() + ROUNDING * expected.nan_to_num(posinf=0).abs().amax(0)
    assert ((path == expected) | expected.isnan() | ((path - expected).abs() <= allowed)).all()


def assert_same_state(state: Any, expected: dict[str, Any]) -> None:
    """Compare our state with torch's, which lacks the averages that the settings do not need."""
    for name, value in expected.items():
        if value is not None:  # torch's momentum buffer without momentum
            field = {"max_exp_avg_sqs": "max_exp_avg_sq"}.get(name, name)
            mine = torch.as_tensor(getattr(state, field), dtype=torch.float64)
            value = torch.as_tensor(value, dtype=torch.float64)
            atol = ROUNDING * value.nan_to_num().abs().max().item()
            torch.testing.assert_close(mine, value, rtol=RTOL, atol=atol, equal_nan=True, msg=name)


beta = st.floats(0, 0.999)
eps = st.sampled_from([1e-10, 1e-8, 1e-3])
flag = st.booleans()
momentum = st.one_of(st.just(0), st.floats(0.1, 0.99))
betas = st.tuples(beta, beta)


def arguments(**options) -> st.SearchStrategy[dict]:
    decay = st.sampled_from([0, 0, 1e-3, 0.1])
    return st.fixed_dictionaries(
        {"lr": st.floats(1e-4, 0.5), "weight_decay": decay, "maximize": flag, **options}
    )


HYPER = {
    sgd: arguments(momentum=momentum, dampening=st.floats(0, 1))
    | arguments(momentum=st.floats(0.01, 0.99), nesterov=st.just(True)),
    adagrad: arguments(
        lr_decay=st.sampled_from([0, 1e-2, 1]),
        initial_accumulator_value=st.sampled_from([0, 0.5]),
        eps=eps,
    ),
    rmsprop: arguments(alpha=beta, eps=eps, momentum=momentum, centered=flag),
    adam: arguments(betas=betas, eps=eps, amsgrad=flag, decoupled_weight_decay=flag),
    adamw: arguments(betas=betas, eps=eps, amsgrad=flag),
    nadam: arguments(
        betas=betas,
        eps=eps,
        momentum_decay=st.sampled_from([0, 4e-3, 0.1]),
        decoupled_weight_decay=flag,
    ),
}


@each_rule
@settings(max_examples=15, deadline=None, derandomize=True)
@given(data=st.data(), seed=st.integers(0, 10_000))
def test_parameters_and_states_equal_torch_for_random_hyper_parameters(rule, data, seed):
    hyper = data.draw(HYPER[rule])
    start, gradients = start_of(seed), gradients_of(seed)
    path, state = ours(rule(**hyper), start, gradients)
    expected, expected_state = theirs(TORCH[rule], start, gradients, hyper)
    assert_close(path, expected)
    assert_same_state(state, expected_state)


@each_rule
def test_default_arguments_are_those_of_torch(rule):
    start, gradients = start_of(1), gradients_of(1)
    assert_close(ours(rule(), start, gradients)[0], theirs(TORCH[rule], start, gradients, {})[0])


@pytest.mark.parametrize(
    ("rule", "hyper"),
    [
        (sgd, {"momentum": 0.5, "dampening": 0.3}),
        (rmsprop, {"momentum": 0.5}),
        (adam, {"betas": (0.9, 0.99)}),
        (nadam, {}),
    ],
    ids=["sgd", "rmsprop", "adam", "nadam"],
)
def test_overrides_equal_changed_settings_of_torch(rule, hyper):
    start, gradients = start_of(4), gradients_of(4)
    wave = (0.9 * torch.rand(STEPS, dtype=torch.float64)).tolist()
    schedule = {"lr": [0.1 * value for value in wave]}
    if "momentum" in hyper:
        wave[100:110] = [0.0] * 10  # without momentum torch does not change its buffer
        if rule is sgd:  # torch's RMSprop has no buffer if it begins without momentum
            wave[:10] = [0.0] * 10
        schedule["momentum"] = wave
    if "betas" in hyper:
        schedule["betas"] = [(value, 0.99) for value in wave]
    path, state = ours(rule(**hyper), start, gradients, **schedule)
    expected, expected_state = theirs(TORCH[rule], start, gradients, hyper, **schedule)
    assert_close(path, expected)
    assert_same_state(state, expected_state)


@each_rule
def test_an_override_is_used_in_one_step_only(rule):
    once, never, params = rule(lr=0.1), rule(lr=0.1), torch.ones(2)
    state = once.init(params)
    expected, _ = never.update(params, params, state)
    overridden, _ = once.update(params, params, state, lr=0.7, weight_decay=0.5)
    assert not torch.equal(overridden, expected)
    assert torch.equal(once.update(params, params, state)[0], expected)


# Many runs at once

RUNS = {
    "lr": [0.1, 0.2, 0.3],
    "weight_decay": [0.0, 0.1, 0.0],
    "eps": [1e-3, 1e-8, 1e-10],
    "betas": [(0.0, 0.9), (0.9, 0.999), (0.5, 0.5)],
    "momentum": [0.0, 0.9, 0.5],
    "dampening": [0.2, 0.0, 0.5],
    "lr_decay": [0.0, 0.1, 1.0],
    "alpha": [0.5, 0.9, 0.99],
    "momentum_decay": [0.0, 4e-3, 0.1],
}


def per_run(rule: Callable) -> list[dict[str, Any]]:
    """Return the hyper-parameters of each run."""
    names = [name for name in inspect.signature(rule).parameters if name in RUNS]
    return [{name: RUNS[name][run] for name in names} for run in range(3)]


def batched(rule: Callable) -> dict[str, Any]:
    """Return the same as one tensor for each hyper-parameter."""
    hyper = {name: torch.tensor(RUNS[name], dtype=torch.float64) for name in per_run(rule)[0]}
    if "betas" in hyper:
        hyper["betas"] = tuple(hyper["betas"].unbind(1))
    return hyper


@each_rule
@pytest.mark.parametrize("shape", [(3,), (3, 6), (3, 2, 6)], ids=str)
def test_a_batch_of_runs_equals_torch_run_by_run(rule, shape):
    start, gradients = start_of(5, shape), gradients_of(5, 60, shape)
    path, state = ours(rule(**batched(rule)), start, gradients)
    for run, settings_of_run in enumerate(per_run(rule)):
        alone, alone_state = ours(rule(**settings_of_run), start[run], gradients[:, run])
        expected, _ = theirs(TORCH[rule], start[run], gradients[:, run], settings_of_run)
        assert_close(path[:, run], expected)
        assert_close(path[:, run], alone)
        for field, value in alone_state._asdict().items():
            together = torch.as_tensor(getattr(state, field), dtype=torch.float64)
            together = together[run] if together.ndim else together
            value = torch.as_tensor(value, dtype=torch.float64)
            torch.testing.assert_close(together.reshape(value.shape), value, rtol=RTOL, atol=1e-14)


def test_a_batch_with_nesterovs_momentum_equals_torch():
    start, gradients = start_of(12, (3, 6)), gradients_of(12, 60, (3, 6))
    momenta = torch.tensor([0.1, 0.5, 0.99], dtype=torch.float64)
    path, _ = ours(sgd(0.1, momentum=momenta, nesterov=True), start, gradients)
    for run, momentum in enumerate(momenta.tolist()):
        hyper = {"lr": 0.1, "momentum": momentum, "nesterov": True}
        alone, _ = theirs(torch.optim.SGD, start[run], gradients[:, run], hyper)
        assert_close(path[:, run], alone)


def test_a_tensor_without_axes_is_a_number():
    start, gradients = start_of(13).float(), gradients_of(13, 20).float()
    lr = torch.tensor(0.1, dtype=torch.float64)
    path, _ = ours(adam(lr), start, gradients)
    assert torch.equal(path, ours(adam(0.1), start, gradients)[0])


def test_hyper_parameters_in_float32_are_computed_with_in_float64():
    start, gradients = start_of(14, (3, 6)).float(), gradients_of(14, 20, (3, 6)).float()
    betas = torch.tensor([0.9, 0.8, 0.7]), torch.tensor([0.999, 0.99, 0.9])
    path, _ = ours(adam(0.1, betas), start, gradients)
    exact, _ = ours(adam(0.1, tuple(beta.double() for beta in betas)), start, gradients)
    assert torch.equal(path, exact)


@each_rule
def test_float32_stays_float32_and_is_computed_in_float64_in_a_batch(rule):
    start, gradients = start_of(6, (3, 6)).float(), gradients_of(6, 50, (3, 6)).float()
    for hyper in (per_run(rule)[1], batched(rule)):
        path, state = ours(rule(**hyper), start, gradients)
        assert path.dtype == torch.float32
        shaped = [f for f in state if isinstance(f, torch.Tensor) and f.shape == start.shape]
        assert {field.dtype for field in shaped} == {torch.float32}
        exact, _ = ours(rule(**hyper), start.double(), gradients.double())
        torch.testing.assert_close(path[-1].double(), exact[-1], rtol=1e-4, atol=1e-5)
    # One step in a batch is exact up to its last rounding.
    exact = ours(rule(**batched(rule)), start.double(), gradients[:1].double())[0][0]
    assert torch.equal(ours(rule(**batched(rule)), start, gradients[:1])[0][0], exact.float())


@each_rule
def test_runs_that_overflow_do_not_affect_the_others(rule):
    params, gradient = torch.ones(2, 2), torch.tensor([[1.0, 2.0], [math.nan, math.inf]])
    init, update = rule(lr=0.1)
    new, _ = update(params, gradient, init(params))
    alone, _ = update(params[:1], gradient[:1], init(params[:1]))
    assert torch.equal(new[:1], alone)
    assert new[1, 0].isnan()


@each_rule
@pytest.mark.parametrize("maximize", [False, True])
@pytest.mark.parametrize("weight_decay", [0, 0.1])
def test_infinity_and_nan_come_at_the_same_step_as_in_torch(rule, maximize, weight_decay):
    gradients = torch.tensor([[1.0, -1.0], [1e308, -1e308], [1e308, 1.0], [1.0, -1.0], [0.0, 1.0]])
    start, gradients = torch.tensor([1e308, -2.0]).double(), gradients.double()
    hyper = {"lr": 0.5, "weight_decay": weight_decay, "maximize": maximize}
    hyper |= {"momentum": 0.9, "nesterov": True, "lr": 3.0} if rule is sgd else {}
    expected, _ = theirs(TORCH[rule], start, gradients, hyper)
    assert_close(ours(rule(**hyper), start, gradients)[0], expected)
    hyper["weight_decay"] = torch.tensor([weight_decay, 0.1], dtype=torch.float64)
    path, _ = ours(rule(**hyper), torch.stack([start, start]), torch.stack([gradients] * 2, 1))
    assert_close(path[:, 0], expected)


# Purity


@each_rule
def test_arguments_do_not_change_and_results_have_no_graph(rule):
    params = torch.nn.Parameter(torch.ones(2, 3))
    gradient, lr = torch.ones(2, 3), torch.tensor([0.1, 0.2], requires_grad=True)
    init, update = rule()
    state = init(params)
    for _ in range(3):
        tensors = [params, gradient, lr, *(f for f in state if isinstance(f, torch.Tensor))]
        before = [(t.detach().clone(), t._version) for t in tensors]
        new, new_state = update(params, gradient, state, lr=lr)
        for tensor, (value, version) in zip(tensors, before, strict=True):
            assert tensor._version == version
            assert torch.equal(tensor, value)
        results = [new, *(f for f in new_state if isinstance(f, torch.Tensor))]
        assert not any(tensor.requires_grad for tensor in results)
        state = new_state


def test_with_nesterovs_momentum_the_parameters_are_the_look_ahead_of_the_textbook():
    def gradient(params):
        return torch.tensor([1.0, 9.0], dtype=torch.float64) * params

    params = textbook = torch.tensor([1.0, -2.0], dtype=torch.float64)
    init, update = sgd(lr=0.05, momentum=0.9, nesterov=True)
    state, velocity = init(params), torch.zeros_like(params)
    for _ in range(100):
        params, state = update(params, gradient(params), state)
        # vₜ = μ vₜ₋₁ − γ ∇f(θₜ₋₁ + μ vₜ₋₁),  θₜ = θₜ₋₁ + vₜ
        velocity = 0.9 * velocity - 0.05 * gradient(textbook + 0.9 * velocity)
        textbook = textbook + velocity
        torch.testing.assert_close(params, textbook + 0.9 * velocity, rtol=1e-10, atol=1e-12)


# Errors

UNIT, POSITIVE = "a number in [0, 1)", "a number in [0, inf)"


@pytest.mark.parametrize(
    ("rules", "argument", "value", "kind", "expected"),
    [
        (TORCH, "lr", -0.1, ValueError, POSITIVE),
        (TORCH, "lr", math.nan, ValueError, POSITIVE),
        (TORCH, "lr", "fast", TypeError, POSITIVE),
        (TORCH, "weight_decay", -1, ValueError, POSITIVE),
        (TORCH, "maximize", "yes", TypeError, "True or False"),
        ([sgd, rmsprop], "momentum", 1.0, ValueError, UNIT),
        ([sgd], "dampening", 2, ValueError, "a number in [0, 1]"),
        ([sgd], "nesterov", 1, TypeError, "True or False"),
        ([adagrad], "lr_decay", -1, ValueError, POSITIVE),
        ([adagrad], "initial_accumulator_value", -1, ValueError, POSITIVE),
        ([rmsprop], "alpha", 1, ValueError, UNIT),
        ([rmsprop], "centered", None, TypeError, "True or False"),
        ([adagrad, rmsprop, adam, adamw, nadam], "eps", -1e-8, ValueError, POSITIVE),
        ([adam, adamw, nadam], "betas", 0.9, TypeError, "two numbers in [0, 1)"),
        ([adam, adamw, nadam], "betas", (0.9, 0.9, 0.9), TypeError, "two numbers in [0, 1)"),
        ([adam, adamw], "amsgrad", 0, TypeError, "True or False"),
        ([nadam], "momentum_decay", -1, ValueError, POSITIVE),
        ([adam, nadam], "decoupled_weight_decay", 2, TypeError, "True or False"),
    ],
)
def test_hyper_parameters_out_of_range_are_named(rules, argument, value, kind, expected):
    for rule in rules:
        message = message_of(kind, rule, **{argument: value})
        assert message == f"{argument} must be {expected}, got {value!r}"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: sgd(torch.tensor([0.1, -1.0])),
         "lr must hold numbers in [0, inf), got -1.0 among them"),
        (lambda: adam(betas=(0.9, 1.5)), "betas[1] must be a number in [0, 1), got 1.5"),
        (lambda: adam(betas=[-0.1, 0.9]), "betas[0] must be a number in [0, 1), got -0.1"),
        (lambda: sgd(0.1, nesterov=True), "nesterov requires momentum above 0, got 0.0"),
        (lambda: sgd(momentum=torch.tensor([0.9, 0.0]), nesterov=True),
         "nesterov requires momentum above 0, got tensor([0.9000, 0.0000])"),
        (lambda: sgd(momentum=0.9, dampening=0.1, nesterov=True),
         "nesterov requires dampening 0, got 0.1"),
    ],
)  # fmt: skip
def test_hyper_parameters_that_exclude_each_other_are_named(make, message):
    assert message_of(ValueError, make) == message


SPARSE = torch.ones(2, 3).to_sparse()


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"gradient": torch.ones(3)}, ValueError,
         "gradient must have the shape of params, (2, 3), got (3,)"),
        ({"gradient": [1.0]}, TypeError, "gradient must be a tensor of floats, got [1.0]"),
        ({"gradient": SPARSE}, TypeError,
         "gradient must be a dense tensor, got layout torch.sparse_coo on device cpu"),
        ({"params": torch.ones(2, 3).long()}, TypeError,
         "params must be a tensor of floats, got dtype torch.int64"),
        ({"state": None}, TypeError,
         "state must be the SGDState that init or the last update returned, got None"),
        ({"state": adagrad().init(torch.ones(1))}, TypeError,
         "state must be the SGDState that init or the last update returned, "
         "got AdagradState(sum=tensor([0.]), step=0)"),
        ({"state": sgd().init(torch.ones(2))}, ValueError,
         "state must be of params of shape (2, 3), got one of shape (2,)"),
        ({"lr": torch.ones(3)}, ValueError,
         "lr must be a number or have one value per run, and params has shape (2, 3), "
         "got shape (3,)"),
        ({"lr": torch.ones(2, 1)}, ValueError,
         "lr must be a number or have one value per run, and params has shape (2, 3), "
         "got shape (2, 1)"),
        ({"lr": -1.0}, ValueError, "lr must be a number in [0, inf), got -1.0"),
        ({"lr": 1e39}, ValueError,
         "lr must be finite in the dtype torch.float32 of params, got 1e+39"),
        ({"nesterov": True, "beta": 0.9}, TypeError,
         "beta is not one of the hyper-parameters: lr, momentum, dampening, weight_decay"),
    ],
)  # fmt: skip
def test_errors_of_update(changes, kind, message):
    init, update = sgd()
    good = {"params": torch.ones(2, 3), "gradient": torch.ones(2, 3)}
    arguments = {**good, "state": init(good["params"])} | changes
    assert message_of(kind, update, **arguments) == message


def test_errors_of_batched_betas_of_init_and_of_a_schedule_without_momentum():
    params = torch.ones(2, 3)
    init, update = adam()
    assert message_of(TypeError, init, [1.0]) == "params must be a tensor of floats, got [1.0]"
    message = message_of(ValueError, adagrad(initial_accumulator_value=1e39).init, params)
    name = "initial_accumulator_value"
    assert message == f"{name} must be finite in the dtype torch.float32 of params, got 1e+39"
    betas = (0.9, torch.zeros(3))
    message = message_of(ValueError, update, params, params, init(params), betas=betas)
    expected = "betas[1] must be a number or have one value per run, and params has shape (2, 3)"
    assert message == f"{expected}, got shape (3,)"
    init, update = sgd(0.1, momentum=0.9, nesterov=True)
    message = message_of(ValueError, update, params, params, init(params), momentum=0)
    assert message == "nesterov requires momentum above 0, got 0.0"
