import type { ListFormat } from './config.js';
import { recogniseIndicator } from './indicator.js';
import type { LineParser, ParsedLine } from './line-reader.js';
import { refang } from './refang.js';

/** Plain lists: one indicator a line, defanged or not, a comment behind it perhaps. */
export function listParser(format: ListFormat): LineParser {
  return {
    columns: ['value', 'type', 'original', 'comment'],
    comments: format.comment,
    skips: false,
    charset: format.charset,
    maxRecordChars: format.maxRecordChars,
    parse: (line) => parseLine(line, format),
  };
}

function parseLine(line: string, { comment: marks, type }: ListFormat): ParsedLine {
  const { text: original, comment } = splitComment(line.trim(), marks);
  const commentField = comment === '' ? {} : { comment };
  // Lists are quoted now and then; a URL may stand in angle brackets (RFC 3986 appendix C).
  const bare = /^(?:<(.*)>|"(.*)"|'(.*)')$/.exec(original);
  const text = refang((bare?.[1] ?? bare?.[2] ?? bare?.[3] ?? original).trim());
  if (type !== undefined) return { fields: { value: text, type, original, ...commentField } };
  const indicator = recogniseIndicator(text);
  if (indicator === null) {
    return {
      mistake: `${JSON.stringify(text.slice(0, 100))} is no indicator that is recognised; \`format.type\` can tell what it is`,
    };
  }
  return { fields: { value: indicator.value, type: indicator.type, original, ...commentField } };
}

interface CommentedText {
  readonly text: string;
  readonly comment: string;
}

/** A comment in a line begins after a blank: within a URL `#` and `//` are parts of it. */
function splitComment(line: string, marks: readonly string[]): CommentedText {
  for (const { index } of line.matchAll(/\s+/g)) {
    const rest = line.slice(index).trimStart();
    const mark = marks.find((start) => rest.startsWith(start));
    if (mark !== undefined) return { text: line.slice(0, index), comment: rest.slice(mark.length).trim() };
  }
  return { text: line, comment: '' };
}
