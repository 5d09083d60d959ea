import { isRecord } from './json-schema.js';
import { didYouMean, type Mistake, shown } from './mistakes.js';
import { nearest } from './nearest.js';

/**
 * The rules between one place of the configuration and another. They read the data as the user wrote it, so that
 * they speak up together with the mistakes that the schema finds and not only after those are mended.
 */
export function crossCheck(data: unknown): readonly Mistake[] {
  if (!isRecord(data)) return [];
  const targets = isRecord(data.targets) ? data.targets : {};
  return [
    ...entries(data.mailboxes).flatMap(([mailbox, value]) => checkMailbox(mailbox, value, targets, data.misp)),
    ...entries(targets).flatMap(([target, value]) => checkEncrypted(['targets', target], value)),
    ...(isRecord(data.misp) ? checkMisp(data.misp) : []),
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
  const unknown = named.flatMap((target, index): readonly Mistake[] => {
    if (typeof target !== 'string' || Object.hasOwn(targets, target)) return [];
    const place = [...path, 'targets', index];
    const advice = didYouMean(nearest(target, Object.keys(targets)));
    return [{ path: place, of: 'value', reason: `no target${shown(place, target)} stands under \`targets\`${advice}` }];
  });
  const twice = named.flatMap((target, index): readonly Mistake[] =>
    named.indexOf(target) === index
      ? []
      : [{ path: [...path, 'targets', index], of: 'value', reason: 'is named twice' }],
  );
  const nowhere = named.length === 0 && (misp === undefined || value.misp === false);
  return nowhere && (value.targets === undefined || Array.isArray(value.targets))
    ? [{ path, of: 'key', reason: 'delivers nowhere: name a target under `targets`, or configure `misp`' }]
    : [...unknown, ...twice];
}

function checkMisp(misp: Entry): readonly Mistake[] {
  const mistakes = [...checkEncrypted(['misp'], misp)];
  if (misp.distribution === 4 && misp.sharingGroup === undefined) {
    mistakes.push({ path: ['misp', 'distribution'], of: 'value', reason: 'needs `sharingGroup` when it is 4' });
  }
  return mistakes;
}

/** Where the schema knows `insecure`, http:// needs it. */
function checkEncrypted(path: readonly string[], value: Entry): readonly Mistake[] {
  const plain = typeof value.url === 'string' && /^http:/i.test(value.url);
  const kind = value.kind;
  if (!plain || value.insecure === true || kind === 'secops' || kind === 'feed') return [];
  return [
    { path: [...path, 'url'], of: 'value', reason: 'http:// is not encrypted: use https://, or set `insecure: true`' },
  ];
}
