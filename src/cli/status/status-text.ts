import type { Colours } from '../colour.js';
import { printableLine, shortened, timeText } from '../printable.js';
import { grouped, type RemarkGroup } from './remark-groups.js';
import { type Row, statusRows } from './status-rows.js';
import type { Status, Verdict } from './types.js';

export interface TextOptions {
  readonly colours: Colours;
  /** Of the terminal; lines are broken there. */
  readonly width: number;
  /** True: every mailbox and feed has a line of its own. */
  readonly all: boolean;
}

const mostRows = 20;
const mostRemarks = 12;
const order: readonly Verdict[] = ['person', 'waits', 'ok'];

/** One screen for a person on call: first what needs them and the command, then what goes on by itself, then the rest. */
export function statusText(status: Status, { colours, width, all }: TextOptions): string {
  const groups = grouped(status);
  const [person, waits] = (['person', 'waits'] as const).map((which) =>
    groups.filter(({ verdict }) => verdict === which),
  );
  return [
    headline(status, colours),
    ...section('NEEDS A PERSON', person ?? [], width, colours.red),
    ...section('goes on by itself', waits ?? [], width, colours.yellow),
    '',
    ...tableLines(statusRows(status), all, width, colours),
    colours.dim(whereLine(status)),
  ].join('\n');
}

/** The same on one line, for logs. */
export function statusLine(status: Status): string {
  const what = status.needs.map(({ about, code, kind }) => `${about} ${code ?? kind}`).join('; ');
  return `${timeText(status.at)}  ${headWords(status)}${what === '' ? '' : `: ${what}`}`;
}

function headline(status: Status, { red }: Colours): string {
  const words = headWords(status);
  return `Lurewatch, ${timeText(status.at)}: ${status.verdict === 'person' ? red(words) : words}`;
}

function headWords({ verdict, needs }: Status): string {
  if (verdict === 'person')
    return needs.length === 1 ? 'one thing needs a person' : `${needs.length} things need a person`;
  return verdict === 'waits' ? 'nothing needs a person' : 'all is well';
}

function section(
  title: string,
  groups: readonly RemarkGroup[],
  width: number,
  paint: (text: string) => string,
): readonly string[] {
  if (groups.length === 0) return [];
  const shown = groups.slice(0, mostRemarks);
  const more = groups.length - shown.length;
  return [
    '',
    paint(title),
    ...shown.flatMap(({ about, message, command }) => [
      ...wrapped(toldOnce(about, printableLine(message)), width, '  ', '    '),
      ...(command === undefined ? [] : [`    → ${command}`]),
    ]),
    ...(more === 0 ? [] : [`  … and ${more} more: --json has all`]),
  ];
}

/** Our errors say where they happened. */
function toldOnce(about: string, message: string): string {
  return message.startsWith(`${about}: `) ? message : `${about}: ${message}`;
}

function wrapped(text: string, width: number, first: string, others: string): readonly string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(' ')) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `${others}${word}`;
    } else line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
}

const heads = ['', 'last run', 'next run', 'backlog', 'oldest unread', 'in delivery', 'held'] as const;
const narrowHeads = ['', 'last run', 'next run', 'backlog', 'oldest', 'in delivery', 'held'] as const;
const leastName = 12;
const gap = 2;

function tableLines(rows: readonly Row[], all: boolean, width: number, colours: Colours): readonly string[] {
  const sorted = [...rows].sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
  const shown = all ? sorted : sorted.slice(0, mostRows);
  const cells = shown.map((row) => row.cells);
  const isNarrow = lengthWith(columnWidths(heads, cells)) > width;
  const titles = isNarrow ? narrowHeads : heads;
  const [name = 0, ...others] = columnWidths(titles, cells);
  // A count that loses its end is another count: names give way.
  const most = isNarrow ? Math.max(leastName, name - (lengthWith([name, ...others]) - width)) : name;
  const widths = [Math.min(name, most), ...others];
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? shortened(cell, most) : cell).padEnd(widths[column] ?? 0))
      .join(' '.repeat(gap))
      .trimEnd()
      .slice(0, width);
  const paints = { person: colours.red, waits: colours.yellow, ok: (text: string) => text };
  const hidden = sorted.length - shown.length;
  return [
    colours.dim(line(titles)),
    ...shown.map((row) => paints[row.verdict](line(row.cells))),
    ...(hidden === 0 ? [] : [`… and ${hidden} more, ${countedTroubles(sorted.slice(shown.length))}: --all shows them`]),
  ];
}

/** What stands last in a shorter row has the columns behind it too. */
function columnWidths(titles: readonly string[], cells: readonly (readonly string[])[]): readonly number[] {
  return titles.map((title, column) =>
    Math.max(
      title.length,
      ...cells.map((row) => (column < row.length - 1 || row.length === titles.length ? (row[column]?.length ?? 0) : 0)),
    ),
  );
}

function lengthWith(widths: readonly number[]): number {
  return widths.reduce((sum, one) => sum + one, gap * (widths.length - 1));
}

function countedTroubles(rows: readonly Row[]): string {
  const troubled = rows.filter(({ verdict }) => verdict !== 'ok').length;
  return troubled === 0 ? 'all well' : `${troubled} of them named above`;
}

function whereLine({ temporal, store }: Status): string {
  const { reachable, address, namespace, workers } = temporal;
  const server = reachable
    ? `Temporal ${address}, namespace ${namespace}, ${workers === 1 ? 'one worker' : `${workers} workers`}`
    : 'Temporal cannot be asked';
  return `${server}; store ${store.place}`;
}
