import type { AttachmentInfo } from '../indicators/types.js';
import { column } from './columns.js';
import type { AlertEvent } from './types.js';

/** A mail with more is an archive that somebody sent; `file_count` tells of the rest. */
const told = 50;

/** The attached files and those in them: names and hashes, comma-joined, in the same order; only where there are any. */
export function fileFields(attachments: readonly AttachmentInfo[]): AlertEvent {
  if (attachments.length === 0) return {};
  const files = attachments.slice(0, told);
  const of = (field: string, value: (file: AttachmentInfo) => string) => column(field, files.map(value));
  return {
    file_count: String(attachments.length),
    ...of('file_name', ({ fileName }) => fileName ?? ''),
    ...of('file_type', ({ type, contentType }) => type ?? contentType),
    ...of('file_md5', ({ md5 }) => md5 ?? ''),
    ...of('file_sha1', ({ sha1 }) => sha1 ?? ''),
    ...of('file_sha256', ({ sha256 }) => sha256 ?? ''),
  };
}
