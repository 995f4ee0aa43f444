/** Up to three known names most like a wrong one, for a message: `did you mean FLIGHTS?`; empty when none is like it. */
export function nearestNames(wrong: string, known: readonly string[]): string[] {
  const scored = known.map((name) => ({ name, distance: distance(wrong.toUpperCase(), name.toUpperCase()) }));
  const limit = Math.max(2, Math.floor(wrong.length / 3));
  return scored
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name);
}

/** The sentence that goes with it. */
export function suggestion(wrong: string, known: readonly string[]): string {
  const near = nearestNames(wrong, known);
  if (near.length > 0)
    return `Did you mean ${near.map((name) => JSON.stringify(name)).join(" or ")}? Names are exact, case included.`;
  if (known.length === 0) return "None is visible to the role.";
  const shown = known.slice(0, 5).map((name) => JSON.stringify(name));
  return `Visible to the role: ${shown.join(", ")}${known.length > 5 ? ` and ${known.length - 5} more` : ""}.`;
}

/** Levenshtein. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
