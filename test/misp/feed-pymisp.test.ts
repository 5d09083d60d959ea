import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { runCommand } from '../../src/dev/run-command.js';
import { mispDocument, mispEventConfig, numberedAlertId } from '../support/misp-documents.js';
import { feedFolder, feedSink, readFeed, readManifest } from '../support/misp-feed.js';
import { pythonWithPyMisp } from '../support/pymisp.js';

/** Loads each event as PyMISP does and writes the feed's indexes anew with its own generator. */
const script = `
import json, sys
from pathlib import Path
from pymisp import MISPEvent
from pymisp.tools import feed_meta_generator

folder = Path(sys.argv[1])
events, pairs = {}, {}
for path in folder.glob('*-*.json'):
    event = MISPEvent()
    event.load_file(str(path))
    events[event.uuid] = event.to_feed()
    for attribute in event.attributes + [each for item in event.objects for each in item.attributes]:
        types = event.describe_types['category_type_mappings'].get(attribute.category, [])
        pairs[attribute.type + ' in ' + attribute.category] = attribute.type in types
feed_meta_generator(folder)
print(json.dumps({'events': events, 'pairs': pairs}))
`;

const answerSchema = z.object({ events: z.record(z.string(), z.unknown()), pairs: z.record(z.string(), z.boolean()) });

test('PyMISP reads the feed and would write the very same one', { timeout: 300_000 }, async (context) => {
  const python = await pythonWithPyMisp();
  const folder = await feedFolder(context);
  const ours = join(folder, 'ours');
  const theirs = join(folder, 'theirs');
  const documents = [
    mispDocument(),
    mispDocument({
      alertId: numberedAlertId(1),
      subject: 'Grüße 😀 "x"',
      urls: ['https://ü.example/😀', 'https://b.example/|'],
    }),
    mispDocument({ alertId: numberedAlertId(2), subject: null, messageId: null, fromAddresses: [], toAddresses: [] }),
    mispDocument(
      {
        alertId: numberedAlertId(3),
        urls: [{ url: 'https://login.evil.co.uk/a', kind: 'click', shown: 'Grüße 😀' }, 'http://203.0.113.9/'],
        indicators: [
          { type: 'email', value: 'drop@evil.example', role: 'replyTo' },
          { type: 'email', value: 'bounce@evil.example', role: 'returnPath' },
          { type: 'ipv6', value: '2001:db8::1', role: 'received', position: 1 },
        ],
        attachments: [
          {
            fileName: 'a.zip',
            contentType: 'application/zip',
            sizeBytes: 3,
            md5: 'a'.repeat(32),
            sha1: 'b'.repeat(40),
            sha256: 'c'.repeat(64),
            part: '2',
          },
        ],
      },
      { ...mispEventConfig, objects: true },
    ),
  ];
  await feedSink(ours).send(documents, new AbortController().signal);
  await cp(ours, theirs, { recursive: true });
  const { exitCode, output } = await runCommand(python, ['-c', script, theirs]);
  assert.equal(exitCode, 0, output);
  const answer = answerSchema.parse(JSON.parse(output.split('\n').find((line) => line.startsWith('{')) ?? ''));

  const files = await readFeed(ours);
  assert.equal(Object.keys(answer.events).length, 4);
  for (const [uuid, event] of Object.entries(answer.events)) {
    assert.deepEqual(JSON.parse(files.get(`${uuid}.json`) ?? ''), event);
  }
  assert.deepEqual(await readManifest(ours), await readManifest(theirs));
  const lines = (text: string | undefined): string[] => (text ?? '').split('\n').sort();
  assert.deepEqual(lines(files.get('hashes.csv')), lines((await readFeed(theirs)).get('hashes.csv')));
  assert.deepEqual(
    Object.entries(answer.pairs).filter(([, valid]) => !valid),
    [],
    'a category is not valid for its type',
  );
  assert.equal(Object.keys(answer.pairs).length, 18);
});
