import { readFileSync } from 'node:fs';
import {
  type FetchMessageObject,
  type FetchQueryObject,
  ImapFlow,
  type ListResponse,
  type MailboxObject,
  type SearchObject,
} from 'imapflow';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { withAccessToken } from '../oauth/with-access-token.js';
import { toMailError } from './errors.js';
import { authOf, forceMechanism } from './login.js';
import { closeForGood, proxyError, proxyOption } from './proxy.js';
import type { ImapSettings } from './settings.js';

/**
 * One logged-in connection: the only place that calls imapflow. Every method throws LurewatchError, also where
 * imapflow answers `false` instead of throwing. Fetches are read to their end before they are handed on, since no
 * other command may run inside an imapflow fetch loop.
 */
export class ImapSession {
  readonly settings: ImapSettings;
  readonly #client: ImapFlow;
  readonly #accessToken: string | undefined;
  /** What imapflow complained about last: it swallows the reason of some failures and only logs it. */
  #complaint: unknown;

  private constructor(settings: ImapSettings, accessToken: string | undefined) {
    this.settings = settings;
    this.#accessToken = accessToken;
    const note = (entry: { err?: unknown }) => {
      this.#complaint = entry.err ?? this.#complaint;
    };
    const ignore = () => {};
    this.#client = new ImapFlow({
      ...transport(settings),
      auth: authOf(settings, accessToken),
      clientInfo: { name: 'Lurewatch', version: false, vendor: false, 'support-url': false },
      logger: { trace: ignore, debug: ignore, info: ignore, warn: note, error: note, fatal: note },
      disableAutoIdle: true,
      // Compressing text of strangers beside ours inside TLS invites CRIME, and costs more time than it saves.
      disableCompression: true,
      // CONDSTORE and UTF8=ACCEPT would only change what the server answers.
      disableAutoEnable: true,
      connectionTimeout: settings.timeouts.connectMs,
      greetingTimeout: settings.timeouts.greetingMs,
      socketTimeout: settings.timeouts.silenceMs,
      // Nothing we ask for is larger (see fetch.ts); a server that announces more is broken or hostile.
      maxLiteralSize: 64 * 1024 * 1024,
    });
    if (settings.oauth?.mechanism !== undefined) forceMechanism(this.#client, settings.oauth.mechanism);
    // Without a listener an 'error' event would end the process. The command under way fails with it anyway.
    this.#client.on('error', (error) => {
      this.#complaint = error;
    });
  }

  static async open(settings: ImapSettings, signal?: AbortSignal): Promise<ImapSession> {
    const { oauth } = settings;
    if (oauth === undefined) return ImapSession.#logIn(settings, undefined, signal);
    return withAccessToken(oauth.tokens, (token) => ImapSession.#logIn(settings, token, signal), signal);
  }

  static async #logIn(settings: ImapSettings, accessToken: string | undefined, signal?: AbortSignal) {
    signal?.throwIfAborted();
    const session = new ImapSession(settings, accessToken);
    // imapflow leaves connect() pending for ever when it is closed before the transport stands.
    const aborted = new Promise<never>((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    try {
      await Promise.race([session.#client.connect(), aborted]);
      return session;
    } catch (error) {
      session.drop();
      signal?.throwIfAborted();
      throw proxyError(error, settings) ?? toMailError(error, settings, 'log in', undefined, accessToken);
    }
  }

  get usable(): boolean {
    const { usable, isClosed, state, states } = this.#client;
    return usable && !isClosed && state !== states.LOGOUT;
  }

  /** Whether what is sent is encrypted, and how, for people. */
  get protection(): string {
    const { tls } = this.#client;
    return tls
      ? `${tls.version}${tls.authorized === true ? ', certificate verified' : ', NOT verified'}`
      : 'plain text';
  }

  /** False where the server closed the connection meanwhile. */
  async alive(): Promise<boolean> {
    await this.#client.noop().catch(() => {});
    return this.usable;
  }

  /** SELECT, or EXAMINE with `readOnly`. Throws imapflow's own error: open-folder.ts knows what it means. */
  async select(folder: string, readOnly: boolean): Promise<MailboxObject> {
    this.#complaint = undefined;
    const mailbox = await this.#client.mailboxOpen(folder, { readOnly });
    // After a BYE imapflow does nothing and answers nothing.
    if (!this.usable) throw this.#lost();
    // A copy: imapflow goes on changing its own as mail arrives.
    return { ...mailbox };
  }

  failure(error: unknown, doing: string): LurewatchError {
    return toMailError(error, this.settings, doing, this.#complaint, this.#accessToken);
  }

  async folders(): Promise<ListResponse[]> {
    return this.#run('list the folders', () => this.#client.list());
  }

  /** UID SEARCH, ascending. */
  async search(criteria: SearchObject): Promise<number[]> {
    const found = await this.#run('search', () => this.#client.search(criteria, { uid: true }));
    if (Array.isArray(found)) return found;
    throw this.refusal('search');
  }

  async fetchAll(range: string, query: FetchQueryObject): Promise<FetchMessageObject[]> {
    const arrived: FetchMessageObject[] = [];
    await this.fetchInto(arrived, range, query);
    return arrived;
  }

  /** The same where it matters what had arrived before the command failed. */
  async fetchInto(arrived: FetchMessageObject[], range: string, query: FetchQueryObject): Promise<void> {
    await this.#run('fetch messages', async () => {
      const answers = this.#client.fetch(range, { ...query, uid: true }, { uid: true });
      for await (const message of answers) arrived.push(message);
    });
  }

  /** `BODY.PEEK[]<start.length>`; undefined where the message is not there. */
  async fetchPiece(uid: number, start: number, length: number): Promise<FetchMessageObject | undefined> {
    const query = { uid: true, source: { start, maxLength: length } };
    const found = await this.#run('fetch a message', () => this.#client.fetchOne(String(uid), query, { uid: true }));
    return found === false ? undefined : found;
  }

  /** UID STORE +FLAGS.SILENT. Says nothing of success: imapflow and servers may drop a flag silently. Read it back. */
  async addFlags(range: string, flags: readonly string[]): Promise<void> {
    await this.#run('mark messages', () =>
      this.#client.messageFlagsAdd(range, [...flags], { uid: true, silent: true }),
    );
  }

  /** Whether the server announced an extension, by its name in capital letters. */
  has(capability: string): boolean {
    return this.#client.capabilities.has(capability);
  }

  /** Calls back whenever the server tells that the open folder has more messages than before. */
  onMore(tell: () => void): void {
    this.#client.on('exists', ({ count, prevCount }) => {
      if (count > prevCount) tell();
    });
  }

  /** For commands that stand in files of their own. What imapflow answers with `false` is told by `refusal`. */
  async run<Result>(doing: string, command: (client: ImapFlow) => Promise<Result>): Promise<Result> {
    return this.#run(doing, () => command(this.#client));
  }

  /** Of a command that imapflow answered with `false`: why, as far as the server said it. */
  refusal(doing: string): LurewatchError {
    return this.failure(this.usable ? (this.#complaint ?? new Error('no answer')) : this.#lost(), doing);
  }

  async logout(): Promise<void> {
    const limit = setTimeout(() => this.drop(), 2000);
    await this.#client.logout().catch(() => {});
    clearTimeout(limit);
    this.drop();
  }

  drop(): void {
    closeForGood(this.#client);
  }

  #lost(): Error {
    return Object.assign(new Error('the server closed the connection'), { code: 'NoConnection' });
  }

  async #run<Result>(doing: string, command: () => Promise<Result>): Promise<Result> {
    this.#complaint = undefined;
    try {
      return await command();
    } catch (error) {
      throw this.failure(error, doing);
    }
  }
}

function transport(settings: ImapSettings) {
  const { host, port, tls, verify, ca, where } = settings;
  return {
    host,
    port,
    ...proxyOption(settings),
    secure: tls === 'implicit',
    // With `true` imapflow refuses a server without STARTTLS instead of going on in plain text.
    ...(tls === 'implicit' ? {} : { doSTARTTLS: tls === 'starttls' }),
    tls: {
      rejectUnauthorized: verify,
      minVersion: 'TLSv1.2' as const,
      ...(ca === undefined ? {} : { ca: readAuthorities(ca, where) }),
    },
  };
}

function readAuthorities(path: string, where: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new LurewatchError('LW_CONFIG_INVALID', `the CA file ${path} cannot be read`, { where, cause });
  }
}
