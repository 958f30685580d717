/** Formulas as HTML: letters in italics, `_{…}` below the line, `^{…}` above it. */

import { html } from "./dom.js";

// A single letter is a variable; a word, such as "lr", is not.
const PARTS = /_\{([^}]*)\}|\^\{([^}]*)\}|(\p{L}\p{M}*)(?!\p{L})|\p{L}+|[^\p{L}_^]+/gu;

/** Write a formula into an element; what stands there already stays, for a drag writes many. */
export function writeFormula(element, text) {
  const [old, nodes] = [[...element.childNodes], formula(text)];
  nodes.forEach((node, i) => {
    if (!old[i]) element.append(node);
    else if (!node.isEqualNode(old[i])) old[i].replaceWith(node);
  });
  for (const node of old.slice(nodes.length)) node.remove();
}

/** Return the nodes of a formula. */
function formula(text) {
  return [...text.matchAll(PARTS)].map(([whole, below, above, variable]) => {
    if (below !== undefined) return html("sub", {}, formula(below));
    if (above !== undefined) return html("sup", {}, formula(above));
    return variable ? html("i", {}, variable) : document.createTextNode(whole);
  });
}
