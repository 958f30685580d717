/** Race: optimizers from one start over one surface. The reader moves the start and every setting. */

import { batches as drawBatches } from "../engine/toy.js";
import { problems } from "../engine/problems.js";
import { rules } from "../engine/rules.js";
import { simulate, simulateMany } from "../engine/simulate.js";
import { button, choice, slider, toggle } from "../parts/control.js";
import { html, set, svg } from "../parts/dom.js";
import { frame } from "../parts/frame.js";
import { handle } from "../parts/handle.js";
import { curve, dots, path } from "../parts/line.js";
import { player } from "../parts/player.js";
import { Plot } from "../parts/plot.js";
import { inSlices } from "../parts/slices.js";
import { color, stroke } from "../parts/styles.js";
import { drawSurface } from "../parts/surface.js";
import { fields, problems as known, settings as ranges } from "../state.js";
import { raceCode } from "./race.code.js";
import { KINDS, kindOf, settingsOf } from "./race.rules.js";
import { outcomeMap, paintMap } from "./race.map.js";
import { rates as ratesOf } from "./race.schedules.js";

export const SEEDS = 100;
const SMALLEST = 1e-12; // a loss below this is drawn here

export { raceCode as code };

/** Return the problem of a state. */
export function problemOf({ problem, condition, angle }) {
  return problems[problem]({ condition, angle });
}

/** Return what to simulate for each rule of a state, with the mini-batches of a seed if it has any. */
export function tasks(state, problem = problemOf(state), seed = state.seed, start = state.start) {
  const batches = isNoisy(state) ? drawBatches(seed, state.steps) : null;
  return state.rules.map((rule) => ({
    problem,
    rule: rules[rule.rule],
    settings: settingsOf(rule),
    start,
    steps: state.steps,
    rates: ratesOf(state.schedule, settingsOf(rule).lr, state.steps),
    batches,
  }));
}

function isNoisy(state) {
  return state.batches && state.problem === "regression";
}

