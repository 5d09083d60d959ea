import { LurewatchError } from '../../errors/lurewatch-error.js';
import { ImapSession } from './session.js';
import type { ImapSettings } from './settings.js';

interface Idle {
  readonly session: ImapSession;
  readonly timer: NodeJS.Timeout;
}

/** At most `connections` sessions at a time, kept for a while for the next caller, each used by one caller at a time. */
export class ImapPool {
  readonly #settings: ImapSettings;
  readonly #idle: Idle[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #leaving = new Set<Promise<void>>();
  readonly #calls = new Set<AbortController>();
  #inUse = 0;
  #closed = false;

  constructor(settings: ImapSettings) {
    this.#settings = settings;
  }

  /**
   * Runs `task` with a session of its own. When `signal` or `close` aborts, the connection is dropped at once and the
   * reason is thrown. A session whose task failed is not used again: what the server still sends is not known.
   */
  async use<Result>(task: (session: ImapSession) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const call = new AbortController();
    const abort = () => call.abort(signal?.reason);
    signal?.throwIfAborted();
    signal?.addEventListener('abort', abort);
    this.#calls.add(call);
    try {
      if (this.#closed) throw this.#shutdown();
      await this.#turn(call.signal);
      return await this.#run(task, call.signal);
    } finally {
      this.#calls.delete(call);
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Logs out what is idle and drops what is in use. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const call of this.#calls) call.abort(this.#shutdown());
    for (const { session, timer } of this.#idle.splice(0)) {
      clearTimeout(timer);
      this.#leave(session);
    }
    await Promise.all(this.#leaving);
  }

  async #run<Result>(task: (session: ImapSession) => Promise<Result>, stop: AbortSignal): Promise<Result> {
    let session: ImapSession | undefined;
    const drop = () => session?.drop();
    stop.addEventListener('abort', drop);
    try {
      stop.throwIfAborted();
      session = await this.#take(stop);
      const result = await task(session);
      stop.throwIfAborted();
      this.#keep(session);
      return result;
    } catch (error) {
      session?.drop();
      stop.throwIfAborted();
      throw error;
    } finally {
      this.#inUse -= 1;
      this.#waiting.shift()?.();
    }
  }

  #shutdown(): LurewatchError {
    const what = 'the connections were closed by a shutdown';
    return new LurewatchError('LW_MAIL_UNREACHABLE', what, { where: this.#settings.where });
  }

  async #turn(stop: AbortSignal): Promise<void> {
    stop.throwIfAborted();
    while (this.#inUse >= this.#settings.connections) {
      await new Promise<void>((resolve, reject) => {
        const go = () => {
          stop.removeEventListener('abort', leave);
          resolve();
        };
        const leave = () => {
          const place = this.#waiting.indexOf(go);
          if (place >= 0) this.#waiting.splice(place, 1);
          reject(stop.reason);
        };
        this.#waiting.push(go);
        stop.addEventListener('abort', leave, { once: true });
      });
    }
    this.#inUse += 1;
  }

  async #take(stop: AbortSignal): Promise<ImapSession> {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      clearTimeout(idle.timer);
      const { session } = idle;
      const drop = () => session.drop();
      stop.addEventListener('abort', drop);
      const alive = session.usable && (await session.alive());
      stop.removeEventListener('abort', drop);
      if (alive) return session;
      session.drop();
    }
    // Those that are logging out still count at the server.
    await Promise.all(this.#leaving);
    return ImapSession.open(this.#settings, stop);
  }

  #keep(session: ImapSession): void {
    if (!session.usable || this.#closed) {
      session.drop();
      return;
    }
    const timer = setTimeout(() => {
      this.#idle.splice(
        this.#idle.findIndex((idle) => idle.session === session),
        1,
      );
      this.#leave(session);
    }, this.#settings.timeouts.idleMs);
    timer.unref();
    this.#idle.push({ session, timer });
  }

  #leave(session: ImapSession): void {
    const left = session.logout().finally(() => this.#leaving.delete(left));
    this.#leaving.add(left);
  }
}
