/** Formulas as HTML: letters in italics, `_{…}` below the line, `^{…}` above it. */

import { html } from "./dom.js";

// A single letter is a variable; a word, such as "lr", is not.
const PARTS = /_\{([^}]*)\}|\^\{([^}]*)\}|(\p{L}\p{M}*)(?!\p{L})|\p{L}+|[^\p{L}_^]+/gu;

/** Return the nodes of a formula. */
export function formula(text) {
  return [...text.matchAll(PARTS)].map(([whole, below, above, variable]) => {
    if (below !== undefined) return html("sub", {}, formula(below));
    if (above !== undefined) return html("sup", {}, formula(above));
    return variable ? html("i", {}, variable) : whole;
  });
}
