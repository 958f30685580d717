/** The lines of Adam: each as a formula, with the numbers of a step, and as torch writes it. */

import { html, set, write } from "../parts/dom.js";
import { writeFormula } from "../parts/formula.js";
import { stroke, swatch } from "../parts/styles.js";
import { LINES } from "./adam.numbers.js";

/** The style of each line's curve. */
export const STYLES = {
  m: "ewma",
  v: "ewma",
  m_hat: "corrected",
  v_hat: "corrected",
  theta: "adam",
};

/** As in `torch.optim.adam._single_tensor_adam`, which a test compares. */
export const CODE = {
  m: ["exp_avg.lerp_(grad, 1 - beta1)"],
  v: ["exp_avg_sq.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)"],
  m_hat: ["bias_correction1 = 1 - beta1**step", "step_size = lr / bias_correction1"],
  v_hat: [
    "bias_correction2 = 1 - beta2**step",
    "bias_correction2_sqrt = bias_correction2**0.5",
    "denom = (exp_avg_sq.sqrt() / bias_correction2_sqrt).add_(eps)",
  ],
  theta: ["param.addcdiv_(exp_avg, denom, value=-step_size)"],
};

/** What AMSGrad does instead. */
export const AMSGRAD_CODE = [
  "bias_correction2 = 1 - beta2**step",
  "bias_correction2_sqrt = bias_correction2**0.5",
  "torch.maximum(max_exp_avg_sqs[i], exp_avg_sq, out=max_exp_avg_sqs[i])",
  "denom = (max_exp_avg_sqs[i].sqrt() / bias_correction2_sqrt).add_(eps)",
];

const FORMULAS = {
  m: "m_{t} = β_{1} m_{t−1} + (1 − β_{1}) g_{t}",
  v: "v_{t} = β_{2} v_{t−1} + (1 − β_{2}) g_{t}^{2}",
  m_hat: "m̂_{t} = m_{t} / (1 − β_{1}^{t})",
  v_hat: "v̂_{t} = v_{t} / (1 − β_{2}^{t})",
  theta: "θ_{t} = θ_{t−1} − lr · m̂_{t} / (√v̂_{t} + ε)",
};
const AMSGRAD_FORMULA = "v̂_{t} = max(v_{1}, …, v_{t}) / (1 − β_{2}^{t})";

/** Return a formula with the numbers of step t in it, as text for `formula`. */
export function filledIn(line, t, state, found, number) {
  const plain = (value) => number(value, ".3g");
  const n = (value) => (value < 0 ? `(${plain(value)})` : plain(value));
  // A square of 2 × 10⁻⁸ is not 2 × 10⁻⁸².
  const squared = (value) => (/[×⁻]/.test(plain(value)) ? `(${plain(value)})` : n(value));
  const beta = (value) => number(value, ".4g");
  const { beta1, beta2, lr, eps, gradients } = state;
  const g = gradients[t - 1];
  switch (line) {
    case "m":
      return `m_{${t}} = ${beta(beta1)} · ${n(found.m[t - 1])} + ${beta(1 - beta1)} · ${n(g)} = ${plain(found.m[t])}`;
    case "v":
      return `v_{${t}} = ${beta(beta2)} · ${n(found.v[t - 1])} + ${beta(1 - beta2)} · ${squared(g)}^{2} = ${plain(found.v[t])}`;
    case "m_hat":
      return `m̂_{${t}} = ${plain(found.m[t])} / ${plain(1 - beta1 ** t)} = ${plain(found.m_hat[t])}`;
    case "v_hat":
      return `v̂_{${t}} = ${plain(found.v_max[t])} / ${plain(1 - beta2 ** t)} = ${plain(found.v_hat[t])}`;
    case "theta":
      return (
        `θ_{${t}} = ${plain(found.theta[t - 1])} − ${plain(lr)} · ${n(found.m_hat[t])} / ` +
        `(${plain(Math.sqrt(found.v_hat[t]))} + ${plain(eps)}) = ${plain(found.theta[t])}`
      );
  }
}

/**
 * Return `{ element, show, light }` of the lines, each a button: pointing at one lights it for the
 * moment, by `light(line | null)`, and pressing it keeps it lit, by `keep(line)`.
 */
export function lineList({ language, light, keep }) {
  const { number } = language;
  const rows = LINES.map((line) => row(line, light, keep));
  return {
    element: html("div", { class: "lines" }, ...rows.map(({ element }) => element)),
    light: (lit) =>
      rows.forEach(({ element }, i) => element.classList.toggle("lit", LINES[i] === lit)),
    show(state, t, found) {
      LINES.forEach((line, i) => {
        rows[i].show(state, filledIn(line, t, state, found, number));
      });
    },
  };
}

function row(line, light, keep) {
  const key = swatch(STYLES[line], 24);
  const rule = html("span", { class: "formula" });
  const numbers = html("span", { class: "numbers" });
  const code = html("code", {});
  const element = html(
    "button",
    {
      type: "button",
      class: `line line-${line}`,
      onclick: () => keep(line),
      onpointerenter: (event) => event.pointerType === "mouse" && light(line),
      onpointerleave: () => light(null),
      onfocus: () => element.matches(":focus-visible") && light(line),
      onblur: () => light(null),
    },
    key,
    rule,
    numbers,
    code,
  );
  return {
    element,
    show(state, filled) {
      const isAmsgrad = state.amsgrad && line === "v_hat";
      writeFormula(rule, isAmsgrad ? AMSGRAD_FORMULA : FORMULAS[line]);
      writeFormula(numbers, filled);
      write(code, (isAmsgrad ? AMSGRAD_CODE : CODE[line]).join("\n"));
      set(element, { "aria-pressed": String(state.line === line) });
      set(key.firstChild, stroke(line === "theta" && state.amsgrad ? "amsgrad" : STYLES[line]));
    },
  };
}
