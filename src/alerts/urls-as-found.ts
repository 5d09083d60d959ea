/**
 * In the fields of an alert URLs are joined by commas, and a comma inside one is written `%2C`. This tells, by how it
 * stands there, what was found: `https://a.example/x,y` and perhaps `https://a.example/x%2Cy` as well.
 */
export type UrlsAsFound = ReadonlyMap<string, readonly string[]>;

/** Only those that stand there otherwise. @param urls those of the alert's document */
export function urlsAsFound(urls: readonly string[]): UrlsAsFound {
  const joined = urls.filter((url) => url.includes(','));
  if (joined.length === 0) return asTheyStand;
  const all = new Set(urls);
  const found = new Map<string, string[]>();
  for (const url of joined) {
    const text = url.replaceAll(',', '%2C');
    const known = found.get(text);
    if (known === undefined) found.set(text, all.has(text) ? [url, text] : [url]);
    else if (!known.includes(url)) known.unshift(url);
  }
  return found;
}

/** Nothing is known of them, or no URL has a comma. */
export const asTheyStand: UrlsAsFound = new Map();

/** Fields that hold URLs, joined. */
export function holdsUrls(field: string): boolean {
  return /_url(?:_\d+)?$/.test(field);
}
