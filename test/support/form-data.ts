import type { SeenRequest } from './scripted-server.js';

export interface ReadPart {
  readonly content: Buffer;
  readonly contentType: string | undefined;
  readonly fileName: string | undefined;
}

/** The fields of a form (`multipart/form-data`, RFC 7578) by their names; undefined: the request is no whole one. */
export function readForm({ headers, raw }: SeenRequest): ReadonlyMap<string, ReadPart> | undefined {
  const boundary = /^multipart\/form-data; boundary=([\w-]{1,70})$/.exec(headers['content-type'] ?? '')?.[1];
  // One byte a character, so that positions are those of the bytes.
  const text = raw.toString('latin1');
  if (boundary === undefined || !text.endsWith(`\r\n--${boundary}--\r\n`)) return undefined;
  const parts = `\r\n${text}`.split(`\r\n--${boundary}`).slice(1, -1);
  const read = parts.map((part) => {
    const [, head = '', content = ''] = /^\r\n(.*?)\r\n\r\n(.*)$/s.exec(part) ?? [];
    const disposition = /^content-disposition: form-data; name="([^"]+)"(?:; filename="([^"]+)")?$/im.exec(head);
    const contentType = /^content-type: (.+)$/im.exec(head)?.[1];
    return [
      disposition?.[1],
      { content: Buffer.from(content, 'latin1'), contentType, fileName: disposition?.[2] },
    ] as const;
  });
  const named = read.flatMap(([name, part]) => (name === undefined ? [] : [[name, part] as const]));
  return named.length === parts.length ? new Map(named) : undefined;
}
