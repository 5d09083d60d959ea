/** What a worker answers at `/metrics`, by series: `lurewatch_held_alerts{mailbox="soc"}` → value. */
export interface Scraped {
  readonly text: string;
  readonly values: ReadonlyMap<string, number>;
  /** The value of a series; undefined: there is no such series. */
  of(series: string): number | undefined;
}

export async function scrape(url: string): Promise<Scraped> {
  const response = await fetch(`${url}/metrics`);
  if (!response.ok) throw new Error(`/metrics answered ${response.status}`);
  return parseMetrics(await response.text());
}

/** Prometheus' text format, version 0.0.4. */
export function parseMetrics(text: string): Scraped {
  const values = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, series, value] = /^([^#\s{]+(?:\{[^}]*\})?) (\S+)$/.exec(line) ?? [];
    if (series !== undefined && value !== undefined) values.set(series, Number(value));
  }
  return { text, values, of: (series) => values.get(series) };
}