/** Show a race in `root`, and let it follow `store`. */
export function mount(root, { store, language, first, share, wide = false }) {
  const { t, number } = language;
  let [problem, runs, crowd, painted] = [null, [], null, null];
  let cancel = () => {};

  const map = new Plot({ x: "x", y: "y", number });
  const losses = new Plot({
    x: t("race.step"),
    y: t("race.excess"),
    number,
    log: true,
    ticks: [5, 4],
  });
  const rates = new Plot({
    x: t("race.step"),
    y: t("race.rate"),
    number,
    log: true,
    ticks: [5, 3],
  });
  const point = handle(map, {
    label: t("race.start"),
    role: t("handle"),
    home: () => known[store.state.problem].start,
    move: (start) => store.set({ start: start.map((value) => Number(value.toPrecision(4))) }),
    describe: ([x, y]) => t("race.at", { x, y }),
  });
  map.over.append(point.element);
  map.element.addEventListener("dblclick", (event) => {
    const box = map.element.getBoundingClientRect();
    const [x, y] = [map.x.invert(event.clientX - box.left), map.y.invert(event.clientY - box.top)];
    store.set({ start: [x, y].map((value) => Number(value.toPrecision(4))) });
  });

  const play = player({ language, go: (step) => store.set({ step }) });
  const around = frame({
    language,
    code: () => raceCode(store.state),
    outcome: () => outcome(language, store.state, runs, problem),
    reset: () => store.set(first),
    share,
  });
  const panel = controls(store, language);
  const table = html("div", { class: "rules" });
  const add = button(t("race.add"), () => {
    store.set({ rules: [...store.state.rules, { rule: "adam", lr: 0.1 }] });
  });
  set(root, { class: `lab race${wide ? " wide" : ""}` });
  root.replaceChildren(
    html(
      "div",
      { class: "stage" },
      html("div", { class: "square" }, map.element),
      html("div", { class: "curves" }, losses.element, rates.element),
    ),
    play.element,
    table,
    html("div", { class: "controls" }, add, panel.elements),
    around.element,
  );

  /** Run everything anew, and draw it. */
  function run(state) {
    problem = problemOf(state);
    runs = tasks(state, problem).map(simulate);
    cancel();
    crowd = null;
    painted = null;
    if (state.many && isNoisy(state)) {
      const all = Array.from({ length: SEEDS }, (_, seed) => tasks(state, problem, seed)).flat();
      cancel = inSlices(simulateMany(all), (found) => {
        crowd = found;
        draw(store.state);
      });
    } else if (state.map >= 0 && state.map < state.rules.length) {
      const rule = tasks(state, problem)[state.map];
      cancel = inSlices(outcomeMap(rule, known[state.problem].view), (found) => {
        painted = found;
        draw(store.state);
      });
    }
  }

  function drawPaths(state) {
    const count = state.step + 1;
    const shown = state.rules.map((rule, index) => ({
      style: kindOf(rule),
      pairs: runs[index].path,
    }));
    map
      .layer("map")
      .replaceChildren(
        ...(painted ? [paintMap(map, painted, kindOf(state.rules[state.map]), root)] : []),
      );
    map.layer("crowd").replaceChildren(
      ...shown.map(({ style }, index) => {
        if (!crowd) return svg("g");
        const ends = crowd
          .filter((_, i) => i % shown.length === index)
          .map(({ path: pairs }) => [pairs[2 * state.step], pairs[2 * state.step + 1]]);
        return svg("path", {
          d: dots(map, ends.flat(), ends.length),
          class: "ends",
          style: `stroke: var(--${color(style)})`,
        });
      }),
    );
    map.layer("paths").replaceChildren(
      ...shown.flatMap(({ style, pairs }) => [
        svg("path", { d: path(map, pairs, count), ...stroke(style) }),
        svg("path", {
          d: dots(map, pairs, count),
          class: "dots",
          style: `stroke: var(--${color(style)})`,
        }),
      ]),
    );
    map.layer("now").replaceChildren(
      ...shown.map(({ style, pairs }) => {
        const [x, y] = [pairs[2 * state.step], pairs[2 * state.step + 1]];
        if (!Number.isFinite(x)) return svg("g");
        return svg("circle", {
          cx: map.x(x),
          cy: map.y(y),
          r: 5,
          style: `fill: var(--${color(style)})`,
        });
      }),
    );
    const best = problem.minimum && [map.x(problem.minimum[0]), map.y(problem.minimum[1])];
    map
      .layer("optimum")
      .replaceChildren(...(best ? [svg("path", { d: star(...best), class: "star" })] : []));
    point.place(state.start);
  }

  function drawCurves(state) {
    const steps = Array.from({ length: state.steps + 1 }, (_, step) => step);
    const above = runs.map(({ losses: all }) => excess(all, problem));
    const all = above.flatMap((row) =>
      [...row].filter((value) => Number.isFinite(value) && value > 0),
    );
    const low = Math.max(SMALLEST, Math.min(...all, 1));
    const high = Math.min(1e9, Math.max(...all, low * 10));
    losses.domain([0, state.steps], [low / 1.5, high * 1.5]);
    const bands = crowd
      ? state.rules.map((_, index) =>
          quartiles(
            crowd.filter((__, i) => i % state.rules.length === index),
            problem,
          ),
        )
      : [];
    losses.layer("bands").replaceChildren(
      ...bands.map(({ lower, upper }, index) =>
        svg("path", {
          d: band(losses, lower, upper),
          class: "band",
          style: `fill: var(--${color(kindOf(state.rules[index]))})`,
        }),
      ),
    );
    losses.layer("curves").replaceChildren(
      ...above.map((row, index) =>
        svg("path", {
          d: curve(losses, steps, bands[index]?.median ?? row),
          ...stroke(kindOf(state.rules[index])),
        }),
      ),
    );
    const used = tasks(state, problem).map((task) => task.rates);
    const every = used.flatMap((row) => [...row]).filter((rate) => rate > 0);
    rates.domain(
      [0, state.steps],
      [Math.max(1e-6, Math.min(...every)) / 2, Math.max(...every) * 2],
    );
    rates.layer("curves").replaceChildren(
      ...used.map((row, index) =>
        svg("path", {
          d: curve(rates, steps, row, row.length),
          ...stroke(kindOf(state.rules[index])),
        }),
      ),
    );
  }

  function drawCursor(state) {
    for (const plot of [losses, rates]) {
      const [bottom, top] = plot.y.range();
      const at = plot.x(state.step);
      plot.layer("cursor").replaceChildren(svg("path", { d: `M${at} ${bottom}V${top}` }));
    }
  }

  function draw(state) {
    drawPaths(state);
    drawCurves(state);
    drawCursor(state);
    rows.show(state, runs, crowd, problem);
  }

  function resize() {
    const width = root.clientWidth;
    if (!width) return;
    const isBeside = width >= 640;
    const side = Math.min(isBeside ? Math.round(width * 0.56) : width, 620);
    const { top, right, bottom, left } = map.margin;
    map.resize(side, side - left - right + top + bottom);
    const rest = isBeside ? width - side - 16 : width;
    const height = isBeside ? map.height : 320;
    losses.resize(rest, Math.round(height * 0.6));
    rates.resize(rest, Math.round(height * 0.4));
    drawAll(store.state);
  }

  function drawAll(state) {
    const { view } = known[state.problem];
    map.domain(...view);
    map.xLabel.textContent = state.problem === "regression" ? t("race.bias") : "x";
    map.yLabel.textContent = state.problem === "regression" ? t("race.weight") : "y";
    drawSurface(map, problem, ["rosenbrock", "beale"].includes(state.problem));
    draw(state);
    play.show(state.step, state.steps);
    panel.show(state);
  }

  const rows = ruleRows(table, store, language, add);
  let pending = 0;
  const stopFollowing = store.subscribe((state, changed) => {
    if (changed.some((name) => !["step"].includes(name))) around.show();
    if (changed.includes("step") && changed.length === 1) {
      drawPaths(state);
      drawCursor(state);
      rows.show(state, runs, crowd, problem);
      play.show(state.step, state.steps);
      return;
    }
    // Several changes in one frame, as of a dragged handle, are drawn once.
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(() => {
      run(store.state);
      if (changed.some((name) => ["problem", "condition", "angle"].includes(name)))
        return drawAll(store.state);
      draw(store.state);
      play.show(store.state.step, store.state.steps);
      panel.show(store.state);
    });
  });
  run(store.state);
  const observer = new ResizeObserver(resize);
  observer.observe(root);
  resize();
  return () => {
    cancel();
    play.stop();
    observer.disconnect();
    stopFollowing();
  };
}

