import { isRecord } from '../config/is-record.js';
import { type Mistake, shown } from '../config/mistakes.js';
import { didYouMean, nearest } from '../config/nearest.js';
import type { ConfigPath } from '../config/yaml-text.js';

type Entry = Readonly<Record<string, unknown>>;

/** What the routes of a mailbox have to fit to elsewhere in the configuration, as the user wrote it. */
export function routeMistakes(path: ConfigPath, mailbox: Entry, targets: Entry, misp: unknown): readonly Mistake[] {
  const routes: readonly unknown[] = Array.isArray(mailbox.routes) ? mailbox.routes : [];
  const names = routes.map((route) => (isRecord(route) ? route.name : undefined));
  return routes.flatMap((route, index): readonly Mistake[] => {
    if (!isRecord(route)) return [];
    const place = [...path, 'routes', index];
    return [
      ...targetMistakes([...place, 'targets'], route.targets, targets),
      ...nameMistakes([...place, 'name'], names, index),
      ...whenMistakes([...place, 'when'], route.when, mailbox),
      ...whereMistakes(place, route, mailbox, misp),
    ];
  });
}

/** Of a list of names of targets. */
export function targetMistakes(path: ConfigPath, value: unknown, targets: Entry): readonly Mistake[] {
  const named: readonly unknown[] = Array.isArray(value) ? value : [];
  return named.flatMap((target, index): readonly Mistake[] => {
    const place = [...path, index];
    if (named.indexOf(target) !== index) return [{ path: place, of: 'value', reason: 'is named twice' }];
    if (typeof target !== 'string' || Object.hasOwn(targets, target)) return [];
    const advice = didYouMean(nearest(target, Object.keys(targets)));
    return [{ path: place, of: 'value', reason: `no target${shown(place, target)} stands under \`targets\`${advice}` }];
  });
}

/** Alerts and people know a route by its name. */
function nameMistakes(path: ConfigPath, names: readonly unknown[], index: number): readonly Mistake[] {
  const name = names[index];
  const first = names.indexOf(name);
  if (name === undefined || first === index) return [];
  return [{ path, of: 'value', reason: `is the name of \`routes[${first}]\` already` }];
}

/** A condition that never holds, since what it asks for is not read. */
function whenMistakes(path: ConfigPath, when: unknown, mailbox: Entry): readonly Mistake[] {
  if (!isRecord(when)) return [];
  const lists = (['any', 'not'] as const).flatMap((key) => {
    const value = when[key];
    return Array.isArray(value)
      ? value.map((each: unknown, index) => ({ path: [...path, key, index], conditions: each }))
      : [{ path: [...path, key], conditions: value }];
  });
  return [{ path, conditions: when }, ...lists].flatMap(({ path: place, conditions }): readonly Mistake[] => {
    if (!isRecord(conditions)) return [];
    return [
      ...needs(
        [...place, 'auth'],
        conditions,
        mailbox.authserv !== undefined,
        '`authserv` of the mailbox: without it nothing is believed',
      ),
      ...needs(
        [...place, 'reportedBy'],
        conditions,
        mailbox.alertFor === 'originals',
        '`alertFor: originals` in the mailbox: the sender of any other mail is `from`',
      ),
    ];
  });
}

function needs(path: ConfigPath, conditions: Entry, isThere: boolean, what: string): readonly Mistake[] {
  const key = path.at(-1);
  if (isThere || typeof key !== 'string' || conditions[key] === undefined) return [];
  return [{ path, of: 'key', reason: `needs ${what}` }];
}

function whereMistakes(path: ConfigPath, route: Entry, mailbox: Entry, misp: unknown): readonly Mistake[] {
  if (route.misp === true && misp === undefined) {
    return [{ path: [...path, 'misp'], of: 'value', reason: 'needs `misp`, which is not configured' }];
  }
  const own = Array.isArray(mailbox.targets) ? mailbox.targets : [];
  if (route.targets !== undefined || own.length > 0 || route.misp !== false) return [];
  return [{ path, of: 'value', reason: 'leads nowhere: name a target under `targets`' }];
}
