import { wellFormed } from '../text/well-formed.js';
import type { Carrier } from './template.js';

/** As encoded. Longer addresses are refused on the way, whatever they hold. */
const longestUrlValue = 2_000;

/**
 * A path and query of a URL (RFC 3986): values are percent-encoded whole, so that none of them can end a segment or
 * begin a parameter; of the words only what no URL can carry is.
 */
export const urlCarrier: Carrier = {
  text: (text) => text.replace(/[^\x21\x24-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]/gu, encoded),
  // As a segment of its own, either would lead to another path, also where it is percent-encoded.
  value: (text) => (/^\.{1,2}$/.test(text) ? '_' : beginning(text, longestUrlValue, segmentText)),
};

function segmentText(text: string): string {
  return encoded(text).replace(/[!'()*]/g, hex);
}

/** As encoded. Servers take about 8,000 bytes of all header fields together. */
const longestHeaderValue = 1_000;

/** The value of a header field (RFC 9110 §5.5): no line can end in it, and what is beyond ASCII is percent-encoded. */
export const headerCarrier: Carrier = {
  text: (text) => headerText(text),
  value: (text) => beginning(text.replace(/\p{Cc}+/gu, ' '), longestHeaderValue, headerText).trim(),
};

function headerText(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').replace(/[^\x20-\x7e]+/g, encoded);
}

/** As many whole characters as have room once they are encoded. */
function beginning(text: string, most: number, encode: (text: string) => string): string {
  let carried = '';
  for (const character of text.slice(0, most)) {
    const piece = encode(character);
    if (carried.length + piece.length > most) break;
    carried += piece;
  }
  return carried;
}

function encoded(text: string): string {
  return encodeURIComponent(wellFormed(text));
}

function hex(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
