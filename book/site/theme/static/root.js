// Sends a reader to the language chosen before, else to the first of the browser's that the course
// has, else to the last one.
(() => {
  const { first, languages } = document.currentScript.dataset;
  const known = languages.split(" ");
  let chosen = null;
  try {
    chosen = localStorage.getItem("language");
  } catch {
    // No storage: the browser's languages decide.
  }
  const preferred = (navigator.languages || [navigator.language]).map((tag) => tag.slice(0, 2));
  const language = [chosen, ...preferred].find((code) => known.includes(code)) || known.at(-1);
  // `?choose` shows the page itself.
  if (!location.search.includes("choose")) {
    location.replace(`${language}/${first}.html`);
  }
})();
