// Sends a reader to the language chosen before, else to the first of the browser's that we speak.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("language");
  } catch {
    // No storage: the browser's languages decide.
  }
  const spoken = (navigator.languages || [navigator.language]).map((tag) => tag.slice(0, 2));
  const language = [chosen, ...spoken].find((code) => code === "pt" || code === "en") || "en";
  // `?choose` shows the page itself.
  if (!location.search.includes("choose")) {
    location.replace(`${language}/${document.currentScript.dataset.first}.html`);
  }
})();
