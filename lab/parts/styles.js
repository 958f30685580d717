/** Colours and dashes of what is drawn: the course's own, from its palette. */

import { styles } from "./styles.data.js";

/** Return the presentation of a line in a style of the palette, as SVG attributes. */
export function stroke(name, width = null) {
  const { color, dashes, linewidth } = styles[name];
  const thick = width ?? linewidth;
  const dash = dashes ? dashes.map((length) => length * thick).join(" ") : null;
  return { style: `stroke: var(--${color})`, "stroke-width": thick, "stroke-dasharray": dash };
}

/** Return the name of a style's colour. */
export function color(name) {
  return styles[name].color;
}
