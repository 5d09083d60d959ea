import { homedir, hostname, tmpdir } from 'node:os';
import { type History, historyToJSON } from '@temporalio/common/lib/proto-utils.js';

/**
 * A history as JSON, one event a line, without what tells of the machine it was recorded on: identities and the names
 * of sticky task queues hold its name, stack traces its paths. None of them takes part in a replay.
 *
 * @throws an Error where something of this machine is left
 */
export function scrubbed(history: History): string {
  const { events = [] } = JSON.parse(historyToJSON(history), (key, value: unknown) => {
    if (key === 'identity') return 'worker';
    if (key === 'stackTrace') return undefined;
    return isSticky(value) ? { ...value, name: 'sticky' } : value;
  }) as { readonly events?: readonly unknown[] };
  const text = `{"events":[\n${events.map((event) => JSON.stringify(event)).join(',\n')}\n]}\n`;
  const told = text + decodedPayloads(text);
  const ours = [process.cwd(), `${homedir()}/`, `${tmpdir()}/`, `@${hostname()}`];
  for (const one of ours) if (told.includes(one)) throw new Error(`a history still holds ${one}`);
  return text;
}

function isSticky(value: unknown): value is object {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'TASK_QUEUE_KIND_STICKY';
}

function decodedPayloads(text: string): string {
  return [...text.matchAll(/"data":"([^"]*)"/g)]
    .map(([, data]) => Buffer.from(data ?? '', 'base64').toString('utf8'))
    .join('\n');
}
