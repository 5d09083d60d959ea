import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import type { GrayImage } from '../../../src/mail/qr/gray-image.js';
import { whiteImage } from '../../../src/mail/qr/gray-image.js';
import { attachedUrls, mailWith } from '../../support/attachments.js';
import {
  blurred,
  busyPage,
  inverted,
  noisy,
  paler,
  placed,
  rotated,
  scaled,
  sheared,
  withInMiddle,
} from '../../support/distortions.js';
import { codesOf, extract } from '../../support/extraction.js';
import { jpegOf } from '../../support/jpeg-image.js';
import { pngChunk } from '../../support/png-chunk.js';
import {
  bmpOf,
  drawnCode,
  gifOf,
  modulesOf,
  pngFile,
  pngOf,
  pngWith,
  qrImage,
  qrPng,
} from '../../support/qr-images.js';
import { zipFile } from '../../support/zip-file.js';

const target = 'https://evil.example/login?user=1';
const found = [`qr 2 ${target}`];

function imageMail(bytes: Buffer, name = 'code.png'): Buffer {
  return mailWith([{ name, bytes, type: 'image/png' }]);
}

async function read(image: GrayImage): Promise<boolean> {
  const urls = attachedUrls(await extract(imageMail(pngOf(image))));
  return urls.includes(`qr 2 ${target}`);
}

describe('a code in an image', () => {
  it('is a URL of the part that it came from', async () => {
    const extraction = await extract(imageMail(await qrPng(target)));
    assert.deepEqual(attachedUrls(extraction), found);
    assert.deepEqual(codesOf(extraction), []);
    assert.equal(extraction.attachments[0]?.type, 'image/png');
  });

  for (const [what, encoded] of [
    ['a GIF', (image: GrayImage) => gifOf([image])],
    ['a GIF on transparent paper', (image: GrayImage) => gifOf([image], true)],
    ['the second picture of a GIF', (image: GrayImage) => gifOf([whiteImage(image.width, image.height), image])],
    ['a BMP', bmpOf],
    ['a PNG of the filter 4', (image: GrayImage) => pngOf(image, 4)],
    [
      'a PNG, black on nothing',
      (image: GrayImage) => pngWith(image, 6, (dark) => (dark ? [0, 0, 0, 255] : [0, 0, 0, 0])),
    ],
    ['a PNG, white on nothing', (image: GrayImage) => pngWith(image, 4, (dark) => (dark ? [255, 255] : [255, 0]))],
    ['a coloured PNG', (image: GrayImage) => pngWith(image, 2, (dark) => (dark ? [120, 0, 160] : [250, 240, 170]))],
  ] as const) {
    it(`is found in ${what}`, async () => {
      assert.deepEqual(attachedUrls(await extract(imageMail(encoded(await qrImage(target))))), found);
    });
  }

  for (const filter of [1, 2, 3]) {
    it(`is found in a PNG of the filter ${filter}`, async () => {
      assert.equal(await read(await qrImage(target)), true);
      assert.deepEqual(attachedUrls(await extract(imageMail(pngOf(await qrImage(target), filter)))), found);
    });
  }

  it('is found in a JPEG, also in one whose end is missing', async () => {
    const jpeg = jpegOf(await qrImage(target, 8));
    assert.deepEqual(attachedUrls(await extract(imageMail(jpeg, 'a.jpg'))), found);
    const cut = jpeg.subarray(0, jpeg.length - 20);
    assert.deepEqual(attachedUrls(await extract(imageMail(cut, 'a.jpg'))), found);
  });

  it('is found in an interlaced PNG', async () => {
    const { width, height, shades } = await qrImage(target);
    // W3C PNG §8.1: which pass each pixel of every eight by eight belongs to.
    const passes = '16462646 77777777 56565656 77777777 36463646 77777777 56565656 77777777'.split(' ');
    const rowOf = (pass: string, y: number) =>
      Buffer.from(shades.subarray(y * width, (y + 1) * width).filter((_, x) => passes[y % 8]?.[x % 8] === pass));
    const rows = [...'1234567'].flatMap((pass) =>
      Array.from({ length: height }, (_, y) => rowOf(pass, y)).filter(({ length }) => length > 0),
    );
    const png = pngFile({ width, height, colour: 0, rows, interlaced: true });
    assert.deepEqual(attachedUrls(await extract(imageMail(png))), found);
  });

  it('is found in a PNG with a palette of one bit, transparent paper', async () => {
    const { width, height, shades } = await qrImage(target);
    const rows = Array.from({ length: height }, (_, y) => {
      const row = Buffer.alloc(Math.ceil(width / 8));
      for (let x = 0; x < width; x++)
        if (shades[y * width + x] === 255) row[x >> 3] = (row[x >> 3] ?? 0) | (128 >> (x & 7));
      return row;
    });
    const more = [pngChunk('PLTE', Buffer.alloc(6)), pngChunk('tRNS', Buffer.of(255, 0))];
    const png = pngFile({ width, height, colour: 3, bits: 1, rows, more });
    assert.deepEqual(attachedUrls(await extract(imageMail(png))), found);
  });

  for (const format of ['DataMatrix', 'Aztec'] as const) {
    it(`may be of the kind ${format}`, async () => {
      assert.equal(await read(await qrImage(target, 6, { format })), true);
    });
  }

  it('may be a Micro QR or a rectangular one', async () => {
    for (const format of ['MicroQRCode', 'RMQRCode'] as const) {
      const image = await qrImage('http://e.io', 6, { format });
      assert.deepEqual(attachedUrls(await extract(imageMail(pngOf(image)))), ['qr 2 http://e.io/'], format);
    }
  });

  it('is found beside others of the same image', async () => {
    const page = whiteImage(700, 400);
    const one = await qrImage('https://one.example/', 5);
    const two = await qrImage('https://two.example/', 4);
    const extraction = await extract(imageMail(pngOf(placed(placed(page, one, 20, 30), two, 400, 150))));
    assert.deepEqual(attachedUrls(extraction).sort(), ['qr 2 https://one.example/', 'qr 2 https://two.example/']);
  });

  it('is found in an image shown within the text, in a zip and in an attached message', async () => {
    const png = await qrPng(target);
    const inline = mailWith([{ bytes: png, type: 'image/png', header: ['Content-ID: <code@x>'] }]);
    assert.deepEqual(attachedUrls(await extract(inline)), found);
    const zip = zipFile([{ name: 'scan/code.png', bytes: png }]);
    assert.deepEqual(attachedUrls(await extract(mailWith([{ name: 'a.zip', bytes: zip }]))), [
      `qr 2/a.zip!scan/code.png ${target}`,
    ]);
    const nested = imageMail(await qrPng('https://nested.example/'));
    const outer = mailWith([{ name: 'a.eml', bytes: nested, type: 'application/octet-stream' }]);
    assert.deepEqual(attachedUrls(await extract(outer)), ['qr 2/a.eml!2 https://nested.example/']);
  });

  it('is found whatever the file is called', async () => {
    const bytes = await qrPng(target);
    assert.deepEqual(attachedUrls(await extract(mailWith([{ name: 'invoice.bin', bytes }]))), found);
  });

  it('that stands in the text too is of the kind of the text', async () => {
    const raw = mailWith([{ name: 'a.png', bytes: await qrPng('https://body.example/') }]);
    const [url] = (await extract(raw)).urls;
    assert.equal(url?.kind, 'text');
  });

  it('asks for nothing over the network', async (test) => {
    const refuse = () => Promise.reject(new Error('no network'));
    const fetched = test.mock.method(globalThis, 'fetch', refuse);
    const socket = test.mock.method((await import('node:net')).Socket.prototype, 'connect', () => {
      throw new Error('no network');
    });
    assert.equal(typeof connect, 'function');
    assert.deepEqual(attachedUrls(await extract(imageMail(await qrPng(target)))), found);
    assert.equal(fetched.mock.callCount() + socket.mock.callCount(), 0);
  });
});

