import { z } from 'zod';
import { nulls } from './abuse-ch.js';
import type { Preset } from './preset.js';
import { tlp } from './tlp.js';

const options = z.strictObject({
  format: z
    .enum(['json', 'csv'])
    .default('json')
    .describe('Which of the two lists is read. Only JSON has host name, network and country.'),
  per: z
    .enum(['row', 'malware'])
    .default('row')
    .describe(
      '`row`: an event a server, which stays when the server leaves the list. `malware`: one event for each malware, which always is what the list is.',
    ),
  toIds: z.boolean().default(true).describe('`to_ids` of the servers.'),
  lastSeen: z
    .boolean()
    .default(false)
    .describe('True: `last_seen` is `last_online`, which moves every day for each server that is online.'),
  tlp,
});
type Options = z.output<typeof options>;

/** What the two lists call the same. */
const names = {
  json: { ip: 'ip_address', port: 'port', status: 'status', seen: 'first_seen' },
  csv: { ip: 'dst_ip', port: 'dst_port', status: 'c2_status', seen: 'first_seen_utc' },
};

/** Servers that command botnets: the blocklist. */
export const feodoTracker: Preset<typeof options> = {
  name: 'feodo-tracker',
  title: 'Servers that command botnets, from abuse.ch Feodo Tracker (JSON or CSV blocklist), an event a server',
  documentation: 'https://feodotracker.abuse.ch/blocklist/',
  options,
  build: (chosen) => {
    const { ip, port, seen } = names[chosen.format];
    return {
      format: chosen.format === 'csv' ? { kind: 'csv', comment: '#', trim: true } : { kind: 'json' },
      groupBy: chosen.per === 'row' ? [ip, port] : ['malware'],
      nulls,
      event: event(chosen),
      attributes: [
        {
          type: 'ip-dst|port',
          category: 'Network activity',
          value: `{${ip}}|{${port}}`,
          comment: '{malware|or:unknown malware} botnet C2',
          toIds: chosen.toIds,
          firstSeen: `{${seen}}`,
          ...(chosen.lastSeen ? { lastSeen: '{last_online}' } : {}),
        },
        ...(chosen.format === 'json' ? surroundings : []),
      ],
    };
  },
};

const surroundings = [
  {
    type: 'hostname',
    category: 'Network activity',
    value: '{hostname}',
    comment: 'Host name of {ip_address}',
    toIds: false,
  },
  {
    type: 'AS',
    category: 'Network activity',
    value: '{as_number}',
    comment: '{as_name}, network of {ip_address}',
    toIds: false,
    correlate: false,
  },
];

function event({ format, per, tlp: tag }: Options) {
  const { ip, port, seen } = names[format];
  const date = `{${seen}}`;
  const tags = ['feodo-tracker', 'threat:botnet_cc', 'malware:{malware}'];
  if (per === 'malware') {
    return { info: '[feodo-tracker] {malware|or:unknown malware} C2 servers', date, tags, tlp: tag };
  }
  const country = format === 'json' ? ['country:{country}'] : [];
  return {
    info: `[feodo-tracker] {malware|or:unknown malware} C2 {${ip}}:{${port}}`,
    date,
    tags: [...tags, ...country],
    tlp: tag,
  };
}
