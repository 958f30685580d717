// Comforts of reading: code that is copied with a button, paper, and the same heading in the other
// language.

const say = document.currentScript.dataset;

// --- code to copy -----------------------------------------------------------------------------

const said = document.createElement("p");
said.className = "said";
said.setAttribute("role", "status");
document.body.append(said);

// Where the page has no right to the clipboard, as over plain HTTP, the selection still has one.
const copyBySelection = (text) => {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "said";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("the browser does not copy");
};

const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyBySelection(text);
  }
};

for (const block of document.querySelectorAll("article .highlight:has(> pre)")) {
  if (block.closest(".cell_output")) continue;
  const button = document.createElement("button");
  let wait;
  const rest = () => {
    button.textContent = say.copy;
    button.setAttribute("aria-label", say.copyCode);
  };
  button.type = "button";
  button.className = "copy";
  rest();
  button.addEventListener("click", async () => {
    let answer = say.copied;
    try {
      await copy(block.querySelector("pre").textContent.replace(/\n$/, ""));
    } catch {
      answer = say.notCopied;
    }
    button.focus({ preventScroll: true });
    button.textContent = answer;
    button.removeAttribute("aria-label");
    said.textContent = answer;
    clearTimeout(wait);
    wait = setTimeout(() => {
      rest();
      said.textContent = "";
    }, 2000);
  });
  block.append(button);
}

// --- the same heading in the other language ---------------------------------------------------

for (const link of document.querySelectorAll("a.language[data-headings]")) {
  const headings = JSON.parse(link.dataset.headings);
  const page = link.getAttribute("href");
  const sections = [...document.querySelectorAll("article section[id]")];

  const UNDER_THE_BAR = 96; // pixels: where a heading comes to stand that a link leads to

  const isInView = (element) => {
    const { top } = element.getBoundingClientRect();
    return top > 0 && top < innerHeight;
  };

  // The heading that the address names, while it is in view; else the last one to reach the bar.
  const current = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const section = target?.closest("article section[id]");
    if (section && isInView(target)) return section;
    return sections.findLast((one) => one.getBoundingClientRect().top < UNDER_THE_BAR);
  };

  const point = () => {
    const section = current();
    // The page's own heading is its start.
    const other = section && section !== sections[0] ? headings[section.id] : undefined;
    link.setAttribute("href", other ? `${page}#${encodeURIComponent(other)}` : page);
  };

  for (const event of ["pointerenter", "pointerdown", "focus", "click"]) {
    link.addEventListener(event, point);
  }
}

// --- on paper ---------------------------------------------------------------------------------

{
  let putBack = [];

  // All folds open, pictures in light colours, and explorers as they start.
  addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll("article details:not([open])")) {
      fold.open = true;
      putBack.push(() => (fold.open = false));
    }
    for (const source of document.querySelectorAll("picture > source")) {
      const { media } = source;
      source.media = "not all";
      putBack.push(() => (source.media = media));
    }
    for (const slider of document.querySelectorAll(".explorer input[type=range]")) {
      const { value } = slider;
      const move = (to) => {
        slider.value = to;
        slider.dispatchEvent(new Event("input"));
      };
      move(slider.defaultValue);
      putBack.push(() => move(value));
    }
  });
  addEventListener("afterprint", () => {
    for (const back of putBack) back();
    putBack = [];
  });
}
