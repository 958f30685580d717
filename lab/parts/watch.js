/** What keeps every component up to date: changes of its state, and of its width. */

/**
 * Call `resize(width)` whenever the width of `root` changes, and `redraw(state, changed)` in the
 * frame after a change of the state, with the names of all that has changed since the last one: of
 * a dragged handle's moves only the newest is drawn. `around` is the component's frame.
 *
 * `atOnce(state, changed, isWaiting)` may do without all that, and then returns true.
 * @returns {Function} ends it
 */
export function watch(root, store, around, { resize, redraw, atOnce = () => false }) {
  const waiting = new Set();
  let request = 0;
  const unsubscribe = store.subscribe((state, changed) => {
    if (atOnce(state, changed, waiting.size > 0)) return;
    around.show();
    for (const name of changed) waiting.add(name);
    cancelAnimationFrame(request);
    request = requestAnimationFrame(() => {
      const all = new Set(waiting);
      waiting.clear();
      redraw(store.state, all);
    });
  });
  const observer = new ResizeObserver(() => root.clientWidth && resize(root.clientWidth));
  observer.observe(root); // which calls it a first time
  return () => {
    cancelAnimationFrame(request);
    observer.disconnect();
    unsubscribe();
  };
}
