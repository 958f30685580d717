// The search page: finds sections in searchIndex, which _static/search-index.js defines.
{
  const EXCERPT_LENGTH = 220; // characters
  const CONTEXT = 60; // characters of an excerpt before the first match, at most
  const DEBOUNCE = 120; // milliseconds

  const language = document.documentElement.lang.slice(0, 2);
  const form = document.querySelector("form.search");
  const input = form.querySelector("input");
  const status = document.querySelector("#search-status");
  const results = document.querySelector("#search-results");
  const message = (key, values = {}) =>
    status.dataset[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

  // --- finding ----------------------------------------------------------------------------------

  const cache = new Map();
  const forms = (word) => {
    if (!cache.has(word)) cache.set(word, searchTerms.forms(word, language));
    return cache.get(word);
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
    tokenize: searchTerms.split,
    processTerm: forms,
  });
  engine.addAll(documents);

  const find = (query) => {
    const terms = searchTerms.ofQuery(query, language);
    if (!terms.length) return { hits: [], near: false };
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
    const run = (combineWith, fuzzy) =>
      engine.search({ combineWith, queries: terms.map((text) => word(text, fuzzy)) }, options);
    const exact = run("AND", false);
    if (exact.length) return { hits: exact, near: false };
    // No exact match: allow typing errors, then matches of only some of the terms.
    const close = run("AND", true);
    return { hits: close.length ? close : run("OR", true), near: true };
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

  // Part of a text, with its matches in <mark> elements.
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

  // The part of the text that matches most terms, from the start of a sentence or a word.
  const excerpt = (text, found) => {
    const hits = hitsIn(text, found);
    let start = 0;
    let most = 0;
    for (const first of hits) {
      const near = hits.filter(({ index }) => index >= first.index && index < first.index + EXCERPT_LENGTH - CONTEXT);
      const different = new Set(near.map(([word]) => forms(word).at(-1))).size;
      if (different > most) [most, start] = [different, first.index];
    }
    if (start > CONTEXT) {
      const before = text.slice(start - CONTEXT, start);
      const sentence = /^.*[.!?:;] /u.exec(before);
      start += (sentence ? sentence[0].length : before.indexOf(" ") + 1) - CONTEXT;
    } else {
      start = 0;
    }
    const space = text.lastIndexOf(" ", start + EXCERPT_LENGTH);
    const end = text.length - start <= EXCERPT_LENGTH ? text.length : Math.max(space, start + CONTEXT);
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
    status.textContent = message(key, { query, count: hits.length });
    try {
      history.replaceState(null, "", query ? `?${new URLSearchParams({ q: query })}` : location.pathname);
    } catch {
      // Some browsers do not let a page opened from the disk change its address.
    }
  };

  // --- input and keyboard -----------------------------------------------------------------------

  let timer;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, DEBOUNCE);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    search();
  });

  // Arrow keys move between the search box and the results.
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
