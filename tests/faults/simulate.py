"""Faults of the simulations."""

from tests.faults.fault import Fault

__all__ = ["FAULTS"]

_TESTS = "tests/test_simulate.py::"

FAULTS = {
    "weight and bias swapped at the start": Fault(
        "simulate/learner.py",
        "torch.cat([bias, weight])",
        "torch.cat([weight, bias])",
        _TESTS + "test_one_seed_is_a_learners_own_loop",
        "en/00-welcome",
    ),
    "weight that is never negative at the start": Fault(
        "simulate/learner.py",
        "weight = torch.empty(1, dtype=torch.float32).uniform_(-1, 1,",
        "weight = torch.empty(1, dtype=torch.float32).uniform_(0, 1,",
        _TESTS + "test_one_seed_is_a_learners_own_loop",
        "en/05-adapted-gradients",
    ),
    "number that the training loader draws for its workers forgotten": Fault(
        "simulate/learner.py",
        "_draw(generator)  # the training loader's seed",
        "pass  # the training loader's seed",
        _TESTS + "test_one_seed_is_a_learners_own_loop",
        "pt/00-welcome",
    ),
    "number that the validation loader draws forgotten": Fault(
        "simulate/learner.py",
        "        _draw(generator)  # the same for the validation loader\n",
        "",
        _TESTS + "test_one_seed_is_a_learners_own_loop",
        "en/00-welcome",
    ),
    "same order in every epoch": Fault(
        "simulate/learner.py",
        "shuffle = _generator(_draw(generator))",
        "shuffle = _generator(seed)",
        _TESTS + "test_one_seed_is_a_learners_own_loop",
        "pt/06-momentum",
    ),
    "schedule one step late": Fault(
        "simulate/settings.py",
        "{name: row[step] for name, row in rows.items()}",
        "{name: row[max(0, step - 1)] for name, row in rows.items()}",
        _TESTS + "test_a_schedule_is_a_learners_scheduler",
        "en/07-schedulers",
    ),
    "settings crossed with the first changing fastest": Fault(
        "simulate/settings.py",
        "[dict(zip(hyper, values, strict=True)) for values in product(*choices)]",
        "[dict(zip(hyper, v[::-1], strict=True)) for v in product(*choices[::-1])]",
        _TESTS + "test_the_last_setting_changes_fastest",
        "en/06-momentum",
    ),
    "seeds and settings crossed the wrong way": Fault(
        "simulate/simulator.py",
        "first = first.repeat_interleave(len(settings), dim=0)",
        "first = first.repeat(len(settings), 1)",
        _TESTS + "test_toy_runs_are_the_same_one_by_one",
        "en/06-momentum",
    ),
    "last mini-batch's loss for the epoch's": Fault(
        "simulate/simulator.py",
        ".unflatten(1, (epochs, per_epoch)).mean(-1)",
        ".unflatten(1, (epochs, per_epoch))[..., -1]",
        _TESTS + "test_one_seed_is_a_learners_own_loop",
        "en/05-adapted-gradients",
    ),
    "validation before the epoch": Fault(
        "simulate/simulator.py",
        "[:, per_epoch::per_epoch]",
        "[:, :-1:per_epoch]",
        _TESTS + "test_one_seed_is_a_learners_own_loop",
        "pt/05-adapted-gradients",
    ),
    "gradient of the point after the step": Fault(
        "simulate/simulator.py",
        '"gradients": gradients.transpose(0, 1),',
        '"gradients": gradients.roll(-1, 0).transpose(0, 1),',
        _TESTS + "test_one_seed_is_a_learners_own_loop",
        "en/05-adapted-gradients",
    ),
    "validation losses added up": Fault(
        "simulate/simulator.py",
        "torch.stack(validation).mean(0)",
        "torch.stack(validation).sum(0)",
        _TESTS + "test_one_seed_is_a_learners_own_loop",
        "en/05-adapted-gradients",
    ),
    "runs that agree in any one label": Fault(
        "simulate/runs.py",
        "if all(name in label",
        "if any(name in label",
        _TESTS + "test_select",
        None,
    ),
}
