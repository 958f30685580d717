/** The pictures of a race: the paths on the surface, the losses and the rates. */

import { band, curve, dots, path, star } from "../parts/line.js";
import { color, stroke } from "../parts/styles.js";
import { excess } from "./losses.js";
import { drawEnds } from "./race.ends.js";
import { mapShape } from "./race.map.js";
import { kindOf } from "./race.rules.js";
import { stepOf } from "./race.runs.js";

const paint = (style, as) => `${as}: var(--${color(style)})`;

/**
 * Draw the paths up to the step that is shown. `crowd` holds the runs of many seeds, for each seed
 * all rules; `map` what became of many starts. Either may be null. `nameOf` names a style.
 */
export function drawPaths(plot, state, { problem, runs, crowd, map }, root, nameOf) {
  const [step, { rules }] = [stepOf(state), state];
  const styles = rules.map(kindOf);
  const at = (pairs) => [pairs[2 * step], pairs[2 * step + 1]];
  const all = (draw) => styles.flatMap((style, index) => draw(style, runs[index].path, index));
  plot.draw("map", map ? [mapShape(plot, map, styles[state.map], root)] : []);
  plot.draw(
    "crowd",
    (crowd ? styles : []).map((style, index) => {
      const ends = ofRule(crowd, index, styles.length).flatMap((run) => at(run.path));
      const d = dots(path(plot, ends, ends.length / 2));
      return ["path", { d, class: "ends", style: paint(style, "stroke") }];
    }),
  );
  plot.draw(
    "paths",
    all((style, pairs) => {
      const d = path(plot, pairs, step + 1);
      return [
        ["path", { d, ...stroke(style) }],
        ["path", { d: dots(d), class: "dots", style: paint(style, "stroke") }],
      ];
    }),
  );
  const paths = runs.map((run) => run.path);
  drawEnds(plot, paths, step, styles, styles.map(nameOf));
  const best = problem.minimum;
  plot.draw(
    "optimum",
    best ? [["path", { d: star(plot.x(best[0]), plot.y(best[1])), class: "star" }]] : [],
  );
}

/** Draw the losses, or medians and quartiles of many seeds. */
export function drawLosses(losses, state, { problem, runs, bands }) {
  const steps = stepsOf(state);
  const styles = state.rules.map(kindOf);
  const rows = runs.map((run, index) => bands?.[index].median ?? excess(run.losses, problem));
  const [low, high] = extent(rows.flatMap((row) => [...row]));
  // Whole halves of a power of ten, so that the axis rests during most of a drag.
  const half = (value, round) => 10 ** (round(2 * Math.log10(value)) / 2);
  const top = Math.min(1e9, Math.max(high, 10 * low));
  losses.domain([0, state.steps], [half(low / 1.2, Math.floor), half(top * 1.2, Math.ceil)]);
  losses.draw(
    "bands",
    (bands ?? []).map(({ lower, upper }, index) => {
      const d = band(losses, steps, lower, upper);
      return ["path", { d, class: "band", style: paint(styles[index], "fill") }];
    }),
  );
  drawLines(losses, styles, steps, rows);
}

/** Draw the rates that were used. */
export function drawRates(rates, state, used) {
  const [least, most] = extent(used.flatMap((row) => [...row]));
  rates.domain([0, state.steps], [Math.max(1e-6, least) / 2, most * 2]);
  drawLines(rates, state.rules.map(kindOf), stepsOf(state), used);
}

/** Mark the step that is shown. */
export function drawCursor(plots, step) {
  for (const plot of plots) {
    const [bottom, top] = plot.y.range();
    plot.draw("cursor", [["path", { d: `M${plot.x(step)} ${bottom}V${top}` }]]);
  }
}

/** Return the runs of one rule among those of all seeds. */
export function ofRule(crowd, index, count) {
  return crowd.filter((_, position) => position % count === index);
}

function stepsOf(state) {
  return Array.from({ length: state.steps + 1 }, (_, step) => step);
}

function drawLines(plot, styles, xs, rows) {
  const shape = (row, index) => ["path", { d: curve(plot, xs, row), ...stroke(styles[index]) }];
  plot.draw("curves", rows.map(shape));
}

function extent(values) {
  const positive = values.filter((value) => Number.isFinite(value) && value > 0);
  return positive.length ? [Math.min(...positive), Math.max(...positive)] : [0.1, 1];
}
