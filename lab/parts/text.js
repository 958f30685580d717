/** The component's texts, and numbers as the reader's language writes them. */

const SUPERSCRIPTS = {
  "-": "⁻",
  0: "⁰",
  1: "¹",
  2: "²",
  3: "³",
  4: "⁴",
  5: "⁵",
  6: "⁶",
  7: "⁷",
  8: "⁸",
  9: "⁹",
};

/**
 * Return `{ t, number, parse }` for a catalogue: `texts`, nested by key, and `marks`, the language's
 * `decimal` and `thousands`. Fields of a text are as in Python: `{loss:.2f}`.
 */
export function language({ texts, marks }) {
  function number(value, spec = ".3g") {
    if (Number.isNaN(value)) return "NaN";
    if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
    const written = localised(format(value, spec), marks);
    return spec === "," ? written.replace(/\B(?=(\d{3})+$)/g, marks.thousands) : written;
  }

  function t(key, values = {}) {
    const found = key.split(".").reduce((part, name) => part?.[name], texts);
    if (typeof found !== "string") throw new Error(`no text ${key}`);
    return found.replace(/\{(\w+)(?::([^}]+))?\}/g, (_, name, spec) => {
      const value = values[name];
      if (typeof value !== "number") return String(value);
      return number(value, spec ?? (Number.isInteger(value) ? "d" : ".3g"));
    });
  }

  /** Read a number as people type it, or as it is shown, with the decimal mark or a point; else NaN. */
  function parse(written) {
    const plain = typed(written.trim()).replace("−", "-").replace(marks.decimal, ".");
    return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
  }

  return { t, number, parse };
}

/** Return "2 × 10⁻⁸", as numbers are shown, in the form in which they are typed: "2e-8". */
function typed(shown) {
  return shown.replace(/^(?:(.+?) ?× ?)?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/, (_, mantissa = "1", power) => {
    const digit = (letter) => Object.keys(SUPERSCRIPTS).find((key) => SUPERSCRIPTS[key] === letter);
    return `${mantissa}e${[...power].map(digit).join("")}`;
  });
}

/** Format a number as `number` in helpers/language.py does: `d`, `,` (both whole), `.nf`, `.ng`, `.n%`. */
function format(value, spec) {
  if (spec === "d" || spec === ",") return String(Math.round(value));
  const [, digits, kind] = /^\.(\d+)([fg%])$/.exec(spec) ?? [];
  if (kind === "f") return rounded(value, "toFixed", Number(digits));
  if (kind === "%") return `${rounded(100 * value, "toFixed", Number(digits))}%`;
  if (kind !== "g") throw new Error(`no format ${spec}`);
  const precise = Number(rounded(value, "toExponential", digits - 1));
  const exponent = precise === 0 ? 0 : Math.floor(Math.log10(Math.abs(precise)));
  if (exponent >= -4 && exponent < Math.max(digits, 5)) return String(precise);
  return precise.toExponential();
}

/** Round halves to even digits, as Python does; JavaScript rounds them up. */
function rounded(value, method, digits) {
  const written = value[method](digits);
  const isHalf = /50{39}$/.test(value[method](digits + 40).split("e")[0]);
  const isOdd = /[13579]$/.test(written.split("e")[0]);
  return isHalf && isOdd ? (value * (1 - Number.EPSILON))[method](digits) : written;
}

function localised(written, { decimal }) {
  const [mantissa, exponent] = written.split("e");
  // What rounds to zero has no sign.
  const signed = mantissa
    .replace(/^-(?=[0.]+%?$)/, "")
    .replace("-", "−")
    .replace(".", decimal);
  if (exponent === undefined) return signed;
  const power = `10${exponent.replace("+", "").replace(/./g, (digit) => SUPERSCRIPTS[digit])}`;
  return mantissa === "1" ? power : `${signed} × ${power}`;
}
