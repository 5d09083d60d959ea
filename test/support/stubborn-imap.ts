import type { Script } from './scripted-imap.js';

export interface StubbornImap {
  readonly script: Script;
  /** How many copies lie in the other folder. */
  readonly copies: () => number;
  /** Flags of the message; undefined: it is gone. */
  readonly flags: () => readonly string[] | undefined;
}

export interface Stubbornness {
  readonly capability?: string;
  /** Flags that it keeps; it takes all others without a word. */
  readonly keeps?: readonly string[];
  /** False: MOVE is OK and does nothing at all. */
  readonly copies?: boolean;
  /** Whether MOVE says COPYUID. */
  readonly tells?: boolean;
  /** Whether EXPUNGE removes what is marked. */
  readonly expunges?: boolean;
  /** What it puts before a message that it copies. */
  readonly prepends?: string;
}

const raw = 'Message-ID: <one@x>\r\nSubject: x\r\n\r\nhello\r\n';
const copyBase = 100;

/** For `startScriptedImap`: a server with one message in INBOX, which MOVE copies and leaves where it is. */
export function stubbornImap({
  capability = 'IMAP4rev1 MOVE UIDPLUS',
  keeps = ['\\Seen', '\\Deleted'],
  copies: doesCopy = true,
  tells = true,
  expunges = false,
  prepends = '',
}: Stubbornness = {}): StubbornImap {
  let flags: readonly string[] | undefined = [];
  let copies = 0;
  let selected = 'INBOX';

  const uids = () => {
    if (selected === 'INBOX') return flags === undefined ? [] : [1];
    return Array.from({ length: copies }, (_, index) => copyBase + 1 + index);
  };
  const textOf = (uid: number) => (uid > copyBase ? prepends : '') + raw;
  const open = (line: string) => {
    selected = line.includes('Done') ? 'Done' : 'INBOX';
    const numbering = selected === 'Done' ? 8 : 7;
    const opened = [`* ${uids().length} EXISTS`, '* FLAGS (\\Seen \\Deleted)', `* OK [UIDVALIDITY ${numbering}] x`];
    return [...opened, '* OK [UIDNEXT 999] x', 'OK [READ-WRITE] done'];
  };
  const copy = () => {
    if (doesCopy) copies += 1;
    return tells && doesCopy ? [`OK [COPYUID 8 1 ${copyBase + copies}] done`] : ['OK done'];
  };
  const fetched = (line: string) => (uid: number) => {
    const text = textOf(uid);
    const partial = /<(\d+)\.(\d+)>/.exec(line);
    const [start, length] = [Number(partial?.[1] ?? 0), Number(partial?.[2] ?? text.length)];
    const piece = text.slice(start, start + length);
    const items = [
      `UID ${uid}`,
      ...(line.includes('FLAGS') ? [`FLAGS (${(flags ?? []).join(' ')})`] : []),
      ...(line.includes('RFC822.SIZE') ? [`RFC822.SIZE ${text.length}`] : []),
      ...(line.includes('INTERNALDATE') ? ['INTERNALDATE "01-Jan-2026 00:00:00 +0000"'] : []),
      ...(line.includes('ENVELOPE') ? ['ENVELOPE (NIL "x" NIL NIL NIL NIL NIL NIL NIL "<one@x>")'] : []),
      ...(line.includes('BODY') ? [`BODY[]${partial === null ? '' : `<${start}>`} {${piece.length}}\r\n${piece}`] : []),
    ];
    return `* 1 FETCH (${items.join(' ')})`;
  };
  const isWanted = (line: string) => (uid: number) => {
    const [larger, smaller] = [/LARGER (\d+)/.exec(line)?.[1], /SMALLER (\d+)/.exec(line)?.[1]];
    const size = textOf(uid).length;
    return size > Number(larger ?? 0) && size < Number(smaller ?? Number.POSITIVE_INFINITY);
  };
  const script: Script = {
    CAPABILITY: () => [`* CAPABILITY ${capability}`, 'OK done'],
    SELECT: open,
    EXAMINE: open,
    SEARCH: (line) => [`* SEARCH ${uids().filter(isWanted(line)).join(' ')}`.trim(), 'OK done'],
    FETCH: (line) => [...uids().map(fetched(line)), 'OK done'],
    MOVE: copy,
    COPY: copy,
    STORE: (line) => {
      const asked = /\(([^)]*)\)/.exec(line)?.[1]?.split(' ') ?? [];
      flags = flags && [...new Set([...flags, ...asked.filter((flag) => keeps.includes(flag))])];
      return ['OK done'];
    },
    EXPUNGE: () => {
      if (expunges && flags?.includes('\\Deleted') === true) flags = undefined;
      return ['OK done'];
    },
  };
  return { script, copies: () => copies, flags: () => flags };
}
