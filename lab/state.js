/** What a component's state may be: one schema for the page, its addresses, and Python. */

import schema from "../helpers/lab/schema.json" with { type: "json" };

export const { rules, settings, problems, pieces } = schema;

/** Return the default of a rule's setting, which may be the rule's own. */
export function standard(rule, setting) {
  return rules[rule][setting] ?? settings[setting].default;
}

/** Return the state that a component starts with. */
export function defaults(name) {
  const fields = Object.entries(schema.components[name]);
  return structuredClone(
    Object.fromEntries(fields.map(([field, { default: value }]) => [field, value])),
  );
}

/** Return the fields of a component's state. */
export function fields(name) {
  return schema.components[name];
}

/** Return the names of the fields in `patch`, which comes from outside, that the state cannot have. */
export function invalid(name, patch) {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return ["state"];
  return Object.keys(patch).filter(
    (field) => !isValid(schema.components[name][field], patch[field]),
  );
}

function isValid(field, value) {
  const isInside = (range) => Number.isFinite(value) && value >= range.min && value <= range.max;
  switch (field?.kind) {
    case "choice":
      return field.options.includes(value);
    case "number":
      return isInside(field);
    case "integer":
      return Number.isInteger(value) && isInside(field);
    case "flag":
      return typeof value === "boolean";
    case "point":
      return (
        isList(value, 2, 2) && value.every((part) => Number.isFinite(part) && Math.abs(part) <= 100)
      );
    case "numbers":
      return (
        isList(value, field.length[0], field.length[1]) &&
        value.every((part) => isNumber(part, field))
      );
    case "rules":
      return isList(value, field.min, field.max) && value.every(isRule);
    case "pieces":
      return (
        isList(value, field.min, field.max) &&
        value.every(isPiece) &&
        value.reduce((sum, { steps }) => sum + steps, 0) <= field.steps
      );
    default:
      return false;
  }
}

function isList(value, least, most) {
  return Array.isArray(value) && value.length >= least && value.length <= most;
}

function isNumber(value, { min, max }) {
  return Number.isFinite(value) && value >= min && value <= max;
}

function kindOf(kinds, name) {
  return typeof name === "string" && Object.hasOwn(kinds, name) && kinds[name];
}

function isRule(value) {
  const rule = kindOf(rules, value?.rule);
  return (
    rule &&
    isNumber(value.lr, settings.lr) &&
    Object.entries(value).every(([name, setting]) => {
      if (name === "rule") return true;
      if (!rule.settings.includes(name)) return false;
      return typeof settings[name].default === "boolean"
        ? typeof setting === "boolean"
        : isNumber(setting, settings[name]);
    }) &&
    // As torch wants it.
    !(value.nesterov && (!value.momentum || value.dampening))
  );
}

function isPiece(value) {
  const piece = kindOf(pieces, value?.piece);
  return (
    piece &&
    Number.isInteger(value.steps) &&
    value.steps >= 1 &&
    Object.entries(value).every(
      ([name, setting]) =>
        ["piece", "steps"].includes(name) ||
        (Object.hasOwn(piece.settings, name) && isSetting(setting, piece.settings[name])),
    )
  );
}

function isSetting(value, range) {
  if (range.options) return range.options.includes(value);
  if (typeof range.default === "boolean") return typeof value === "boolean";
  return isNumber(value, range) && (!range.integer || Number.isInteger(value));
}
