/** Texts and fields, which are read and not watched: they follow a drag ten times a second. */

const PAUSE = 100; // milliseconds between two updates

/**
 * Return `{ update, stop }`. `update(…)` calls `write` with its arguments at once, or, soon after
 * the last time, with the newest ones as the pause is over: laying out text takes a third of a
 * frame on a slow machine.
 */
export function paced(write) {
  let [timer, last, newest] = [0, -Infinity, []];

  function run() {
    timer = 0;
    last = performance.now();
    write(...newest);
  }

  return {
    update(...values) {
      newest = values;
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
