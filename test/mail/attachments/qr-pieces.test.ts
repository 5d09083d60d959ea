import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CodePieces } from '../../../src/mail/qr/code-pieces.js';
import { decodeGif } from '../../../src/mail/qr/decode-gif.js';
import { type GrayImage, whiteImage } from '../../../src/mail/qr/gray-image.js';
import { attachedUrls, mailWith } from '../../support/attachments.js';
import { codesOf, extract } from '../../support/extraction.js';
import { bmpOf, gifOf, pngOf, qrImage } from '../../support/qr-images.js';

const target = 'https://evil.example/pieces';
const found = [`qr 2 ${target}`];
const code = await qrImage(target, 5, { options: 'ecLevel=M' });

function cut({ width, shades }: GrayImage, x: number, y: number, wide: number, high: number): GrayImage {
  const piece = whiteImage(wide, high);
  for (let row = 0; row < high; row++)
    piece.shades.set(shades.subarray((y + row) * width + x, (y + row) * width + x + wide), row * wide);
  return piece;
}

/** In reading order. */
function pieces(columns: number, rows: number): readonly GrayImage[] {
  const edge = (index: number, count: number, side: number) => Math.floor((index * side) / count);
  return Array.from({ length: rows * columns }, (_, index) => {
    const [column, row] = [index % columns, Math.floor(index / columns)];
    const [x, y] = [edge(column, columns, code.width), edge(row, rows, code.height)];
    return cut(code, x, y, edge(column + 1, columns, code.width) - x, edge(row + 1, rows, code.height) - y);
  });
}

async function read(images: readonly GrayImage[], write: (image: GrayImage) => Buffer = pngOf) {
  return extract(mailWith(images.map((image) => ({ bytes: write(image), type: 'image/png' }))));
}

describe('a code in pieces', () => {
  for (const [what, images] of [
    ['two halves side by side', pieces(2, 1)],
    ['two halves one upon the other', pieces(1, 2)],
    ['two halves of which the second stands first', pieces(2, 1).toReversed()],
    ['an upper and a lower half that stand the other way round', pieces(1, 2).toReversed()],
    ['five strips', pieces(1, 5)],
    ['strips of a few pixels', pieces(1, 18)],
    ['four quarters', pieces(2, 2)],
  ] as const)
    it(`is found in ${what}`, async () => {
      const [url, ...others] = attachedUrls(await read(images));
      assert.match(url ?? '', /^qr [234] https:\/\/evil\.example\/pieces$/);
      assert.deepEqual(others, []);
    });

  it('is found in GIF images, and among images that are no pieces', async () => {
    assert.deepEqual(attachedUrls(await read(pieces(2, 1), (image) => gifOf([image]))), found);
    const photo = whiteImage(60, code.height);
    for (const at of photo.shades.keys()) photo.shades[at] = (at * 7) % 256;
    const [left, right] = pieces(2, 1);
    assert.ok(left && right);
    assert.deepEqual(attachedUrls(await read([photo, left, photo, right, photo])), [`qr 3 ${target}`]);
  });

  it('is found in images that stand in HTML itself', async () => {
    const cells = pieces(2, 1).map(
      (image) => `<td><img src="data:image/png;base64,${pngOf(image).toString('base64')}"></td>`,
    );
    const html = `Content-Type: text/html\r\n\r\n<table cellspacing="0"><tr>${cells.join('')}</tr></table>`;
    assert.deepEqual(attachedUrls(await extract(html)), [`qr 1 ${target}`]);
  });

  it('is not sought in more arrangements than sixteen, and not where the whole would be no square', () => {
    const all = new CodePieces();
    for (let index = 0; index < 30; index++) all.add(cut(code, 0, 0, 60, 40 + index), String(index));
    assert.equal(all.joined().length, 16);
    const wide = new CodePieces();
    for (const image of [cut(code, 0, 0, 120, 30), cut(code, 0, 0, 120, 30)]) wide.add(image, '1');
    assert.deepEqual(
      wide.joined().map(({ image }) => [image.width, image.height]),
      [],
    );
  });

  it('costs a mail without one nothing that could be seen', async () => {
    const extraction = await read([whiteImage(100, 100), whiteImage(100, 100)]);
    assert.deepEqual([attachedUrls(extraction), codesOf(extraction)], [[], []]);
  });
});

describe('the pixels of a GIF', () => {
  it('are those of the image that it was made of', () => {
    assert.deepEqual(decodeGif(gifOf([code])), code);
  });

  it('are white where the file ends early, and none where it is no GIF', () => {
    const whole = gifOf([code]);
    const half = decodeGif(whole.subarray(0, whole.length >> 1));
    assert.deepEqual(half?.shades.subarray(0, code.width * 4), code.shades.subarray(0, code.width * 4));
    assert.ok(half?.shades.subarray(-code.width).every((shade) => shade === 255));
    for (const bytes of [Buffer.alloc(0), bmpOf(code), whole.subarray(0, 30), Buffer.from('GIF89a')])
      assert.doesNotThrow(() => decodeGif(bytes));
    for (let at = 13; at < 60; at++) {
      const broken = Buffer.from(whole);
      broken[at] = (broken[at] ?? 0) ^ 0xff;
      assert.doesNotThrow(() => decodeGif(broken));
    }
  });
});
