// The search page: finds sections in searchIndex (search-index.js), also by what searchGlossary
// (search-glossary.js) says means the same.
{
  const EXCERPT_LENGTH = 220; // characters
  const CONTEXT = 60; // characters of an excerpt before the first match, at most
  const DEBOUNCE = 120; // milliseconds
  const LOOKED_UP = 0.1; // weight of the glossary's chapter, which holds every word, against those that explain

  const language = document.documentElement.lang.slice(0, 2);
  const form = document.querySelector("form.search");
  const input = form.querySelector("input");
  const status = document.querySelector("#search-status");
  const results = document.querySelector("#search-results");
  const message = (key, values = {}) =>
    fillIn(status.dataset[key], values);

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
    tokenize: (text) => searchTerms.words(text).map(({ word }) => word),
    processTerm: forms,
  });
  engine.addAll(documents);

  // What means the same as a phrase, by its key: lists of words.
  const synonyms = new Map();
  for (const group of searchGlossary.groups) {
    const phrases = group.map((phrase) => searchTerms.ofQuery(phrase, language));
    for (const key of new Set(phrases.flatMap(searchTerms.keys))) {
      synonyms.set(key, [...(synonyms.get(key) ?? []), ...phrases]);
    }
  }

  // The words cut into the longest phrases that have synonyms, and single words; for each, all that
  // means the same.
  const cut = (words) => {
    if (!words.length) return [];
    let length = words.length;
    const same = () => searchTerms.keys(words.slice(0, length)).flatMap((key) => synonyms.get(key) ?? []);
    while (length > 1 && !same().length) length -= 1;
    return [[words.slice(0, length), ...same()], ...cut(words.slice(length))];
  };

  const find = (query) => {
    const terms = searchTerms.ofQuery(query, language);
    if (!terms.length) return { hits: [], near: false };
    // Two words may be one in the text: over fitting, overfitting.
    const joined = terms
      .slice(1)
      .map((word, i) => [...terms.slice(0, i), terms[i] + word, ...terms.slice(i + 2)]);
    const options = {
      boost: { heading: 3 },
      boostDocument: (id) => (searchGlossary.pages.includes(documents[id].page) ? LOOKED_UP : 1),
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
    const all = (words, fuzzy) => ({ combineWith: "AND", queries: words.map((text) => word(text, fuzzy)) });
    const any = (phrases, fuzzy) => ({ combineWith: "OR", queries: phrases.map((words) => all(words, fuzzy)) });
    const run = (combineWith, fuzzy) => {
      const readings = [terms, ...joined].map((words) => ({
        combineWith,
        queries: cut(words).map((phrases) => any(phrases, fuzzy)),
      }));
      return engine.search({ combineWith: "OR", queries: readings }, options);
    };
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

  // The words of a text that match; of a compound that matches as a whole, not its parts as well.
  const hitsIn = (text, found) => {
    let end = 0;
    return searchTerms.words(text).filter(({ word, written, index }) => {
      const isHit = index >= end && forms(word).some((form) => found.has(form));
      if (isHit) end = index + written.length;
      return isHit;
    });
  };

  // Part of a text, with its matches in <mark> elements.
  const marked = (text, hits, start = 0, end = text.length) => {
    const pieces = [];
    let at = start;
    for (const { written, index } of hits) {
      if (index < start || index + written.length > end) continue;
      pieces.push(text.slice(at, index), element("mark", written));
      at = index + written.length;
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
      const different = new Set(near.map(({ word }) => forms(word).at(-1))).size;
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
