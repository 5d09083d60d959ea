import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { runCommand } from '../../../src/dev/run-command.js';
import { checkValue } from '../../../src/misp/check-value.js';
import { presetEvents } from '../../support/preset-events.js';
import { pythonWithPyMisp } from '../../support/pymisp.js';

/** The script that the preset replaces, but for the sending: an event a row, by the defaults of PyMISP. */
const script = `
import json, sys
from pymisp import MISPEvent

events = []
for line in sys.argv[1].splitlines()[1:]:
    if not line.strip():
        continue
    actor, victim, first_seen, published, url = line.split('\\t')
    event = MISPEvent()
    event.info = f'[ransomwatch] {actor} - victim:{victim}({first_seen})'
    event.date = first_seen[:10]
    event.add_tag('ransomwatch')
    event.add_tag(f'actor:{actor}')
    event.add_attribute('comment', victim, category='External analysis', comment='victim')
    event.add_attribute('datetime', first_seen, category='Other', comment='First Seen')
    if published != 'N/A':
        event.add_attribute('datetime', published, category='Other', comment='Published Date')
    if url:
        event.add_attribute('url', url, category='Network activity', comment='Leak site')
    events.append(json.loads(event.to_json()))
print(json.dumps(events))
`;

const eventsSchema = z.array(
  z.object({
    distribution: z.string().optional(),
    info: z.string(),
    date: z.string(),
    Tag: z.array(z.object({ name: z.string() })),
    Attribute: z.array(
      z.object({
        type: z.string(),
        category: z.string(),
        value: z.string(),
        comment: z.string(),
        to_ids: z.boolean(),
        disable_correlation: z.boolean(),
      }),
    ),
  }),
);
type Described = z.output<typeof eventsSchema>[number];

const file = `actor\tvictim\tfirst_seen\tpublished\turl
lockbit3\tAcme GmbH\t2026-03-01 10:00:00.123456\t2026-02-28 09:00:00\thttps://leak.example/acme
alphv\tNo Date Corp\t2026-03-01 10:05:00\tN/A\thttps://leak.example/nodate

play\tEqual Dates\t2026-03-01 10:06:00\t2026-03-01 10:06:00\thttps://leak.example/equal
clop\tSmith &amp;amp; Sons\t2026-03-01T10:07:00Z\tN/A\thttp://${'a'.repeat(56)}.onion/a https://leak.example/two
8base\t${Buffer.from('Käserei Müller').toString('latin1')} "quoted"\t2026-03-01 10:08:00\tN/A\t
hunters\t株式会社エークメ\t2026-03-01 10:09:00\t2026-03-01 00:00:00\thttps://leak.example/日本
`;

test('the preset makes of each row what MISP stores of the event that a script makes with PyMISP, but who sees it', async () => {
  const python = await pythonWithPyMisp();
  const { exitCode, output } = await runCommand(python, ['-c', script, file]);
  assert.equal(exitCode, 0, output);
  const theirs = eventsSchema.parse(JSON.parse(output.split('\n').find((line) => line.startsWith('[')) ?? ''));
  const { events, rejected } = await presetEvents('ransomwatch', {}, file);
  assert.deepEqual(rejected, []);
  assert.deepEqual(
    events.map(({ event }) => eventsSchema.element.parse(event)),
    theirs.map((event) => ({ ...stored(event), distribution: '0' })),
  );
  assert.ok(theirs.every(({ distribution }) => distribution === undefined));
});

/** As MISP stores it: values normalised, and of equal ones only the first. */
function stored({ info, date, Tag, Attribute }: Described): Described {
  const attributes = new Map<string, Described['Attribute'][number]>();
  for (const attribute of Attribute) {
    const checked = checkValue(attribute.type, attribute.category, attribute.value);
    assert.ok('value' in checked, JSON.stringify(attribute));
    const identity = `${attribute.type}|${attribute.category}|${checked.value}`;
    if (!attributes.has(identity)) attributes.set(identity, { ...attribute, value: checked.value });
  }
  return { info, date, Tag: Tag.map(({ name }) => ({ name })), Attribute: [...attributes.values()] };
}
