import { findCodesInFile } from './find-codes.js';
import type { AttachedFile, Found } from './types.js';

/** The codes in an image: QR, Micro QR, rMQR, Data Matrix, Aztec. */
export function openImage({ bytes, part }: AttachedFile, found: Found): Promise<void> {
  return findCodesInFile(bytes, part, found);
}
