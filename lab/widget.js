/** The components' home in a kernel: an anywidget, whose state Python reads and sets. */

import { components } from "./components/index.js";
import { html } from "./parts/dom.js";
import { createStore } from "./parts/store.js";
import { language } from "./parts/text.js";
import { defaults } from "./state.js";

const REST = 150; // milliseconds without a change, after which Python gets the state

function render({ model, el }) {
  const component = model.get("component");
  const first = { ...defaults(component), ...model.get("state") };
  const store = createStore(first);
  const root = html("div");
  el.classList.add("lab-home");
  el.append(root);
  const leave = components[component].mount(root, {
    store,
    language: language(model.get("language")),
    first,
  });
  let timer = 0;
  const follow = () => store.set(model.get("state"));
  const stop = store.subscribe((state) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      model.set("state", state);
      model.save_changes();
    }, REST);
  });
  model.on("change:state", follow);
  return () => {
    clearTimeout(timer);
    model.off("change:state", follow);
    stop();
    leave();
  };
}

export default { render };
