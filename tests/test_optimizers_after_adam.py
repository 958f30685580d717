"""Lion, Muon, the schedule-free rules and Adafactor, against torch and their authors' packages."""

import copy
import math
import pickle
from unittest import mock

import lion_pytorch
import pytest
import schedulefree
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from helpers import optimizers
from helpers.optimizers import (
    ForTorch,
    adafactor,
    adamw,
    lion,
    muon,
    orthogonalize,
    schedule_free_adamw,
    schedule_free_sgd,
    sgd,
)
from tests.errors import message_of
from tests.test_optimizers import (
    assert_close,
    beta,
    double_by_default,
    flag,
    gradients_of,
    ours,
    start_of,
    theirs,
)

STEPS = 500
CLASSIC = (15 / 8, -10 / 8, 3 / 8)
EYE = torch.eye(2, dtype=torch.float64)
PACKAGES = {
    schedule_free_sgd: schedulefree.SGDScheduleFree,
    schedule_free_adamw: schedulefree.AdamWScheduleFree,
}
a_rate = st.floats(1e-4, 0.5)
a_decay = st.sampled_from([0, 1e-3, 0.1])
few = settings(max_examples=4, deadline=None, derandomize=True)
in_float64 = mock.patch.object(torch, "bfloat16", torch.float64)
"""Let torch's own Muon iterate in float64: it asks for bfloat16 by this name."""
with_muon = pytest.mark.skipif(not hasattr(torch.optim, "Muon"), reason="this torch has no Muon")


# Lion


@few
@given(
    seed=st.integers(0, 10_000),
    hyper=st.fixed_dictionaries(
        {"lr": a_rate, "betas": st.tuples(beta, beta), "weight_decay": a_decay}
    ),
)
def test_lion_equals_its_package(seed, hyper):
    start, gradients = start_of(seed), gradients_of(seed, STEPS)
    path, state = ours(lion(**hyper), start, gradients)
    expected, expected_state = theirs(lion_pytorch.Lion, start, gradients, hyper)
    assert_close(path, expected)
    torch.testing.assert_close(state.exp_avg, expected_state["exp_avg"], rtol=1e-12, atol=1e-14)


def test_lion_with_defaults_overrides_and_runs():
    start, gradients = start_of(2, (3, 6)), gradients_of(2, STEPS, (3, 6))
    rates = torch.linspace(0.01, 0.1, 3, dtype=torch.float64)
    waves = [rates * (1 + math.sin(t)) for t in range(STEPS)]
    path, _ = ours(lion(), start, gradients, lr=waves)
    for run in range(3):
        schedule = [wave[run].item() for wave in waves]
        alone, _ = theirs(lion_pytorch.Lion, start[run], gradients[:, run], {}, lr=schedule)
        assert_close(path[:, run], alone)
    up, _ = ours(lion(maximize=True), start, -gradients)
    assert torch.equal(up, ours(lion(), start, gradients)[0])


def test_without_memory_lion_and_adam_are_sign_descent():
    start, gradients = start_of(3), gradients_of(3)
    signs = start - 0.1 * gradients.sign().cumsum(0)
    assert_close(ours(lion(0.1, betas=(0, 0)), start, gradients)[0], signs)
    assert_close(ours(optimizers.adam(0.1, betas=(0, 0), eps=0.0), start[1:2] * 0, gradients[:9, 5:]
                      )[0], -0.1 * gradients[:9, 5:].sign().cumsum(0))  # fmt: skip


# Schedule-free


def of_package(rule, start, gradients, hyper, halved_at=None):
    """Return y, z and x after each step."""
    params = start.clone().requires_grad_()
    optimizer = PACKAGES[rule]([params], **hyper)
    optimizer.train()
    path = []
    for t, gradient in enumerate(gradients):
        optimizer.param_groups[0]["lr"] *= 0.5 if t == halved_at else 1
        params.grad = gradient.clone()
        optimizer.step()
        y, z = params.detach().clone(), optimizer.state[params]["z"].clone()
        optimizer.eval()
        path.append(torch.stack([y, z, params.detach()]))
        optimizer.train()
        params.data.copy_(y)
    return torch.stack(path)


