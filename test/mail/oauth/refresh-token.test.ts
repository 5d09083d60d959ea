import assert from 'node:assert/strict';
import { mkdir, readFile, rmdir, unlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { inFolder } from '../../support/folder.js';
import { whileListening } from '../../support/listening.js';
import { failureOf, openLogin } from '../../support/oauth.js';

interface Answer {
  readonly status?: number;
  readonly error?: string;
  /** What becomes the next one. */
  readonly next?: string;
  /** What else stands in an answer of success. */
  readonly beside?: Readonly<Record<string, unknown>>;
}

/** The refresh tokens that were sent. */
let sent: string[];
/** What the provider does with one. */
let refresh: (token: string) => Answer | Promise<Answer>;

describe('a refresh token that is in a file', () => {
  beforeEach(() => {
    sent = [];
    refresh = () => ({});
  });
  let path: string;
  let login: ReturnType<typeof openLogin>;
  afterEach(() => login.close());

  /** With `kept` in the file, and `configured` as `refreshToken`. */
  async function whileOpen(body: () => Promise<void>): Promise<void> {
    const server = createServer(async (request, response) => {
      const token = new URLSearchParams(await text(request)).get('refresh_token') ?? '';
      sent.push(token);
      const { status = 200, error, next, beside } = await refresh(token);
      const granted = { access_token: `access-${sent.length}`, token_type: 'bearer', refresh_token: next, ...beside };
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(error === undefined ? granted : { error }));
    });
    await inFolder(async (folder) => {
      path = join(folder, 'soc.token');
      await writeFile(path, 'kept\n');
      await whileListening(server, async ({ port }) => {
        const tokenEndpoint = `http://127.0.0.1:${port}/token`;
        const places = { refreshToken: { env: 'R' }, tokenFile: 'soc.token' };
        const config = { provider: 'other', clientId: 'soc', grant: 'refresh-token', tokenEndpoint, insecure: true };
        login = openLogin({ ...config, ...places }, { R: 'configured' }, folder);
        await body();
      });
    });
  }

  /** A refresh whose new token cannot be written; `later`: what the file holds after that. */
  async function failToWrite(later: string): Promise<void> {
    refresh = async () => {
      await unlink(path);
      await mkdir(path);
      return { next: 'next' };
    };
    await failureOf(login.tokens.get(), 'LW_CONFIG_INVALID', ['kept', 'next']);
    await rmdir(path);
    await writeFile(path, later);
  }

  it('is not lost where the next one cannot be written at once', async () => {
    await whileOpen(async () => {
      await failToWrite('kept\n');
      refresh = async () => {
        assert.equal(await readFile(path, 'utf8'), 'next\n');
        return {};
      };
      await login.tokens.get();
      assert.deepEqual(sent, ['kept', 'next']);
    });
  });

  it('is that of the last log-in, though one from before was still to be written', async () => {
    await whileOpen(async () => {
      await failToWrite('of a log-in\n');
      refresh = () => ({});
      await login.tokens.get();
      assert.deepEqual(sent, ['kept', 'of a log-in']);
      assert.equal(await readFile(path, 'utf8'), 'of a log-in\n');
    });
  });

  for (const answer of [{ status: 401, error: 'invalid_client' }, { status: 403 }]) {
    it(`does not bring the configured one into play where it is not the trouble: ${answer.error ?? answer.status}`, async () => {
      await whileOpen(async () => {
        refresh = () => answer;
        await failureOf(login.tokens.get(), 'LW_MAIL_GRANT', ['kept', 'configured']);
        assert.deepEqual(sent, ['kept']);
      });
    });
  }

  for (const life of [0, -5, null, 'soon', '', {}, '3600']) {
    it(`comes with an access token that is used, also where \`expires_in\` is ${JSON.stringify(life)}`, async () => {
      await whileOpen(async () => {
        refresh = () => ({ next: 'next', beside: { expires_in: life, scope: ['imap'] } });
        assert.equal((await login.tokens.get()).value, 'access-1');
        assert.equal(await readFile(path, 'utf8'), 'next\n');
        assert.deepEqual(await login.tokens.get(), { value: 'access-1', fresh: false });
      });
    });
  }

  for (const beside of [{ access_token: undefined }, { token_type: 7 }, { token_type: 'mac' }]) {
    it(`is kept, though nothing else of the answer is of use: ${Object.keys(beside)} ${beside.token_type}`, async () => {
      await whileOpen(async () => {
        refresh = () => ({ next: 'next', beside });
        await failureOf(login.tokens.get(), 'LW_MAIL_PROVIDER', ['kept', 'next']);
        assert.equal(await readFile(path, 'utf8'), 'next\n');
      });
    });
  }

  for (const none of [null, '', ' ', 7]) {
    it(`stays where the next one is none: ${JSON.stringify(none)}`, async () => {
      await whileOpen(async () => {
        refresh = () => ({ beside: { refresh_token: none } });
        assert.equal((await login.tokens.get()).value, 'access-1');
        assert.equal(await readFile(path, 'utf8'), 'kept\n');
      });
    });
  }

  it('is the only one that is asked again once the configured one is refused too, until another is in the file', async () => {
    await whileOpen(async () => {
      refresh = (token) => (token === 'of a log-in' ? {} : { status: 400, error: 'invalid_grant' });
      for (const tried of [['kept', 'configured'], ['kept']]) {
        sent = [];
        await failureOf(login.tokens.get(), 'LW_MAIL_GRANT', ['kept', 'configured']);
        assert.deepEqual(sent, tried);
      }
      await unlink(path);
      const { message } = await failureOf(login.tokens.get(), 'LW_MAIL_GRANT', ['configured']);
      assert.match(message, /not sent again: put a new one there and restart the worker, or log in with `lurewatch/);
      assert.deepEqual(sent, ['kept']);
      await writeFile(path, 'of a log-in\n');
      await login.tokens.get();
    });
  });

  it('is asked for again later where the configured one meets an outage', async () => {
    await whileOpen(async () => {
      refresh = (token) =>
        token === 'kept' ? { status: 400, error: 'invalid_grant' } : { status: 503, error: 'down' };
      await failureOf(login.tokens.get(), 'LW_MAIL_PROVIDER', ['kept', 'configured']);
    });
  });

  it('is not lost where Lurewatch is told to end while the provider answers', async () => {
    await whileOpen(async () => {
      let end = () => {};
      const asked = new Promise<void>((resolve) => {
        refresh = () => {
          resolve();
          return new Promise((answer) => {
            end = () => answer({ next: 'next' });
          });
        };
      });
      const token = login.tokens.get();
      await asked;
      const closed = login.close();
      end();
      await Promise.all([closed, token]);
      assert.equal(await readFile(path, 'utf8'), 'next\n');
    });
  });

  it('is not waited for any more where Lurewatch is told to end', async () => {
    await whileOpen(async () => {
      await writeFile(`${path}.lock`, 'of another\n');
      const failed = failureOf(login.tokens.get(), 'LW_MAIL_UNREACHABLE');
      await login.close();
      await failed;
      assert.deepEqual(sent, []);
    });
  });
});
