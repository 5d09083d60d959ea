import { RE2JS } from 're2js';

/**
 * A regular expression of the configuration, in RE2 syntax (https://github.com/google/re2/wiki/Syntax): its time is
 * linear in the text, since the texts are other people's.
 */
export interface Expression {
  readonly source: string;
  /** Whether it matches somewhere in the text. */
  readonly test: (text: string) => boolean;
  /**
   * The first match: what its first group holds, or all of it where it has no group. Undefined where it does not match,
   * or the group took no part.
   */
  readonly first: (text: string) => string | undefined;
  /** Of each match, one after the other, what `first` gives of the first; those that hold nothing are passed over. */
  readonly each: (text: string) => Iterable<string>;
  /** Instructions of its program: what a character of text costs at most. */
  readonly size: number;
  /** What stands between its matches. */
  readonly split: (text: string) => readonly string[];
}

/** What connectors in Python take, `(?<=@)\S+`: RE2 calls a look-behind an invalid name of a group. */
const lookAround = /\(\?<?[=!]/;

/** Why a text is no regular expression, in words that go on after "must be a regular expression"; undefined: it is one. */
export function expressionMistake(source: string): string | undefined {
  try {
    RE2JS.compile(source);
    return undefined;
  } catch (error) {
    const said = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error);
    return lookAround.test(source) ? `${said}; RE2 has no look-around` : said;
  }
}

/** @throws for a text that `expressionMistake` has something to say about */
export function compileExpression(source: string): Expression {
  const pattern = RE2JS.compile(source);
  const group = pattern.groupCount() === 0 ? 0 : 1;
  return {
    source,
    test: (text) => pattern.test(text),
    first: (text) => {
      const matcher = pattern.matcher(text);
      return matcher.find() ? (matcher.group(group) ?? undefined) : undefined;
    },
    *each(text) {
      const matcher = pattern.matcher(text);
      while (matcher.find()) {
        const value = matcher.group(group);
        if (value) yield value;
      }
    },
    size: pattern.programSize(),
    split: (text) => pattern.split(text),
  };
}
