import { z } from 'zod';
import { nearest } from '../../config/nearest.js';
import { LurewatchError } from '../../errors/lurewatch-error.js';

const mostQuoted = 40;

/**
 * The columns that a mapping needs are there.
 * @throws LW_FEED_HEADER naming those that are not, what may be meant instead, and the columns found
 */
export function checkColumns(columns: readonly string[], needs: readonly string[], file: string): void {
  const missing = needs.filter((name) => !columns.includes(name));
  if (missing.length === 0) return;
  const named = missing.map((name) => {
    const meant = nearest(name, columns);
    return meant === undefined ? quoted(name) : `${quoted(name)} (is it ${quoted(meant)}?)`;
  });
  const found = columns.slice(0, mostQuoted).map(quoted).join(', ');
  const more = columns.length > mostQuoted ? `, and ${columns.length - mostQuoted} more` : '';
  const word = missing.length === 1 ? 'column is' : 'columns are';
  throw new LurewatchError('LW_FEED_HEADER', `${word} missing: ${named.join(', ')}. The columns are ${found}${more}`, {
    where: file,
    details: { missing, found: columns.slice(0, mostQuoted) },
  });
}

/** The same, of a file that not everybody may read who sees the error: names what is missing, and nothing of the file. */
export function withoutFound(error: LurewatchError): LurewatchError {
  const missing = z.array(z.string()).safeParse(error.details?.missing);
  if (error.code !== 'LW_FEED_HEADER' || !missing.success) return error;
  const word = missing.data.length === 1 ? 'column is' : 'columns are';
  const what = `${word} missing: ${missing.data.map(quoted).join(', ')}`;
  return new LurewatchError('LW_FEED_HEADER', what, { where: error.where, details: { missing: missing.data } });
}

function quoted(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
}

/** Names as a header gives them: trimmed; an empty or repeated one is replaced by the number of its column. */
export function columnNames(header: readonly string[]): readonly string[] {
  const names = header.map((name) => name.trim());
  return names.map((name, index) => (name === '' || names.indexOf(name) < index ? String(index + 1) : name));
}
