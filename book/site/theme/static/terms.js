// Splits texts into words and normalises them: no accents, lower case, one stem for all forms. The
// index and queries both use it, so that they match.

const searchTerms = (() => {
  // A decimal number is one word: 0,9 and 1.5.
  const WORD = /\p{N}+(?:[.,]\p{N}+)+|[\p{L}\p{N}\p{M}]+/gu;
  const HYPHENS = /[-‐‑]/g;
  const COMPOUND = /\p{L}[\p{L}\p{N}\p{M}]*(?:[-‐‑]\p{L}[\p{L}\p{N}\p{M}]*)+/gu;

  const GREEK = {
    pt: {
      α: "alfa", β: "beta", γ: "gama", δ: "delta", ε: "epsilon", ϵ: "epsilon", η: "eta",
      θ: "teta", κ: "kapa", λ: "lambda", μ: "mi", ρ: "ro", σ: "sigma", τ: "tau", φ: "fi", ω: "omega",
    },
    en: {
      α: "alpha", β: "beta", γ: "gamma", δ: "delta", ε: "epsilon", ϵ: "epsilon", η: "eta",
      θ: "theta", κ: "kappa", λ: "lambda", μ: "mu", ρ: "rho", σ: "sigma", τ: "tau", φ: "phi", ω: "omega",
    },
  };

  // Stop words: ignored unless a query has no others.
  const STOP_WORDS = {
    pt: "a ao aos as como com da das de do dos e em entre na nas no nos o os ou para pela pelo por qual quais que se sem sao ser um uma",
    en: "a an and are as at be by do does for from how in is it of on or that the this to what which why with",
  };
  const stopWords = Object.fromEntries(
    Object.entries(STOP_WORDS).map(([language, list]) => [language, new Set(list.split(" "))]),
  );

  const fold = (word) =>
    word.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").replace(/(?<=\p{N}),(?=\p{N})/gu, ".");

  // Each rule: an ending, its replacement, and the least length of a word. Only the first match
  // applies. Accents are removed before.
  const PLURALS = {
    pt: [
      [/(?:oes|aes|aos)$/, "ao", 4], // funções, pães, mãos → -ão
      [/ais$/, "al", 5], // finais → final
      [/(?:eis|el|il)$/, "el", 5], // níveis → nível, and fáceis → fácil: one stem for both
      [/ois$/, "ol", 5],
      [/uis$/, "ul", 5],
      [/(?<=[aeiou])ns$/, "m", 4], // ordens → ordem
      [/(?<=[aeiou][rz])es$/, "", 5], // valores → valor, matrizes → matriz
      [/(?<!s)s$/, "", 4], // pesos → peso
    ],
    en: [
      [/ies$/, "y", 5], // entropies → entropy
      [/(?<=ss|x|ch|sh)es$/, "", 5], // losses → loss
      [/(?<![siu])s$/, "", 4], // steps → step; not loss, axis, status
    ],
  };
  const IRREGULAR = {
    pt: { bias: "bias", biases: "bias", meses: "mes", vies: "vies", vieses: "vies" },
    en: {
      analyses: "analysis", axes: "axis", bias: "bias", biases: "bias", hypotheses: "hypothesis",
      indices: "index", matrices: "matrix", minima: "minimum", maxima: "maximum",
      optima: "optimum", quizzes: "quiz", vertices: "vertex",
    },
  };

  const stem = (word, language) => {
    if (Object.hasOwn(IRREGULAR[language], word)) return IRREGULAR[language][word];
    const rule = PLURALS[language].find(([ending, , letters]) => word.length >= letters && ending.test(word));
    const singular = rule ? word.replace(rule[0], rule[1]) : word;
    // adaptado, adaptada, adaptados: one stem. Short words would get the same stem (caso, casa).
    const gendered = language === "pt" && singular.length > 4 && !singular.endsWith("ao");
    return gendered ? singular.replace(/[aeo]$/, "") : singular;
  };

  // A word's forms: as written, with Greek letters by name, and its stem after a "=", which no word
  // contains, so that a search by prefix never matches stems.
  const forms = (word, language) => {
    const plain = fold(word);
    const named = plain.replace(/\p{Script=Greek}/gu, (letter) => GREEK[language][letter] ?? letter);
    // An unfinished plural, while the reader types: regressõ, regressõe.
    const unfinished = /õe?$/iu.test(word.normalize("NFC"));
    const completed = unfinished ? named.replace(/oe?$/, "ao") : named;
    return [...new Set([plain, named]), `=${stem(completed, language)}`];
  };

  // The words of a text and where they stand, `{ word, written, index }`. A compound comes first as
  // one word and then as its parts: warm-up is warmup, warm and up.
  const words = (text) => {
    const found = [...text.matchAll(COMPOUND), ...text.matchAll(WORD)];
    return found
      .map(({ 0: written, index }) => ({ written, index, word: written.replace(HYPHENS, "") }))
      .sort((one, other) => one.index - other.index);
  };

  // The words to search for: without stop words, unless there are no others.
  const ofQuery = (query, language) => {
    const all = query.match(WORD) ?? [];
    const distinctive = all.filter((word) => !stopWords[language].has(fold(word)));
    return distinctive.length ? distinctive : all;
  };

  // One key for a phrase however it is written: mini-batches, mini batch, minibatch.
  const key = (phrase, language) =>
    stem(phrase.map((word) => stem(fold(word), language)).join(""), language);

  // In every language that the course has: who reads in one may ask in another.
  const keys = (phrase) => Object.keys(STOP_WORDS).map((language) => key(phrase, language));

  return { words, ofQuery, forms, keys };
})();
