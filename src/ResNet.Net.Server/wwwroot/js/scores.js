/** Turns the raw output of a model into one probability per class. */
export function probabilitiesOf(scores, outputKind) {
  const values = Array.from(scores);
  if (values.some(v => !Number.isFinite(v))) {
    throw new Error("The model returned a value that is not finite.");
  }

  if (outputKind !== "Logits") {
    return binary(values.map(v => Math.min(Math.max(v, 0), 1)));
  }

  if (values.length === 1) {
    return binary([1 / (1 + Math.exp(-values[0]))]);
  }

  const max = values.reduce((a, b) => Math.max(a, b));
  const exponentials = values.map(v => Math.exp(v - max));
  const sum = exponentials.reduce((a, b) => a + b);
  return exponentials.map(v => v / sum);
}

// A single output is the probability of class 1.
const binary = values => values.length === 1 ? [1 - values[0], values[0]] : values;

/** Returns the most probable classes. */
export function best(probabilities, labels, count) {
  return probabilities
    .map((probability, classIndex) => ({ classIndex, label: labels[classIndex] ?? `class ${classIndex}`, probability }))
    .sort((a, b) => b.probability - a.probability || a.classIndex - b.classIndex)
    .slice(0, count);
}
