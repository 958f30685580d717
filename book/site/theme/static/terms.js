// The words of a text as the search compares them: without accents and capitals, and by their
// stem. Used for the index and for queries alike, so that both are cut the same way.

const searchTerms = (() => {
  // Numbers stay whole: 0,9 is one word, and so is 1.5.
  const WORD = /\p{N}+(?:[.,]\p{N}+)+|[\p{L}\p{N}\p{M}]+/gu;

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

  // Too common to ask for: they count only where a query has nothing else.
  const COMMON = {
    pt: "a ao aos as como com da das de do dos e em entre na nas no nos o os ou para pela pelo por qual quais que se sem sao ser um uma",
    en: "a an and are as at be by do does for from how in is it of on or that the this to what which why with",
  };
  const common = Object.fromEntries(
    Object.entries(COMMON).map(([language, list]) => [language, new Set(list.split(" "))]),
  );

  const fold = (word) =>
    word.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").replace(/(?<=\p{N}),(?=\p{N})/gu, ".");

  // Each rule: an ending, what stands for it, and how many letters a word needs to have. The first
  // that fits is the only one applied. Accents are gone already.
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
      optima: "optimum", vertices: "vertex",
    },
  };

  const stem = (word, language) => {
    if (Object.hasOwn(IRREGULAR[language], word)) return IRREGULAR[language][word];
    const rule = PLURALS[language].find(([ending, , letters]) => word.length >= letters && ending.test(word));
    const singular = rule ? word.replace(rule[0], rule[1]) : word;
    // adaptado, adaptada, adaptados: one stem. Short words would fall together (caso, casa).
    const gendered = language === "pt" && singular.length > 4 && !singular.endsWith("ao");
    return gendered ? singular.replace(/[aeo]$/, "") : singular;
  };

  // A word's forms: as it is written, with Greek letters by name, and its stem after a "=", which
  // no word holds: the start of a word is never looked for among stems.
  const forms = (word, language) => {
    const plain = fold(word);
    const named = plain.replace(/\p{Script=Greek}/gu, (letter) => GREEK[language][letter] ?? letter);
    // Half a plural, as it is while one types: regressõ, regressõe.
    const half = /õe?$/iu.test(word.normalize("NFC"));
    const whole = half ? named.replace(/oe?$/, "ao") : named;
    return [...new Set([plain, named]), `=${stem(whole, language)}`];
  };

  const words = (text) => text.match(WORD) ?? [];

  // What a query asks for: its words, the common ones only if there are no others.
  const asked = (query, language) => {
    const all = words(query);
    const telling = all.filter((word) => !common[language].has(fold(word)));
    return telling.length ? telling : all;
  };

  return { WORD, asked, fold, forms, words };
})();