def of_rule(rule, start, gradients, **schedule):
    params, state, path = start, rule.init(start), []
    for t, gradient in enumerate(gradients):
        overrides = {name: values[t] for name, values in schedule.items()}
        params, state = rule.update(params, gradient, state, **overrides)
        path.append(torch.stack([params, state.z, state.average]))
    return torch.stack(path)


@pytest.mark.parametrize("rule", PACKAGES)
@few
@given(
    seed=st.integers(0, 10_000),
    lr=a_rate,
    momentum=st.floats(0.1, 0.99),
    weight_decay=a_decay,
    warmup=st.sampled_from([0, 40]),
)
def test_all_three_points_equal_the_packages(rule, seed, lr, momentum, weight_decay, warmup):
    start, gradients = start_of(seed), gradients_of(seed, STEPS)
    hyper = {"lr": lr, "weight_decay": weight_decay}
    hyper |= {"momentum": momentum} if rule is schedule_free_sgd else {"betas": (momentum, 0.99)}
    half = STEPS // 2
    rates = [lr * min(1, (t + 1) / max(warmup, 1)) / (1 + (t >= half)) for t in range(STEPS)]
    mine = of_rule(rule(**hyper), start, gradients, lr=rates)
    expected = of_package(rule, start, gradients, {**hyper, "warmup_steps": warmup}, half)
    # The package finds x from y and z, which divides rounding errors by β.
    for point, scale in enumerate((1, 1, 10)):
        far = (mine[:, point] - expected[:, point]).abs().amax()
        assert far <= scale * 1e-12 * expected.abs().amax()


@pytest.mark.parametrize("rule", PACKAGES)
def test_defaults_are_the_packages_and_runs_are_independent(rule):
    start, gradients = start_of(5, (3, 6)), gradients_of(5, 100, (3, 6))
    rates = torch.tensor([0.01, 0.1, 0.3], dtype=torch.float64)
    together = of_rule(rule(lr=rates), start, gradients)
    for run, lr in enumerate(rates.tolist()):
        alone = of_package(rule, start[run], gradients[:, run], {"lr": lr})
        torch.testing.assert_close(together[:, :, run], alone, rtol=1e-10, atol=1e-10)
    default = of_rule(rule(), start, gradients)
    torch.testing.assert_close(
        default, of_package(rule, start, gradients, {}), rtol=1e-9, atol=1e-9
    )


def test_at_a_constant_rate_the_average_is_the_mean_of_all_z():
    path = of_rule(schedule_free_sgd(0.1), start_of(6), gradients_of(6))
    means = path[:, 1].cumsum(0) / torch.arange(1, len(path) + 1)[:, None]
    torch.testing.assert_close(path[:, 2], means, rtol=1e-11, atol=1e-11)
    still = of_rule(schedule_free_sgd(0.0), start_of(6), gradients_of(6))
    assert torch.equal(still[-1], start_of(6).expand(3, 6))


# Adafactor


@pytest.mark.parametrize("shape", [(), (6,), (4, 6), (2, 3, 6)], ids=str)
@few
@given(
    seed=st.integers(0, 10_000),
    hyper=st.fixed_dictionaries(
        {
            "lr": a_rate,
            "beta2_decay": st.floats(-1, 0),
            "eps": st.tuples(st.sampled_from([None, 0.0, 1e-4]), st.sampled_from([0.0, 1e-3])),
            "d": st.floats(1, 3),
            "weight_decay": a_decay,
            "maximize": flag,
        }
    ),
)
def test_adafactor_equals_torch(shape, seed, hyper):
    start, gradients = start_of(seed, (*shape[:-1], 6)), gradients_of(seed, STEPS, (*shape[:-1], 6))
    if not shape:
        start, gradients = start[5], gradients[:, 5]
    elif hyper["eps"][0] == 0:  # 0/0 where all gradients are 0
        start, gradients = start[..., 1:], gradients[..., 1:]
    path, state = ours(adafactor(**hyper), start, gradients)
    expected, expected_state = theirs(torch.optim.Adafactor, start, gradients, hyper)
    torch.testing.assert_close(path, expected, rtol=1e-11, atol=1e-11, equal_nan=True)
    for name, value in expected_state.items():
        mine = torch.as_tensor(getattr(state, name))
        torch.testing.assert_close(mine.to(value), value, rtol=1e-12, atol=1e-300)


