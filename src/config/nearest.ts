import { distance } from 'fastest-levenshtein';

/** The candidate a person most likely meant by `text`, or undefined when none is near enough to be worth saying. */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
  const wanted = text.toLowerCase();
  let best: { readonly candidate: string; readonly score: number } | undefined;
  for (const candidate of candidates) {
    const known = candidate.toLowerCase();
    // `user` for `username`: an abbreviation is near, however much is left out.
    const abbreviates = wanted.length >= 3 && (known.startsWith(wanted) || wanted.startsWith(known));
    const score = abbreviates ? 1 : distance(wanted, known);
    // Two letters swapped count as two.
    const enough = wanted.length < 4 ? 1 : Math.max(2, Math.floor(wanted.length / 3));
    if (score <= enough && (best === undefined || score < best.score)) best = { candidate, score };
  }
  return best?.candidate;
}
