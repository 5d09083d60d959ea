import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { runCommand } from '../../src/dev/run-command.js';
import { MispFeedRevisionSink } from '../../src/misp/feed-revision-sink.js';
import { feedFolder, organisation, readFeed, readManifest } from '../support/misp-feed.js';
import { feedEvent, putBy, revision, sendRevision, signal, startFeedMisp } from '../support/misp-revisions.js';
import { pythonWithPyMisp } from '../support/pymisp.js';

/** Loads each event of a feed as PyMISP does, and writes the feed's indexes anew with its own generator. */
const feedScript = `
import json, sys
from pathlib import Path
from pymisp import MISPEvent
from pymisp.tools import feed_meta_generator

folder = Path(sys.argv[1])
events = {}
for path in folder.glob('*-*.json'):
    event = MISPEvent()
    event.load_file(str(path))
    events[event.uuid] = event.to_feed()
feed_meta_generator(folder)
print(json.dumps(events))
`;

/**
 * Loads what was sent and checks it against PyMISP's schema.json (draft 4, as far as that uses it). The schema is older
 * than objects and first_seen, which it is told of here, by the definitions of MISP's core format.
 */
const sentScript = `
import json, sys
from pathlib import Path
import pymisp
from pymisp import MISPEvent

schema = json.loads((Path(pymisp.__file__).parent / 'data' / 'schema.json').read_text())
defs = schema['defs']
text = {'type': 'string'}
attribute = defs['attribute']['properties']
attribute.update(first_seen=text, last_seen=text, object_relation=text)
fields = ['uuid', 'name', 'meta-category', 'description', 'template_uuid', 'template_version', 'comment', 'distribution',
          'first_seen', 'last_seen']
defs['object'] = {'type': 'object', 'additionalProperties': False, 'properties': {
    **{name: text for name in fields}, 'Attribute': {'type': 'array', 'items': {'$ref': '#/defs/attribute'}}}}
defs['event']['properties']['Object'] = {'type': 'array', 'uniqueItems': True, 'items': {'$ref': '#/defs/object'}}
types = {'object': dict, 'string': str, 'boolean': bool, 'array': list}
used = set()

def check(value, rule, at):
    used.update(rule)
    if '$ref' in rule:
        return check(value, defs[rule['$ref'].split('/')[-1]], at)
    mistakes = []
    if 'type' in rule and not isinstance(value, types[rule['type']]):
        return [at + ' is no ' + rule['type']]
    if isinstance(value, dict):
        mistakes += [at + ' lacks ' + name for name in rule.get('required', []) if name not in value]
        for name, each in value.items():
            if name in rule.get('properties', {}):
                mistakes += check(each, rule['properties'][name], at + '.' + name)
            elif rule.get('additionalProperties') is False:
                mistakes.append(at + ' has an unknown ' + name)
    if isinstance(value, list):
        if rule.get('uniqueItems') and len({json.dumps(each, sort_keys=True) for each in value}) < len(value):
            mistakes.append(at + ' repeats an item')
        for index, each in enumerate(value):
            mistakes += check(each, rule.get('items', {}), at + '[' + str(index) + ']')
    return mistakes

answer = []
for body in json.loads(Path(sys.argv[1]).read_text()):
    event = MISPEvent()
    event.load(body)
    answer.append({'mistakes': check(body, schema, ''), 'attributes': len(event.attributes),
                   'objects': [len(each.attributes) for each in event.objects], 'tags': [tag.name for tag in event.tags]})
unknown = used - {'type', 'additionalProperties', 'properties', 'items', '$ref', 'uniqueItems', 'required', '$schema', 'title', 'id', 'defs'}
assert not unknown, unknown
print(json.dumps(answer))
`;

const sentSchema = z.array(
  z.object({
    mistakes: z.array(z.string()),
    attributes: z.number(),
    objects: z.array(z.number()),
    tags: z.array(z.string()),
  }),
);

const withObjects = feedEvent({ key: 'objects', posts: ['https://a.example/', 'https://b.example/|x'] });
const onlyObjects = feedEvent({ key: 'only', texts: [], urls: [], posts: ['https://c.example/'] });
const seen = feedEvent({ key: 'seen', info: 'Grüße &amp;amp; "x"' });
const dated = {
  ...seen,
  Attribute: seen.Attribute.map((each) => ({ ...each, first_seen: '2026-03-01T10:00:00.000000+00:00' })),
};

/** What only events that are imported as they are have: tags of attributes, dates of objects. */
const tagged = feedEvent({ key: 'tagged', posts: ['https://d.example/'] });
const asIs = {
  ...tagged,
  Attribute: tagged.Attribute.map((each) => ({ ...each, Tag: [{ name: 'phase:2' }] })),
  Object: (tagged.Object ?? []).map((each) => ({ ...each, first_seen: '2026-03-01T10:00:00.123456+00:00' })),
};

async function python(script: string, argument: string): Promise<unknown> {
  const { exitCode, output } = await runCommand(await pythonWithPyMisp(), ['-c', script, argument]);
  assert.equal(exitCode, 0, output);
  const parsed: unknown = JSON.parse(output.split('\n').find((line) => /^[[{]/.test(line)) ?? '');
  return parsed;
}

test('PyMISP reads a feed with objects and would write the very same one', { timeout: 300_000 }, async (context) => {
  const folder = await feedFolder(context);
  const theirs = await feedFolder(context);
  const revisions = [withObjects, onlyObjects, seen, asIs].map((event) => revision(event));
  for (const path of [folder, theirs]) {
    const sink = new MispFeedRevisionSink({ folder: path, organisation });
    await sink.send(revisions, signal);
    await sink.settle(signal);
  }
  const events = z.record(z.string(), z.unknown()).parse(await python(feedScript, theirs));
  const files = await readFeed(folder);
  assert.equal(Object.keys(events).length, revisions.length);
  for (const [uuid, event] of Object.entries(events)) {
    assert.deepEqual(JSON.parse(files.get(`${uuid}.json`) ?? ''), event);
  }
  assert.deepEqual(await readManifest(folder), await readManifest(theirs));
  const lines = (text: string | undefined): string[] => (text ?? '').split('\n').sort();
  assert.deepEqual(lines(files.get('hashes.csv')), lines((await readFeed(theirs)).get('hashes.csv')));
});

test('every event that is added loads in PyMISP and is valid by its schema', { timeout: 300_000 }, async (context) => {
  const { server, sink } = await startFeedMisp(context);
  const events = [withObjects, onlyObjects, asIs, seen, dated];
  for (const event of events.slice(0, 4)) await sendRevision(sink, revision(event));
  await sendRevision(sink, revision(feedEvent({ key: 'seen', urls: [] }), { before: putBy(seen) }));
  server.events.clear();
  await sendRevision(sink, revision(dated));
  const folder = await feedFolder(context);
  const bodies = server.requests
    .filter(({ path }) => path === '/events/add')
    .map(({ body }): unknown => JSON.parse(body));
  const path = join(folder, 'sent.json');
  await writeFile(path, JSON.stringify(bodies));
  const answer = sentSchema.parse(await python(sentScript, path));
  assert.deepEqual(
    answer,
    events.map((event) => ({
      mistakes: [],
      attributes: event.Attribute.length,
      objects: (event.Object ?? []).map(({ Attribute }) => Attribute.length),
      tags: event.Tag.map(({ name }) => name),
    })),
  );
});
