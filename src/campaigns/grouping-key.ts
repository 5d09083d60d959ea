/** `lw-ozsr5fwb2vyuk4pw-20261122T194512Z`: the fingerprint of a campaign, and when its window began. */
export function groupingKey(fingerprint: string, startMs: number): string {
  return `lw-${fingerprint}-${new Date(startMs).toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '')}`;
}

const pattern = /^lw-[a-z2-7]{16}-(\d{8}T\d{2})\d{4}Z$/;

/** The hour in which the window of a grouping key began, `20261122T19`; undefined: it is no grouping key. */
export function hourOfGroupingKey(key: string): string | undefined {
  return pattern.exec(key)?.[1];
}
