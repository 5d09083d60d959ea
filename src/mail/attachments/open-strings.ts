import { addDecodedText } from './add-text.js';
import { binaryStrings } from './binary-strings.js';
import type { AttachedFile, Found } from './types.js';

/** Files that name what they open in strings: shortcuts of Windows (`.lnk`), binary property lists (`.webloc`). */
export function openStrings({ bytes, part }: AttachedFile, found: Found): void {
  const { text, cut } = binaryStrings(bytes);
  if (cut) found.finding('file-cut');
  addDecodedText(text, { kind: 'text', part, urlKind: 'attachment' }, found);
}
