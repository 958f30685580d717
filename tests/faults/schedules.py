"""Faults of the schedules."""

from tests.faults.fault import Fault

__all__ = ["FAULTS"]

_TESTS = "tests/test_schedules.py::"

FAULTS = {
    "stairs one epoch early": Fault(
        "schedules/decay.py",
        "gamma ** (epoch // step_size)",
        "gamma ** ((epoch + 1) // step_size)",
        _TESTS + "test_step_lr",
        "en/07-schedulers",
    ),
    "slope in place of stairs": Fault(
        "schedules/decay.py",
        "gamma ** (epoch // step_size)",
        "gamma ** (epoch / step_size)",
        _TESTS + "test_step_lr",
        "pt/07-schedulers",
    ),
    "milestones one epoch late": Fault(
        "schedules/decay.py",
        'side="right"',
        'side="left"',
        _TESTS + "test_multi_step_lr",
        "en/07-schedulers",
    ),
    "cosine one step early": Fault(
        "schedules/cosine.py",
        "np.cos(np.pi * step / t_max)",
        "np.cos(np.pi * (step + 1) / t_max)",
        _TESTS + "test_cosine_annealing_lr_past_its_minimum_too",
        "en/07-schedulers",
    ),
    "cosine whose floor is the whole way": Fault(
        "schedules/cosine.py",
        "return eta_min + (lr - eta_min) * (1 + np.cos(np.pi * step / t_max)) / 2",
        "return eta_min + (lr - eta_min) * (1 + np.cos(np.pi * step / t_max))",
        _TESTS + "test_cosine_annealing_lr_past_its_minimum_too",
        "en/07-schedulers",
    ),
    "triangles halved a cycle too soon": Fault(
        "schedules/cyclic.py",
        "triangle * 0.5**cycle",
        "triangle * 0.5 ** (cycle + 1)",
        _TESTS + "test_cyclic_lr",
        "en/07-schedulers",
    ),
    "triangles one step early": Fault(
        "schedules/cyclic.py",
        "np.divmod(step, up + down)",
        "np.divmod(step + 1, up + down)",
        _TESTS + "test_cyclic_lr",
        "en/07-schedulers",
    ),
    "momentum that cycles with the rate": Fault(
        "schedules/cyclic.py",
        "max_momentum - (max_momentum - base_momentum) * height",
        "base_momentum + (max_momentum - base_momentum) * height",
        _TESTS + "test_cyclic_momentum",
        "pt/07-schedulers",
    ),
    "warm-up one step early": Fault(
        "schedules/ramps.py",
        "share = np.minimum(step, total_iters) / total_iters",
        "share = np.minimum(step + 1, total_iters) / total_iters",
        _TESTS + "test_linear_lr",
        "en/07-schedulers",
    ),
    "warm-up that climbs past its end": Fault(
        "schedules/ramps.py",
        "start_factor + (end_factor - start_factor) * share",
        "start_factor + end_factor * share",
        _TESTS + "test_linear_lr",
        "pt/07-schedulers",
    ),
    "peak of the cycle one step late": Fault(
        "schedules/one_cycle.py",
        "ends = [pct_start * total_steps - 1, total_steps - 1]",
        "ends = [pct_start * total_steps, total_steps - 1]",
        _TESTS + "test_one_cycle_of_a_hundred_steps_and_one_more",
        "en/07-schedulers",
    ),
    "momentum that follows the one cycle": Fault(
        "schedules/one_cycle.py",
        "[high, low, high, high] if three_phase else [high, low, high]",
        "[high, low, high, high] if three_phase else [low, high, low]",
        _TESTS + "test_one_cycle_momentum",
        "pt/07-schedulers",
    ),
    "last rate divided from the highest": Fault(
        "schedules/one_cycle.py",
        "min_lr = initial_lr / _validate",
        "min_lr = max_lr / _validate",
        _TESTS + "test_one_cycle_lr_one_past_the_end_too",
        "en/07-schedulers",
    ),
    "patience reached, not exceeded": Fault(
        "schedules/plateau.py",
        "if bad_epochs > patience:",
        "if bad_epochs >= patience:",
        _TESTS + "test_plateau_of_a_constant_loss",
        "en/07-schedulers",
    ),
    "first loss counted as no improvement": Fault(
        "schedules/plateau.py",
        "best = -sign * math.inf",
        "best = losses[0]",
        _TESTS + "test_plateau_of_a_constant_loss",
        "pt/07-schedulers",
    ),
    "plateau that forgets to start counting anew": Fault(
        "schedules/plateau.py",
        "cooldown_left, bad_epochs = cooldown, 0",
        "cooldown_left = cooldown",
        _TESTS + "test_plateau_of_a_constant_loss",
        "en/07-schedulers",
    ),
    "rates traced after the step": Fault(
        "schedules/tracing.py",
        "            twin.step(*argument)\n            rows.append(_values(stand_in, of))\n",
        "            rows.append(_values(stand_in, of))\n            twin.step(*argument)\n",
        _TESTS + "test_trace_equals_the_closed_form",
        "en/07-schedulers",
    ),
    "second beta traced for the momentum": Fault(
        "schedules/tracing.py",
        'group["betas"][0]',
        'group["betas"][1]',
        _TESTS + "test_cyclic_lr_moves_the_beta_of_adam",
        "pt/07-schedulers",
    ),
    "infinity taken for a number": Fault(
        "schedules/_row.py",
        "if not np.isfinite(row).all():",
        "if np.isnan(row).any():",
        _TESTS + "test_bad_input_is_named",
        None,
    ),
}
