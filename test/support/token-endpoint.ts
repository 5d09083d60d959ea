import { type ScriptedAnswer, ScriptedServer, type SeenRequest } from './scripted-server.js';

/**
 * The token endpoint of a provider, with answers as its maker documents them. What stands in `answers` is given in turn;
 * after that, tokens `token-1`, `token-2` … `forms`: the bodies of the requests that arrived.
 */
export class TokenEndpoint extends ScriptedServer {
  readonly answers: ScriptedAnswer[] = [];
  /** Added to every token answer. */
  granted: Readonly<Record<string, unknown>> = { expires_in: 3599 };
  tokenCount = 0;

  static async start(): Promise<TokenEndpoint> {
    const made = new TokenEndpoint();
    await made.up();
    return made;
  }

  get forms(): readonly Readonly<Record<string, string>>[] {
    return this.requests.map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
  }

  /** The next answer, as JSON. */
  answer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
    this.answers.push({
      status,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  }

  protected override arrived(_request: SeenRequest): void {}

  protected override carryOut(_request: SeenRequest): ScriptedAnswer {
    const body = () => ({ token_type: 'Bearer', access_token: `token-${++this.tokenCount}`, ...this.granted });
    const headers = { 'content-type': 'application/json' };
    return this.answers.shift() ?? { status: 200, headers, body: JSON.stringify(body()) };
  }
}
