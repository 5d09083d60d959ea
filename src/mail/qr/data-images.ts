const head = /^\s{0,9}data:\s{0,9}image\/[^,]{1,200},/i;

/** The bytes of an image within a `data:` URL (RFC 2397); null for any other link, and a longer one. */
export function dataImage(link: string, maxChars: number): Buffer | null {
  const start = head.exec(link.slice(0, 300))?.[0];
  if (start === undefined || link.length > maxChars) return null;
  const body = link
    .slice(start.length)
    .replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(body, /;\s*base64\s*,$/i.test(start) ? 'base64' : 'latin1');
}
