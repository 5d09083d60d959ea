import { distance } from 'fastest-levenshtein';

/** The candidate a person most likely meant by `text`, or undefined when none is near enough to be worth saying. */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
  const wanted = text.toLowerCase();
  let best: { readonly candidate: string; readonly score: number } | undefined;
  for (const candidate of candidates) {
    const known = candidate.toLowerCase();
    // `user` for `username`: an abbreviation is near, however much is left out.
    const abbreviates = wanted.length >= 3 && (known.startsWith(wanted) || wanted.startsWith(known));
    const score = abbreviates || swapped(wanted, known) ? 1 : distance(wanted, known);
    // Letters swapped in a longer word count as two.
    const enough = wanted.length < 4 ? 1 : Math.max(2, Math.floor(wanted.length / 3));
    if (score <= enough && (best === undefined || score < best.score)) best = { candidate, score };
  }
  return best?.candidate;
}

/** `cvs` for `csv`. */
function swapped(one: string, other: string): boolean {
  return one.length < 5 && [...one].sort().join('') === [...other].sort().join('');
}

/** `; did you mean …?`, or nothing. */
export function didYouMean(name: string | undefined): string {
  return name === undefined ? '' : `; did you mean \`${name}\`?`;
}
