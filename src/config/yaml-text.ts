import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';

export interface Position {
  readonly line: number;
  readonly column: number;
}

export type ConfigPath = readonly PropertyKey[];

/** A YAML text as data, with the way back from a path in the data to its place in the text. */
export interface YamlText {
  readonly data: unknown;
  readonly errors: readonly (Position & { readonly reason: string; readonly fatal: boolean })[];
  /** Where the value at `path` stands, or its key; for what is not there: the nearest thing around it. */
  position(path: ConfigPath, of: 'key' | 'value'): Position;
}

/** The parser's own messages quote the text, which may be a secret: these do not. */
const reasons: Readonly<Record<string, string>> = {
  ALIAS_PROPS: 'an alias takes no anchor or tag',
  BAD_ALIAS: 'this alias has no anchor',
  BAD_DQ_ESCAPE: 'unknown escape in a double-quoted text: use single quotes, or write \\\\',
  BAD_INDENT: 'wrong indentation',
  BAD_SCALAR_START: 'a text must not start with this character: put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a map cannot start here: indent it under its key, or put the text in quotes',
  BLOCK_IN_FLOW: 'a block cannot stand inside { } or [ ]',
  DUPLICATE_KEY: 'this key stands twice in the same map',
  MISSING_CHAR: 'a character is missing (a colon, comma, quote or bracket)',
  MULTILINE_IMPLICIT_KEY: 'a key must stand on one line: is a quote or a colon missing?',
  MULTIPLE_DOCS: 'only one YAML document may stand in the file',
  TAB_AS_INDENT: 'indented with a tab: use spaces',
  UNEXPECTED_TOKEN: 'unexpected here',
};

export function parseYamlText(text: string): YamlText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const describe = (error: YAMLError) => ({
    ...at(error.pos[0]),
    reason: reasons[error.code] ?? `not valid YAML (${error.code})`,
    fatal: error.code !== 'DUPLICATE_KEY',
  });
  const errors = document.errors.map(describe);
  let data: unknown;
  if (!errors.some((error) => error.fatal)) {
    try {
      data = document.toJS({ maxAliasCount: 100 });
    } catch {
      // Aliases: one without its anchor, or a bomb of them. The error's text would quote the alias.
      errors.push({
        ...aliasPosition(document, at),
        reason: 'an alias (*name) here has no anchor (&name), or there are too many',
        fatal: true,
      });
    }
  }
  return {
    data,
    errors,
    position: (path, of) => {
      let node: unknown = document.contents;
      let found: Position = { line: 1, column: 1 };
      for (const [index, segment] of path.entries()) {
        if (isAlias(node)) node = node.resolve(document);
        const last = index === path.length - 1;
        if (isMap(node)) {
          const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(segment));
          if (pair === undefined) return found;
          found = startOf(pair.key, at) ?? found;
          node = pair.value;
        } else if (isSeq(node)) {
          node = node.items[Number(segment)];
          found = startOf(node, at) ?? found;
        } else return found;
        if (last && of === 'value' && isScalar(node) && node.value !== null) found = startOf(node, at) ?? found;
      }
      return found;
    },
  };
}

function aliasPosition(document: Document, at: (offset: number) => Position): Position {
  let found: Position = { line: 1, column: 1 };
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return undefined;
      found = startOf(alias, at) ?? found;
      return visit.BREAK;
    },
  });
  return found;
}

function startOf(node: unknown, at: (offset: number) => Position): Position | undefined {
  const offset = isNode(node) ? node.range?.[0] : undefined;
  return offset === undefined ? undefined : at(offset);
}
