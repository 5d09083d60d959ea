/** Comments, brackets, names and all other words (ISO 32000-2 §7.2). */
const tokens = /%[^\r\n]*|<<|>>|\/[^\0\t\n\f\r ()<>[\]{}/%]*|[()[\]<>{}]|[^\0\t\n\f\r ()<>[\]{}/%]+/g;
/** The library reads so many words ahead, whatever they belong to. */
const ahead = 2;
/** Where the library begins to read an object that it looks for: the rest of the line belongs to its number for it. */
const behindNumber = /[<\r\n]/;
const inString = /\\[\s\S]|[()]/g;

/**
 * Objects that are not closed before the next one begins, or before a stream. Where a PDF is damaged the library looks for
 * its objects by itself, and reads on from each of these to the end of the file.
 */
export function unclosedObjects(text: string): number {
  const [, ...objects] = text.split(/\bobj\b/);
  return objects.filter((object) => !isClosed(object, 0) || !isClosed(object, startOf(object))).length;
}

function startOf(object: string): number {
  const start = object.search(behindNumber);
  return start < 0 ? object.length : start;
}

/**
 * As the library reads it, whatever else it may mean: between keys of a dictionary it passes over what is no name, and
 * takes whatever follows a name for its value, an end too.
 */
function isClosed(object: string, from: number): boolean {
  const open: ('array' | 'key' | 'value')[] = [];
  let behind = 0;
  tokens.lastIndex = from;
  for (let found = tokens.exec(object); found !== null; found = tokens.exec(object)) {
    const [token] = found;
    if (token.startsWith('%')) {
      // The next object stands in the comment.
      if (tokens.lastIndex === object.length) return false;
      continue;
    }
    if (token === '(' || token === '<') {
      const end = token === '(' ? stringEnd(object, tokens.lastIndex) : object.indexOf('>', tokens.lastIndex) + 1;
      if (end === 0) return false;
      tokens.lastIndex = end;
    }
    if (behind > 0) {
      behind += 1;
      if (behind > ahead) return true;
      continue;
    }
    const state = open.at(-1);
    const opens = (token === '<<' || token === '[') && state !== 'key';
    if (state === 'value') open[open.length - 1] = 'key';
    else if (state === 'key' && token.startsWith('/')) open[open.length - 1] = 'value';
    if (opens) open.push(token === '[' ? 'array' : 'key');
    else if ((state === 'array' && token === ']') || (state === 'key' && token === '>>')) open.pop();
    if (open.length === 0) behind = 1;
  }
  return open.length === 0;
}

/** @returns 0 where there is none */
function stringEnd(object: string, from: number): number {
  let depth = 1;
  inString.lastIndex = from;
  for (let found = inString.exec(object); found !== null; found = inString.exec(object)) {
    if (found[0] === '(') depth += 1;
    else if (found[0] === ')') depth -= 1;
    if (depth === 0) return inString.lastIndex;
  }
  return 0;
}
