// The front page: sends a reader who has chosen a language on to it, and shows it to any other in the
// first of the browser's languages that the course has, else in the last one of the course.
(() => {
  const { first, languages } = document.currentScript.dataset;
  const known = languages.split(" ");
  let chosen = null;
  try {
    chosen = localStorage.getItem("language");
  } catch {
    // No storage: the front page shows each time.
  }
  // `?choose` shows the front page in any case.
  if (known.includes(chosen) && !location.search.includes("choose")) {
    location.replace(`${chosen}/${first}.html`);
    return;
  }
  const preferred = (navigator.languages || [navigator.language]).map((tag) => tag.slice(0, 2));
  const language = [chosen, ...preferred].find((code) => known.includes(code)) || known.at(-1);
  const root = document.documentElement;

  // Once all is there, before it is seen and before the other scripts start figures in it.
  root.classList.add("choosing");
  const choose = () => {
    for (const section of document.querySelectorAll("[data-language]")) {
      if (section.dataset.language !== language) {
        section.remove();
        continue;
      }
      root.lang = section.lang;
      document.title = section.dataset.title;
    }
    root.classList.remove("choosing");
  };
  document.addEventListener("readystatechange", choose, { once: true });
})();
