import { isOfDate, isOfTime } from './dates.js';
import { type RecipientWords, recipientWords } from './recipient-words.js';
import type { Recipient } from './types.js';

/** Nobody reads further. Keeps every expression below cheap. */
const mostChars = 500;

/** How mail programs of many languages mark replies and forwards. */
const replyMarks = 're|aw|antw|sv|vs|res|rif|r|odp|ynt|回复|回覆|答复|返信';
const forwardMarks = 'fw|fwd|wg|doorst|vb|vl|tr|rv|enc|i|pd|ilt|转发|轉寄|轉發|転送';
/** What stands behind them: `Fwd:`, `RE[2]:`, `Aw :`. */
const markEnd = '\\s?(?:[[(]\\d{1,3}[\\])])?\\s?[:：]';
/** What gateways write before a subject. */
const gatewayMark = '\\[(?:ext|extern|external|externe|spam)\\]';
const mark = new RegExp(`^\\s*(?:(?:${replyMarks}|${forwardMarks})${markEnd}|${gatewayMark})`);
const forwardMark = new RegExp(`^(?:\\s*${gatewayMark})*\\s*(?:${forwardMarks})${markEnd}`);

const address = /[^\s<>"'(),;:@]{1,64}@[^\s<>"'(),;:@]{1,253}/g;
const uuid = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g;
/** `INV-2026/A7`, and words with a hyphen. */
const compound = /[\p{Script=Latin}\p{M}\p{N}]+(?:[-_/][\p{Script=Latin}\p{M}\p{N}]+)+/gu;
/** Pieces of an id that have no digit are this short. */
const mostLettersInId = 4;
/** Latin words with what numbers and ids are written in; words of other scripts; what was put in for others. */
const word = /[\p{Script=Latin}\p{M}\p{N}]+|(?:(?!\p{Script=Latin})[\p{L}\p{M}])+|[*@]/gu;
const placeholders: ReadonlySet<string> = new Set(['0', '@', '*']);

/** Whether a subject says that the mail is one that somebody passes on. */
export function isForward(subject: string | null): boolean {
  return forwardMark.test(plain(subject ?? ''));
}

/**
 * The words of a subject without what differs from copy to copy: `Re: Invoice #4711 for Ada Lovelace` → `invoice 0 for *`.
 * Whatever has a digit counts as a number, so that tracking ids of any alphabet are one. Letters that only look alike are
 * different letters: whoever exchanges them makes another campaign.
 */
export function subjectShape(subject: string | null, recipients: readonly Recipient[]): string {
  const known = recipientWords(recipients, (text) => wordsOf(plain(text)));
  const text = withoutDomains(withoutMarks(plain(subject ?? '')).replaceAll(address, ' @ '), known)
    .replaceAll(uuid, ' 0 ')
    .replaceAll(compound, withoutIds);
  const shaped = withoutDates(wordsOf(text).map((one) => shapeOfWord(one, known)));
  return shaped.filter((one, index, all) => !placeholders.has(one) || one !== all[index - 1]).join(' ');
}

/** Whether it says anything that not every other subject could. */
export function hasWords(shape: string): boolean {
  return shape.split(' ').some((one) => one !== '' && !placeholders.has(one));
}

function plain(text: string): string {
  return text
    .slice(0, mostChars)
    .normalize('NFKC')
    .replaceAll(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
    .toLowerCase()
    .slice(0, mostChars);
}

function wordsOf(text: string): readonly string[] {
  return text.match(word) ?? [];
}

function withoutMarks(text: string): string {
  let rest = text;
  for (let found = mark.exec(rest); found !== null; found = mark.exec(rest)) rest = rest.slice(found[0].length);
  return rest;
}

/** `contract_TK-4711/a7` → `contract 0` */
function withoutIds(text: string): string {
  const words: string[] = [];
  let id: string[] = [];
  const end = () => {
    words.push(...(id.some((piece) => /\p{N}/u.test(piece)) ? ['0'] : id));
    id = [];
  };
  for (const piece of text.split(/[-_/]/)) {
    const isWord = piece.length > mostLettersInId && !/\p{N}/u.test(piece);
    if (isWord) end();
    (isWord ? words : id).push(piece);
  }
  end();
  return words.join(' ');
}

function withoutDomains(text: string, { domains }: RecipientWords): string {
  if (domains.length === 0) return text;
  // `corp.co` stands neither in `my-corp.co` nor in `corp.co.uk`.
  const any = domains.map((domain) => domain.replaceAll('.', '\\.')).join('|');
  return text.replaceAll(new RegExp(`(?<![a-z\\d-])(?:${any})(?!\\.?[a-z\\d])`, 'g'), ' * ');
}

/** A name of a month or a day beside a number, or beside another that is, and a half of the day behind one. */
function withoutDates(words: readonly string[]): readonly string[] {
  const shaped = [...words];
  const look = (index: number, beside: number) => {
    const one = shaped[index] ?? '';
    if (shaped[beside] === '0' && (isOfDate(one) || (beside < index && isOfTime(one)))) shaped[index] = '0';
  };
  for (let index = 0; index < shaped.length; index += 1) look(index, index - 1);
  for (let index = shaped.length - 1; index >= 0; index -= 1) look(index, index + 1);
  return shaped;
}

function shapeOfWord(one: string, { names }: RecipientWords): string {
  if (/\p{N}/u.test(one)) return '0';
  return names.has(one) ? '*' : one;
}
