import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { deflateSync } from 'node:zlib';
import { createExtractionPool } from '../../../src/indicators/extraction-pool.js';
import { extractMessage } from '../../../src/mail/parse-message.js';
import { whiteImage } from '../../../src/mail/qr/gray-image.js';
import { imageHeader } from '../../../src/mail/qr/image-header.js';
import { withMemoryLimit } from '../../../src/mail/qr/wasm-memory-limit.js';
import { attachedUrls, bodyUrl, mailWith } from '../../support/attachments.js';
import { noisy } from '../../support/distortions.js';
import { codesOf, limits, urlsOf } from '../../support/extraction.js';
import { pngChunk } from '../../support/png-chunk.js';
import { bmpOf, gifOf, pngFile, pngOf, qrImage, qrPng } from '../../support/qr-images.js';
import { zipFile } from '../../support/zip-file.js';

const target = 'https://evil.example/a';
const pool = createExtractionPool({ threads: 1 });
after(() => pool.close());

function extractImages(...images: readonly Buffer[]) {
  const files = images.map((bytes, index) => ({ name: `${index}.img`, bytes }));
  return pool.extract({ bytes: mailWith(files) }, limits);
}

function bombPng(side: number): Buffer {
  const rows = [Buffer.alloc(side)];
  const png = pngFile({ width: side, height: side, colour: 0, rows });
  // Rows as promised, and packed to nearly nothing.
  const data = pngChunk('IDAT', deflateSync(Buffer.alloc(Math.min(side * side, 40_000_000))));
  return Buffer.concat([png.subarray(0, 33), data, pngChunk('IEND', Buffer.alloc(0))]);
}

/** A JPEG as far as its frame header goes. */
function jpegHead(width: number, height: number, marker = 0xc0): Buffer {
  const frame = Buffer.from([0xff, marker, 0, 11, 8, 0, 0, 0, 0, 1, 1, 0x11, 0]);
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  return Buffer.concat([Buffer.of(0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0), frame]);
}

