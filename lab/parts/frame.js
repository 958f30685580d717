/** What surrounds every component: its buttons, its code, its outcome in words, its problems. */

import { html, write } from "./dom.js";
import { button } from "./control.js";

/**
 * Return `{ element, show }`: buttons that start again, copy a link or the code, and tell the
 * outcome; and the code itself, folded. `share` is missing where the home has no address.
 */
export function frame({ language, code, outcome, reset, share }) {
  const { t } = language;
  const status = html("p", { class: "outcome", role: "status" });
  const listing = html("code", {});
  const folded = html(
    "details",
    { class: "code", ontoggle: () => (listing.textContent = folded.open ? code() : "") },
    html("summary", {}, t("show_code")),
    html("pre", { tabindex: 0 }, listing),
  );

  async function copy(text, done) {
    try {
      await navigator.clipboard.writeText(text);
      status.textContent = t(done);
    } catch {
      status.textContent = t("not_copied");
      if (text === code()) folded.open = true;
    }
  }

  const element = html(
    "div",
    { class: "frame" },
    html(
      "div",
      { class: "buttons" },
      button(t("what_happened"), () => (status.textContent = outcome())),
      button(t("copy_code"), () => copy(code(), "code_copied")),
      share && button(t("copy_link"), () => copy(share(), "link_copied")),
      button(t("start_again"), reset),
    ),
    status,
    folded,
  );
  return {
    element,
    /** Show the code of a new state, if it is open; an outcome that is shown is no longer true. */
    show() {
      write(status, "");
      if (folded.open) write(listing, code());
    },
  };
}
