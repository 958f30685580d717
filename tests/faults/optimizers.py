"""Faults of the update rules."""

from tests.faults.fault import Fault

__all__ = ["FAULTS"]

_ADAM = "optimizers/adam_family.py"
_MOMENTUM = "optimizers/momentum.py"
_TESTS = "tests/test_optimizers.py::"

FAULTS = {
    "decoupled decay without the rate": Fault(
        "optimizers/base.py",
        "params * (1 - lr * weight_decay)",
        "params * (1 - weight_decay)",
        _TESTS + "test_equals_torch_down_a_valley[adamw]",
        "en/04-adam",
    ),
    "coupled decay of the wrong sign": Fault(
        "optimizers/base.py",
        "return params, add_scaled(gradient, weight_decay, params)",
        "return params, add_scaled(gradient, -weight_decay, params)",
        _TESTS + "test_equals_torch[adam]",
        "pt/04-adam",
    ),
    "rate of the start in place of the step's": Fault(
        "optimizers/base.py",
        "now = hyper | _checked(overrides)",
        "now = _checked(overrides) | hyper",
        _TESTS + "test_overrides_equal_torchs_param_groups",
        "en/07-schedulers",
    ),
    "Adam that climbs": Fault(
        _ADAM,
        "params = params - lr / correction1 * exp_avg / denominator",
        "params = params + lr / correction1 * exp_avg / denominator",
        _TESTS + "test_first_step_of_adam_is_the_learning_rate",
        "en/00-welcome",
    ),
    "Adam without bias correction": Fault(
        _ADAM,
        "(1 - beta1**t, 1 - beta2**t) if bias_correction else (1, 1)",
        "(1, 1)",
        _TESTS + "test_first_step_of_adam_is_the_learning_rate",
        "en/00-welcome",
    ),
    "Adam without the second average's correction": Fault(
        _ADAM,
        "(1 - beta1**t, 1 - beta2**t) if",
        "(1 - beta1**t, 1) if",
        _TESTS + "test_first_step_of_adam_is_the_learning_rate",
        "en/04-adam",
    ),
    "Adam's correction one step late": Fault(
        _ADAM,
        "(1 - beta1**t, 1 - beta2**t) if",
        "(1 - beta1 ** (t + 1), 1 - beta2 ** (t + 1)) if",
        _TESTS + "test_first_step_of_adam_is_the_learning_rate",
        "pt/04-adam",
    ),
    "Adam's betas swapped": Fault(
        _ADAM,
        "(beta1, beta2), t = betas",
        "(beta2, beta1), t = betas",
        _TESTS + "test_equals_torch_down_a_valley[adam]",
        "pt/00-welcome",
    ),
    "β₁ and 1 − β₁ swapped in Adam": Fault(
        _ADAM,
        "exp_avg = torch.lerp(state.exp_avg, gradient, 1 - beta1)",
        "exp_avg = torch.lerp(state.exp_avg, gradient, beta1)",
        _TESTS + "test_equals_torch_down_a_valley[adam]",
        "en/05-adapted-gradients",
    ),
    "Adam's ε inside the root": Fault(
        _ADAM,
        "denominator = second.sqrt() / correction2**0.5 + eps",
        "denominator = (second / correction2 + eps).sqrt()",
        _TESTS + "test_equals_torch_down_a_valley[adam]",
        "en/04-adam",
    ),
    "Adam that divides by the variance": Fault(
        _ADAM,
        "denominator = second.sqrt() / correction2**0.5 + eps",
        "denominator = second / correction2 + eps",
        _TESTS + "test_first_step_of_adam_is_the_learning_rate",
        "en/00-welcome",
    ),
    "AMSGrad that forgets its maximum": Fault(
        _ADAM,
        "largest = second = torch.maximum(largest, exp_avg_sq)",
        "second = torch.maximum(largest, exp_avg_sq)",
        _TESTS + "test_state_is_torchs",
        "en/04-adam",
    ),
    "AdamW with its decay in the gradient": Fault(
        _ADAM,
        "maximize=maximize, decoupled_weight_decay=True",
        "maximize=maximize, decoupled_weight_decay=False",
        _TESTS + "test_equals_torch_down_a_valley[adamw]",
        "en/04-adam",
    ),
    "RMSProp with α and 1 − α swapped": Fault(
        "optimizers/adaptive.py",
        "torch.addcmul(alpha * state.square_avg, (1 - alpha) * gradient, gradient)",
        "torch.addcmul((1 - alpha) * state.square_avg, alpha * gradient, gradient)",
        _TESTS + "test_rmsprop_is_uncorrected_adam_without_first_moment",
        "en/04-adam",
    ),
    "AdaGrad's rate that falls one step early": Fault(
        "optimizers/adaptive.py",
        "lr / (1 + (t - 1) * lr_decay)",
        "lr / (1 + t * lr_decay)",
        _TESTS + "test_equals_torch[adagrad]",
        None,
    ),
    "SGD that climbs": Fault(
        _MOMENTUM,
        "params = add_scaled(params, -lr, direction)",
        "params = add_scaled(params, lr, direction)",
        _TESTS + "test_equals_torch_down_a_valley[sgd]",
        "en/00-welcome",
    ),
    "momentum as an average": Fault(
        _MOMENTUM,
        "add_scaled(momentum * buffer, 1 - dampening, gradient)",
        "add_scaled(momentum * buffer, 1 - momentum, gradient)",
        _TESTS + "test_momentum_gains_one_over_one_minus_mu",
        "en/00-welcome",
    ),
    "momentum that damps its first gradient": Fault(
        _MOMENTUM,
        "torch.where(state.filled, averaged, gradient)",
        "averaged",
        _TESTS + "test_equals_torch[sgd]",
        None,
    ),
    "Nesterov without look-ahead": Fault(
        _MOMENTUM,
        "direction = add_scaled(gradient, momentum, buffer) if nesterov else buffer",
        "direction = buffer",
        _TESTS + "test_nesterov_in_a_batch_equals_torch",
        "pt/00-welcome",
    ),
    "Nesterov that looks ahead from the buffer before": Fault(
        _MOMENTUM,
        "direction = add_scaled(gradient, momentum, buffer) if",
        "direction = add_scaled(gradient, momentum, state.momentum_buffer) if",
        _TESTS + "test_nesterov_in_a_batch_equals_torch",
        "en/06-momentum",
    ),
    "NAdam that looks no step ahead": Fault(
        "optimizers/nesterov_adam.py",
        "ahead = lr * mu_next / (1 - mu_product * mu_next)",
        "ahead = lr * mu / (1 - mu_product)",
        _TESTS + "test_equals_torch_down_a_valley[nadam]",
        "pt/04-adam",
    ),
}
