import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGunzip, createInflateRaw, deflateRawSync, type Gunzip, gzipSync, type InflateRaw } from 'node:zlib';
import { inflate } from '../../../src/feeds/unpack/inflate.js';

async function* once(...chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}

async function unpacked(
  packed: AsyncIterable<Buffer>,
  engine: Gunzip | InflateRaw = createInflateRaw(),
): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of inflate(packed, engine, 'feed.zip')) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('unpacking', () => {
  const text = 'name,url\n'.repeat(5000);

  it('ends at the end of the packed bytes, whatever follows them', async () => {
    const packed = deflateRawSync(text);
    assert.equal(await unpacked(once(Buffer.concat([packed, Buffer.alloc(100_000, 0x41)]))), text);
    assert.equal(await unpacked(once(packed, Buffer.alloc(10), Buffer.alloc(100_000))), text);
    assert.equal(await unpacked(once(packed)), text);
  });

  it('reads all members of a gzip', async () => {
    const [first, second] = [gzipSync('one,'), gzipSync('two')];
    assert.equal(await unpacked(once(Buffer.concat([first, second])), createGunzip()), 'one,two');
    assert.equal(await unpacked(once(first, second), createGunzip()), 'one,two');
  });
});
