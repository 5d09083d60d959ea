import { alertMistakes } from '../alerts/mistakes.js';
import { feedSchema } from '../feeds/config.js';
import { definitionMistakes } from '../feeds/definition.js';
import { proxyMistakes } from '../http/proxy/mistakes.js';
import { afterMistakes, takenAwayMistakes } from '../mail/imap/after-mistakes.js';
import { loginMistakes } from '../mail/oauth/mistakes.js';
import type { MispEventConfig } from '../misp/config.js';
import { routeMistakes, targetMistakes } from '../routing/mistakes.js';
import { httpTemplateMistakes } from '../soar/http/template-mistakes.js';
import { isRecord } from './is-record.js';
import { type Mistake, mistakesFromIssues } from './mistakes.js';
import { didYouMean, nearest } from './nearest.js';
import { repaired } from './repaired.js';

/**
 * The rules between one place of the configuration and another. They read the data as the user wrote it, so that
 * they speak up together with the mistakes that the schema finds and not only after those are mended.
 */
export function crossCheck(data: unknown): readonly Mistake[] {
  if (!isRecord(data)) return [];
  const targets = isRecord(data.targets) ? data.targets : {};
  return [
    ...entries(data.mailboxes).flatMap(([mailbox, value]) => checkMailbox(mailbox, value, targets, data.misp)),
    ...entries(data.mailboxes).flatMap(([mailbox, value]) => alertMistakes(value, ['mailboxes', mailbox])),
    ...entries(data.mailboxes).flatMap(([mailbox, value]) => afterMistakes(['mailboxes', mailbox], value)),
    ...takenAwayMistakes(entries(data.mailboxes)),
    ...entries(data.mailboxes).flatMap(([mailbox, value]) => loginMistakes(['mailboxes', mailbox], value)),
    ...entries(data.mailboxes).flatMap(([mailbox, value]) =>
      routeMistakes(['mailboxes', mailbox], value, targets, data.misp),
    ),
    ...entries(targets).flatMap(([target, value]) => checkEncrypted(['targets', target], value)),
    ...entries(targets).flatMap(([target, value]) => checkTemplates(target, value, data.mailboxes)),
    ...Object.keys(targets).flatMap(checkTargetName),
    ...(isRecord(data.store) ? checkEncrypted(['store'], data.store, 'endpoint') : []),
    ...(isRecord(data.misp) ? checkMisp(data.misp) : []),
    ...proxyMistakes(data),
    ...checkExclude(data),
    ...checkHistory(data),
    ...checkCodecServer(data),
    ...entries(data.feeds).flatMap(([feed, value]) => checkFeed(feed, value, data)),
  ];
}

type Entry = Readonly<Record<string, unknown>>;

function entries(value: unknown): readonly (readonly [string, Entry])[] {
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, entry]) => (isRecord(entry) ? [[key, entry] as const] : []));
}

function checkMailbox(mailbox: string, value: Entry, targets: Entry, misp: unknown): readonly Mistake[] {
  const path = ['mailboxes', mailbox];
  const named: readonly unknown[] = Array.isArray(value.targets) ? value.targets : [];
  const nowhere = named.length === 0 && (misp === undefined || value.misp === false);
  return nowhere && (value.targets === undefined || Array.isArray(value.targets))
    ? [{ path, of: 'key', reason: 'delivers nowhere: name a target under `targets`, or configure `misp`' }]
    : targetMistakes([...path, 'targets'], named, targets);
}

/** `worker --only` and the ledger know these as something else. */
function checkTargetName(target: string): readonly Mistake[] {
  if (!['workflows', 'mail', 'feeds', 'misp'].includes(target)) return [];
  return [{ path: ['targets', target], of: 'key', reason: 'is a name of Lurewatch itself: choose another' }];
}

function checkTemplates(target: string, value: Entry, mailboxes: unknown): readonly Mistake[] {
  if (value.kind !== 'http') return [];
  const ownFields = entries(mailboxes).flatMap(([, { alert }]) =>
    isRecord(alert) && isRecord(alert.fields) ? Object.keys(alert.fields) : [],
  );
  const mistakes = httpTemplateMistakes(value, ['targets', target], ownFields);
  return mistakes.map((mistake) => ({ ...mistake, of: 'value' as const }));
}

