import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Table from 'cli-table3';
import type { PollHistory } from './history.js';
import type { LurewatchRound } from './lurewatch-round.js';
import type { MachineFacts } from './machine.js';
import { type Figure, type MailResult, median, type ScenarioResult, type TableRow } from './scenario.js';

export interface Report {
  readonly startedAt: string;
  readonly machine: MachineFacts;
  readonly scenarios: readonly ScenarioResult[];
}

/** Everything that was measured, round by round. @returns the path */
export async function writeReport(report: Report, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${report.startedAt.replaceAll(/[:.]/g, '-')}.json`);
  await writeFile(path, `${JSON.stringify(report, null, 2)}\n`);
  return path;
}

/** For people: the figures with their goals; what a mail costs, and where the time of the batches goes; rounds of feeds and tables of extraction. */
export function describeReport({ machine, scenarios }: Report): string {
  const facts = Object.entries(machine).map(([name, value]) => `${name} ${value}`);
  const mails = scenarios.filter((scenario) => 'lurewatch' in scenario);
  const tables = scenarios.flatMap(tablesOf);
  return [
    facts.join(', '),
    figures(scenarios),
    ...(mails.length === 0 ? [] : [costs(mails), stages(mails)]),
    ...tables.map(({ title, rows }) => wholeTable(title, rows)),
  ].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const drawn = new Table({ head: [...head], style: { head: [], border: [] } });
  drawn.push(...rows.map((row) => [...row]));
  return drawn.toString();
}

function figures(scenarios: readonly ScenarioResult[]): string {
  const rows = scenarios.flatMap((scenario) =>
    scenario.figures.map((figure) => [
      scenario.name,
      'corpus' in scenario ? `${scenario.corpus} mails` : 'feeds',
      figure.name,
      `${rounded(figure.value)} ${figure.unit}`,
      verdict(figure),
    ]),
  );
  return table(['scenario', 'with', 'figure', 'median', 'goal'], rows);
}

function verdict({ value, goal }: Figure): string {
  if (goal === undefined) return '';
  const [words, met] =
    'atLeast' in goal ? [`≥ ${goal.atLeast}`, value >= goal.atLeast] : [`< ${goal.below}`, value < goal.below];
  return `${words}: ${met ? 'met' : 'MISSED'}`;
}

function costs(scenarios: readonly MailResult[]): string {
  const rows = byLabel(scenarios).map(([name, rounds]) => {
    const each = (of: (round: LurewatchRound) => number | undefined) =>
      rounded(median(rounds.map((round) => of(round) ?? Number.NaN)));
    return [
      name,
      each(({ history, mails }) => history.events / mails),
      each(({ history, mails }) => history.bytes / mails),
      each(({ workerCpuSeconds = Number.NaN, mails }) => (1000 * workerCpuSeconds) / mails),
      each(({ temporalCpuSeconds = Number.NaN, mails }) => (1000 * temporalCpuSeconds) / mails),
      each(({ workerPeakMemoryMb }) => workerPeakMemoryMb),
    ];
  });
  const head = [
    'a mail costs',
    'history events',
    'history bytes',
    'worker CPU ms',
    'Temporal CPU ms',
    'worker peak MB',
  ];
  return table(head, rows);
}

/** Summed over batches that run side by side, so a column adds up to more than the clock's milliseconds a mail. */
function stages(scenarios: readonly MailResult[]): string {
  const groups = byLabel(scenarios);
  const names = [...new Set(groups.flatMap(([, rounds]) => rounds.flatMap(({ history }) => stageNames(history))))];
  const rows = names.map((stage) => [
    stage,
    ...groups.map(([, rounds]) => rounded(median(rounds.map((round) => millisecondsOf(round, stage))))),
  ]);
  return table(['stage, ms a mail', ...groups.map(([name]) => name)], rows);
}

function stageNames({ stages }: PollHistory): readonly string[] {
  return stages.map(({ name }) => name);
}

function millisecondsOf({ history, mails }: LurewatchRound, wanted: string): number {
  return (1000 * (history.stages.find(({ name }) => name === wanted)?.seconds ?? 0)) / mails;
}

function byLabel(scenarios: readonly MailResult[]): readonly (readonly [string, readonly LurewatchRound[]])[] {
  return scenarios.flatMap(({ name, lurewatch }) =>
    [...new Set(lurewatch.map(({ label }) => label))].map(
      (label) =>
        [label === name ? name : `${name}, ${label}`, lurewatch.filter((round) => round.label === label)] as const,
    ),
  );
}

function tablesOf(scenario: ScenarioResult): readonly { readonly title: string; readonly rows: readonly TableRow[] }[] {
  if ('tables' in scenario) return scenario.tables ?? [];
  return 'feedRounds' in scenario ? [{ title: scenario.name, rows: scenario.feedRounds }] : [];
}

function wholeTable(title: string, rows: readonly TableRow[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = rows.map((row) => columns.map((column) => cell(row[column])));
  return table([title, ...columns.slice(1)], cells);
}

function cell(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  return Number.isInteger(value) ? String(value) : rounded(value);
}

function rounded(value: number): string {
  if (Number.isNaN(value)) return 'unknown';
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
