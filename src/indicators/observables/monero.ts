import { keccak_256 } from '@noble/hashes/sha3.js';

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const blockChars = 11;
/** How many bytes a block of so many characters stands for (Monero's base58 encodes each block by itself). */
const blockBytes: ReadonlyMap<number, number> = new Map([
  [11, 8],
  [7, 5],
]);
const checksumBytes = 4;
/** Network bytes of the main net: standard, integrated (with a payment id of 8 bytes), subaddress. */
const lengths: ReadonlyMap<number, number> = new Map([
  [18, 69],
  [19, 77],
  [42, 69],
]);

/** Monero: network byte, two keys, and the first four bytes of the Keccak-256 of all that. */
export function isMoneroAddress(word: string): boolean {
  const decoded = decode(word);
  if (decoded === undefined || lengths.get(decoded[0] ?? -1) !== decoded.length) return false;
  const end = decoded.length - checksumBytes;
  const checksum = keccak_256(decoded.subarray(0, end)).subarray(0, checksumBytes);
  return Buffer.compare(Buffer.from(checksum), decoded.subarray(end)) === 0;
}

function decode(word: string): Buffer | undefined {
  const blocks: Buffer[] = [];
  for (let start = 0; start < word.length; start += blockChars) {
    const text = word.slice(start, start + blockChars);
    const size = blockBytes.get(text.length);
    let value = 0n;
    for (const letter of text) value = value * 58n + BigInt(alphabet.indexOf(letter));
    if (size === undefined || value >= 1n << BigInt(size * 8)) return undefined;
    blocks.push(Buffer.from(value.toString(16).padStart(size * 2, '0'), 'hex'));
  }
  return Buffer.concat(blocks);
}
