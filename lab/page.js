/** The components' home on a page: every figure of class `lab-home` holds its own texts and state. */

import { components } from "./components/index.js";
import { html } from "./parts/dom.js";
import { createStore } from "./parts/store.js";
import { language } from "./parts/text.js";
import { defaults, invalid } from "./state.js";

const LONGEST = 40; // characters of an address that are repeated to the reader

function start(figure) {
  const { component, state, texts, marks } = JSON.parse(figure.querySelector("script").textContent);
  const reader = language({ texts, marks });
  const first = { ...defaults(component), ...state };
  const store = createStore(first);
  const root = html("div");
  const notice = html("p", { class: "problem", role: "alert", hidden: true });
  const still = figure.querySelector(".still");
  const report = (problem) => {
    notice.textContent = problem;
    notice.hidden = !problem;
  };
  /** Show what the address asks for, if it asks for something of this figure. */
  const follow = () => {
    const [asked, problem] = fromAddress(figure.id, component, reader);
    report(problem);
    if (asked) store.set({ ...first, ...asked });
    return asked !== null;
  };
  const isAsked = follow();
  figure.prepend(notice);
  figure.append(root);
  try {
    const share = () => shareLink(figure.id, first, store.state);
    components[component].mount(root, { store, language: reader, first, share });
  } catch (error) {
    root.remove();
    report(reader.t("broken"));
    throw error; // for the console: the still picture stays
  }
  still.hidden = true;
  if (isAsked) figure.scrollIntoView();
  addEventListener("hashchange", () => follow() && figure.scrollIntoView());
}

/** Return the state that the address asks for, and what is wrong with it. */
function fromAddress(id, component, { t }) {
  const [, name, written] = /^#([\w-]+):(.*)$/s.exec(location.hash) ?? [];
  if (name !== id) return [null, ""];
  try {
    const patch = JSON.parse(decodeURIComponent(written));
    const wrong = invalid(component, patch);
    if (!wrong.length) return [patch, ""];
    return [null, t("problem_address", { names: wrong.join(", ").slice(0, LONGEST) })];
  } catch {
    return [null, t("problem_address", { names: written.slice(0, LONGEST) })];
  }
}

/** Return the address of a state, which holds what differs from the page's own. */
function shareLink(id, first, state) {
  const changed = Object.entries(state).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(first[name]),
  );
  const hash = changed.length
    ? `#${id}:${encodeURIComponent(JSON.stringify(Object.fromEntries(changed)))}`
    : `#${id}`;
  history.replaceState(null, "", hash);
  return location.href;
}

const asked = () => document.getElementById(/^#([\w-]+):/.exec(location.hash)?.[1]);
const waiting = new Set(document.querySelectorAll("figure.lab-home"));

function begin(figure) {
  near.unobserve(figure);
  waiting.delete(figure);
  start(figure);
}

// A figure starts before it is in view, and not with the page: until then its picture stands there.
const near = new IntersectionObserver(
  (entries) => entries.forEach(({ target, isIntersecting }) => isIntersecting && begin(target)),
  { rootMargin: "100% 0px" },
);
const isInView = (figure) => figure.getBoundingClientRect().top < innerHeight;
for (const figure of [...waiting].filter(isInView)) begin(figure); // at once: nobody sees its picture
for (const figure of waiting) near.observe(figure);
const follow = () => waiting.has(asked()) && begin(asked());
follow();
addEventListener("hashchange", follow);
