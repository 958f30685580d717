/** The controls that concern all rules of a race. */

import { button, choice, slider, toggle } from "../parts/control.js";
import { html, write } from "../parts/dom.js";
import { fields, problems } from "../state.js";
import { isNoisy, SEEDS } from "./race.runs.js";

/** Return `{ elements, show }`. */
export function panel(store, language) {
  const { t } = language;
  const schema = fields("race");
  const named = (table) => (name) => [name, t(`${table}.${name}`)];
  const problem = choice({
    label: t("race.problem"),
    options: schema.problem.options.map(named("problems")),
    choose: (name) => store.set({ problem: name, start: problems[name].start }),
  });
  const shape = ["condition", "angle"].map((name) => {
    const change = (value) => store.set({ [name]: value });
    return [name, slider({ label: t(`race.${name}`), range: schema[name], language, change })];
  });
  const steps = slider({
    label: t("race.steps"),
    range: schema.steps,
    integer: true,
    language,
    change: (value) => store.set({ steps: value, step: value }),
  });
  const schedule = choice({
    label: t("race.schedule"),
    options: schema.schedule.options.map(named("schedules")),
    choose: (name) => store.set({ schedule: name }),
  });
  const noisy = toggle({
    label: t("race.batches"),
    change: (batches) => store.set({ batches, map: -1 }),
  });
  const many = toggle({
    label: t("race.many", { count: SEEDS }),
    change: (value) => store.set({ many: value }),
  });
  const seed = html("span");
  const noise = html(
    "div",
    { class: "group" },
    button(t("race.another"), () => store.set({ seed: (store.state.seed + 1) % 2 ** 32 })),
    seed,
    many.element,
  );
  return {
    elements: [
      problem.element,
      ...shape.map(([, { element }]) => element),
      schedule.element,
      steps.element,
      noisy.element,
      noise,
    ],
    show(state) {
      problem.show(state.problem);
      for (const [name, one] of shape) {
        one.element.hidden = state.problem !== "quadratic";
        one.show(state[name]);
      }
      steps.show(state.steps);
      schedule.show(state.schedule);
      noisy.element.hidden = state.problem !== "regression";
      noisy.show(state.batches);
      noise.hidden = !isNoisy(state);
      many.show(state.many);
      write(seed, t("race.seed", { seed: String(state.seed) }));
    },
  };
}
