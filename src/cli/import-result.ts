import { isAbsolute } from 'node:path';
import { z } from 'zod';
import type { ImportFeedResult, RowNote } from '../workflows/feed-types.js';
import { note, print, printJson } from './output.js';
import { printableLine } from './printable.js';
import { table } from './table.js';

/** Of a list, so many lines stand on the terminal; `--json` has more, and the store all. */
const shown = 20;

/** What is shown of a result. */
export type ShownImport = Omit<ImportFeedResult, 'rejects' | 'preview' | 'report'> & {
  readonly rejects: readonly RowNote[];
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
  for (const { row, action, changes } of preview) {
    if (action === 'update') note(`row ${row} would update its event: ${printableLine(changes.join('; '))}`);
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
  const inOrder = [...written].sort((a, b) => a.row - b.row);
  for (const { row, action, reference } of inOrder.slice(0, shown)) {
    print(`row ${row}: ${action} ${printableLine(reference)}`);
  }
  const more = created + updated - Math.min(written.length, shown);
  if (more > 0) print(`… and ${more} more${report === undefined ? '' : `; all of them: ${place(report)}`}`);
}

function showReasons({ rejects, rejected, warnings, problems }: ShownImport): void {
  showRows('rejected', rejects, rejected);
  showRows('warning', warnings, warnings.length);
  for (const { message } of problems) note(`problem: ${printableLine(message)}`);
}

function showRows(
  word: string,
  reasons: readonly { readonly file: string; readonly row: number; readonly reason: string }[],
  all: number,
): void {
  const inOrder = [...reasons].sort((a, b) => (a.file === b.file ? a.row - b.row : a.file < b.file ? -1 : 1));
  for (const { file, row, reason } of inOrder.slice(0, shown)) {
    note(`${word}: ${printableLine(`${file}, row ${row}: ${reason}`)}`);
  }
  if (all > shown) note(`${word}: … and ${all - Math.min(shown, reasons.length)} more`);
}

/** Files lie on the worker's machine; everything else is a key of the store. */
function place(file: string): string {
  return isAbsolute(file) ? printableLine(file) : `${printableLine(file)} in the store`;
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

const noteSchema = z.object({ file: z.string(), row: z.number(), reason: z.string() });

const resultSchema = z.object({
  ...{ feed: z.string(), rows: z.number(), created: z.number(), updated: z.number(), unchanged: z.number() },
  ...{ rejected: z.number(), gone: z.number() },
  rejects: z.array(noteSchema),
  rejectedFiles: z.array(z.string()),
  warnings: z.array(noteSchema),
  problems: z.array(z.object({ code: z.string(), message: z.string() })),
  written: z.array(z.object({ row: z.number(), action: z.enum(['created', 'updated']), reference: z.string() })),
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