function checkFeed(feed: string, value: Entry, data: Entry): readonly Mistake[] {
  const path = ['feeds', feed];
  const mistakes: Mistake[] = [];
  if (data.misp === undefined) mistakes.push({ path, of: 'key', reason: 'has nowhere to go: configure `misp`' });
  const times = ['every', 'at', 'cron'].filter((key) => value[key] !== undefined);
  for (const other of times.slice(1)) {
    const reason = `only one of \`every\`, \`at\` and \`cron\` may be given, and there is \`${times[0]}\` already`;
    mistakes.push({ path: [...path, other], of: 'key', reason });
  }
  if (value.on !== undefined && value.at === undefined) {
    mistakes.push({ path: [...path, 'on'], of: 'key', reason: 'needs `at`: the times of day on these days' });
  }
  const { value: readable, hidden, isReplaced } = repaired(feedSchema, value, feedFillers);
  const behind = mistakesFromIssues(
    hidden.map((issue) => ({ ...issue, path: [...path, ...issue.path] })),
    data,
  );
  const parts = readable === undefined ? [] : definitionMistakes(readable, eventDefaults(data.misp));
  return [
    ...mistakes,
    ...behind,
    ...parts
      .filter((mistake) => !isReplaced(mistake.path))
      .map((mistake) => ({ ...mistake, path: [...path, ...mistake.path] })),
  ];
}

/** What is no mistake, whatever stands beside it. */
const feedFillers = {
  ...{ source: '.', url: 'https://feed.invalid/', format: { kind: 'jsonl' } },
  ...{ info: '-', date: 'today', type: 'auto', value: '-', column: '-', cluster: '-', name: '-', relation: '-' },
};

/** What an event is where nothing says so; only mistakes are looked for with it. */
function eventDefaults(misp: unknown): MispEventConfig {
  const group = isRecord(misp) && typeof misp.sharingGroup === 'number' ? { sharingGroup: misp.sharingGroup } : {};
  return { tlp: 'amber', distribution: 0, threatLevel: 4, analysis: 0, toIds: false, ...group };
}

function checkExclude({ exclude, misp }: Entry): readonly Mistake[] {
  if (!isRecord(exclude) || exclude.misp !== true || (isRecord(misp) && misp.kind !== 'feed')) return [];
  return [{ path: ['exclude', 'misp'], of: 'value', reason: 'needs `misp` of kind `server`, whose lists are asked' }];
}

function checkHistory({ history }: Entry): readonly Mistake[] {
  const encryption = isRecord(history) && isRecord(history.encryption) ? history.encryption : {};
  const { key, keys } = encryption;
  if (typeof key !== 'string' || !isRecord(keys) || Object.hasOwn(keys, key)) return [];
  const path = ['history', 'encryption', 'key'];
  const advice = didYouMean(nearest(key, Object.keys(keys)));
  return [{ path, of: 'value', reason: `is none of the ids under \`keys\`${advice}` }];
}

function checkCodecServer({ codecServer }: Entry): readonly Mistake[] {
  const jwt = isRecord(codecServer) && isRecord(codecServer.jwt) ? codecServer.jwt : {};
  return checkEncrypted(['codecServer', 'jwt'], jwt, 'jwks');
}

function checkMisp(misp: Entry): readonly Mistake[] {
  const mistakes = [...checkEncrypted(['misp'], misp)];
  if (misp.distribution === 4 && misp.sharingGroup === undefined) {
    mistakes.push({ path: ['misp', 'distribution'], of: 'value', reason: 'needs `sharingGroup` when it is 4' });
  }
  return mistakes;
}

/** Where the schema knows `insecure`, http:// needs it. */
function checkEncrypted(path: readonly string[], value: Entry, key = 'url'): readonly Mistake[] {
  const url = value[key];
  const plain = typeof url === 'string' && /^http:/i.test(url);
  const kind = value.kind;
  if (!plain || value.insecure === true || kind === 'secops' || kind === 'feed') return [];
  return [
    { path: [...path, key], of: 'value', reason: 'http:// is not encrypted: use https://, or set `insecure: true`' },
  ];
}
