"""Faults of the training loop and its parts."""

from tests.faults.fault import Fault

__all__ = ["FAULTS"]

_FIT = "tests/test_training_fit.py::"
_RANGE_TEST = "tests/test_range_test.py::"
_SHORTCUTS = "tests/test_training_shortcuts.py::"

FAULTS = {
    "last, smaller batch left out": Fault(
        "training/batches.py",
        "in shuffled.split(self.batch_size):",
        "in shuffled[: len(self.x) // self.batch_size * self.batch_size].split(self.batch_size):",
        _FIT + "test_last_batch_counts_by_its_size",
        "en/08-hands-on",
    ),
    "order drawn from the global random state": Fault(
        "training/batches.py",
        "torch.randperm(len(self.x), generator=order)",
        "torch.randperm(len(self.x))",
        _FIT + "test_what_the_model_draws_does_not_change_the_order_of_the_data",
        "en/08-hands-on",
    ),
    "evaluation with dropout": Fault(
        "training/evaluate.py",
        "with in_mode(model, training=False), torch.no_grad():\n        for",
        "with in_mode(model, training=True), torch.no_grad():\n        for",
        _FIT + "test_evaluation_has_no_dropout_and_gives_parts_their_own_mode_back",
        "en/08-hands-on",
    ),
    "one epoch too many": Fault(
        "training/fit.py",
        "while run.epoch < epochs and",
        "while run.epoch <= epochs and",
        _FIT + "test_any_optimizer_ends_where_a_learners_loop_does",
        "en/08-hands-on",
    ),
    "order seeded with another number": Fault(
        "training/run.py",
        "self.order = torch.Generator().manual_seed(seed)",
        "self.order = torch.Generator().manual_seed(seed + 1)",
        _FIT + "test_any_optimizer_ends_where_a_learners_loop_does",
        "pt/08-hands-on",
    ),
    "an epoch's rate taken from its last batch": Fault(
        "training/run.py",
        "if batch == 1:",
        "if batch == batches:",
        _FIT + "test_any_scheduler_is_stepped_in_its_time",
        None,
    ),
    "random state forgotten when training goes on": Fault(
        "training/run.py",
        '        random_state.restore(state["random"], device_of(self.model), *self._sources())\n',
        "",
        "tests/test_checkpoint.py::test_early_stopping_goes_on_where_it_was",
        None,
    ),
    "updates counted as epochs": Fault(
        "training/history.py",
        "return len(self.losses)",
        "return len(self.train_losses)",
        _FIT + "test_history_says_what_it_is",
        "en/08-hands-on",
    ),
    "mode that stays after the pass": Fault(
        "training/modes.py",
        "part.training = was",
        "part.training = training",
        _FIT + "test_modes_are_given_back",
        "en/08-hands-on",
    ),
    "dropout seeded with another number": Fault(
        "training/random_state.py",
        "generator.manual_seed(seed)",
        "generator.manual_seed(seed + 1)",
        _FIT + "test_any_optimizer_ends_where_a_learners_loop_does",
        "en/08-hands-on",
    ),
    "gradients of two batches added up": Fault(
        "training/gradients.py",
        "        self._clear()\n        outputs = self.model(x)",
        "        outputs = self.model(x)",
        _RANGE_TEST + "test_losses_are_those_of_a_learners_loop",
        "en/01-learning-rate",
    ),
    "rates of the other scale": Fault(
        "training/range_test.py",
        'np.geomspace if scale == "exponential" else np.linspace',
        'np.linspace if scale == "exponential" else np.geomspace',
        _RANGE_TEST + "test_the_second_rate_is_the_first_times_the_factor",
        "en/01-learning-rate",
    ),
    "range test with α and β swapped": Fault(
        "training/range_test.py",
        "average = (1 - alpha) * average + alpha * loss",
        "average = alpha * average + (1 - alpha) * loss",
        _RANGE_TEST + "test_it_stops_where_the_loss_grows",
        "en/01-learning-rate",
    ),
    "suggestion from after the lowest loss": Fault(
        "training/range_test.py",
        "np.interp(lowest - age,",
        "np.interp(lowest + age,",
        _RANGE_TEST + "test_suggestion_is_a_third_of_the_rate_that_made_the_loss_lowest",
        "pt/01-learning-rate",
    ),
    "suggestion without its margin": Fault(
        "training/range_test.py",
        "range(len(rates)), rates)) / MARGIN",
        "range(len(rates)), rates))",
        _RANGE_TEST + "test_suggestion_is_a_third_of_the_rate_that_made_the_loss_lowest",
        "en/01-learning-rate",
    ),
    "rate that the range test leaves behind": Fault(
        "training/restoring.py",
        "        for group, settings in groups:\n            _reset(group, settings)\n",
        "",
        _RANGE_TEST + "test_all_is_as_it_was",
        "en/01-learning-rate",
    ),
    "parameters noted for gradients": Fault(
        "training/record.py",
        'parameter.grad if of == "gradient" else parameter',
        'parameter if of == "gradient" else parameter.grad',
        "tests/test_training_record.py::test_whole_tensors_are_what_a_learner_sees",
        "en/08-hands-on",
    ),
    "StepLR stepped after each mini-batch": Fault(
        "training/schedulers.py",
        'if isinstance(scheduler, kind)), "epoch")',
        'if isinstance(scheduler, kind)), "batch")',
        _FIT + "test_any_scheduler_is_stepped_in_its_time",
        "en/08-hands-on",
    ),
    "dropout that does not scale up what it keeps": Fault(
        "training/stack.py",
        ".bernoulli_(self.kept).div_(self.kept)",
        ".bernoulli_(self.kept)",
        _FIT + "test_any_optimizer_ends_where_a_learners_loop_does",
        "en/08-hands-on",
    ),
    "bias with the mean of its gradients": Fault(
        "training/stack.py",
        "torch.sum(gradient, 0, out=self.bias.grad)",
        "torch.mean(gradient, 0, out=self.bias.grad)",
        _SHORTCUTS + "test_a_stacks_gradients_are_autograds",
        "pt/08-hands-on",
    ),
    "fused Adam that does not count its steps": Fault(
        "training/steps.py",
        "        torch._foreach_add_(self.steps, 1)\n",
        "",
        _SHORTCUTS + "test_the_short_way_to_adams_kernel_is_adams_step",
        "en/08-hands-on",
    ),
    "patience exceeded, not reached": Fault(
        "training/stopping.py",
        "return self.waited >= self.rule.patience",
        "return self.waited > self.rule.patience",
        _FIT + "test_early_stopping_waits_for_its_patience",
        None,
    ),
    "batches that all weigh the same": Fault(
        "training/tally.py",
        "        self.samples += size\n        self.total += loss * size\n",
        "        self.samples += 1\n        self.total += loss\n",
        _FIT + "test_last_batch_counts_by_its_size",
        "en/08-hands-on",
    ),
}
