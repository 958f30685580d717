// Before the page is drawn: the theme that the reader chose, if any; otherwise the system's.
(() => {
  const root = document.documentElement;
  try {
    const chosen = localStorage.getItem("theme");
    if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  } catch {
    // No storage, as in some private windows: the system's theme holds.
  }
  root.classList.add("scripted");
})();
