import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { deflateSync } from 'node:zlib';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { payloadToBytes } from '../../../src/temporal/codec/payload-bytes.js';
import { codecOf, encryptedWith } from '../../support/history-config.js';

const text = defaultPayloadConverter.toPayload('The same words again. '.repeat(200));
const noise: Payload = { metadata: { encoding: Buffer.from('binary/plain') }, data: randomBytes(2000) };
const small = defaultPayloadConverter.toPayload({ mailbox: 'soc' });

function encodingOf({ metadata }: Payload): string {
  return Buffer.from(metadata?.encoding ?? []).toString();
}

describe('a payload', () => {
  it('is compressed where that makes it smaller, as Temporal’s own zlib codec does it, and comes back', async () => {
    const codec = await codecOf({ compress: true });
    const encoded = await codec.encode([text, noise, small]);
    assert.deepEqual(encoded.map(encodingOf), ['binary/zlib', 'binary/plain', 'json/plain']);
    assert.ok((encoded[0]?.data?.length ?? 0) < (text.data?.length ?? 0) / 10);
    const decoded = await codec.decode(encoded);
    assert.deepEqual(
      decoded.map(({ data }) => Buffer.from(data ?? [])),
      [text, noise, small].map(({ data }) => Buffer.from(data ?? [])),
    );
    assert.deepEqual(decoded.map(encodingOf), [text, noise, small].map(encodingOf));
  });

  it('is compressed before it is encrypted, unless that is not wanted', async () => {
    const encryption = encryptedWith('one', { one: 'KEY_ONE' });
    const [usual] = await (await codecOf(encryption)).encode([text]);
    const [large] = await (await codecOf({ ...encryption, compress: false })).encode([text]);
    assert.ok((usual?.data?.length ?? 0) < 300, `${usual?.data?.length}`);
    assert.ok((large?.data?.length ?? 0) > 4000);
  });

  it('stays as it is where nothing is configured, and what was compressed before is still read', async () => {
    const codec = await codecOf({});
    assert.deepEqual(await codec.encode([text, noise]), [text, noise]);
    const decoded = await codec.decode(await (await codecOf({ compress: true })).encode([text]));
    assert.equal(defaultPayloadConverter.fromPayload(decoded[0] ?? {}), 'The same words again. '.repeat(200));
  });

  it('that would unpack to more than anybody wrote is refused, and so is one that does not unpack', async () => {
    const codec = await codecOf({});
    for (const data of [deflateSync(Buffer.alloc(33 * 1024 * 1024)), Buffer.from('no zlib'), Buffer.alloc(0)]) {
      const payload = { metadata: { encoding: Buffer.from('binary/zlib') }, data };
      await assert.rejects(codec.decode([payload]), { code: 'LW_HISTORY_DAMAGED' });
    }
  });

  it('is refused among many that unpack to what no memory holds, each of them small', async () => {
    const codec = await codecOf({});
    const data = deflateSync(payloadToBytes({ ...noise, data: Buffer.alloc(31 * 1024 * 1024) }));
    const bomb = { metadata: { encoding: Buffer.from('binary/zlib') }, data };
    assert.equal((await codec.decode([bomb, bomb])).length, 2);
    await assert.rejects(codec.decode(Array.from({ length: 4 }, () => bomb)), { code: 'LW_HISTORY_DAMAGED' });
    const many = await (await codecOf({ compress: true })).encode(Array.from({ length: 500 }, () => text));
    assert.equal((await codec.decode(many)).length, 500);
  });
});
