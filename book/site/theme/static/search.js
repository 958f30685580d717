// The search page: finds sections in searchIndex, which _static/search-index.js brings.
{
  const MOST = 220; // letters of an excerpt
  const BEFORE = 60; // of them, at most, before the first word found
  const PAUSE = 120; // milliseconds without a key before results change

  const language = document.documentElement.lang.slice(0, 2);
  const form = document.querySelector("form.search");
  const input = form.querySelector("input");
  const status = document.querySelector("#search-status");
  const results = document.querySelector("#search-results");
  const say = (key, values = {}) =>
    status.dataset[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

  // --- finding ----------------------------------------------------------------------------------

  const known = new Map();
  const forms = (word) => {
    if (!known.has(word)) known.set(word, searchTerms.forms(word, language));
    return known.get(word);
  };

  const documents = searchIndex.flatMap(([page, parts]) =>
    parts.map(([anchor, heading, text], position) => ({
      page,
      title: parts[0][1],
      address: position ? `${page}#${anchor}` : page,
      isPage: position === 0,
      heading,
      text,
    })),
  );
  documents.forEach((part, id) => (part.id = id));

  const engine = new MiniSearch({
    fields: ["heading", "text"],
    tokenize: searchTerms.words,
    processTerm: forms,
  });
  engine.addAll(documents);

  const find = (query) => {
    const asked = searchTerms.asked(query, language);
    if (!asked.length) return { hits: [], near: false };
    const options = {
      boost: { heading: 3 },
      tokenize: (term) => [term],
      processTerm: (term) => term,
    };
    const word = (text, fuzzy) => {
      const [plain, ...others] = forms(text);
      return {
        combineWith: "OR",
        queries: [
          { queries: [plain], prefix: plain.length > 1, fuzzy: fuzzy && plain.length > 4 ? 0.2 : false },
          { queries: others, combineWith: "OR", prefix: false },
        ],
      };
    };
    const ask = (combineWith, fuzzy) =>
      engine.search({ combineWith, queries: asked.map((text) => word(text, fuzzy)) }, options);
    const exact = ask("AND", false);
    if (exact.length) return { hits: exact, near: false };
    // Else what comes close: a letter wrong, then only some of the words.
    const close = ask("AND", true);
    return { hits: close.length ? close : ask("OR", true), near: true };
  };

  // --- showing ----------------------------------------------------------------------------------

  const element = (tag, ...children) => {
    const made = document.createElement(tag);
    made.append(...children);
    return made;
  };

  const link = (address, ...children) => {
    const made = element("a", ...children);
    made.href = address;
    return made;
  };

  const hitsIn = (text, found) =>
    [...text.matchAll(searchTerms.WORD)].filter(([word]) => forms(word).some((form) => found.has(form)));

  // The text from start to end, with the words found marked.
  const marked = (text, hits, start = 0, end = text.length) => {
    const pieces = [];
    let at = start;
    for (const hit of hits) {
      if (hit.index < start || hit.index + hit[0].length > end) continue;
      pieces.push(text.slice(at, hit.index), element("mark", hit[0]));
      at = hit.index + hit[0].length;
    }
    return [...pieces, text.slice(at, end)];
  };

  // The stretch of the text with most of the words found, from the start of a sentence or a word.
  const excerpt = (text, found) => {
    const hits = hitsIn(text, found);
    let start = 0;
    let most = 0;
    for (const first of hits) {
      const near = hits.filter(({ index }) => index >= first.index && index < first.index + MOST - BEFORE);
      const different = new Set(near.map(([word]) => forms(word).at(-1))).size;
      if (different > most) [most, start] = [different, first.index];
    }
    if (start > BEFORE) {
      const before = text.slice(start - BEFORE, start);
      const sentence = /^.*[.!?:;] /u.exec(before);
      start += (sentence ? sentence[0].length : before.indexOf(" ") + 1) - BEFORE;
    } else {
      start = 0;
    }
    const space = text.lastIndexOf(" ", start + MOST);
    const end = text.length - start <= MOST ? text.length : Math.max(space, start + BEFORE);
    return [
      start > 0 ? "… " : "",
      ...marked(text, hits, start, end),
      end < text.length ? " …" : "",
    ];
  };

  const show = (hits) => {
    const pages = new Map();
    for (const { id, terms } of hits) {
      const part = documents[id];
      const found = new Set(terms);
      if (!pages.has(part.page)) {
        const title = marked(part.title, hitsIn(part.title, found));
        pages.set(part.page, { title: element("h2", link(part.page, ...title)), list: element("ul") });
      }
      const group = pages.get(part.page);
      if (part.isPage) {
        group.title.firstChild.replaceChildren(...marked(part.title, hitsIn(part.title, found)));
        group.opening = element("p", ...excerpt(part.text, found));
      } else {
        const heading = link(part.address, ...marked(part.heading, hitsIn(part.heading, found)));
        group.list.append(element("li", element("h3", heading), element("p", ...excerpt(part.text, found))));
      }
    }
    results.replaceChildren(
      ...[...pages.values()].map(({ title, opening, list }) =>
        element("section", title, ...(opening ? [opening] : []), ...(list.childElementCount ? [list] : [])),
      ),
    );
  };

  const search = () => {
    const query = input.value.trim();
    const { hits, near } = find(query);
    show(hits);
    const key = !query ? "empty" : !hits.length ? "none" : near ? "near" : hits.length === 1 ? "one" : "many";
    status.textContent = say(key, { query, count: hits.length });
    try {
      history.replaceState(null, "", query ? `?${new URLSearchParams({ q: query })}` : location.pathname);
    } catch {
      // Some browsers keep the address of a page from the disk as it is.
    }
  };

  // --- the reader's hands -----------------------------------------------------------------------

  let waiting;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, PAUSE);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    search();
  });

  // Arrows lead from the words to the results, through them, and back.
  document.querySelector("article").addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const stops = [input, ...results.querySelectorAll("a")];
    const here = stops.indexOf(document.activeElement);
    const next = stops[here + step];
    if (here < 0 || !next) return;
    event.preventDefault();
    next.focus();
  });

  input.value = new URLSearchParams(location.search).get("q") ?? "";
  search();
  if (!input.value) input.focus();
}
