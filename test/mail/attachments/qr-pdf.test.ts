import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { attachedUrls, mailWith, packedStream, pdfFile } from '../../support/attachments.js';
import { codesOf, extract } from '../../support/extraction.js';
import { type Modules, modulesOf, qrImage } from '../../support/qr-images.js';

const target = 'https://evil.example/pdf?user=1';
const found = [`qr 2 ${target}`];

/** A PDF of one page with that content; images are called `I0`, `I1`, … */
function pdfMail(content: string, images: readonly string[] = []): Buffer {
  const whole = pdfFile({ content: Buffer.from(content, 'latin1'), moreObjects: images }).toString('latin1');
  // Its table of offsets is wrong by then: readers mend that.
  const names = images.map((_, index) => `/I${index} ${6 + index} 0 R`).join(' ');
  const bytes = Buffer.from(whole.replace('/Resources << ', `/Resources << /XObject << ${names} >> `), 'latin1');
  return mailWith([{ name: 'a.pdf', bytes, type: 'application/pdf' }]);
}

/** A rectangle for each dark module. */
function rectangles(modules: Modules, size: number, x: number, y: number): string {
  return modules
    .flatMap((row, top) =>
      row.map((dark, left) => (dark ? `${x + left * size} ${y - (top + 1) * size} ${size} ${size} re` : '')),
    )
    .filter((operator) => operator !== '')
    .join('\n');
}

describe('a code in a PDF', () => {
  it('is found in an image of a page', async () => {
    const { width, height, shades } = await qrImage(target);
    const head = `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} /BitsPerComponent 8`;
    const gray = packedStream(Buffer.from(shades), `${head} /ColorSpace /DeviceGray`);
    const colours = Buffer.from([...shades].flatMap((shade) => [shade, shade, shade]));
    const rgb = packedStream(colours, `${head} /ColorSpace /DeviceRGB`);
    for (const image of [gray, rgb]) {
      const extraction = await extract(pdfMail('q 90 0 0 90 50 50 cm /I0 Do Q', [image]));
      assert.deepEqual(attachedUrls(extraction), found);
      assert.deepEqual(codesOf(extraction), []);
    }
  });

  it('is found in a stencil', async () => {
    const { width, height, shades } = await qrImage(target);
    const rowBytes = Math.ceil(width / 8);
    const bits = Buffer.alloc(rowBytes * height);
    for (const [at, shade] of shades.entries()) {
      const x = at % width;
      const byte = Math.floor(at / width) * rowBytes + (x >> 3);
      if (shade === 255) bits[byte] = (bits[byte] ?? 0) | (128 >> (x & 7));
    }
    const head = `/Type /XObject /Subtype /Image /ImageMask true /Width ${width} /Height ${height} /BitsPerComponent 1`;
    const extraction = await extract(pdfMail('q 90 0 0 90 50 50 cm 0 g /I0 Do Q', [packedStream(bits, head)]));
    assert.deepEqual(attachedUrls(extraction), found);
  });

  it('is found in an image that is cut into strips', async () => {
    const { width, height, shades } = await qrImage(target);
    const strip = 10;
    const images: string[] = [];
    const content: string[] = [];
    for (let top = 0; top < height; top += strip) {
      const rows = Math.min(strip, height - top);
      const bytes = Buffer.from(shades.subarray(top * width, (top + rows) * width));
      const head = `/Type /XObject /Subtype /Image /Width ${width} /Height ${rows} /BitsPerComponent 8 /ColorSpace /DeviceGray`;
      content.push(`q ${width} 0 0 ${rows} 20 ${250 - top - rows} cm /I${images.length} Do Q`);
      images.push(packedStream(bytes, head));
    }
    assert.deepEqual(attachedUrls(await extract(pdfMail(content.join('\n'), images))), found);
  });

  const drawings: readonly (readonly [string, (modules: Modules) => string])[] = [
    ['rectangles filled at once', (modules) => `0 g ${rectangles(modules, 4, 50, 250)} f`],
    ['rectangles filled one by one', (modules) => `0 g ${rectangles(modules, 4, 50, 250).replaceAll('re', 're f')}`],
    [
      'a transformed and turned drawing',
      (modules) => `q 1.8 0.6 -0.6 1.8 60 -20 cm 0 0 0.4 rg ${rectangles(modules, 2, 50, 110)} f Q`,
    ],
    ['white on black', (modules) => `0 g 30 130 140 140 re f 1 g ${rectangles(modules, 4, 50, 250)} f`],
    [
      'polygons',
      (modules) =>
        modules
          .flatMap((row, y) =>
            row.map((dark, x) => {
              const [left, top] = [50 + x * 4, 250 - y * 4];
              return dark
                ? `${left} ${top} m ${left + 4} ${top} l ${left + 4} ${top - 4} l ${left} ${top - 4} l h`
                : '';
            }),
          )
          .join('\n')
          .concat('\nf*'),
    ],
    [
      'thick lines',
      (modules) =>
        `4 w ${modules
          .flatMap((row, y) =>
            row.map((dark, x) => (dark ? `${50 + x * 4} ${248 - y * 4} m ${54 + x * 4} ${248 - y * 4} l S` : '')),
          )
          .join('\n')}`,
    ],
    [
      'images of one pixel',
      (modules) =>
        modules
          .flatMap((row, y) =>
            row.map((dark, x) =>
              dark ? `q 4 0 0 4 ${50 + x * 4} ${246 - y * 4} cm BI /IM true /W 1 /H 1 /BPC 1 ID \0 EI Q` : '',
            ),
          )
          .join('\n'),
    ],
  ];
  for (const [what, draw] of drawings) {
    it(`is found where it is drawn: ${what}`, async () => {
      assert.deepEqual(attachedUrls(await extract(pdfMail(draw(await modulesOf(target))))), found);
    });
  }

  it('is found beside the text and the tables of an invoice', async () => {
    const table = Array.from({ length: 20 }, (_, row) => `0.8 g 20 ${20 + row * 4} 260 3 re f`).join('\n');
    const text = 'BT /F1 10 Tf 20 280 Td (https://text.example/) Tj ET';
    const content = `${text}\n${table}\n0 g ${rectangles(await modulesOf(target), 3, 180, 260)} f`;
    assert.deepEqual(attachedUrls(await extract(pdfMail(content))).sort(), ['pdf 2 https://text.example/', ...found]);
  });

  it('is not sought in an image that is too large, which is said', async () => {
    const bomb = packedStream(
      Buffer.alloc(100),
      '/Type /XObject /Subtype /Image /Width 50000 /Height 50000 /BitsPerComponent 8 /ColorSpace /DeviceGray',
    );
    const extraction = await extract(pdfMail('q 90 0 0 90 50 50 cm /I0 Do Q', [bomb]));
    assert.deepEqual(attachedUrls(extraction), []);
    assert.deepEqual(codesOf(extraction), ['image-too-large']);
  });

  it('costs no more than its limits where a page is nothing but shapes', async () => {
    const tall = Array.from({ length: 30_000 }, (_, index) => `${index % 300} 0 1 300 re f`).join('\n');
    const started = performance.now();
    await extract(pdfMail(tall), { seconds: 4 });
    assert.ok(performance.now() - started < 8000, `${performance.now() - started} ms`);
  });
});
