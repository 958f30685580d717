/** Weights by lag: a column for each value, filled or in outline. */

/** Return the `d` of columns, one for each weight, the newest first. */
export function bars(plot, weights) {
  const bottom = plot.y(0);
  return Array.from(weights, (weight, lag) => {
    const [left, right] = [plot.x(lag - 0.4), plot.x(lag + 0.4)].map(tenth);
    return `M${left} ${bottom}V${tenth(plot.y(weight))}H${right}V${bottom}Z`;
  }).join("");
}

/** Return the `d` of the outline of columns that touch. */
export function steps(plot, weights) {
  const bottom = plot.y(0);
  const tops = Array.from(
    weights,
    (weight, lag) => `V${tenth(plot.y(weight))}H${tenth(plot.x(lag + 0.5))}`,
  );
  return `M${tenth(plot.x(-0.5))} ${bottom}${tops.join("")}V${bottom}`;
}

function tenth(value) {
  return Math.round(10 * value) / 10;
}
