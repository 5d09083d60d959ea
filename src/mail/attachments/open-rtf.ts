import { readRtf } from './read-rtf.js';
import { takeRtf } from './take-rtf.js';
import type { AttachedFile, Found } from './types.js';

/** Rich Text Format, which Word opens under its own endings too. */
export async function openRtf(file: AttachedFile, found: Found): Promise<void> {
  await takeRtf(readRtf(file.bytes), { file, part: file.part, urlKind: 'attachment' }, found);
}
