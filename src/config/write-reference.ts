import { mkdir, writeFile } from 'node:fs/promises';
import { configurationReference, errorReference } from './reference.js';

/** `npm run docs`: writes the pages that are made from the code. A test fails while they are out of date. */
const docs = new URL('../../../docs/', import.meta.url);
await mkdir(docs, { recursive: true });
await writeFile(new URL('configuration.md', docs), configurationReference());
await writeFile(new URL('errors.md', docs), errorReference());
process.stdout.write('docs/configuration.md and docs/errors.md are written.\n');