function excess(losses, problem) {
  return problem.minimum
    ? losses.map((loss) => Math.max(SMALLEST, loss - problem.minimumValue))
    : losses;
}

/** Return the median and the quartiles of the loss at each step; a run that diverged is the worst. */
function quartiles(runs, problem) {
  const rows = runs.map(({ losses }) => excess(losses, problem));
  const sorted = Array.from(rows[0], (_, step) => {
    const column = rows.map((row) => (Number.isFinite(row[step]) ? row[step] : Infinity));
    return column.sort((a, b) => a - b);
  });
  const at = (share) => sorted.map((column) => column[Math.round(share * (column.length - 1))]);
  return { lower: at(0.25), median: at(0.5), upper: at(0.75) };
}

function band(plot, lower, upper) {
  const point = (value, step) =>
    `${Math.round(plot.x(step))} ${Math.round(plot.y(Math.min(value, 1e12)))}`;
  return `M${[...lower.map(point), ...upper.map(point).reverse()].join("L")}Z`;
}

function star(x, y, radius = 8) {
  const corner = (_, i) => {
    const [r, angle] = [i % 2 ? radius * 0.4 : radius, (Math.PI * i) / 5];
    return `${(x + r * Math.sin(angle)).toFixed(1)} ${(y - r * Math.cos(angle)).toFixed(1)}`;
  };
  return `M${Array.from({ length: 10 }, corner).join("L")}Z`;
}

/** Say how far each rule has come. */
function outcome({ t }, { rules, step }, runs, problem) {
  const parts = rules.map((rule, index) => {
    const name = t(`rules.${kindOf(rule)}`);
    const { path: pairs, losses, divergedAt } = runs[index];
    if (divergedAt >= 0 && divergedAt <= step)
      return t("race.told_diverged", { name, step: divergedAt });
    const loss = problem.minimum ? losses[step] - problem.minimumValue : losses[step];
    return t("race.told", { name, x: pairs[2 * step], y: pairs[2 * step + 1], loss });
  });
  return `${t("race.after", { step })} ${parts.join("; ")}.`;
}

