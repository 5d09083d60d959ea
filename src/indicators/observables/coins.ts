import { keccak_256 } from '@noble/hashes/sha3.js';
import { bech32, bech32m } from 'bech32';
import bs58check from 'bs58check';
import { isMoneroAddress } from './monero.js';
import type { coinTypes } from './types.js';

type Coin = (typeof coinTypes)[number];

/** Version bytes of base58check addresses (SLIP 132, each coin's chainparams), in hex, and the length after them. */
const versions: ReadonlyMap<string, Coin> = new Map<string, Coin>([
  ['00', 'bitcoin'],
  ['05', 'bitcoin'],
  ['30', 'litecoin'],
  ['32', 'litecoin'],
  ['1e', 'dogecoin'],
  ['16', 'dogecoin'],
  ['4c', 'dash'],
  ['10', 'dash'],
  ['41', 'tron'],
  ['1cb8', 'zcash'],
  ['1cbd', 'zcash'],
]);
const hashBytes = 20;

/**
 * Which cryptocurrency the word is an address of; undefined where it is none or its checksum does not hold.
 * An Ethereum address without capitals has no checksum (EIP-55) and is not taken.
 */
export function coinOf(word: string): Coin | undefined {
  if (/^0x[0-9a-fA-F]{40}$/.test(word)) return hasEthereumChecksum(word.slice(2)) ? 'ethereum' : undefined;
  if (/^(?:bc|ltc)1[02-9ac-hj-np-z]{11,87}$/i.test(word)) return segwitCoin(word);
  if (/^[48][1-9A-HJ-NP-Za-km-z]{94}(?:[1-9A-HJ-NP-Za-km-z]{11})?$/.test(word))
    return isMoneroAddress(word) ? 'monero' : undefined;
  return /^[1-9A-HJ-NP-Za-km-z]{25,36}$/.test(word) ? base58Coin(word) : undefined;
}

/** EIP-55: a letter is a capital where the digit of the hash at its place is 8 or more. */
function hasEthereumChecksum(address: string): boolean {
  if (!/[a-f]/.test(address) || !/[A-F]/.test(address)) return false;
  const hash = Buffer.from(keccak_256(Buffer.from(address.toLowerCase(), 'latin1'))).toString('hex');
  return [...address].every((letter, index) => {
    const capital = Number.parseInt(hash[index] ?? '', 16) >= 8;
    return letter === (capital ? letter.toUpperCase() : letter.toLowerCase());
  });
}

function base58Coin(word: string): Coin | undefined {
  const payload = bs58check.decodeUnsafe(word);
  if (payload === undefined || payload.length < hashBytes + 1) return undefined;
  return versions.get(Buffer.from(payload.subarray(0, payload.length - hashBytes)).toString('hex'));
}

/** BIP 173: version 0 has 20 or 32 bytes. BIP 350: all others have the newer checksum. */
function segwitCoin(word: string): Coin | undefined {
  const coin = /^bc/i.test(word) ? 'bitcoin' : 'litecoin';
  const old = bech32.decodeUnsafe(word)?.words;
  const words = old ?? bech32m.decodeUnsafe(word)?.words;
  const [version = -1, ...rest] = words ?? [];
  const bytes = bech32.fromWordsUnsafe(rest)?.length ?? 0;
  if (version === 0) return old !== undefined && (bytes === 20 || bytes === 32) ? coin : undefined;
  return old === undefined && version >= 1 && version <= 16 && bytes >= 2 && bytes <= 40 ? coin : undefined;
}
