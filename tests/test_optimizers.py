"""The rules against `torch.optim`, their properties, and the mistakes that must not pass."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import optimizers
from helpers.optimizers import adagrad, adam, adamw, nadam, rmsprop, sgd

STEPS = 300

# Two right answers may differ by 1e-12 of each value; and, where a parameter crosses zero, by what
# 300 roundings leave of its size on the way: each is 1.1e-16 of that, so 300 come to 3.3e-14.
RTOL, ROUNDING = 1e-12, STEPS * torch.finfo(torch.float64).eps / 2

TORCH = {
    sgd: torch.optim.SGD,
    adagrad: torch.optim.Adagrad,
    rmsprop: torch.optim.RMSprop,
    adam: torch.optim.Adam,
    adamw: torch.optim.AdamW,
    nadam: torch.optim.NAdam,
}


@contextmanager
def double_by_default() -> Iterator[None]:
    """Let torch's NAdam hold its product of momenta in float64 too."""
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)


def gradients_of(seed: int, steps: int = STEPS, shape: tuple[int, ...] = (6,)) -> torch.Tensor:
    """Gradients of sizes 1e-3 to 1e3, with one coordinate zero and one all but zero."""
    generator = torch.Generator().manual_seed(seed)
    draw = torch.randn(steps, *shape, generator=generator, dtype=torch.float64)
    draw = draw * 10 ** torch.linspace(-3, 3, shape[-1], dtype=torch.float64)
    draw[..., 0] = 0
    draw[..., 1] *= 1e-9
    draw[steps // 3 : steps // 2] *= torch.rand(shape, generator=generator) > 0.3  # pauses
    return draw


def start_of(seed: int, shape: tuple[int, ...] = (6,)) -> torch.Tensor:
    """Parameters of size 1 to 3."""
    generator = torch.Generator().manual_seed(1000 + seed)
    draw = 2 * torch.rand(shape, generator=generator, dtype=torch.float64) - 1
    return 2 * draw + draw.sign()


def ours(rule: optimizers.Optimizer, start: torch.Tensor, gradients, **schedule) -> torch.Tensor:
    """Path of one of our rules; a schedule is a list per hyper-parameter."""
    params, state = start, rule.init(start)
    path = []
    for t, gradient in enumerate(gradients):
        now = {name: values[t] for name, values in schedule.items()}
        params, state = rule.update(params, gradient, state, **now)
        path.append(params)
    return torch.stack(path)


def theirs(kind: type, start: torch.Tensor, gradients, hyper: dict, **schedule) -> torch.Tensor:
    """Path of torch's optimizer under the same gradients."""
    with double_by_default():
        params = start.clone().requires_grad_()
        optimizer = kind([params], **hyper)
        path = []
        for t, gradient in enumerate(gradients):
            optimizer.param_groups[0].update({name: row[t] for name, row in schedule.items()})
            params.grad = gradient.clone()
            optimizer.step()
            path.append(params.detach().clone())
    return torch.stack(path)


def assert_close(path: torch.Tensor, expected: torch.Tensor) -> None:
    """Compare paths, the steps along the first axis; NaN where torch has it too."""
    assert torch.equal(path.isnan(), expected.isnan())
    path, expected = path.nan_to_num(), expected.nan_to_num()
    allowed = RTOL * expected.abs() + ROUNDING * expected.abs().amax(0)
    excess = (path - expected).abs() / allowed.clamp(min=1e-300)
    assert (excess <= 1).all(), f"{excess.max():.3g} times the difference allowed"


def close(path: torch.Tensor, expected: torch.Tensor) -> bool:
    try:
        assert_close(path, expected)
    except AssertionError:
        return False
    return True


lr = st.floats(1e-4, 0.5)
beta = st.floats(0, 0.999)
eps = st.sampled_from([1e-10, 1e-8, 1e-3])
decay = st.sampled_from([0, 0, 1e-3, 0.1])
flag = st.booleans()
momentum = st.one_of(st.just(0), st.floats(0.1, 0.99))
betas = st.tuples(beta, beta)


def arguments(**options) -> st.SearchStrategy[dict]:
    return st.fixed_dictionaries({"lr": lr, "weight_decay": decay, "maximize": flag, **options})


HYPER = {
    sgd: arguments(momentum=momentum, dampening=st.floats(0, 1)),
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


@pytest.mark.parametrize("rule", TORCH, ids=lambda rule: rule.__name__)
@settings(max_examples=40, deadline=None, derandomize=True)
@given(data=st.data(), seed=st.integers(0, 10_000))
def test_equals_torch(rule, data, seed):
    hyper = data.draw(HYPER[rule])
    start, gradients = start_of(seed), gradients_of(seed)
    expected = theirs(TORCH[rule], start, gradients, hyper)
    assert_close(ours(rule(**hyper), start, gradients), expected)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(hyper=arguments(momentum=st.floats(0.01, 0.99)), seed=st.integers(0, 10_000))
def test_nesterov_equals_torch(hyper, seed):
    hyper["nesterov"] = True
    start, gradients = start_of(seed), gradients_of(seed)
    expected = theirs(torch.optim.SGD, start, gradients, hyper)
    assert_close(ours(sgd(**hyper), start, gradients), expected)


@pytest.mark.parametrize("rule", TORCH, ids=lambda rule: rule.__name__)
def test_defaults_are_torchs(rule):
    start, gradients = start_of(1), gradients_of(1)
    assert close(ours(rule(), start, gradients), theirs(TORCH[rule], start, gradients, {}))


@pytest.mark.parametrize("rule", TORCH, ids=lambda rule: rule.__name__)
def test_equals_torch_down_a_valley(rule):
    curvature = torch.tensor([1.0, 30.0], dtype=torch.float64)
    params = torch.tensor([2.0, -1.0], dtype=torch.float64)
    their_params = params.clone().requires_grad_()
    with double_by_default():
        torch_optimizer = TORCH[rule]([their_params], lr=0.01)
        init, update = rule(lr=0.01)
        state = init(params)
        for _ in range(STEPS):
            params, state = update(params, curvature * params, state)
            torch_optimizer.zero_grad()
            (curvature * their_params**2).sum().div(2).backward()
            torch_optimizer.step()
            torch.testing.assert_close(params, their_params.detach(), rtol=RTOL, atol=2 * ROUNDING)


@pytest.mark.parametrize(
    ("rule", "hyper"),
    [
        (sgd, {"momentum": 0.9, "dampening": 0.3}),
        (rmsprop, {"momentum": 0.9, "centered": True}),
        (adagrad, {"initial_accumulator_value": 0.1}),
        (adam, {"amsgrad": True}),
        (adamw, {}),
        (nadam, {}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_state_is_torchs(rule, hyper):
    start, gradients = start_of(3), gradients_of(3, steps=50)
    params, state = start, rule(**hyper).init(start)
    with double_by_default():
        their_params = start.clone().requires_grad_()
        torch_optimizer = TORCH[rule]([their_params], **hyper)
        for gradient in gradients:
            params, state = rule(**hyper).update(params, gradient, state)
            their_params.grad = gradient.clone()
            torch_optimizer.step()
    their_state = torch_optimizer.state[their_params]
    their_state = {name.replace("exp_avg_sqs", "exp_avg_sq"): v for name, v in their_state.items()}
    for name, expected in their_state.items():
        mine = torch.as_tensor(getattr(state, name), dtype=torch.float64)
        size = expected.abs().max().item()
        torch.testing.assert_close(
            mine, expected.double(), rtol=RTOL, atol=1e-15 * size, msg=lambda m, n=name: f"{n}: {m}"
        )


@pytest.mark.parametrize(
    ("rule", "scheduled"),
    [
        (sgd, {"momentum": 0.5}),
        (rmsprop, {"momentum": 0.5}),
        (adam, {"betas": (0.9, 0.99)}),
        (nadam, {}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_overrides_equal_torchs_param_groups(rule, scheduled):
    start, gradients = start_of(4), gradients_of(4)
    generator = torch.Generator().manual_seed(4)
    wave = (torch.rand(STEPS, generator=generator, dtype=torch.float64) * 0.9).tolist()
    schedule = {"lr": [0.1 * value for value in wave]}
    if "momentum" in scheduled:
        wave[100:110] = [0.0] * 10  # without momentum torch leaves its buffer alone
        schedule["momentum"] = wave
    if "betas" in scheduled:
        schedule["betas"] = [(value, 0.99) for value in wave]
    expected = theirs(TORCH[rule], start, gradients, scheduled, **schedule)
    assert close(ours(rule(**scheduled), start, gradients, **schedule), expected)


BATCHED = {
    sgd: {
        "lr": [0.1, 0.2, 0.3],
        "momentum": [0.0, 0.9, 0.5],
        "dampening": [0.2, 0.0, 0.5],
        "weight_decay": [0.0, 0.1, 0.0],
    },
    adagrad: {"lr": [0.1, 0.2, 0.3], "lr_decay": [0.0, 0.1, 1.0], "eps": [1e-3, 1e-8, 1e-10]},
    rmsprop: {"lr": [0.1, 0.2, 0.3], "alpha": [0.5, 0.9, 0.99], "momentum": [0.0, 0.9, 0.5]},
    adam: {"lr": [0.1, 0.2, 0.3], "betas": [(0.0, 0.9), (0.9, 0.999), (0.5, 0.5)]},
    adamw: {"weight_decay": [0.0, 0.1, 0.2], "betas": [(0.0, 0.9), (0.9, 0.999), (0.5, 0.5)]},
    nadam: {"momentum_decay": [0.0, 4e-3, 0.1], "betas": [(0.0, 0.9), (0.9, 0.999), (0.5, 0.5)]},
}


def stacked(values: list) -> torch.Tensor | tuple[torch.Tensor, ...]:
    if isinstance(values[0], tuple):
        return tuple(stacked(list(part)) for part in zip(*values, strict=True))
    return torch.tensor(values, dtype=torch.float64)


@pytest.mark.parametrize("rule", BATCHED, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("shape", [(3,), (3, 6), (3, 2, 6)], ids=str)
def test_batch_equals_runs_one_by_one(rule, shape):
    start, gradients = start_of(5, shape), gradients_of(5, 100, shape)
    together = ours(
        rule(**{name: stacked(values) for name, values in BATCHED[rule].items()}), start, gradients
    )
    for run in range(3):
        hyper = {name: values[run] for name, values in BATCHED[rule].items()}
        alone = ours(rule(**hyper), start[run], gradients[:, run])
        assert close(together[:, run], alone)
        assert close(together[:, run], theirs(TORCH[rule], start[run], gradients[:, run], hyper))


def test_nesterov_in_a_batch_equals_torch():
    start, gradients = start_of(12, (3, 6)), gradients_of(12, 100, (3, 6))
    momenta = [0.1, 0.5, 0.99]
    rule = sgd(0.1, momentum=torch.tensor(momenta, dtype=torch.float64), nesterov=True)
    together = ours(rule, start, gradients)
    for run, momentum in enumerate(momenta):
        hyper = {"lr": 0.1, "momentum": momentum, "nesterov": True}
        assert_close(
            together[:, run], theirs(torch.optim.SGD, start[run], gradients[:, run], hyper)
        )


def test_a_tensor_without_axes_is_a_number():
    start, gradients = start_of(13), gradients_of(13, 20)
    lr = torch.tensor(0.1, dtype=torch.float64)
    assert torch.equal(ours(adam(lr), start, gradients), ours(adam(0.1), start, gradients))


@pytest.mark.parametrize("rule", BATCHED, ids=lambda rule: rule.__name__)
def test_single_precision_stays_single(rule):
    start, gradients = start_of(6, (3, 6)).float(), gradients_of(6, 50, (3, 6)).float()
    hyper = {name: stacked(values) for name, values in BATCHED[rule].items()}
    params, state = start, rule(**hyper).init(start)
    for gradient in gradients:
        params, state = rule(**hyper).update(params, gradient, state)
    assert params.dtype == torch.float32
    assert {f.dtype for f in state if getattr(f, "shape", None) == params.shape} == {torch.float32}
    exact = ours(rule(**hyper), start.double(), gradients.double())[-1]
    torch.testing.assert_close(params.double(), exact, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("rule", TORCH, ids=lambda rule: rule.__name__)
def test_nothing_of_the_callers_changes(rule):
    params = torch.nn.Parameter(torch.ones(2, 3))
    gradient = torch.ones(2, 3)
    lr = torch.tensor([0.1, 0.2])
    init, update = rule()
    state = init(params)
    for _ in range(3):
        tensors = [params, gradient, lr, *(f for f in state if isinstance(f, torch.Tensor))]
        before = [(t.detach().clone(), t._version) for t in tensors]
        moved, after = update(params, gradient, state, lr=lr)
        for tensor, (value, version) in zip(tensors, before, strict=True):
            assert tensor._version == version
            assert torch.equal(tensor, value)
        assert not moved.requires_grad
        state = after


@pytest.mark.parametrize("rule", TORCH, ids=lambda rule: rule.__name__)
def test_nan_stays_within_its_run(rule):
    params, gradient = torch.ones(2, 2), torch.tensor([[1.0, 2.0], [math.nan, math.inf]])
    init, update = rule(lr=0.1)
    moved, _ = update(params, gradient, init(params))
    alone, _ = update(params[:1], gradient[:1], init(params[:1]))
    assert torch.equal(moved[:1], alone)
    assert moved[1, 0].isnan()


# Properties


@settings(max_examples=25, deadline=None, derandomize=True)
@given(lr=lr, dampening=st.floats(0, 1), seed=st.integers(0, 10_000))
def test_momentum_zero_is_gradient_descent(lr, dampening, seed):
    start, gradients = start_of(seed), gradients_of(seed, 50)
    plain = start - lr * gradients.cumsum(0)
    assert_close(ours(sgd(lr, momentum=0, dampening=dampening), start, gradients), plain)


def test_betas_zero_is_the_sign_of_the_gradient():
    start, gradients = start_of(7), gradients_of(7, 20)
    path = ours(adam(0.1, betas=(0, 0), eps=1e-300), start, gradients)
    assert torch.allclose(path[-1], start - 0.1 * gradients.sign().sum(0), rtol=0, atol=1e-14)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    betas=st.tuples(beta, st.floats(0.5, 0.999)),
    scale=st.floats(1e-6, 1e6),
    seed=st.integers(0, 10_000),
)
def test_adam_does_not_see_the_scale_as_eps_vanishes(betas, scale, seed):
    start, gradients = start_of(seed), gradients_of(seed, 50)
    for rule in adam(0.1, betas, eps=1e-200), nadam(0.1, betas, eps=1e-200):
        torch.testing.assert_close(
            ours(rule, start, scale * gradients), ours(rule, start, gradients), rtol=1e-9, atol=1e-9
        )


def test_adam_sees_the_scale_where_eps_is_large():
    start, gradients = start_of(8), gradients_of(8, 50)
    rule = adam(0.1, eps=1.0)
    assert not torch.allclose(ours(rule, start, gradients), ours(rule, start, 10 * gradients))


def test_rmsprop_is_uncorrected_adam_without_first_moment():
    start, gradients = start_of(9), gradients_of(9)
    assert close(
        ours(rmsprop(0.01, alpha=0.99), start, gradients),
        ours(adam(0.01, betas=(0, 0.99), bias_correction=False), start, gradients),
    )


# What the chapters state


def test_first_step_of_adam_is_the_learning_rate():
    gradient = torch.tensor([-1e4, -1.0, 1e-4, 1e-2, 1e2, 1e4], dtype=torch.float64)
    step = ours(adam(0.1), torch.zeros_like(gradient), [gradient])[0]
    torch.testing.assert_close(step, -0.1 * gradient.sign(), rtol=2e-4, atol=0)


def test_without_correction_adams_steps_are_too_large():
    ones = torch.ones(100, 1, dtype=torch.float64)
    zero = torch.zeros(1, dtype=torch.float64)
    right = ours(adam(0.1), zero, ones)[:, 0].diff(prepend=zero)
    wrong = ours(adam(0.1, bias_correction=False), zero, ones)[:, 0].diff(prepend=zero)
    ratio = wrong / right
    assert round(ratio[0].item(), 2) == 3.16
    assert ratio.argmax() + 1 == 12
    assert round(ratio.max().item(), 2) == 6.57


def test_momentum_gains_one_over_one_minus_mu():
    ones = torch.ones(400, 1, dtype=torch.float64)
    path = ours(sgd(0.1, momentum=0.9), torch.zeros(1, dtype=torch.float64), ones)
    assert path[-1] - path[-2] == pytest.approx(-0.1 / (1 - 0.9), rel=1e-12)


def test_nesterovs_parameters_are_the_textbooks_look_ahead():
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


# Mistakes that the comparison with torch must reject, at the tolerance it uses


def wrong_adam(
    lr=0.1,
    betas=(0.9, 0.999),
    eps=1e-8,
    *,
    late: int = 0,
    inside: bool = False,
    corrected: bool = True,
) -> optimizers.Optimizer:
    """Make Adam with a mistake, or without any."""

    def init(params):
        return torch.zeros_like(params), torch.zeros_like(params), 0

    def update(params, gradient, state):
        m, v, t = state
        m = betas[0] * m + (1 - betas[0]) * gradient
        v = betas[1] * v + (1 - betas[1]) * gradient**2
        age = t + 1 + late
        m_hat, v_hat = (
            (m / (1 - betas[0] ** age), v / (1 - betas[1] ** age)) if corrected else (m, v)
        )
        size = (v_hat + eps**2).sqrt() if inside == "squared" else (v_hat + eps).sqrt()
        size = size if inside else v_hat.sqrt() + eps
        return params - lr * m_hat / size, (m, v, t + 1)

    return optimizers.Optimizer(init, update)


def wrong_momentum(lr=0.1, momentum=0.9, dampening=0.3, *, damped: bool) -> optimizers.Optimizer:
    """Make SGD whose buffer starts at (1 − τ) g, or, rightly, at g."""

    def init(params):
        return None

    def update(params, gradient, buffer):
        if buffer is None:
            buffer = (1 - dampening) * gradient if damped else gradient
        else:
            buffer = momentum * buffer + (1 - dampening) * gradient
        return params - lr * buffer, buffer

    return optimizers.Optimizer(init, update)


@pytest.mark.parametrize(
    ("variant", "right"),
    [
        ({}, True),
        ({"inside": True}, False),
        ({"inside": "squared"}, False),
        ({"late": 1}, False),
        ({"corrected": False}, False),
    ],
    ids=str,
)
@pytest.mark.parametrize("near_zero", [True, False])
def test_wrong_adams_are_rejected(variant, right, near_zero):
    start, gradients = start_of(10), gradients_of(10)
    if not near_zero:  # then ε matters least
        gradients = gradients_of(10).sign() + 2
    expected = theirs(torch.optim.Adam, start, gradients, {"lr": 0.1})
    assert close(ours(wrong_adam(**variant), start, gradients), expected) == right
    assert close(ours(adam(0.1), start, gradients), expected)


@pytest.mark.parametrize("damped", [True, False])
def test_momentum_that_starts_damped_is_rejected(damped):
    start, gradients = start_of(11), gradients_of(11)
    hyper = {"lr": 0.1, "momentum": 0.9, "dampening": 0.3}
    expected = theirs(torch.optim.SGD, start, gradients, hyper)
    assert close(ours(wrong_momentum(damped=damped), start, gradients), expected) == (not damped)
    assert close(ours(sgd(**hyper), start, gradients), expected)


# Bad input

NAN = math.nan


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: sgd(-0.1), ValueError, r"lr must be a number in \[0, inf\), got -0.1"),
        (lambda: sgd(NAN), ValueError, "lr must be .* got nan"),
        (lambda: sgd("fast"), TypeError, "lr must be a number .* got 'fast'"),
        (lambda: sgd(torch.tensor([0.1, -1.0])), ValueError, "lr must hold .* got -1.0 among them"),
        (lambda: sgd(0.1, momentum=1.0), ValueError, r"momentum must be a number in \[0, 1\)"),
        (lambda: sgd(0.1, dampening=2), ValueError, "dampening must be .* got 2"),
        (lambda: sgd(0.1, weight_decay=-1), ValueError, "weight_decay must be .* got -1"),
        (lambda: sgd(0.1, nesterov=True), ValueError, "nesterov needs momentum above 0, got"),
        (
            lambda: sgd(0.1, momentum=torch.tensor([0.9, 0.0]), nesterov=True),
            ValueError,
            "nesterov needs momentum above 0",
        ),
        (
            lambda: sgd(0.1, momentum=0.9, dampening=0.1, nesterov=True),
            ValueError,
            "nesterov needs dampening 0, got dampening=0.1",
        ),
        (lambda: sgd(0.1, nesterov=1), TypeError, "nesterov must be True or False, got 1"),
        (lambda: sgd(0.1, maximize="yes"), TypeError, "maximize must be True or False"),
        (lambda: adagrad(lr_decay=-1), ValueError, "lr_decay"),
        (lambda: adagrad(initial_accumulator_value=-1), ValueError, "initial_accumulator_value"),
        (lambda: rmsprop(alpha=1), ValueError, r"alpha must be a number in \[0, 1\), got 1"),
        (lambda: rmsprop(centered=None), TypeError, "centered"),
        (lambda: adam(betas=(0.9, 1.0)), ValueError, r"betas\[1\] must be .* got 1.0"),
        (lambda: adam(betas=(-0.1, 0.9)), ValueError, r"betas\[0\] must be .* got -0.1"),
        (lambda: adam(betas=0.9), TypeError, "betas must be a tuple of two .* got 0.9"),
        (lambda: adam(betas=(0.9, 0.9, 0.9)), TypeError, "betas must be a tuple of two"),
        (lambda: adam(eps=-1e-8), ValueError, "eps must be .* got -1e-08"),
        (lambda: adam(amsgrad=0), TypeError, "amsgrad"),
        (lambda: adam(bias_correction=0), TypeError, "bias_correction"),
        (lambda: adamw(betas=(1.5, 0.9)), ValueError, r"betas\[0\]"),
        (lambda: nadam(momentum_decay=-1), ValueError, "momentum_decay"),
        (lambda: nadam(decoupled_weight_decay=2), TypeError, "decoupled_weight_decay"),
    ],
)
def test_bad_hyper_parameters(make: Callable, error, message):
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"gradient": torch.ones(3)}, ValueError, r"gradient must have .* \(2, 3\), got \(3,\)"),
        ({"gradient": [1.0]}, TypeError, r"gradient must be a tensor of real numbers, got \[1.0\]"),
        ({"params": torch.ones(2, 3, dtype=torch.int64)}, TypeError, "params .* torch.int64"),
        ({"state": sgd().init(torch.ones(2))}, ValueError, r"state .* \(2, 3\), got one of \(2,\)"),
        ({"lr": torch.ones(3)}, ValueError, r"lr must .* one value for each run, .* got shape \(3"),
        ({"lr": torch.ones(2, 1)}, ValueError, r"lr must .* got shape \(2, 1\)"),
        ({"lr": -1.0}, ValueError, "lr must be .* got -1.0"),
        ({"beta": 0.9}, TypeError, "beta is none of .* lr, momentum, dampening, weight_decay"),
        ({"nesterov": True}, TypeError, "nesterov is none of"),
    ],
)
def test_bad_update(change, error, message):
    init, update = sgd()
    good = {"params": torch.ones(2, 3), "gradient": torch.ones(2, 3)}
    with pytest.raises(error, match=message):
        update(**({**good, "state": init(good["params"])} | change))


def test_bad_params_at_the_start():
    with pytest.raises(TypeError, match="params must be a tensor of real numbers"):
        adam().init([1.0, 2.0])


def test_nesterov_cannot_be_scheduled_to_no_momentum():
    init, update = sgd(0.1, momentum=0.9, nesterov=True)
    with pytest.raises(ValueError, match="nesterov needs momentum above 0"):
        update(torch.ones(2), torch.ones(2), init(torch.ones(2)), momentum=0)
