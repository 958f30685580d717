/** What became of a schedule, as sentences. */

/** Return the outcome of a state in words; `found` and `constant` are null until they are known. */
export function outcome({ t }, followed, notes, found, constant) {
  const { rates, error } = followed;
  const sentences = [];
  if (error) {
    const at = notes[error.part][0];
    sentences.push(t("schedule.outcome_error", { step: error.step }));
    sentences.push(t(`schedule.notes.${at.key}`, at.values));
  }
  if (rates.length) {
    const values = { steps: rates.length, first: rates[0], last: rates.at(-1) };
    sentences.push(
      t("schedule.outcome_rates", { ...values, high: Math.max(...rates), low: Math.min(...rates) }),
    );
  }
  if (rates.length && found && constant) {
    // At the last step that both reach: an error ends the row early.
    const [row, reference] = [found, constant].map(({ median }) => median[rates.length]);
    const fate = (loss) =>
      Number.isFinite(loss) ? t("schedule.outcome_loss", { loss }) : t("schedule.outcome_diverged");
    const steps = rates.length;
    sentences.push(
      t("schedule.outcome_losses", { steps, row: fate(row), constant: fate(reference) }),
    );
  }
  return sentences.join(" ");
}
