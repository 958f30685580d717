/** What PyTorch really does with a row of pieces, where its names do not say so. */

import { edgesOf, momentumOf, settingsOf } from "./schedule.pieces.js";

const JUMP = 1.5; // from one step to the next, a larger factor is worth a note
const CYCLES = ["cyclic", "one_cycle"]; // these take no rate from the optimizer

/**
 * Return notes on each piece, as keys of texts with their values.
 * @returns {{key: string, values: Object, isError?: boolean}[][]} shape (pieces,) of lists
 */
export function notesOf(state, followed) {
  const edges = edgesOf(state.pieces);
  return state.pieces.map((piece, index) => {
    const context = { state, followed, piece, index, start: edges[index], end: edges[index + 1] };
    const settings = settingsOf(piece);
    const { error, rates } = followed;
    const failure =
      error?.part === index
        ? [{ key: error.reason, values: { ...settings, step: error.step }, isError: true }]
        : [];
    const used = rates.subarray(context.start, context.end);
    if (!used.length) return failure;
    return [
      ...failure,
      ...ofBase(context, used),
      ...ofKind[piece.piece](settings, context, used),
      ...ofRates(used),
    ];
  });
}

const note = (condition, key, values = {}) => (condition ? [{ key, values }] : []);

/** A length that ends before or after the piece does. */
function unfinished(name, value, { piece, start }, used) {
  return note(value > piece.steps, "unfinished", { name, value, start, rate: used.at(-1) });
}

function linear({ total_iters, end_factor }, context, used) {
  const { piece, start } = context;
  return [
    ...unfinished("total_iters", total_iters, context, used),
    ...note(total_iters < piece.steps && end_factor > 0, "stays", {
      step: start + total_iters,
      rate: used.at(-1),
    }),
  ];
}

const ofKind = {
  warm_up: linear,
  linear,
  constant: ({ factor, total_iters }, { piece, start }) =>
    note(factor !== 1 && total_iters < piece.steps, "returns", { step: start + total_iters }),
  step: ({ step_size }, { piece }) => note(step_size >= piece.steps, "no_step", { step_size }),
  exponential: () => [],
  cosine: ({ T_max, eta_min }, context, used) => [
    ...note(T_max < context.piece.steps && eta_min < used[0], "rises", {
      step: context.start + T_max,
      period: T_max,
    }),
    ...unfinished("T_max", T_max, context, used),
  ],
  restarts: ({ T_0 }, context, used) => unfinished("T_0", T_0, context, used),
  cyclic: (settings, context) => [
    ...note(settings.base_lr !== context.state.lr, "sets_rate", settings),
    ...momentum(settings, context),
  ],
  one_cycle(settings, context, used) {
    const { group } = context.followed;
    const { total_steps, max_lr, max_momentum, base_momentum, cycle_momentum } = settings;
    const isLast = context.index === context.state.pieces.length - 1;
    const hasOwnMomenta =
      group.max_momentum === max_momentum && group.base_momentum === base_momentum;
    return [
      ...note(group.max_lr !== max_lr, "other_rate", group),
      ...note(cycle_momentum && !hasOwnMomenta, "other_momentum", group),
      ...note(total_steps < context.piece.steps, "past", { total_steps }),
      ...note(isLast && total_steps === context.piece.steps, "ends", { total_steps }),
      ...unfinished("total_steps", total_steps, context, used),
      // Momenta as the group holds them.
      ...momentum({ ...settings, ...group, cycle_momentum }, context),
    ];
  },
};

function momentum({ cycle_momentum, base_momentum, max_momentum }, { state, followed, index }) {
  if (!cycle_momentum) return [];
  const key = state.optimizer === "adam" ? "beta1" : "momentum";
  const chosen = momentumOf(state);
  const first = followed.momenta[0];
  const isMoved = (piece) => settingsOf(piece).cycle_momentum;
  const isLast = !state.pieces.slice(index + 1).some(isMoved);
  const isEarly = isLast && !isMoved(state.pieces[0]) && first !== chosen;
  return [
    ...note(true, `moves_${key}`, { base_momentum, max_momentum, chosen }),
    ...note(isEarly, "moves_early", { first, chosen }),
  ];
}

/** From which rate a piece starts: its base rate, which another may have changed. */
function ofBase({ state, followed, piece, index, start }, used) {
  if (CYCLES.includes(piece.piece)) return [];
  const { bases, initial, rates } = followed;
  const base = index || piece.piece === "restarts" ? bases[index] : initial;
  const before = rates[start - 1];
  // Who wrote initial_lr: OneCycleLR does always, CyclicLR if it is made first.
  const others = index ? state.pieces.slice(0, index) : state.pieces;
  const writer = Math.max(
    0,
    others.findLastIndex((other) => other.piece === "one_cycle"),
  );
  const jump = used[0] / before;
  return [
    ...note(base !== state.lr, index ? "base" : "initial", {
      base,
      lr: state.lr,
      writer: writer + 1,
    }),
    ...note(index > 0 && base === state.lr && (jump > JUMP || jump < 1 / JUMP), "restart", {
      before,
      after: used[0],
      base,
    }),
  ];
}

function ofRates(used) {
  const zeros = used.filter((rate) => rate === 0).length;
  return [
    ...note(zeros > 1, "zero", { count: zeros }),
    ...note(
      used.some((rate) => rate < 0),
      "negative",
    ),
  ];
}
