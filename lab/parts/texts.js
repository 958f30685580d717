/** Texts and fields, which are read and not watched: they follow a drag ten times a second. */

const PAUSE = 100; // milliseconds between two updates
const SOON = 25; // milliseconds after the picture: laying out texts would take half of its frame

/**
 * Return `{ update, stop }`. The first `update(…)` calls `write` with its arguments at once. Later
 * ones are written a moment after the picture that they belong to, and only the newest of those
 * that come within a pause. Where `shapeOf` its arguments differs nothing waits: a button that
 * stands for another rule or piece by now must not be pressed.
 */
export function paced(write, shapeOf = () => "") {
  let [timer, last, newest, shape] = [0, -Infinity, [], ""];

  function run() {
    timer = 0;
    last = performance.now();
    write(...newest);
  }

  return {
    update(...values) {
      newest = values;
      const next = shapeOf(...values);
      if (next !== shape) {
        shape = next;
        clearTimeout(timer);
        return run();
      }
      if (last === -Infinity) return run();
      timer ||= setTimeout(run, Math.max(SOON, last + PAUSE - performance.now()));
    },
    stop() {
      clearTimeout(timer);
      timer = 0;
    },
  };
}
