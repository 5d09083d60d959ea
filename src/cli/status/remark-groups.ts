import { catalogue } from '../../errors/catalogue.js';
import { isErrorCode } from '../../temporal/failure-words.js';
import type { Need, Remark, Status } from './types.js';

/** A remark, or one that many mailboxes or feeds have in common. */
export interface RemarkGroup extends Pick<Need, 'about' | 'verdict' | 'message' | 'command'> {}

/** So many alike are told one by one: each has words of its own. */
const mostAlike = 3;
const mostNamed = 3;

/** All remarks, those that are alike together: a mail server that is away is one line and not two hundred. */
export function grouped({ remarks, mailboxes, feeds }: Status): readonly RemarkGroup[] {
  const all: readonly Need[] = [
    ...remarks,
    ...mailboxes.flatMap(({ name, remarks: some }) => some.map((one) => ({ about: `mailbox ${name}`, ...one }))),
    ...feeds.flatMap(({ name, remarks: some }) => some.map((one) => ({ about: `feed ${name}`, ...one }))),
  ];
  const alike = new Map<string, Need[]>();
  for (const need of all) {
    const key = `${need.about.split(' ', 1)[0]} ${need.verdict} ${need.kind} ${need.code ?? ''}`;
    alike.set(key, [...(alike.get(key) ?? []), need]);
  }
  return [...alike.values()].flatMap((some) => (some.length <= mostAlike ? some : [together(some)]));
}

function together(some: readonly Need[]): RemarkGroup {
  const [first] = some;
  if (first === undefined) return { about: '', verdict: 'waits', message: '' };
  const { verdict, kind, code } = first;
  const names = some.map(({ about }) => about.slice(about.indexOf(' ') + 1));
  const what = first.about.startsWith('feed') ? 'feeds' : 'mailboxes';
  const about = `${some.length} ${what} (${names.slice(0, mostNamed).join(', ')}, …)`;
  const meaning =
    code !== undefined && isErrorCode(code)
      ? `${catalogue[code].meaning} ${catalogue[code].mend} [${code}]`
      : first.message;
  return { about, verdict, message: `${prefixes[kind] ?? ''}${meaning}`, command: commonCommand(some, kind) };
}

const prefixes: Partial<Record<Remark['kind'], string>> = {
  held: 'messages are held. ',
  delivery: 'messages are in delivery. ',
};

/** What serves all of them. */
function commonCommand(some: readonly Need[], kind: Remark['kind']): string | undefined {
  if (kind === 'held') return 'lurewatch held list';
  const commands = new Set(some.map(({ command }) => command));
  if (commands.size === 1) return some[0]?.command;
  return kind === 'failed' || kind === 'delivery' || kind === 'mailbox' ? 'lurewatch check' : some[0]?.command;
}
