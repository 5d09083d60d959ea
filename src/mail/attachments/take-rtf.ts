import type { UrlKind } from '../../indicators/types.js';
import { addDecodedText } from './add-text.js';
import { compoundMagic } from './compound-file.js';
import { readFieldCode } from './field-code.js';
import type { ReadRtf } from './read-rtf.js';
import { takeMember } from './take-member.js';
import { takePlaceIn } from './take-place.js';
import type { AttachedFile, Found } from './types.js';

export interface RtfPlace {
  readonly file: AttachedFile;
  readonly part: string;
  /** As of a text part. */
  readonly urlKind: UrlKind | null;
}

/** Has what RTF holds searched: its text, what its fields and template name, and the objects in it. */
export async function takeRtf(rtf: ReadRtf, { file, part, urlKind }: RtfPlace, found: Found): Promise<void> {
  if (rtf.cut) found.finding('file-cut');
  const lines = [...rtf.templates, ...rtf.targets];
  if (rtf.templates.some((template) => /^\s*(?:https?|ftp):|^\\\\/i.test(template))) found.finding('office-remote');
  for (const code of rtf.fields) {
    const { text, loads, runs } = readFieldCode(code);
    lines.push(text);
    if (loads && /\b(?:https?|ftp):|\\\\\w/i.test(text)) found.finding('office-remote');
    if (runs) found.finding('office-macro');
  }
  addDecodedText(rtf.text, { kind: rtf.html ? 'html' : 'text', part, urlKind }, found);
  addDecodedText(lines.join('\n'), { kind: 'text', part, urlKind }, found);
  if (rtf.objects.length > 0) found.finding('office-object');
  for (const [index, object] of rtf.objects.entries()) {
    if (!takePlaceIn(file, found)) return;
    // A compound file stands behind the name of its program (MS-OLEDS §2.2.5).
    const compound = object.indexOf(compoundMagic);
    const packed = compound < 0 ? object : object.subarray(compound);
    await takeMember({ archive: file, path: `object${index + 1}.ole`, packed, engine: null }, found);
  }
}
