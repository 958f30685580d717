"""The two shortcuts of the loop, against autograd and torch's step: the same bits, or not used."""

import copy
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations
from torch.optim import lr_scheduler as torch_schedulers
from torch.optim.optimizer import register_optimizer_step_pre_hook

from helpers import training
from helpers.training.batches import TensorBatches
from helpers.training.faults import BatchCheck
from helpers.training.gradients import Gradients
from helpers.training.stack import Stack
from helpers.training.steps import needs_closure, quick_step
from tests.training_cases import CROSS_ENTROPY, assert_same_bits, network, small

often = settings(deadline=None, derandomize=True, max_examples=100)


@st.composite
def stacks(draw):
    """A plain stack of layers, nested or not, and a batch for it."""
    dtype = draw(st.sampled_from([torch.float32, torch.float64]))
    shape = draw(st.sampled_from([(5,), (1, 3, 4), (2, 3)]))
    classes, size = draw(st.integers(1, 6)), draw(st.integers(1, 70))
    flatten = len(shape) > 1 or draw(st.booleans())
    layers, width = [nn.Flatten()] if flatten else [], math.prod(shape)
    torch.manual_seed(draw(st.integers(0, 99)))
    for _ in range(draw(st.integers(0, 3))):
        layers.append(nn.Linear(width, width := draw(st.integers(1, 40)), draw(st.booleans())))
        layers += draw(st.lists(st.sampled_from([nn.ReLU, lambda: nn.Dropout(0.3)]), max_size=3))
    layers = [layer if isinstance(layer, nn.Module) else layer() for layer in layers]
    layers.append(nn.Linear(width, classes, draw(st.booleans())))
    cut = draw(st.integers(0, len(layers)))
    nested = [nn.Sequential(*layers[:cut]), *layers[cut:]] if cut else layers
    model = nn.Sequential(*nested).to(dtype)
    x = torch.randn(size, *shape, dtype=dtype)
    return model, x, torch.randint(classes, (size,))


@often
@given(stacks())
def test_a_stacks_gradients_are_autograds(case):
    model, x, y = case
    twin = copy.deepcopy(model)
    stack = Stack.of(model, CROSS_ENTROPY)
    assert stack is not None
    check = BatchCheck("train", TensorBatches(x, y, len(x)), model, CROSS_ENTROPY)
    for seed in (1, 2):  # the second time, gradients are there already
        torch.manual_seed(seed)
        assert stack.fits(x, y)
        value, outputs = stack.gradients(x, y, check)
        after = torch.get_rng_state()
        torch.manual_seed(seed)
        twin.zero_grad()
        expected = twin(x)
        loss = CROSS_ENTROPY(expected, y)
        loss.backward()
        assert value == loss.item()
        assert torch.equal(outputs, expected)
        assert torch.equal(torch.get_rng_state(), after)
        for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
            assert torch.equal(ours.grad, theirs.grad)
            assert not ours.grad.is_inference()


def sequential(*layers):
    return nn.Sequential(nn.Linear(6, 3), *layers)


def with_hook(register, *arguments):
    model = network()
    getattr(model[1], register)(lambda *_: None, *arguments)
    return model


def with_own_forward():
    model = network()
    model[2].forward = torch.tanh
    return model


def with_frozen_layer():
    model = network()
    model[1].requires_grad_(False)
    return model


def with_tensor_hook():
    model = network()
    model[1].weight.register_hook(lambda g: g * 2)
    return model


def with_late_tensor_hook():
    model = network()
    model[1].weight.register_post_accumulate_grad_hook(lambda p: None)
    return model


def with_tied_weights():
    model = nn.Sequential(nn.Linear(6, 6), nn.Linear(6, 6), nn.Linear(6, 3))
    model[1].weight = model[0].weight
    return model


def with_one_layer_twice():
    layer = nn.Linear(6, 6)
    return nn.Sequential(layer, nn.ReLU(), layer)


class Doubled(nn.Linear):
    """A layer that is more than its parent."""

    def forward(self, x):  # noqa: D102
        return 2 * super().forward(x)


