// What the reader has done, kept on the device, by chapter and for all languages alike.
//
// A chapter's record holds, by kind ("sections", "questions", "exercises", "guesses"), what is known of
// each of them by its number or name. Whoever shows it listens for the document's "progress" event.

const progress = (() => {
  const KEY = "progress";
  const page = document.documentElement.dataset.page;
  let known = {}; // without storage it lasts for this page

  const load = () => {
    try {
      known = JSON.parse(localStorage.getItem(KEY)) ?? {};
    } catch {
      // No storage, or something else under this name.
    }
    return known;
  };

  const save = (records) => {
    known = records;
    try {
      localStorage.setItem(KEY, JSON.stringify(records));
    } catch {
      // No storage.
    }
    document.dispatchEvent(new Event("progress"));
  };

  /** Everything, by chapter. */
  const all = () => load();

  /** What is known of one kind in a chapter, by number or name. */
  const of = (kind, chapter = page) => load()[chapter]?.[kind] ?? {};

  /** Remember something of the page's own chapter. */
  const record = (kind, name, value) => {
    const records = load();
    const kinds = (records[page] ??= {});
    (kinds[kind] ??= {})[name] = value;
    save(records);
  };

  /** Forget one kind in the page's chapter, or one of its names only. */
  const drop = (kind, name) => {
    const records = load();
    if (name === undefined) delete records[page]?.[kind];
    else delete records[page]?.[kind]?.[name];
    save(records);
  };

  /** Forget everything, of all chapters. */
  const forget = () => save({});

  return { page, all, of, record, drop, forget };
})();
