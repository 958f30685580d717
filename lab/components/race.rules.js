/** The competitors that a reader can choose, by the names under which people know them. */

/**
 * For each: the rule with what makes it that one, a first learning rate, and the settings to move,
 * of which the first `main` are always in sight.
 * Its key is its style in the palette.
 */
export const KINDS = {
  sgd: { preset: { rule: "sgd" }, lr: 0.1, main: 1, settings: ["lr", "weight_decay"] },
  momentum: {
    preset: { rule: "sgd", momentum: 0.9 },
    lr: 0.1,
    main: 2,
    settings: ["lr", "momentum", "dampening", "weight_decay"],
    ranges: { momentum: { min: 0.01 } },
  },
  nesterov: {
    preset: { rule: "sgd", momentum: 0.9, nesterov: true },
    lr: 0.1,
    main: 2,
    settings: ["lr", "momentum", "weight_decay"],
    ranges: { momentum: { min: 0.01 } },
  },
  adagrad: {
    preset: { rule: "adagrad" },
    lr: 0.5,
    main: 1,
    settings: ["lr", "lr_decay", "eps", "weight_decay"],
  },
  rmsprop: {
    preset: { rule: "rmsprop" },
    lr: 0.05,
    main: 2,
    settings: ["lr", "alpha", "momentum", "eps", "weight_decay"],
  },
  adam: {
    preset: { rule: "adam" },
    lr: 0.1,
    main: 2,
    settings: ["lr", "beta1", "beta2", "eps", "weight_decay"],
  },
  amsgrad: {
    preset: { rule: "adam", amsgrad: true },
    lr: 0.1,
    main: 2,
    settings: ["lr", "beta1", "beta2", "eps", "weight_decay"],
  },
  adamw: {
    preset: { rule: "adamw" },
    lr: 0.1,
    main: 2,
    settings: ["lr", "weight_decay", "beta1", "beta2", "eps"],
  },
  nadam: {
    preset: { rule: "nadam" },
    lr: 0.1,
    main: 2,
    settings: ["lr", "beta1", "beta2", "momentum_decay", "eps"],
  },
  lion: {
    preset: { rule: "lion" },
    lr: 0.1,
    main: 2,
    settings: ["lr", "beta1", "beta2", "weight_decay"],
  },
  muon: {
    preset: { rule: "muon", weight_decay: 0 },
    lr: 0.1,
    main: 2,
    settings: ["lr", "momentum", "weight_decay"],
  },
};

/** Return the key of a rule with its settings. */
export function kindOf({ rule, momentum, nesterov, amsgrad }) {
  if (rule === "sgd") return nesterov ? "nesterov" : momentum ? "momentum" : "sgd";
  return rule === "adam" && amsgrad ? "amsgrad" : rule;
}

/** Return the settings of a rule alone. */
export function settingsOf({ rule: _, ...settings }) {
  return settings;
}