def test_adafactors_defaults_are_torchs_and_rank_one_is_exact():
    start, gradients = start_of(8, (5, 6)), gradients_of(8, 50, (5, 6))
    expected, _ = theirs(torch.optim.Adafactor, start, gradients, {})
    torch.testing.assert_close(ours(adafactor(), start, gradients)[0], expected, rtol=1e-11, atol=0)
    # With runs, a row vector is a matrix of which each column is a mean of one.
    start, gradients = start_of(8, (3, 5, 6)), gradients_of(8, 50, (3, 5, 6))
    rates = torch.tensor([0.01, 0.1, 1.0], dtype=torch.float64)
    together, _ = ours(adafactor(rates), start, gradients)
    vectors, _ = ours(adafactor(rates), start[:, :1], gradients[:, :, :1])
    rounded, _ = ours(adafactor(rates), start.float(), gradients.float())
    torch.testing.assert_close(rounded, together.float(), rtol=1e-4, atol=1e-4)
    for run, lr in enumerate(rates.tolist()):
        expected, _ = theirs(torch.optim.Adafactor, start[run], gradients[:, run], {"lr": lr})
        torch.testing.assert_close(together[:, run], expected, rtol=1e-11, atol=0)
        one = (start[run, 0], gradients[:, run, 0], {"lr": lr})
        expected, _ = theirs(torch.optim.Adafactor, *one)
        torch.testing.assert_close(vectors[:, run, 0], expected, rtol=1e-11, atol=0)
    # Squares of rank one: margins are enough, and the step is Adam's without momentum, the sign.
    gradient = torch.outer(torch.tensor([1.0, -2.0, 3.0]), torch.tensor([0.1, 10.0])).double()
    rule, params = adafactor(0.5), torch.ones(3, 2).double()
    new, _ = rule.update(params, gradient, rule.init(params))
    torch.testing.assert_close(new, params - 0.5 * gradient.sign())


# Muon


@pytest.mark.parametrize("shape", [(4, 6), (7, 3), (5, 5), (1, 4), (2, 1)], ids=str)
@with_muon
@few
@given(
    seed=st.integers(0, 10_000),
    hyper=st.fixed_dictionaries(
        {
            "lr": a_rate,
            "momentum": st.floats(0, 0.99),
            "weight_decay": a_decay,
            "nesterov": flag,
            "adjust_lr_fn": st.sampled_from(["original", "match_rms_adamw"]),
            "ns_steps": st.sampled_from([1, 5]),
            "eps": st.sampled_from([1e-7, 10.0]),
        }
    ),
)
def test_muon_equals_torchs_own_code_in_float64(shape, seed, hyper):
    start, gradients = start_of(seed, shape), matrices(seed, shape)
    path, state = ours(muon(**hyper), start, gradients)
    with in_float64:
        expected, expected_state = theirs(torch.optim.Muon, start, gradients, hyper)
    # Where a matrix has hardly a second direction, rounding errors grow by a⁵ = 485 in each step.
    torch.testing.assert_close(path, expected, rtol=1e-11, atol=1e-11)
    buffer = expected_state["momentum_buffer"]
    torch.testing.assert_close(state.momentum_buffer, buffer, rtol=1e-12, atol=1e-14)


