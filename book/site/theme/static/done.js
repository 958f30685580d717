// What the reader has done: notes which sections are read, and shows all of it in the contents and on
// the welcome page. `chapters` (chapters.js) holds what there is to do.
{
  const labels = document.currentScript.dataset;
  const KINDS = ["sections", "questions", "exercises"];
  const WHILE = 1000; // milliseconds for which a section's end has to be in view
  const BAR = 72; // pixels: what is below the bar is in view; as scroll-padding-top in course.css

  // --- reading ----------------------------------------------------------------------------------

  const links = [...document.querySelectorAll(".contents .here a")];
  const sections = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));

  // A section is read when its heading and then its end have been in view: who jumps over it by a link
  // has seen one of them at most, and who scrolls past does not stay.
  const opened = new Set();
  const timers = new Map();
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const number = sections.indexOf(target.parentElement) + 1;
        if (target.matches("h2")) {
          if (isIntersecting) opened.add(number);
          continue;
        }
        clearTimeout(timers.get(number));
        if (isIntersecting) timers.set(number, setTimeout(read, WHILE, number));
      }
    },
    { rootMargin: `-${BAR}px 0px 0px` },
  );

  const read = (number) => {
    if (opened.has(number) && !progress.of("sections")[number]) progress.record("sections", number, true);
  };

  const isRecorded = Object.hasOwn(chapters, progress.page);
  if (isRecorded) {
    for (const section of sections) {
      const end = document.createElement("span");
      section.append(end);
      watcher.observe(section.querySelector("h2"));
      watcher.observe(end);
    }
    document.addEventListener("visibilitychange", () => {
      const number = links.findIndex((link) => link.hasAttribute("aria-current")) + 1;
      if (document.hidden && number) progress.stay(number);
    });
  }

  // --- showing ----------------------------------------------------------------------------------

  const SVG = "http://www.w3.org/2000/svg";
  const NBSP = "\u00a0"; // keeps a mark beside the last word
  const drawn = (name, attributes, ...children) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const picture = (label, ...parts) =>
    drawn("svg", { viewBox: "0 0 20 20", role: "img", "aria-label": label }, ...parts);
  const tick = () => drawn("path", { class: "tick", d: "M4.5 10.5 8.5 14.5 15.5 6" });
  // A circle of which as much is drawn as is done.
  const ring = (share) => [
    drawn("circle", { cx: 10, cy: 10, r: 8 }),
    drawn("circle", { class: "part", cx: 10, cy: 10, r: 8, pathLength: 100, "stroke-dasharray": `${100 * share} 100` }),
  ];

  const showChapter = (item) => {
    const there = chapters[item.dataset.chapter];
    const home = item.querySelector(":scope > * > .progress");
    if (!there) return;
    const counts = KINDS.map((kind) => {
      const total = kind === "sections" ? there.sections.length : there[kind];
      return { kind, total, done: Math.min(progress.done(kind, item.dataset.chapter), total) };
    }).filter(({ total }) => total);
    const sum = (key) => counts.reduce((all, count) => all + count[key], 0);
    const words = counts.map((count) => fillIn(labels[count.kind], count)).join(", ");
    const share = sum("done") / sum("total");
    home.title = share ? words : "";
    home.replaceChildren(...(share ? [NBSP, picture(words, ...(share < 1 ? ring(share) : [ring(1)[1], tick()]))] : []));
  };

  const show = () => {
    for (const item of document.querySelectorAll("[data-chapter]")) showChapter(item);
    const isRead = progress.of("sections");
    links.forEach((link, index) => {
      const mark = isRead[index + 1] ? [NBSP, picture(labels.read, tick())] : [];
      link.querySelector(".progress").replaceChildren(...mark);
    });
    showWelcome();
  };

  // --- the welcome page -------------------------------------------------------------------------

  const start = document.querySelector(".start");
  const beginning = start?.cloneNode(true);
  const forget = document.querySelector(".forget");

  const showWelcome = () => {
    if (!start) return;
    start.replaceChildren(...beginning.cloneNode(true).children);
    const place = progress.last();
    const section = chapters[place?.chapter]?.sections[place.section - 1];
    if (section) {
      const [id, heading] = section;
      const chapter = document.querySelector(`.contents [data-chapter="${place.chapter}"] a`);
      const [link, where] = start.children;
      link.href = `${chapter.getAttribute("href")}#${encodeURIComponent(id)}`;
      link.textContent = start.dataset.goOn;
      where.textContent = `${heading} · ${chapter.firstChild.textContent}`;
    }
    forget?.classList.toggle("shown", Object.keys(progress.all()).length > 0);
  };

  forget?.querySelector("button").addEventListener("click", () => {
    if (!confirm(forget.dataset.sure)) return;
    progress.forget();
    const status = forget.querySelector("[role=status]");
    status.textContent = forget.dataset.forgotten;
    forget.classList.add("shown", "over");
    status.focus();
  });

  document.addEventListener("progress", show);
  // What other pages have recorded, when one comes back to this one and it is not loaded again.
  addEventListener("pageshow", ({ persisted }) => persisted && show());
  show();
}
