// The copy button of code, the link to the same heading in the other language, and printing.

const labels = document.currentScript.dataset;

// --- code to copy -----------------------------------------------------------------------------

const announcer = document.createElement("p");
announcer.className = "visually-hidden";
announcer.setAttribute("role", "status");
document.body.append(announcer);

// Without permission for the clipboard, as over plain HTTP, copying a selection still works.
const copyBySelection = (text) => {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
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
  let timer;
  const reset = () => {
    button.textContent = labels.copy;
    button.setAttribute("aria-label", labels.copyCode);
  };
  button.type = "button";
  button.className = "copy";
  reset();
  button.addEventListener("click", async () => {
    let message = labels.copied;
    try {
      await copy(block.querySelector("pre").textContent.replace(/\n$/, ""));
    } catch {
      message = labels.notCopied;
    }
    button.focus({ preventScroll: true });
    button.textContent = message;
    button.removeAttribute("aria-label");
    announcer.textContent = message;
    clearTimeout(timer);
    timer = setTimeout(() => {
      reset();
      announcer.textContent = "";
    }, 2000);
  });
  block.append(button);
}

// --- the same heading in the other language ---------------------------------------------------

for (const link of document.querySelectorAll("a.language[data-headings]")) {
  const headings = JSON.parse(link.dataset.headings);
  const page = link.getAttribute("href");
  const sections = [...document.querySelectorAll("article section[id]")];

  const BAR_HEIGHT = 96; // pixels: a little more than scroll-padding-top in course.css

  const isInView = (element) => {
    const { top } = element.getBoundingClientRect();
    return top > 0 && top < innerHeight;
  };

  // The heading in the address if it is in view, else the last one scrolled up to the bar.
  const current = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const section = target?.closest("article section[id]");
    if (section && isInView(target)) return section;
    return sections.findLast((one) => one.getBoundingClientRect().top < BAR_HEIGHT);
  };

  const point = () => {
    const section = current();
    // The first heading is the page's title: a link to the page itself leads there.
    const other = section && section !== sections[0] ? headings[section.id] : undefined;
    link.setAttribute("href", other ? `${page}#${encodeURIComponent(other)}` : page);
  };

  for (const event of ["pointerenter", "pointerdown", "focus", "click"]) {
    link.addEventListener(event, point);
  }
}

// --- on paper ---------------------------------------------------------------------------------

{
  let undo = [];

  // Open all folds, show pictures in light colours, and reset explorers to their start.
  addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll("article details:not([open])")) {
      fold.open = true;
      undo.push(() => (fold.open = false));
    }
    for (const source of document.querySelectorAll("picture > source")) {
      const { media } = source;
      source.media = "not all";
      undo.push(() => (source.media = media));
    }
    for (const slider of document.querySelectorAll(".explorer input[type=range]")) {
      const { value } = slider;
      const move = (to) => {
        slider.value = to;
        slider.dispatchEvent(new Event("input"));
      };
      move(slider.defaultValue);
      undo.push(() => move(value));
    }
  });
  addEventListener("afterprint", () => {
    for (const restore of undo) restore();
    undo = [];
  });
}
