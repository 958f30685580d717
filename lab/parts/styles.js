/** Colours and dashes of what is drawn: the course's own, from its palette. */

import { svg } from "./dom.js";
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

/** Return a short piece of a line in a style, for keys. */
export function swatch(name, width = 36) {
  return svg(
    "svg",
    { class: "swatch", viewBox: `0 0 ${width} 12`, width, height: 12, "aria-hidden": "true" },
    svg("path", { d: `M0 6H${width}`, fill: "none", ...stroke(name) }),
  );
}
