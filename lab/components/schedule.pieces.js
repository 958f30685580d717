/** The pieces of a schedule: their settings in full, and changes of the row that keep its length. */

import { sequential } from "../engine/sequential.js";
import { fields, pieces as kinds } from "../state.js";

export const FEWEST_STEPS = 10; // that a reader can choose for the whole row
const { pieces: limits } = fields("schedule");
export const { max: MOST_PIECES, steps: MOST_STEPS } = limits;

/** Return a piece's arguments in torch, all of them. What `follows` is by default its length. */
export function settingsOf(piece) {
  const { settings } = kinds[piece.piece];
  return Object.fromEntries(
    Object.entries(settings).map(([name, { default: standard, follows }]) => [
      name,
      piece[name] ?? (follows ? piece.steps : standard),
    ]),
  );
}

/** Return the momentum of a state's optimizer, which is β₁ for Adam. */
export function momentumOf({ optimizer, momentum, beta1 }) {
  return optimizer === "adam" ? beta1 : momentum;
}

/** Return what torch makes of a state's row: see `sequential`. */
export function follow(state) {
  const parts = state.pieces.map((piece) => ({
    torch: kinds[piece.piece].torch,
    steps: piece.steps,
    settings: settingsOf(piece),
  }));
  return sequential({ lr: state.lr, momentum: momentumOf(state) }, parts);
}

/** Return the steps at which pieces start, and where the last one ends: shape (pieces + 1,). */
export function edgesOf(pieces) {
  const edges = [0];
  for (const { steps } of pieces) edges.push(edges.at(-1) + steps);
  return edges;
}

/** Return a new piece of a kind, with rates that suit the optimizer's. */
export function newPiece(kind, steps, lr) {
  const { preset, settings } = kinds[kind];
  const piece = { piece: kind, steps, ...preset };
  for (const [name, { required, default: standard }] of Object.entries(settings)) {
    if (required) piece[name] = standard;
  }
  const within = (rate) =>
    Number(Math.min(settings.max_lr.max, Math.max(settings.max_lr.min, rate)).toPrecision(3));
  if ("max_lr" in settings) piece.max_lr = within(lr);
  if ("base_lr" in settings) piece.base_lr = within(lr / 10);
  return piece;
}

/** Return the first and the last step at which the edge after piece `index` can lie. */
export function edgeLimits(pieces, index) {
  const edges = edgesOf(pieces);
  const isLast = index === pieces.length - 1;
  const low = edges[index] + 1;
  return isLast ? [Math.max(low, FEWEST_STEPS), MOST_STEPS] : [low, edges[index + 2] - 1];
}

/**
 * Return the row with the edge after piece `index` at a step: what one piece gains the next loses,
 * and the last one makes the whole row longer.
 */
export function moveEdge(pieces, index, step) {
  const edges = edgesOf(pieces);
  const [low, high] = edgeLimits(pieces, index);
  const at = Math.max(low, Math.min(high, Math.round(step)));
  return pieces.map((piece, i) => {
    if (i === index) return { ...piece, steps: at - edges[index] };
    return i === index + 1 ? { ...piece, steps: edges[index + 2] - at } : piece;
  });
}

/** Return the row with a piece of a kind after piece `index`, of which it takes half. */
export function addPiece(pieces, index, kind, lr) {
  const half = Math.floor(pieces[index].steps / 2);
  const shorter = { ...pieces[index], steps: pieces[index].steps - half };
  return pieces.toSpliced(index, 1, shorter, newPiece(kind, half, lr));
}

/** Return the row without a piece, whose steps go to the one before it, or after the first. */
export function removePiece(pieces, index) {
  const heir = Math.max(0, index - 1);
  return pieces
    .toSpliced(index, 1)
    .map((piece, i) =>
      i === heir ? { ...piece, steps: piece.steps + pieces[index].steps } : piece,
    );
}

/** Return the row with a piece at another place. */
export function movePiece(pieces, from, to) {
  return pieces.toSpliced(from, 1).toSpliced(to, 0, pieces[from]);
}

/** Return the row stretched to a number of steps, each piece by the same factor. */
export function stretch(pieces, total) {
  const edges = edgesOf(pieces);
  const factor = total / edges.at(-1);
  let before = 0;
  return pieces.map((piece, i) => {
    const after = pieces.length - 1 - i; // each of which needs a step
    const end = Math.max(before + 1, Math.min(total - after, Math.round(edges[i + 1] * factor)));
    const steps = end - before;
    before = end;
    return { ...piece, steps };
  });
}