def matrices(seed, shape, steps=STEPS):
    """Gradients whose size changes from step to step by a factor of up to 1e6, at times zero."""
    draw = torch.Generator().manual_seed(seed)
    gradients = torch.randn(steps, *shape, generator=draw, dtype=torch.float64)
    gradients *= 10 ** (6 * torch.rand(steps, 1, 1, generator=draw, dtype=torch.float64) - 3)
    gradients[steps // 3 : steps // 3 + 5] = 0
    return gradients


@with_muon
def test_muons_defaults_are_torchs_and_runs_are_independent():
    start, gradients = start_of(9, (3, 4, 6)), gradients_of(9, 100, (3, 4, 6))
    rates = torch.tensor([0.01, 0.1, 0.3], dtype=torch.float64)
    together, _ = ours(muon(lr=rates), start, gradients)
    alike, _ = ours(muon(), start, gradients)
    with in_float64:
        for run, lr in enumerate(rates.tolist()):
            alone, _ = theirs(torch.optim.Muon, start[run], gradients[:, run], {"lr": lr})
            torch.testing.assert_close(together[:, run], alone, rtol=1e-11, atol=1e-11)
            alone, _ = theirs(torch.optim.Muon, start[run], gradients[:, run], {})
            torch.testing.assert_close(alike[:, run], alone, rtol=1e-11, atol=1e-11)


@with_muon
def test_in_bfloat16_torchs_step_is_within_some_hundredths_of_ours():
    start, gradients = torch.zeros(32, 64).double(), matrices(10, (32, 64), 20)
    mine, _ = ours(muon(lr=1, weight_decay=0), start, gradients)
    rounded, _ = theirs(torch.optim.Muon, start, gradients, {"lr": 1, "weight_decay": 0})
    steps, others = (torch.diff(path, dim=0) for path in (mine, rounded))
    off = (steps - others).flatten(1).norm(dim=1) / steps.flatten(1).norm(dim=1)
    off = off[(steps.flatten(1).norm(dim=1) > 0)]
    assert 1e-4 < off.median() < 0.03


def test_orthogonalize_changes_singular_values_alone_by_its_polynomial():
    matrix = torch.randn(2, 5, 8, generator=torch.Generator().manual_seed(4)).double()
    for x in (matrix, matrix.mT):
        u, sigma, vh = torch.linalg.svd(x, full_matrices=False)
        values = sigma / sigma.norm(dim=-1, keepdim=True)
        a, b, c = optimizers.matrices.QUINTIC
        for _ in range(5):
            values = a * values + b * values**3 + c * values**5
        torch.testing.assert_close(orthogonalize(x), u * values[:, None] @ vh)
        torch.testing.assert_close(orthogonalize(x, 20, CLASSIC), u @ vh)
    assert torch.equal(orthogonalize(torch.zeros(2, 3)), torch.zeros(2, 3))
    for size in (5e-324, 1e-200, 1e-20, 1e200):
        torch.testing.assert_close(orthogonalize(size * EYE, 20, CLASSIC, eps=0), EYE)
    torch.testing.assert_close(orthogonalize(1e-9 * EYE, 0, eps=1e-8), 0.1 * EYE)
    large = orthogonalize(1e30 * torch.eye(2), 20, CLASSIC)  # squared it is beyond float32
    torch.testing.assert_close(large, torch.eye(2))


# As optimizers of torch


def test_a_rule_for_torch_follows_groups_and_schedules_as_torchs_own_does():
    ends = []
    for make in (
        lambda p: ForTorch(p, adamw, weight_decay=0.1),
        lambda p: torch.optim.AdamW(p, weight_decay=0.1),
    ):
        with double_by_default():
            torch.manual_seed(0)
            model, x = nn.Linear(3, 2), torch.randn(8, 3)
            unused = nn.Parameter(torch.ones(1))
            optimizer = make(
                [{"params": [model.weight]}, {"params": [model.bias, unused], "lr": 0.1}]
            )
        scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
        for _ in range(30):
            optimizer.zero_grad()
            model(x).square().sum().backward()
            optimizer.step()
            scheduler.step()
        assert unused.item() == 1
        ends.append([*model.parameters()])
    torch.testing.assert_close(*ends, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("rule", [lion, muon, schedule_free_adamw, adafactor, sgd])
def test_a_rule_for_torch_resumes_from_its_state_dict(rule):
    gradients = matrices(12, (3, 4), 20)
    through, halfway, resumed = (nn.Parameter(torch.ones(3, 4).double()) for _ in range(3))
    runs = [(through, gradients), (halfway, gradients[:10])]
    optimizers_ = [ForTorch([one], rule, lr=0.01) for one in (through, halfway, resumed)]
    for (params, part), optimizer in zip(runs, optimizers_, strict=False):
        for params.grad in part:
            optimizer.step()
    resumed.data.copy_(halfway)
    optimizers_[2].load_state_dict(optimizers_[1].state_dict())
    for resumed.grad in gradients[10:]:
        optimizers_[2].step()
    assert torch.equal(resumed, through)


def test_eval_puts_the_answer_into_the_parameters_and_train_takes_it_out():
    gradients, points = gradients_of(11, 20), []
    for make in (lambda p: ForTorch([p], schedule_free_sgd, lr=0.1),
                 lambda p: schedulefree.SGDScheduleFree([p], lr=0.1)):  # fmt: skip
        params = start_of(11).requires_grad_()
        optimizer = make(params)
        optimizer.train()
        for t, gradient in enumerate(gradients):
            params.grad = gradient.clone()
            optimizer.step()
            if t == 9:
                optimizer.eval()
                optimizer.eval()
                points.append(params.detach().clone())
                optimizer.train()
        optimizer.eval()
        points.append(params.detach().clone())
    assert_close(torch.stack(points[:2]), torch.stack(points[2:]))
    mine = ForTorch([params], schedule_free_sgd)
    assert mine.param_groups[0]["lr"] == 1.0
    mine.eval()
    message = message_of(RuntimeError, mine.step)
    assert message == "optimizer must be in training mode, got a step after eval()"


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda both: pickle.loads(pickle.dumps(both))])
@pytest.mark.parametrize("through", ["copy", "state"])
def test_a_copy_goes_on_in_the_mode_that_it_was_copied_in(copied, through):
    params = start_of(14).requires_grad_()
    optimizer = ForTorch([params], schedule_free_sgd, lr=0.1, momentum=0.5)
    for params.grad in gradients_of(14, 9):
        optimizer.step()
    optimizer.eval()
    twin, other = copied((params, optimizer))
    if through == "state":
        other = ForTorch([twin], schedule_free_sgd, lr=0.1, momentum=0.5)
        other.load_state_dict(copied(optimizer.state_dict()))
    for one, moved in ((optimizer, params), (other, twin)):
        one.train()
        moved.grad = gradients_of(14, 1)[0]
        one.step()
    assert torch.equal(twin, params)


