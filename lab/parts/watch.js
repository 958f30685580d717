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
  let width = 0;
  const fit = () => {
    if (!root.clientWidth || root.clientWidth === width) return;
    width = root.clientWidth;
    resize(width);
  };
  fit(); // at once where it is in a page already, so that nothing moves once it is seen
  const observer = new ResizeObserver(fit);
  observer.observe(root);
  return () => {
    cancelAnimationFrame(request);
    observer.disconnect();
    unsubscribe();
  };
}
