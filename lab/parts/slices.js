/** Long work in slices, between which the page answers. */

/**
 * Run a generator that yields after each slice, until it returns or the function returned here is
 * called. `finish` gets what it returns.
 */
export function inSlices(generator, finish) {
  let isCancelled = false;
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    if (isCancelled) return;
    const { done, value } = generator.next();
    if (done) return finish(value);
    channel.port2.postMessage(null);
  };
  channel.port2.postMessage(null);
  return () => {
    isCancelled = true;
    channel.port1.close();
  };
}
