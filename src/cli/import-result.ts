import { isAbsolute } from 'node:path';
import { z } from 'zod';
import type { EventNote, ImportFeedResult, NotedRow, RowNote } from '../workflows/feed-types.js';
import { note, print, printJson } from './output.js';
import { printableLine } from './printable.js';
import { table } from './table.js';

/** Of a list, so many lines stand on the terminal; `--json` has more, and the store all. */
const shown = 20;

/** What is shown of a result. */
export type ShownImport = Omit<ImportFeedResult, 'preview' | 'reasons' | 'report'> & {
  readonly reasons?: string | undefined;
  readonly report?: string | undefined;
};

/** The counts of an import, what was written and where, and what was left out and why. */
export function showImportResult(result: ShownImport): void {
  const { feed, rows, created, updated, unchanged, rejected, gone } = result;
  showWritten(result);
  showReasons(result);
  const head = ['feed', 'rows', 'created', 'updated', 'unchanged', 'rejected rows', ...(gone > 0 ? ['gone'] : [])];
  print(table(head, [[feed, rows, created, updated, unchanged, rejected, ...(gone > 0 ? [gone] : [])]]));
  for (const file of result.rejectedFiles)
    note(`Rejected rows: ${place(file)}. Mend a copy, then import that with --from.`);
}

/** A dry run: the exact events, a line of JSON each, and beside them what they would change. */
export function showImportPreview(result: ImportFeedResult): void {
  const { preview = [] } = result;
  for (const { event } of preview) printJson(event);
  showReasons(result);
  for (const { action, changes, ...place } of preview) {
    if (action === 'update') note(printableLine(`${rowText(place)} would update its event: ${changes.join('; ')}`));
  }
  for (const line of previewWords(result)) note(line);
}

/** Only the events that are shown were looked at one by one: of the others, some may turn out to be as they should. */
export function previewWords(
  result: Pick<ImportFeedResult, 'rows' | 'created' | 'updated' | 'unchanged' | 'rejected' | 'preview'>,
): readonly string[] {
  const { preview = [], rows, created, updated, unchanged, rejected } = result;
  const unsure = updated > preview.filter(({ action }) => action === 'update').length;
  const [most, least] = unsure ? ['at most ', 'at least '] : ['', ''];
  const hidden = created + updated - preview.length;
  const counts = `${counted(created, 'event')} would be created, ${most}${updated} updated, ${least}${unchanged} would stay as they are`;
  const line = `Dry run, nothing was written: ${counted(rows, 'row')}; ${counts}; ${counted(rejected, 'row')} would be rejected.`;
  if (hidden <= 0) return [line];
  return [line, `Only the first ${preview.length} events are shown; ${most}${hidden} more would be written.`];
}

function showWritten({ written, created, updated, report }: ShownImport): void {
  for (const { action, reference, ...place } of [...written].sort(byRow).slice(0, shown)) {
    print(printableLine(`${rowText(place)}: ${action} ${reference}`));
  }
  const more = created + updated - Math.min(written.length, shown);
  if (more > 0) print(`… and ${more} more${report === undefined ? '' : `; all of them: ${place(report)}`}`);
}

function showReasons({ rejects, rejected, reasons, warnings, warned, problems }: ShownImport): void {
  const ofRows = warnings.filter((each) => 'row' in each);
  const ofEvents = warnings.filter((each) => 'event' in each);
  showNotes('rejected', rejects.toSorted(byRow), rejected, reasons);
  // What is of no row is seldom, and is told first: it would be lost behind the many of rows.
  showNotes('warning', [...ofEvents.slice(0, shown / 2), ...ofRows.toSorted(byRow)], warned);
  for (const { message } of problems) note(`problem: ${printableLine(message)}`);
}

function showNotes(word: string, notes: readonly (RowNote | EventNote)[], all: number, file?: string): void {
  const first = notes.slice(0, shown);
  for (const one of first) {
    const about = 'row' in one ? rowText(one) : `event ${one.event}`;
    note(`${word}: ${printableLine(`${about}: ${one.reason} [${one.code}]`)}`);
  }
  const where = file === undefined ? '' : `; all of them: ${place(file)}`;
  if (all > first.length) note(`${word}: … and ${all - first.length} more${where}`);
}

/** A source may be many files, and each has a row 2. */
function rowText({ file, row }: NotedRow): string {
  return `${file}, row ${row}`;
}

function byRow(one: NotedRow, other: NotedRow): number {
  if (one.file === other.file) return one.row - other.row;
  return one.file < other.file ? -1 : 1;
}

/** Files lie on the worker's machine; everything else is a key of the store. */
function place(file: string): string {
  return isAbsolute(file) ? printableLine(file) : `${printableLine(file)} in the store`;
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

const rowSchema = z.object({ file: z.string(), row: z.number() });
const rowNoteSchema = rowSchema.extend({ code: z.string(), reason: z.string() });
const eventNoteSchema = z.object({ event: z.string(), code: z.string(), reason: z.string() });

const resultSchema = z.object({
  ...{ feed: z.string(), rows: z.number(), created: z.number(), updated: z.number(), unchanged: z.number() },
  ...{ rejected: z.number(), gone: z.number(), warned: z.number() },
  rejects: z.array(rowNoteSchema),
  rejectedFiles: z.array(z.string()),
  reasons: z.string().optional(),
  warnings: z.array(z.union([rowNoteSchema, eventNoteSchema])),
  problems: z.array(z.object({ code: z.string(), message: z.string() })),
  written: z.array(rowSchema.extend({ action: z.enum(['created', 'updated']), reference: z.string() })),
  report: z.string().optional(),
});

/** An import that MISP refused in the middle says in its failure what became of the rest. */
export function failedImportResult(error: unknown): ShownImport | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (!('details' in at) || !Array.isArray(at.details)) continue;
    const parsed = resultSchema.safeParse(at.details[0]);
    if (parsed.success) return parsed.data;
  }
  return undefined;
}
