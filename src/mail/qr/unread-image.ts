import type { AttachmentInfo } from '../../indicators/types.js';

const unread = /^image\/(?:webp|avif|heic|heif|jxl|jxr|jp2|jpx|tiff|x-icon|vnd\.microsoft\.icon)/;
/** Smaller ones are marks that hold no code. */
const minBytes = 300;

/** An image that mail programs or phones show, of a format that is not decoded here. */
export function isUnreadImage({ type, sizeBytes }: Pick<AttachmentInfo, 'type' | 'sizeBytes'>): boolean {
  return type !== undefined && sizeBytes >= minBytes && unread.test(type);
}
