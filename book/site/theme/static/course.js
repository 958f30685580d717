// On every page: the theme switch, the language link, the way to the search, explorers, and wide content.

const store = (key, value) => {
  try {
    localStorage.setItem(key, value);
  } catch {
    // No storage: the choice lasts for this page.
  }
};

// A label with its fields, `{name}`, filled in; for the scripts that come after this one, too.
const fillIn = (label, values) => label.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// --- light and dark ---------------------------------------------------------------------------

const root = document.documentElement;
const systemDark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (root.dataset.theme || (systemDark.matches ? "dark" : "light")) === "dark";

// Pictures come in both themes. Without a choice the system's applies, by the source's own media.
const showPictures = () => {
  if (!root.dataset.theme) return;
  for (const source of document.querySelectorAll("picture > source")) {
    source.dataset.media ??= source.media;
    const chosen = isDark() ? "(min-width: 0)" : "(max-width: 0)";
    source.media = source.dataset.media.replace("(prefers-color-scheme: dark)", chosen);
  }
};

const themeButton = document.querySelector("button.theme");
const tellTheme = () => themeButton.setAttribute("aria-pressed", isDark());
themeButton.addEventListener("click", () => {
  root.dataset.theme = isDark() ? "light" : "dark";
  store("theme", root.dataset.theme);
  showPictures();
  tellTheme();
});
systemDark.addEventListener("change", tellTheme);
showPictures();
tellTheme();

// --- the other language -----------------------------------------------------------------------

for (const link of document.querySelectorAll("a.language")) {
  link.addEventListener("click", () => store("language", link.lang.slice(0, 2)));
}

// --- to the search, by the key / ---------------------------------------------------------------

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input:not([type=range]), textarea, select, [contenteditable]");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
  const field = document.querySelector(".search input");
  const link = document.querySelector("a.find");
  if (!field && !link) return;
  event.preventDefault();
  if (field) field.select();
  else link.click();
});

// --- where one is -----------------------------------------------------------------------------

{
  const links = [...document.querySelectorAll(".here a")];
  const sections = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
  const menu = document.querySelector(".contents");
  let marked = null;

  // The last section that has come up to the bar; before the first one, none.
  const mark = () => {
    const index = sections.findLastIndex((section) => section.getBoundingClientRect().top < innerHeight / 3);
    if (links[index] === marked) return;
    marked?.removeAttribute("aria-current");
    marked = links[index] ?? null;
    marked?.setAttribute("aria-current", "location");
    if (!marked) return;
    const { top, bottom } = marked.getBoundingClientRect();
    const frame = menu.getBoundingClientRect();
    if (top < frame.top || bottom > frame.bottom) menu.scrollTop += top - frame.top - frame.height / 2;
  };

  if (links.length) {
    addEventListener("scroll", mark, { passive: true });
    mark();
    for (const link of links) link.addEventListener("click", () => menu.matches(":popover-open") && menu.hidePopover());
  }
}

// --- explorers --------------------------------------------------------------------------------

for (const explorer of document.querySelectorAll(".explorer")) {
  const { frames } = JSON.parse(explorer.querySelector("script").textContent);
  const sliders = [...explorer.querySelectorAll("input[type=range]")];
  const image = explorer.querySelector("img");
  const sources = explorer.querySelectorAll("source");
  const status = explorer.querySelector("[role=status]");
  let timer;

  const show = () => {
    let index = 0;
    for (const slider of sliders) {
      const values = JSON.parse(slider.dataset.values);
      const value = values[slider.valueAsNumber];
      index = index * values.length + slider.valueAsNumber;
      slider.setAttribute("aria-valuetext", value);
      slider.parentElement.querySelector("output").textContent = value;
    }
    const frame = frames[index];
    sources.forEach((source, i) => (source.srcset = frame.files[i]));
    image.src = frame.files.at(-1);
    image.alt = frame.text;
    if (frame.title) explorer.querySelector("figcaption").textContent = frame.title;
  };

  const move = () => {
    show();
    // A screen reader hears the slider's value at once, and what the picture shows once it rests.
    clearTimeout(timer);
    timer = setTimeout(() => (status.textContent = image.alt), 800);
  };

  for (const slider of sliders) slider.addEventListener("input", move);
  explorer.querySelector(".controls").hidden = false;
  show();
}

// --- wide code, tables and formulas ------------------------------------------------------------

// Make what is wider than the page focusable, so that the arrow keys can scroll it.
const updateFocusable = (box) => {
  if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  else box.removeAttribute("tabindex");
};
const boxes = document.querySelectorAll("article pre, article table, article div.math");
const watcher = new ResizeObserver((entries) => entries.forEach(({ target }) => updateFocusable(target)));
for (const box of boxes) watcher.observe(box);
document.fonts.ready.then(() => boxes.forEach(updateFocusable)); // a formula's own width comes with its font