/** The controls that concern all rules. */
function controls(store, language) {
  const { t } = language;
  const schema = fields("race");
  const problem = choice({
    label: t("race.problem"),
    options: schema.problem.options.map((name) => [name, t(`problems.${name}`)]),
    choose: (name) => store.set({ problem: name, start: known[name].start }),
  });
  const shape = ["condition", "angle"].map((name) =>
    slider({
      label: t(`race.${name}`),
      range: schema[name],
      language,
      change: (value) => store.set({ [name]: value }),
    }),
  );
  const steps = slider({
    label: t("race.steps"),
    range: schema.steps,
    integer: true,
    language,
    change: (value) => store.set({ steps: value, step: value }),
  });
  const schedule = choice({
    label: t("race.schedule"),
    options: schema.schedule.options.map((name) => [name, t(`schedules.${name}`)]),
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
  const another = button(t("race.another"), () => store.set({ seed: store.state.seed + 1 }));
  const seed = html("span", { class: "seed" });
  const noise = html("div", { class: "group" }, another, seed, many.element);
  return {
    elements: [
      problem.element,
      ...shape.map(({ element }) => element),
      schedule.element,
      steps.element,
      noisy.element,
      noise,
    ],
    show(state) {
      problem.show(state.problem);
      shape.forEach((one, index) => {
        one.element.hidden = state.problem !== "quadratic";
        one.show(state[["condition", "angle"][index]]);
      });
      steps.show(state.steps);
      schedule.show(state.schedule);
      noisy.element.hidden = state.problem !== "regression";
      noisy.show(state.batches);
      noise.hidden = !isNoisy(state);
      many.show(state.many);
      seed.textContent = t("race.seed", { seed: state.seed });
    },
  };
}

/** A row for each rule: what it is, its settings, how far it has come. */
function ruleRows(table, store, language, add) {
  const { t, number } = language;
  let rows = [];
  let shape = "";

  function change(index, patch) {
    const rules = store.state.rules.map((rule, i) => (i === index ? { ...rule, ...patch } : rule));
    store.set({ rules });
  }

  function row(rule, index) {
    const kind = kindOf(rule);
    const name = t(`rules.${kind}`);
    const select = choice({
      label: t("race.rule"),
      isHidden: true,
      options: Object.keys(KINDS).map((option) => [option, t(`rules.${option}`)]),
      choose: (option) => {
        const rules = store.state.rules.map((old, i) =>
          i === index ? { ...KINDS[option].preset, lr: KINDS[option].lr } : old,
        );
        store.set({ rules });
      },
    });
    const sliders = KINDS[kind].settings.map((setting) => [
      setting,
      slider({
        label: t(`settings.${setting}`),
        name: `${name}, ${t(`settings.${setting}`)}`,
        range: { ...ranges[setting], ...KINDS[kind].ranges?.[setting] },
        language,
        change: (value) => change(index, { [setting]: value }),
      }),
    ]);
    const [main, more] = [sliders.slice(0, KINDS[kind].main), sliders.slice(KINDS[kind].main)];
    const result = html("p", { class: "result" });
    const mapped = button(t("race.map"), () =>
      store.set({ map: store.state.map === index ? -1 : index, many: false }),
    );
    const remove = button(
      "×",
      () => store.set({ rules: store.state.rules.filter((_, i) => i !== index), map: -1 }),
      {
        "aria-label": t("race.remove", { name }),
        title: t("race.remove", { name }),
      },
    );
    const swatch = svg(
      "svg",
      { class: "swatch", viewBox: "0 0 36 12", width: 36, height: 12, "aria-hidden": "true" },
      svg("path", { d: "M0 6H36", fill: "none", ...stroke(kind) }),
    );
    const element = html(
      "fieldset",
      { class: "rule" },
      html("legend", { class: "hidden" }, name),
      html("div", { class: "title" }, swatch, select.element, result, remove),
      main.map(([, { element: row }]) => row),
      html(
        "details",
        { class: "more" },
        html("summary", {}, t("race.more")),
        more.map(([, { element: row }]) => row),
        mapped,
      ),
    );
    return {
      element,
      show(current, run, isMapped, isNoisyNow, isOnly, loss, step) {
        select.show(kindOf(current));
        for (const [setting, one] of sliders) one.show(current[setting] ?? ranges[setting].default);
        mapped.hidden = isNoisyNow;
        set(mapped, { "aria-pressed": isMapped ? "true" : "false" });
        remove.hidden = isOnly;
        const hasDiverged = run.divergedAt >= 0 && run.divergedAt <= step;
        result.textContent = hasDiverged
          ? t("race.diverged", { step: run.divergedAt })
          : t("race.loss", { loss: number(loss, ".2g") });
        element.classList.toggle("diverged", hasDiverged);
      },
    };
  }

  return {
    show(state, runs, crowd, problem) {
      const next = state.rules.map(kindOf).join();
      if (next !== shape) {
        shape = next;
        rows = state.rules.map(row);
        table.replaceChildren(...rows.map(({ element }) => element));
      }
      add.hidden = state.rules.length >= fields("race").rules.max;
      state.rules.forEach((rule, index) => {
        const values = crowd
          ? crowd
              .filter((_, i) => i % rows.length === index)
              .map(({ losses }) => losses[state.step])
          : [];
        const loss = crowd ? median(values) : runs[index].losses[state.step];
        const above = problem.minimum ? loss - problem.minimumValue : loss;
        rows[index].show(
          rule,
          runs[index],
          state.map === index,
          isNoisy(state),
          rows.length === 1,
          above,
          state.step,
        );
      });
    },
  };
}

function median(values) {
  const sorted = values
    .map((value) => (Number.isFinite(value) ? value : Infinity))
    .sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
