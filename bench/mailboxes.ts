import type { Dovecot } from '../src/dev/dovecot.js';
import { generatedMail } from './generated-mails.js';

export const mailPassword = 'correct horse battery staple';
/** Mailboxes that a run may use: two for each round, and those to warm up with. */
const mostUsers = 200;
/** Held in memory at a time. */
const portion = 500;

/** What a Dovecot of a run has to know: its users. */
export function benchUsers(): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from({ length: mostUsers }, (_, index) => [`bench${index + 1}`, mailPassword]));
}

/** Fills mailboxes of a Dovecot, a new one each time. */
export class Mailboxes {
  readonly #dovecot: Dovecot;
  #users = 0;

  constructor(dovecot: Dovecot) {
    this.#dovecot = dovecot;
  }

  /** A mailbox that holds these mails, all unread. */
  async with(mails: readonly Buffer[]): Promise<string> {
    const user = this.#next();
    await this.#deliver(user, mails);
    return this.#numbered(user);
  }

  /** A mailbox that holds so many generated mails, all unread; mails of another prefix are others. */
  async generated(count: number, prefix: string): Promise<string> {
    const user = this.#next();
    for (let first = 1; first <= count; first += portion) {
      const numbers = Array.from({ length: Math.min(portion, count - first + 1) }, (_, index) => first + index);
      await this.#deliver(
        user,
        numbers.map((number) => generatedMail(number, { prefix })),
      );
    }
    return this.#numbered(user);
  }

  async unread(user: string): Promise<number> {
    const flags = await this.#dovecot.mailboxes.flags(user, 'INBOX');
    return [...flags.values()].filter((held) => !held.includes('\\Seen')).length;
  }

  #next(): string {
    this.#users += 1;
    if (this.#users > mostUsers) throw new Error(`a run has ${mostUsers} mailboxes: ask for fewer rounds`);
    return `bench${this.#users}`;
  }

  async #deliver(user: string, mails: readonly Buffer[]): Promise<void> {
    await this.#dovecot.mailboxes.deliver(
      user,
      mails.map((raw) => ({ raw })),
    );
  }

  /** Files in `new` are numbered when the folder is opened: not a cost of the first reader. */
  async #numbered(user: string): Promise<string> {
    await this.#dovecot.mailboxes.flags(user, 'INBOX');
    return user;
  }
}
