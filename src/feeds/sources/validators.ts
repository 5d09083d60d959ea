import { createHash } from 'node:crypto';
import { type SourceState, sourceStateSchema } from './source.js';

/**
 * The headers that ask a server for the file only where it changed (RFC 9110 §13.1). Sent only to where the state came
 * from: an ETag like `"1"` means something else everywhere else.
 * @param address the configured address, its secret not filled in
 */
export function conditionsFor(
  known: Readonly<Record<string, unknown>> | undefined,
  address: string,
  url: URL,
): Readonly<Record<string, string>> {
  const state = sourceStateSchema.safeParse(known).data;
  if (state === undefined || state.of !== originOf(address, url)) return {};
  return {
    ...(state.etag === undefined ? {} : { 'if-none-match': state.etag }),
    ...(state.lastModified === undefined ? {} : { 'if-modified-since': state.lastModified }),
  };
}

export function stateOf(
  address: string,
  url: URL,
  { etag, 'last-modified': lastModified }: Readonly<Record<string, string>>,
): SourceState {
  if (!isSendable(etag) && !isSendable(lastModified)) return {};
  return {
    of: originOf(address, url),
    ...(isSendable(etag) ? { etag } : {}),
    ...(isSendable(lastModified) ? { lastModified } : {}),
  };
}

/** Short, and fit to be sent back. */
function isSendable(value: string | undefined): value is string {
  return value !== undefined && /^[\x20-\x7e]{1,512}$/.test(value);
}

/** The query of where a redirect leads is left out: a signed one is different each time. */
function originOf(address: string, url: URL): string {
  return createHash('sha256').update(`${address}\n${url.origin}${url.pathname}`).digest('hex').slice(0, 32);
}
