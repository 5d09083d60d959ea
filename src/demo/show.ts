import { basename, relative } from 'node:path';
import { harmlessLine, harmlessUrl } from '../cli/harmless.js';
import { shortened } from '../cli/printable.js';
import { table } from '../cli/table.js';
import type { DemoAlert } from './alerts.js';
import type { DemoFolder } from './folder.js';

/** The alerts as a table; on a terminal as wide as that. */
export function alertTable(alerts: readonly DemoAlert[], width: number | undefined): string {
  const head = ['alert', 'from', 'subject', 'URLs found', 'case', 'MISP event'];
  const rows = alerts.map(({ document, caseFile, eventFile }) => [
    document.alertId,
    shortened(harmlessLine(document.from), 32),
    shortened(harmlessLine(document.subject ?? '(none)'), 32),
    urlsText(document.urls),
    caseFile === undefined ? '' : basename(caseFile),
    eventFile === undefined ? '' : basename(eventFile, '.json'),
  ]);
  return table(head, rows, {
    width,
    flexible: [
      [4, 5],
      [1, 2, 3],
    ],
  });
}

function urlsText([first, ...more]: readonly string[]): string {
  return first === undefined ? 'none' : `${more.length + 1}: ${shortened(harmlessUrl(first), 44)}`;
}

/** Where to look, and commands that work as they stand. */
export function whereNext(
  folder: DemoFolder,
  alerts: readonly DemoAlert[],
  server: { readonly address: string; readonly uiAddress: string | undefined },
  staysUp: boolean,
): string {
  const here = (path: string) => {
    const short = relative(process.cwd(), path);
    return short.startsWith('..') ? path : short;
  };
  const config = `--config ${here(folder.configFile)}`;
  const temporal = server.address === '127.0.0.1:7233' ? '' : `TEMPORAL_ADDRESS=${server.address} `;
  const id = alerts.find(({ document }) => document.messageId !== null)?.document.messageId ?? '';
  return [
    `Web UI    ${server.uiAddress ?? ''}/namespaces/default/workflows${staysUp ? '' : ' (while a demo runs)'}`,
    `Cases     ${here(folder.cases)}`,
    `MISP feed ${here(folder.feed)}`,
    `Logs      ${here(folder.workerLog)}, ${here(folder.temporalLog)}`,
    '',
    'Try next:',
    `  npx lurewatch find '${id}' ${config}`,
    ...(staysUp
      ? [`  ${temporal}npx lurewatch ingest demo ${config}`, `  ${temporal}npx lurewatch schedules list ${config}`]
      : ['  npm run demo -- --fresh']),
  ].join('\n');
}