NOT_PLAIN = {
    "custom": lambda: network("custom"),
    "normed": lambda: network("normed"),
    "tanh": lambda: sequential(nn.Tanh()),
    "subclass": lambda: nn.Sequential(Doubled(6, 3)),
    "inplace": lambda: sequential(nn.ReLU(inplace=True)),
    "dropout 0": lambda: sequential(nn.Dropout(0.0)),
    "dropout 1": lambda: sequential(nn.Dropout(1.0)),
    "flatten of its own": lambda: nn.Sequential(nn.Flatten(0), nn.Linear(6, 3)),
    "no layer": nn.Sequential,
    "only flatten": lambda: nn.Sequential(nn.Flatten()),
    "ReLU first": lambda: nn.Sequential(nn.ReLU(), nn.Linear(6, 3)),
    "forward hook": lambda: with_hook("register_forward_hook"),
    "forward pre-hook": lambda: with_hook("register_forward_pre_hook"),
    "backward hook": lambda: with_hook("register_full_backward_hook"),
    "tensor hook": with_tensor_hook,
    "late tensor hook": with_late_tensor_hook,
    "own forward": with_own_forward,
    "frozen": with_frozen_layer,
    "tied": with_tied_weights,
    "twice": with_one_layer_twice,
    "weight norm": lambda: nn.Sequential(parametrizations.weight_norm(nn.Linear(6, 3))),
    "two dtypes": lambda: nn.Sequential(nn.Linear(6, 3), nn.Linear(3, 3).double()),
    "half": lambda: nn.Sequential(nn.Linear(6, 3, dtype=torch.bfloat16)),
    "complex": lambda: nn.Sequential(nn.Linear(6, 3, dtype=torch.complex64)),
}


@pytest.mark.parametrize("name", NOT_PLAIN)
def test_what_is_no_plain_stack_goes_through_autograd(name):
    assert Stack.of(NOT_PLAIN[name](), CROSS_ENTROPY) is None


@pytest.mark.parametrize(
    "loss_function",
    [
        nn.CrossEntropyLoss(weight=torch.ones(3)),
        nn.CrossEntropyLoss(label_smoothing=0.1),
        nn.CrossEntropyLoss(ignore_index=0),
        nn.CrossEntropyLoss(reduction="sum"),
        nn.NLLLoss(),
        lambda outputs, y: F.cross_entropy(outputs, y),
    ],
)
def test_another_loss_goes_through_autograd(loss_function):
    assert Stack.of(network(), F.cross_entropy) is not None
    assert Stack.of(network(), loss_function) is None


@pytest.mark.parametrize(
    "kind", ["forward_pre_hook", "forward_hook", "full_backward_pre_hook", "full_backward_hook"]
)
def test_global_hooks_go_through_autograd(kind):
    handle = getattr(nn.modules.module, f"register_module_{kind}")(lambda *_: None)
    assert Stack.of(network(), CROSS_ENTROPY) is None
    handle.remove()
    assert Stack.of(network(), CROSS_ENTROPY) is not None


def test_autocast_goes_through_autograd():
    with torch.autocast("cpu"):
        assert Stack.of(network(), CROSS_ENTROPY) is None
    assert Stack.of(network(), CROSS_ENTROPY) is not None


def test_batches_of_another_kind_go_through_autograd():
    stack = Stack.of(nn.Sequential(nn.Linear(6, 3)), CROSS_ENTROPY)
    x, y = small(8)
    assert stack.fits(x, y)
    assert not stack.fits(x[:, None], y)
    assert not stack.fits(x.double(), y)
    assert not stack.fits(x, F.one_hot(y, 3).float())
    assert not stack.fits(x.clone().requires_grad_(), y)


