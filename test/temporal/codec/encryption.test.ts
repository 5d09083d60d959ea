import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { codecOf, converterOf, encryptedWith, historyKeys } from '../../support/history-config.js';

const withOne = encryptedWith('one', { one: 'KEY_ONE' });
const rotated = encryptedWith('two', { one: 'KEY_ONE', two: 'KEY_TWO' });

const samples: Payload[] = [
  defaultPayloadConverter.toPayload({ subject: 'Invoice 4711', urls: ['https://phish.example/login'] }),
  defaultPayloadConverter.toPayload('ü'.repeat(5000)),
  { metadata: { encoding: Buffer.from('binary/plain'), more: Buffer.from([0, 255]) }, data: Buffer.from([0, 1, 255]) },
  { metadata: { encoding: Buffer.from('binary/null') }, data: new Uint8Array() },
];

function plain({ metadata, data }: Payload) {
  const fields = Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('hex')]);
  return { metadata: Object.fromEntries(fields), data: Buffer.from(data ?? []).toString('hex') };
}

async function sealed(): Promise<Payload> {
  const [payload] = await (await codecOf(withOne)).encode([samples[0] ?? {}]);
  assert.ok(payload?.data);
  return payload;
}

describe('an encrypted payload', () => {
  it('comes back byte for byte, metadata included, in the order of the others', async () => {
    const codec = await codecOf(withOne);
    const decoded = await codec.decode(await codec.encode(samples));
    assert.deepEqual(decoded.map(plain), samples.map(plain));
    assert.deepEqual(await codec.decode(await codec.encode([])), []);
  });

  it('shows the id of its key and nothing of what is in it, and is another one each time', async () => {
    const codec = await codecOf(withOne);
    const payload = await sealed();
    assert.deepEqual(
      Object.entries(payload.metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString()]),
      [
        ['encoding', 'binary/encrypted'],
        ['encryption-key-id', 'one'],
      ],
    );
    assert.doesNotMatch(Buffer.from(payload.data ?? []).toString('latin1'), /Invoice|phish|json/);
    const [other] = await codec.encode([samples[0] ?? {}]);
    assert.notDeepEqual(payload.data, other?.data);
  });

  it('that was changed in any byte, or cut, is refused', async () => {
    const codec = await codecOf(withOne);
    const payload = await sealed();
    const data = Buffer.from(payload.data ?? []);
    const changed = Array.from(data, (byte, index) => Buffer.from(data).fill(byte ^ 1, index, index + 1));
    for (const bytes of [...changed, data.subarray(0, -1), data.subarray(0, 5), Buffer.alloc(0)]) {
      await assert.rejects(codec.decode([{ ...payload, data: bytes }]), { code: 'LW_HISTORY_DAMAGED' });
    }
  });

  it('does not decrypt under the id of another key, nor with another key under its id', async () => {
    const payload = await sealed();
    const same = await codecOf(encryptedWith('one', { one: 'KEY_ONE', two: 'KEY_ONE' }));
    const exchanged = { ...payload, metadata: { ...payload.metadata, 'encryption-key-id': Buffer.from('two') } };
    await assert.rejects(same.decode([exchanged]), { code: 'LW_HISTORY_DAMAGED' });
    const another = await codecOf(encryptedWith('one', { one: 'KEY_TWO' }));
    await assert.rejects(another.decode([payload]), { code: 'LW_HISTORY_DAMAGED', message: /another key has this id/ });
  });

  it('whose key is not there is told with the ids that are, and may be tried again', async () => {
    const payload = await sealed();
    for (const [history, words] of [
      [encryptedWith('two', { two: 'KEY_TWO' }), /the key "one", and here are only: two\./],
      [{}, /the key "one", and here is none\./],
    ] as const) {
      const codec = await codecOf(history);
      await assert.rejects(codec.decode([payload]), {
        code: 'LW_HISTORY_KEY_UNKNOWN',
        message: words,
        retryable: true,
      });
    }
  });
});

describe('after a change of keys', () => {
  it('the new key writes, and what the old one wrote is still read', async () => {
    const codec = await codecOf(rotated);
    const [payload] = await codec.encode([samples[0] ?? {}]);
    assert.equal(Buffer.from(payload?.metadata?.['encryption-key-id'] ?? []).toString(), 'two');
    const decoded = await codec.decode([await sealed(), payload ?? {}]);
    assert.deepEqual(
      decoded.map(plain),
      [samples[0], samples[0]].map((sample) => plain(sample ?? {})),
    );
  });

  it('to none, nothing more is encrypted, failures included, and everything is still read', async () => {
    const history = encryptedWith(undefined, { one: 'KEY_ONE' });
    const codec = await codecOf(history);
    assert.deepEqual((await codec.encode(samples)).map(plain), samples.map(plain));
    assert.deepEqual((await codec.decode([await sealed()])).map(plain), [samples[0] ?? {}].map(plain));
    assert.equal((await converterOf(history)).failureConverterPath, undefined);
    assert.notEqual((await converterOf(withOne)).failureConverterPath, undefined);
  });

  it('what was written before there was a key is read as it is', async () => {
    const codec = await codecOf(withOne);
    assert.deepEqual((await codec.decode(samples)).map(plain), samples.map(plain));
  });
});

describe('a key', () => {
  it('may be given in base64, base64 for URLs, or hexadecimal digits', async () => {
    const bytes = Buffer.alloc(32, 0xfb);
    const payloads = [];
    for (const text of [
      bytes.toString('base64'),
      bytes.toString('base64url'),
      ` ${bytes.toString('hex').toUpperCase()}\n`,
    ]) {
      const codec = await codecOf(withOne, { KEY_ONE: text });
      payloads.push(...(await codec.encode([samples[0] ?? {}])));
    }
    const codec = await codecOf(withOne, { KEY_ONE: bytes.toString('hex') });
    assert.equal((await codec.decode(payloads)).length, 3);
  });

  it('of a wrong length is a mistake, which tells its place and never the key', async () => {
    for (const [key, words] of [
      [
        Buffer.alloc(16, 7).toString('base64'),
        /history\.encryption\.keys\.one: the key has 16 bytes, and has to have 32/,
      ],
      [historyKeys.KEY_TWO.slice(1), /the key has 47 bytes/],
      ['not a key!', /the key is neither base64 nor hexadecimal digits/],
    ] as const) {
      await assert.rejects(converterOf(withOne, { KEY_ONE: key }), (error: Error) => {
        assert.match(error.message, words);
        assert.ok(!error.message.includes(key.slice(0, 8)), error.message);
        assert.equal('code' in error && error.code, 'LW_CONFIG_INVALID');
        return true;
      });
    }
    await assert.rejects(converterOf(withOne, {}), { code: 'LW_SECRET_UNSET', message: /keys\.one.*KEY_ONE/ });
  });
});
