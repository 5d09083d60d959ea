import { gzipSync } from 'node:zlib';
import { phishingMails } from '../../bench/extraction/phishing-mails.js';
import { readCorpus } from '../fixtures/mails/corpus.js';
import { mailWith, pdfFile } from '../support/attachments.js';
import { deepMessages, deepMultiparts, manyParts } from '../support/hostile-mails.js';
import { zipFile } from '../support/zip-file.js';

/** What is mutated: the fixtures, and some mails with what can be opened in them. */
export async function fuzzCorpus(): Promise<readonly Buffer[]> {
  const fixtures = (await readCorpus()).map(({ raw }) => raw);
  return [...fixtures, ...phishingMails(20, 7).map(({ raw }) => raw), ...withFiles(), ...nested()];
}

function withFiles(): readonly Buffer[] {
  const page = Buffer.from(
    '<script>location = atob("aHR0cHM6Ly9zY3JpcHQuZXhhbXBsZS8=")</script><a href="https://a.example/">a</a>',
  );
  const pdf = pdfFile({
    links: ['(https://pdf.example/)', '<68747470733a2f2f612e6578616d706c652f>'],
    pages: ['https://text.example/', 'b'],
  });
  const archive = zipFile([
    { name: 'page.html', bytes: page },
    { name: 'inner.zip', bytes: zipFile([{ name: 'file.pdf', bytes: pdf, stored: true }]) },
    { name: 'locked.txt', bytes: Buffer.from('secret'), encrypted: true },
  ]);
  return [
    mailWith([{ name: 'page.html', type: 'text/html', bytes: page }]),
    mailWith([{ name: 'page.html', bytes: Buffer.from(`\ufeff${page.toString()}`, 'utf16le') }]),
    mailWith([{ name: 'invoice.pdf', type: 'application/pdf', bytes: pdf }]),
    mailWith([{ name: 'files.zip', type: 'application/zip', bytes: archive }]),
    mailWith([{ name: 'page.html.gz', type: 'application/gzip', bytes: gzipSync(page) }]),
    mailWith([{ name: 'mail.eml', type: 'message/rfc822', bytes: mailWith([{ name: 'a.pdf', bytes: pdf }]) }]),
  ];
}

function nested(): readonly Buffer[] {
  return [deepMultiparts(30), deepMessages(30), manyParts(100)];
}
