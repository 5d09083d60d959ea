import { randomInt } from 'node:crypto';
import { freePort } from '../../src/dev/free-port.js';

/**
 * A free port below 32,768: Temporal keeps those of its members in a 16-bit number with a sign, and no outgoing
 * connection takes it while a server that is to come back is away.
 */
export async function lowPort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const wanted = randomInt(15_000, 32_000);
    if ((await freePort(wanted)) === wanted) return wanted;
  }
  throw new Error('no free port between 15,000 and 32,000 on 127.0.0.1');
}