describe('a hostile image', () => {
  it('that would be too large is never decoded, whatever its format', async () => {
    const bmp = bmpOf(whiteImage(30, 30));
    bmp.writeInt32LE(50_000, 18);
    bmp.writeInt32LE(-50_000, 22);
    const gif = gifOf([whiteImage(30, 30)]);
    gif.writeUInt16LE(50_000, 6);
    gif.writeUInt16LE(50_000, 8);
    const jpeg = Buffer.concat([jpegHead(50_000, 50_000), Buffer.of(0xff, 0xda), Buffer.alloc(500, 0x55)]);
    for (const [what, bytes] of Object.entries({ png: bombPng(50_000), bmp, gif, jpeg })) {
      assert.ok((imageHeader(bytes)?.width ?? 0) === 50_000, what);
      const started = performance.now();
      const extraction = await extractImages(bytes, await qrPng(target));
      assert.deepEqual(codesOf(extraction), ['image-too-large'], what);
      assert.deepEqual(attachedUrls(extraction), [`qr 3 ${target}`], what);
      assert.ok(performance.now() - started < 9000, what);
    }
  });

  it('that unpacks to more than it says takes neither the memory nor the thread', async () => {
    const small = bombPng(64);
    const packed = deflateSync(Buffer.alloc(400_000_000));
    const lying = Buffer.concat([small.subarray(0, 33), pngChunk('IDAT', packed), pngChunk('IEND', Buffer.alloc(0))]);
    const before = process.memoryUsage.rss();
    const extraction = await extractImages(lying, await qrPng(target));
    assert.deepEqual(attachedUrls(extraction), [`qr 3 ${target}`]);
    for (const code of ['memory-cut', 'time-cut', 'attachments-cut'])
      assert.equal(codesOf(extraction).includes(code), false);
    assert.ok(process.memoryUsage.rss() - before < 500_000_000);
  });

  it('that is cut off anywhere costs nothing but itself', async () => {
    const image = await qrImage('https://cut.example/');
    for (const whole of [pngOf(image), bmpOf(image), gifOf([image])]) {
      const pieces = [0.02, 0.1, 0.5, 0.9, 0.99].map((share) => whole.subarray(0, Math.ceil(whole.length * share)));
      const extraction = await extractImages(...pieces, await qrPng(target));
      assert.ok(urlsOf(extraction).includes(target));
      assert.ok(urlsOf(extraction).includes(bodyUrl));
      for (const code of ['memory-cut', 'time-cut', 'parser-failed', 'attachments-cut'])
        assert.equal(codesOf(extraction).includes(code), false, code);
    }
  });

  it('that is damaged says so', async () => {
    const jpeg = Buffer.concat([Buffer.of(0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xda), Buffer.alloc(400, 0x55)]);
    assert.deepEqual(codesOf(await extractImages(jpeg)), ['image-unread']);
    const png = Buffer.from(pngOf(await qrImage(target)));
    png.fill(0x99, 41, 60);
    assert.deepEqual(codesOf(await extractImages(png)), ['image-unread']);
  });

  it('that unpacks to more than it says still shows its code', async () => {
    const { width, height, shades } = await qrImage(target);
    const rows = Array.from({ length: height }, (_, y) => [0, ...shades.subarray(y * width, (y + 1) * width)]);
    const data = deflateSync(Buffer.concat([Buffer.from(rows.flat()), Buffer.alloc(200_000_000)]));
    const head = pngOf(whiteImage(width, height)).subarray(0, 33);
    const png = Buffer.concat([head, pngChunk('IDAT', data), pngChunk('IEND', Buffer.alloc(0))]);
    assert.deepEqual(attachedUrls(await extractImages(png)), [`qr 2 ${target}`]);
  });

  it('of a format that is not decoded here says so', async () => {
    const webp = Buffer.alloc(2000, 0x31);
    webp.write('RIFF\0\0\0\0WEBPVP8 ', 'latin1');
    webp.writeUInt32LE(1992, 4);
    assert.deepEqual(codesOf(await extractImages(webp)), ['image-unread']);
  });

  it('of very many scans is not decoded', async () => {
    const scans = Buffer.concat(
      Array.from({ length: 5000 }, () => Buffer.of(0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x55)),
    );
    const jpeg = Buffer.concat([jpegHead(4000, 4000, 0xc2), scans]);
    assert.deepEqual(codesOf(await extractImages(jpeg)), ['image-too-large']);
  });

  it('of a pixel, which most mails have, is passed over without loading anything', async () => {
    const pixel = pngOf(whiteImage(1, 1));
    const extraction = await extractImages(pixel, gifOf([whiteImage(1, 1)]), pngOf(whiteImage(600, 2)));
    assert.deepEqual(codesOf(extraction), []);
  });

  it('in nine hundred copies is read once', async () => {
    const logo = pngOf(noisy(whiteImage(200, 80), 100));
    const copies = Array.from({ length: 900 }, (_, index) => ({ name: `${index}.png`, bytes: logo }));
    await extractImages(logo);
    const started = performance.now();
    const extraction = await pool.extract({ bytes: mailWith([...copies, { bytes: await qrPng(target) }]) }, limits);
    assert.ok(urlsOf(extraction).includes(target));
    assert.deepEqual(codesOf(extraction), []);
    assert.ok(performance.now() - started < 9000, `${performance.now() - started} ms`);
  });

  it('among ten thousand of a zip costs no more than the limits, which is said', async () => {
    const members = Array.from({ length: 10_000 }, (_, index) => {
      const image = whiteImage(24, 24);
      image.shades[0] = index & 255;
      image.shades[1] = index >> 8;
      return { name: `${index}.png`, bytes: pngOf(image), stored: true };
    });
    const files = [{ name: 'many.zip', bytes: zipFile(members) }, { bytes: await qrPng(target) }];
    const extraction = await pool.extract({ bytes: mailWith(files) }, limits);
    assert.ok(codesOf(extraction).includes('archive-cut'));
    assert.ok(codesOf(extraction).includes('images-cut') || urlsOf(extraction).includes(target));
    assert.ok(urlsOf(extraction).includes(bodyUrl));
  });

  it('that takes long to search is given up in time; the neighbours are read', async () => {
    const large = Array.from({ length: 8 }, (_, index) => bmpNoise(2400 + index));
    const started = performance.now();
    const jobs = [
      { bytes: mailWith(large.map((bytes) => ({ bytes }))) },
      { bytes: mailWith([{ bytes: await qrPng(target) }]) },
    ];
    const [extraction, beside] = await pool.extractMany(jobs, { ...limits, seconds: 4 });
    assert.ok(extraction && beside);
    assert.ok(
      codesOf(extraction).some(
        (code) => code === 'images-cut' || code === 'attachments-cut' || code === 'attachment-too-large',
      ),
    );
    assert.ok(urlsOf(extraction).includes(bodyUrl));
    assert.ok(urlsOf(beside).includes(target));
    assert.ok(performance.now() - started < 10_000);
  });

  it('leaves the memory of the process where it was, after hundreds of them', async () => {
    const images = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => pngOf(noisy(await qrImage(`${target}${index}`, 8), 40 + index))),
    );
    const round = async () => {
      await extractImages(...images);
    };
    for (let warm = 0; warm < 2; warm++) await round();
    const before = process.memoryUsage.rss();
    for (let times = 0; times < 6; times++) await round();
    assert.ok(
      process.memoryUsage.rss() - before < 150_000_000,
      `${(process.memoryUsage.rss() - before) >> 20} MB more`,
    );
  });
});

function bmpNoise(side: number): Buffer {
  const rowBytes = Math.ceil(side / 8 / 4) * 4;
  const file = Buffer.alloc(62 + rowBytes * side);
  file.write('BM', 'latin1');
  file.writeUInt32LE(62, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(side, 18);
  file.writeInt32LE(side, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(1, 28);
  file.writeUInt32LE(0xffffff, 58);
  let state = side;
  for (let at = 62; at < file.length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    file[at] = state >> 24;
  }
  return file;
}

describe('a mail that proved too much', () => {
  it('is read once more with its small images', async () => {
    const raw = mailWith([
      { bytes: await qrPng(target) },
      { bytes: pngOf(await qrImage('https://large.example/', 60)) },
    ]);
    const extraction = await extractMessage(raw, limits, 'light');
    assert.deepEqual(attachedUrls(extraction), [`qr 2 ${target}`]);
    assert.deepEqual(codesOf(extraction), ['images-cut']);
    assert.deepEqual(attachedUrls(await extractMessage(raw, limits, 'simple')), []);
  });
});

describe('the memory of the module that reads codes', () => {
  it('is limited in the module itself', () => {
    // Version, then a memory section: one memory, with a limit, 1 page, at most 32,768.
    const module = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 6, 1, 1, 1, 0x80, 0x80, 0x02]);
    assert.deepEqual([...withMemoryLimit(module, 5120).subarray(12)], [1, 0x80, 0xa8, 0x00]);
    assert.deepEqual(withMemoryLimit(module, 40_000), module);
    assert.throws(() => withMemoryLimit(Buffer.from(module.subarray(0, 8)), 100), /no limit/);
  });
});