def test_a_closure_computes_the_gradients_and_an_error_moves_no_parameter():
    params, rest = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(2))
    optimizer = ForTorch([params, rest], sgd, lr=0.5)
    bad = {"params": [torch.ones(2)], "lr": -1}
    assert "lr must be a number" in message_of(ValueError, optimizer.add_param_group, bad)
    assert len(optimizer.param_groups) == 1

    def closure():
        optimizer.zero_grad()
        loss = params.square().sum() / 2
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 1
    assert params.tolist() == [0.5, 0.5]
    rest.grad = torch.ones(2).to_sparse()
    assert "gradient must be a dense tensor" in message_of(TypeError, optimizer.step)
    assert params.tolist() == [0.5, 0.5]


def test_the_first_state_is_not_the_parameters_themselves():
    params = torch.ones(2)
    state = schedule_free_sgd().init(params)
    params.zero_()
    assert state.z.tolist() == state.average.tolist() == [1, 1]


@pytest.mark.parametrize("name", optimizers.__all__)
def test_a_state_is_equal_to_itself_alone_without_comparing_tensors(name):
    if name.endswith("State"):
        fields = [torch.ones(2)] * len(getattr(optimizers, name)._fields)
        one, other = (getattr(optimizers, name)(*fields) for _ in range(2))
        assert one == one
        assert one not in (other, tuple(one))
        assert len({one, other, copy.copy(one)}) == 3


