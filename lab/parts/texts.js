/** Texts and fields, which are read and not watched: they follow a drag ten times a second. */

const PAUSE = 100; // milliseconds between two updates

/**
 * Return `{ update, stop }`. `update(…)` calls `write` with its arguments at once, or, soon after
 * the last time, with the newest ones as the pause is over: laying out text takes a third of a
 * frame on a slow machine. Where `shapeOf` its arguments differs there is no pause: a button that
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
      if (timer) return;
      const rest = last + PAUSE - performance.now();
      if (rest <= 0) run();
      else timer = setTimeout(run, rest);
    },
    stop() {
      clearTimeout(timer);
      timer = 0;
    },
  };
}