def test_hooks_are_called_when_there_are_some():
    model, calls = network(), []
    model[1].register_forward_hook(lambda *_: calls.append(1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    training.fit(model, CROSS_ENTROPY, optimizer, small(64), epochs=2)
    assert len(calls) == 4


def test_parameters_outside_the_model_get_no_stale_gradient():
    model = network()
    extra = nn.Parameter(torch.ones(1))
    extra.grad = torch.ones(1)
    optimizer = torch.optim.SGD([*model.parameters(), extra], lr=0.1)
    training.fit(model, CROSS_ENTROPY, optimizer, small(64), epochs=1)
    assert extra.item() == 1.0


# Adam's kernel


def adam(model, kind=torch.optim.Adam, **more):
    return kind(model.parameters(), **{"lr": 0.01, "fused": True, **more})


ADAMS = {
    "Adam": {},
    "AdamW": {"kind": torch.optim.AdamW, "weight_decay": 0.1},
    "L2": {"weight_decay": 0.1, "betas": (0.5, 0.9), "eps": 1e-3},
    "decoupled": {"weight_decay": 0.1, "decoupled_weight_decay": True},
    "maximize": {"maximize": True},
}


def take_steps(model, optimizer, step, steps=7, scheduler=None):
    x, y = small(20)
    for _ in range(steps):
        optimizer.zero_grad()
        CROSS_ENTROPY(model(x), y).backward()
        step()
        if scheduler:
            scheduler.step()


def assert_same_state(optimizer, other):
    mine, its = optimizer.state_dict(), other.state_dict()
    assert mine["param_groups"] == its["param_groups"]
    assert mine["state"].keys() == its["state"].keys()
    for key, state in mine["state"].items():
        for name, value in state.items():
            assert torch.equal(value, its["state"][key][name])
            assert not value.is_inference()


@pytest.mark.parametrize("name", ADAMS)
def test_the_short_way_to_adams_kernel_is_adams_step(name):
    models, made = [network("custom").eval() for _ in range(2)], []
    for ours, model in zip((True, False), models, strict=True):
        optimizer = adam(model, **ADAMS[name])
        scheduler = torch_schedulers.CyclicLR(optimizer, 0.001, 0.1, 3)  # moves the betas too
        step = quick_step(optimizer) if ours else optimizer.step
        assert (step == optimizer.step) != ours
        take_steps(model, optimizer, step, scheduler=scheduler)
        made.append(optimizer)
    assert_same_bits(*models)
    assert_same_state(*made)


def test_a_parameter_without_a_gradient_is_left_out_as_torch_does():
    models, made = [network("custom").eval() for _ in range(2)], []
    for ours, model in zip((True, False), models, strict=True):
        optimizer = adam(model)
        step = quick_step(optimizer) if ours else optimizer.step
        for skip in (True, False, False, True, False):
            optimizer.zero_grad()
            CROSS_ENTROPY(model(small()[0]), small()[1]).backward()
            if skip:
                model.hidden.bias.grad = None
            step()
        made.append(optimizer)
    assert_same_bits(*models)
    assert_same_state(*made)


def test_several_groups_take_the_short_way_each():
    models = [network("custom").eval() for _ in range(2)]
    for ours, model in zip((True, False), models, strict=True):
        groups = [{"params": model.hidden.parameters()}, {"params": model.out.parameters()}]
        groups[1] |= {"lr": 0.1, "weight_decay": 0.2}
        optimizer = torch.optim.AdamW(groups, lr=0.01, fused=True)
        take_steps(model, optimizer, quick_step(optimizer) if ours else optimizer.step)
    assert_same_bits(*models)


class Loud(torch.optim.Adam):
    """An Adam of one's own."""


@pytest.mark.parametrize(
    "make",
    [
        lambda m: adam(m, fused=False),
        lambda m: adam(m, fused=None),
        lambda m: adam(m, amsgrad=True),
        lambda m: adam(m, lr=torch.tensor(0.01)),
        lambda m: adam(m, kind=Loud),
        lambda m: torch.optim.SGD(m.parameters(), lr=0.1),
    ],
)
def test_other_optimizers_take_their_own_step(make):
    optimizer = make(network())
    assert quick_step(optimizer) == optimizer.step


def test_hooks_of_a_step_are_called():
    for register in ("register_step_pre_hook", "register_step_post_hook"):
        optimizer = adam(network())
        getattr(optimizer, register)(lambda *_: None)
        assert quick_step(optimizer) == optimizer.step
    optimizer = adam(network())
    handle = register_optimizer_step_pre_hook(lambda *_: None)
    assert quick_step(optimizer) == optimizer.step
    handle.remove()
    optimizer.step = lambda: None
    assert quick_step(optimizer) == optimizer.step


def test_only_lbfgs_needs_a_closure():
    assert needs_closure(torch.optim.LBFGS(network().parameters()))
    assert not needs_closure(torch.optim.SGD(network().parameters(), lr=0.1))
    assert not needs_closure(adam(network()))


def test_gradients_look_at_loader_batches_each_time_and_at_tensors_once():
    x, y = small(8)
    model = network()
    optimizer = adam(model)
    source = TensorBatches(x, y, 8)
    gradients = Gradients(
        model, CROSS_ENTROPY, optimizer, BatchCheck("train", source, model, CROSS_ENTROPY)
    )
    assert gradients.check.pending
    gradients(x, y)
    assert not gradients.check.pending
