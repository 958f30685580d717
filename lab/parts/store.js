/** A component's state, which its parts read and change, and which its home can follow. */

/**
 * Return a store of `initial`, a plain object that JSON can hold. `set` merges a patch, and calls
 * every subscriber with the new state and the names that changed.
 */
export function createStore(initial) {
  let state = structuredClone(initial);
  const subscribers = new Set();
  return {
    get state() {
      return state;
    },
    set(patch) {
      const changed = Object.keys(patch).filter((name) => !same(patch[name], state[name]));
      if (!changed.length) return;
      state = { ...state, ...structuredClone(patch) };
      for (const subscriber of subscribers) subscriber(state, changed);
    },
    subscribe(subscriber) {
      subscribers.add(subscriber);
      return () => subscribers.delete(subscriber);
    },
  };
}

function same(a, b) {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
