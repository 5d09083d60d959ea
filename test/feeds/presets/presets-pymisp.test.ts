import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { runCommand } from '../../../src/dev/run-command.js';
import { MispFeedRevisionSink } from '../../../src/misp/feed-revision-sink.js';
import { feedFolder, organisation } from '../../support/misp-feed.js';
import { revision, signal } from '../../support/misp-revisions.js';
import { presetEvents } from '../../support/preset-events.js';
import { presetFiles } from '../../support/preset-files.js';
import { pythonWithPyMisp } from '../../support/pymisp.js';

/** Loads each event, and looks up each type and category, and each relation in PyMISP's own object templates. */
const script = `
import json, sys
from pathlib import Path
from pymisp import MISPEvent, MISPObject

loaded = []
mistakes = []
for path in sorted(Path(sys.argv[1]).glob('*-*.json')):
    event = MISPEvent()
    event.load_file(str(path))
    loaded.append(event.uuid)
    pairs = event.describe_types['category_type_mappings']
    for attribute in [*event.attributes, *[each for known in event.objects for each in known.attributes]]:
        if attribute.type not in pairs.get(attribute.category, []):
            mistakes.append(attribute.type + ' in ' + attribute.category)
    for known in event.objects:
        template = MISPObject(known.name, strict=True)
        for attribute in json.loads(path.read_text())['Event']['Object'][event.objects.index(known)]['Attribute']:
            relation = template._definition['attributes'].get(attribute['object_relation'])
            if relation is None or relation['misp-attribute'] != attribute['type']:
                mistakes.append(known.name + ' ' + attribute['object_relation'])
print(json.dumps({'loaded': loaded, 'mistakes': sorted(set(mistakes))}))
`;

const answerSchema = z.object({ loaded: z.array(z.string()), mistakes: z.array(z.string()) });

test('PyMISP loads every event of every preset, and knows its types and objects', {
  timeout: 300_000,
}, async (context) => {
  const python = await pythonWithPyMisp();
  const folder = await feedFolder(context);
  const found = await Promise.all(
    presetFiles.map(async ([preset, options, file]) => (await presetEvents(preset, options, file)).events),
  );
  const events = new Map(found.flat().map(({ event }) => [event.uuid, event]));
  const sink = new MispFeedRevisionSink({ folder, organisation });
  await sink.send(
    [...events.values()].map((event) => revision(event)),
    signal,
  );
  await sink.settle(signal);
  const { exitCode, output } = await runCommand(python, ['-c', script, folder]);
  assert.equal(exitCode, 0, output);
  const answer = answerSchema.parse(JSON.parse(output.split('\n').find((line) => line.startsWith('{')) ?? ''));
  assert.deepEqual(answer, { loaded: [...events.keys()].sort(), mistakes: [] });
  assert.ok(events.size > 20);
});
