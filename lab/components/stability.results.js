/** What becomes of both directions: as a table, and as sentences. */

import { behaviour, radius, stepsToReach } from "../engine/stability.js";
import { html, write } from "../parts/dom.js";
import { DIRECTIONS } from "./stability.draw.js";

const SHARE = 0.01; // of the first distance, until which steps are counted

/** Return what becomes of each direction: its behaviour, its radius, and the steps that it needs. */
export function resultsOf({ rate, momentum, nesterov, condition }) {
  return [rate, rate / condition].map((one) => ({
    kind: behaviour(one, momentum, nesterov),
    radius: radius(one, momentum, nesterov),
    steps: stepsToReach(SHARE, one, momentum, nesterov),
  }));
}

/** A table of both directions. */
export function resultTable({ t, number }) {
  const rows = DIRECTIONS.map((name) => ({
    name,
    cells: ["kind", "radius", "steps"].map(() => html("td", {})),
  }));
  const heads = ["direction", "kind", "radius", "needs"].map((key) =>
    html("th", { scope: "col" }, t(`stability.${key}`)),
  );
  return {
    element: html(
      "table",
      { class: "results" },
      html("thead", {}, html("tr", {}, heads)),
      html(
        "tbody",
        {},
        rows.map(({ name, cells }) =>
          html(
            "tr",
            {},
            html(
              "th",
              { scope: "row" },
              html("span", { class: `dot ${name}` }),
              t(`stability.${name}`),
            ),
            cells,
          ),
        ),
      ),
    ),
    show(state) {
      resultsOf(state).forEach(({ kind, radius: shrink, steps }, i) => {
        const texts = [
          t(`stability.kinds.${kind}`),
          number(shrink, ".3f"),
          Number.isFinite(steps) ? number(steps, ",") : "–",
        ];
        rows[i].cells.forEach((cell, column) => write(cell, texts[column]));
        rows[i].cells[0].classList.toggle("diverges", kind === "diverges");
      });
    },
  };
}

/** Return what becomes of the path, as sentences. */
export function outcome({ t }, state) {
  const found = resultsOf(state);
  const sentences = found.map(({ kind, radius: shrink, steps }, i) => {
    const values = { direction: t(`stability.${DIRECTIONS[i]}`), radius: shrink, steps };
    values.kind = t(`stability.kinds.${kind}`);
    return t(Number.isFinite(steps) ? "stability.outcome" : "stability.outcome_never", values);
  });
  const needed = Math.max(...found.map(({ steps }) => steps));
  const end = Number.isFinite(needed) ? "stability.outcome_both" : "stability.outcome_not_both";
  return [...sentences, t(end, { steps: needed })].join(" ");
}
