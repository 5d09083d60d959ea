import { isRecord } from '../../config/is-record.js';
import type { Mistake } from '../../config/mistakes.js';

export function proxyMistakes(data: Readonly<Record<string, unknown>>): readonly Mistake[] {
  return [...unusedCredentials(data), ...ports(data)];
}

/** What would exclude nothing. */
function ports({ noProxy }: Readonly<Record<string, unknown>>): readonly Mistake[] {
  return (Array.isArray(noProxy) ? noProxy : []).flatMap((excluded: unknown, index): readonly Mistake[] => {
    const host = typeof excluded === 'string' ? /^([^:]+|\[.*\]):\d*$/.exec(excluded)?.[1] : undefined;
    if (host === undefined) return [];
    return [{ path: ['noProxy', index], of: 'value', reason: `names a host, whatever the port: \`${host}\`` }];
  });
}

/** Credentials that no proxy would get. */
function unusedCredentials(data: Readonly<Record<string, unknown>>): readonly Mistake[] {
  const named = (section: string) =>
    Object.entries(isRecord(data[section]) ? data[section] : {}).map(([name, value]) => ({
      path: [section, name],
      value,
    }));
  const sources = named('feeds').map(({ path, value }) => ({
    path: [...path, 'source'],
    value: isRecord(value) ? value.source : undefined,
  }));
  const places = [
    { path: [], value: data },
    { path: ['store'], value: data.store },
    { path: ['misp'], value: data.misp },
    ...[...named('mailboxes'), ...named('targets'), ...sources],
  ];
  return places.flatMap(({ path, value }): readonly Mistake[] => {
    if (!isRecord(value) || value.proxyAuth === undefined || (value.proxy !== undefined && value.proxy !== 'none'))
      return [];
    const reason =
      'is for the `proxy` beside it, and there is none: what the one of the top level asks for stands there';
    return [{ path: [...path, 'proxyAuth'], of: 'key', reason }];
  });
}