describe('distorted codes', () => {
  it('are read as far as people with a phone could read them', async () => {
    const modules = await modulesOf(target);
    const strong = await modulesOf(target, { options: 'ecLevel=H' });
    const plain = drawnCode(modules, 6);
    const page = busyPage(900, 700);
    const cases: readonly (readonly [string, GrayImage])[] = [
      ...[90, 180, 270, 15, 45, 73].map((degrees) => [`turned ${degrees}°`, rotated(plain, degrees)] as const),
      ['mirrored colours', inverted(plain)],
      ['mirrored colours, turned', rotated(inverted(plain), 0)],
      ['one pixel a module', drawnCode(modules, 1)],
      ['two pixels a module', drawnCode(modules, 2)],
      ['thirty pixels a module', drawnCode(modules, 30)],
      ['without quiet zone', drawnCode(modules, 6, 0)],
      ['a quiet zone of one', drawnCode(modules, 6, 1)],
      ['pale', paler(plain, 200, 215)],
      ['very pale', paler(plain, 245, 255)],
      ['dark on dark', paler(plain, 0, 30)],
      ['noisy', noisy(plain, 120)],
      ['very noisy', noisy(drawnCode(modules, 8), 200)],
      ['blurred', blurred(plain, 2)],
      ['more blurred', blurred(drawnCode(modules, 8), 4)],
      ['blurred and noisy', noisy(blurred(plain, 2), 60)],
      ['made smaller', scaled(plain, 0.55)],
      ['made much smaller', scaled(plain, 0.3)],
      ['made larger', scaled(plain, 1.7)],
      ['leaning', sheared(plain, 0.25)],
      ['turned and blurred', blurred(rotated(plain, 20), 1)],
      ['with a logo in the middle', withInMiddle(drawnCode(strong, 6), paler(whiteImage(54, 54), 0, 120))],
      ['with a white logo', withInMiddle(drawnCode(strong, 6), whiteImage(54, 54))],
      ['small on a busy page', placed(page, drawnCode(modules, 3), 600, 450)],
      ['turned on a busy page', placed(page, rotated(drawnCode(modules, 4), 12), 300, 200)],
      ['on a gray page', placed(paler(page, 120, 220), paler(plain, 90, 200), 100, 100)],
      ['on a page of 4 megapixels', placed(busyPage(2000, 2000), drawnCode(modules, 4), 1500, 1600)],
    ];
    const unread: string[] = [];
    for (const [what, image] of cases) if (!(await read(image))) unread.push(what);

    assert.ok(cases.length - unread.length >= 30, `${cases.length - unread.length} of ${cases.length}; not ${unread}`);
  });
});
