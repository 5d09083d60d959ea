import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import type { S3Client } from '@aws-sdk/client-s3';
import { isRecord } from '../../config/is-record.js';

/** What the service answered, where that is beyond doubt. */
export type QuickPut = 'created' | 'taken';
export type QuickRead = { readonly body: Buffer } | 'absent';

/** As the SDK's handler takes it. */
type WireRequest = Parameters<S3Client['config']['requestHandler']['handle']>[0];
type Signer = Awaited<ReturnType<S3Client['config']['signer']>>;
type Headers = Readonly<Record<string, string>>;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** Larger ones are few, and gain nothing. */
const mostBytes = 256 * 1024;
/** After so many requests in vain they rest, then each one more in vain makes them rest again. */
const mostInVain = 10;
const restMs = 60_000;
/** The plain ones. ARNs, directory buckets (S3 Express) and access points of these or of Outposts are signed in other ways. */
const plainBucket = /^[a-z0-9][a-z0-9.-]*$/;
const otherBucket = /--(x|xa|op)-s3$/;

/**
 * Small requests without the SDK's way around them, which costs a worker four times the request itself. Address, signer,
 * credentials and connections are the SDK's own: the first request that it sends shows where the bucket is. Only plain
 * answers are taken from here. Whatever else comes, or breaks, is undefined: then the caller asks through the SDK, which
 * tries again and knows all errors by name.
 */
export class QuickRequests {
  readonly #client: S3Client;
  readonly #suits: boolean;
  #example: { readonly request: WireRequest; readonly folder: string } | undefined;
  #signer: Promise<Signer> | undefined;
  /** One after the other, the last ones. */
  #inVain = 0;
  #restsUntilMs = 0;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#suits = plainBucket.test(bucket) && !otherBucket.test(bucket);
    if (!this.#suits) return;
    client.middlewareStack.add(
      (next) => async (args) => {
        this.#look(args.input, args.request);
        return next(args);
      },
      { step: 'finalizeRequest', name: 'lurewatchExample' },
    );
  }

  /** @param headers beside those that every request has: the condition above all */
  async put(name: string, body: Buffer, headers: Headers): Promise<QuickPut | undefined> {
    if (body.length > mostBytes) return undefined;
    const checksum = { 'content-length': String(body.length), 'x-amz-checksum-crc32': checksumOf(body) };
    return this.#certain(async () => {
      const answer = await this.#send('PUT', name, { ...headers, ...checksum }, body);
      if (answer?.status === 200) return 'created';
      return answer?.status === 412 ? 'taken' : undefined;
    });
  }

  async read(name: string): Promise<QuickRead | undefined> {
    return this.#certain(() => this.#read(name));
  }

  async #read(name: string): Promise<QuickRead | undefined> {
    const answer = await this.#send('GET', name, { 'x-amz-checksum-mode': 'ENABLED' });
    if (answer?.status === 404) return answer.body.includes('<Code>NoSuchKey</Code>') ? 'absent' : undefined;
    if (answer?.status !== 200) return undefined;
    const { headers, body } = answer;
    const expected = headers['x-amz-checksum-type'] === 'COMPOSITE' ? undefined : headers['x-amz-checksum-crc32'];
    const whole = Number(headers['content-length']) === body.length;
    return whole && (expected === undefined || expected === checksumOf(body)) ? { body } : undefined;
  }

  /** A service that is away, or takes nothing but the SDK's requests, is not asked everything twice for ever. */
  async #certain<Answer>(ask: () => Promise<Answer | undefined>): Promise<Answer | undefined> {
    if (this.#example === undefined || Date.now() < this.#restsUntilMs) return undefined;
    const answer = await ask();
    this.#inVain = answer === undefined ? this.#inVain + 1 : 0;
    if (this.#inVain >= mostInVain) this.#restsUntilMs = Date.now() + restMs;
    return answer;
  }

  async #send(method: string, name: string, headers: Headers, body?: Buffer): Promise<Answer | undefined> {
    const example = this.#example;
    if (example === undefined) return undefined;
    try {
      const request = example.request.clone();
      const { host = request.hostname, 'user-agent': agent = 'lurewatch' } = request.headers;
      Object.assign(request, { method, path: `${example.folder}${name}`, query: {}, body });
      request.headers = { host, 'user-agent': agent, ...headers };
      const { response } = await this.#client.config.requestHandler.handle(await this.#signed(request));
      return { status: response.statusCode, headers: response.headers, body: await wholeOf(response.body) };
    } catch {
      return undefined;
    }
  }

  async #signed(request: WireRequest): Promise<WireRequest> {
    const { config } = this.#client;
    this.#signer ??= config.signer();
    // By how much our clock is wrong, where the service complained of it to the SDK.
    const signingDate = new Date(Date.now() + config.systemClockOffset);
    const answer: unknown = await (await this.#signer).sign(request, { signingDate });
    if (!isWireRequest(answer)) throw new TypeError('the SDK signed something else');
    return answer;
  }

  /** Names of ours stand in a path as they are, so what is before them is where the bucket is. */
  #look(input: unknown, request: unknown): void {
    if (this.#example !== undefined || !isRecord(input) || typeof input.Key !== 'string') return;
    if (!isWireRequest(request) || !request.path.endsWith(`/${input.Key}`)) return;
    this.#example = { request: request.clone(), folder: request.path.slice(0, -input.Key.length) };
  }
}

async function wholeOf(body: unknown): Promise<Buffer> {
  if (body instanceof Readable) return Buffer.concat(await body.toArray());
  throw new TypeError('the body of an answer is no stream');
}

function isWireRequest(request: unknown): request is WireRequest {
  return isRecord(request) && typeof request.path === 'string' && typeof request.clone === 'function';
}

/** Base64 of the four bytes, highest first, as S3 writes it. */
function checksumOf(body: Buffer): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
}