@pytest.mark.parametrize("rule", [adafactor, muon, lion])
def test_a_matrix_without_rows_stays_one(rule):
    empty = torch.ones(0, 3)
    assert rule().update(empty, empty, rule().init(empty))[0].shape == (0, 3)


# Errors


def for_torch(params, rule, **options):
    return lambda: ForTorch(params, rule, **options)


VECTOR = nn.Parameter(torch.ones(3))
RULE = "rule must be a function of helpers.optimizers, such as optimizers.sgd, got"


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (for_torch([VECTOR], None), TypeError, f"{RULE} None"),
        (for_torch([VECTOR], len), TypeError, f"{RULE} <built-in function len>"),
        (for_torch([VECTOR], torch.optim.SGD, lr=0.1), TypeError,
         f"{RULE} <class 'torch.optim.sgd.SGD'>"),
        (for_torch([{"params": VECTOR, "weight_decay": 0, "maximize": True}], adamw), ValueError,
         "a group of params may have its own lr alone, got 'maximize'"),
        (for_torch([VECTOR], lion, lr="x"), TypeError, "lr must be a number in [0, inf), got 'x'"),
        (for_torch([{"params": VECTOR, "lr": -1}], lion), ValueError,
         "lr must be a number in [0, inf), got -1"),
        (for_torch([VECTOR], muon), ValueError, "params must be matrices, got shape (3,)"),
        (lambda: orthogonalize(torch.eye(2), 100), ValueError, "steps must be at most 99, got 100"),
        (lambda: muon(ns_coefficients=(1, 2)), ValueError,
         "ns_coefficients must be three numbers, got (1, 2)"),
        (lambda: orthogonalize(torch.eye(2), eps=1e39), ValueError,
         "eps must be finite in the dtype torch.float32 of matrix, got 1e+39"),
        (lambda: lion(betas=(1, 0.9)), ValueError, "betas[0] must be a number in [0, 1), got 1"),
        (lambda: muon(adjust_lr_fn="wide"), ValueError,
         "adjust_lr_fn must be one of 'original', 'match_rms_adamw', got 'wide'"),
        (lambda: muon(nesterov=1), TypeError, "nesterov must be True or False, got 1"),
        (lambda: muon(ns_steps=-1), ValueError,
         "ns_steps must be a whole number of at least 0, got -1"),
        (lambda: muon().init(torch.ones(3)), ValueError, "params must be matrices, got shape (3,)"),
        (lambda: orthogonalize(torch.ones(3)), ValueError,
         "matrix must have rows and columns, got shape (3,)"),
        (lambda: adafactor(d=0.5), ValueError, "d must be a number in [1, inf), got 0.5"),
        (lambda: adafactor(eps=1e-3), TypeError, "eps must be two numbers in [0, inf), got 0.001"),
        (lambda: adafactor(beta2_decay=0.8), ValueError,
         "beta2_decay must be a number in (-inf, 0], got 0.8"),
        (lambda: adafactor().update(torch.ones(3), torch.ones(3), adafactor().init(torch.ones(2))),
         ValueError, "state must be of params of shape (3,), got one of shape (2,)"),
        (lambda: adafactor().update(
            torch.ones(3, 2), torch.ones(3, 2), adafactor().init(torch.ones(2, 2))),
         ValueError, "state must be of params of shape (3, 2), got one of shape (2, 2)"),
        (lambda: schedule_free_adamw(eps=-1), ValueError,
         "eps must be a number in [0, inf), got -1"),
    ],
)  # fmt: skip
def test_arguments_that_do_not_fit_are_named(make, kind, message):
    assert message_of(kind, make) == message
