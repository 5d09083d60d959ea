import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { Places } from '../../turns/places.js';
import { ofThisProcess } from '../../turns/precedence.js';
import type { S3StoreConfig } from './config.js';
import { nameOf, statusOf, storeFailure } from './failure.js';
import { QuickRequests } from './quick-requests.js';

/** What came of trying to make an object: `look`: it is there already, or it cannot be told what became of it. */
export type Put = 'created' | 'look';
const created: Put = 'created';

/** In the metadata of each object: which call made it. */
const markName = 'lurewatch-call';
/** Of a large object, the least that S3 takes: what is in memory of it, a few times. */
export const partBytes = 5 * 1024 * 1024;
const partsAtOnce = 2;

/** The objects of a bucket: one request each, errors as ours. */
export class S3Objects {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #where: string;
  readonly #encryption: Encryption;
  readonly #places: Places;
  readonly #quick: QuickRequests;

  constructor(client: S3Client, config: S3StoreConfig, where: string) {
    this.#client = client;
    this.#bucket = config.bucket;
    this.#where = where;
    this.#encryption = encryptionOf(config.encryption);
    this.#places = new Places(config.concurrency, ofThisProcess);
    this.#quick = new QuickRequests(client, config.bucket);
  }

  /**
   * Makes an object where none stands.
   * @param pack makes its body, when its turn has come: packing takes the processor as requests do
   * @param caller of many requests of one call, whose turn it is with those of others
   */
  async put(name: string, pack: () => Promise<Buffer>, mark: string, caller?: object): Promise<Put> {
    const put = async () => {
      const body = await pack();
      // Both under the same mark: what the first came to in vain is recognised as our own.
      const answer = await this.#quick.put(name, body, this.#headersIfAbsent(mark));
      if (answer !== undefined) return answer === 'created' ? created : 'look';
      const command = new PutObjectCommand({ ...this.#ifAbsent(name, mark), Body: body });
      return this.#client.send(command).then(() => created, lookAgain);
    };
    return this.#request('write', put, { caller });
  }

  /** The same from a stream of any length, in parts where it is long. */
  async upload(name: string, body: Readable, mark: string): Promise<Put> {
    const params = { ...this.#ifAbsent(name, mark), Body: body };
    const upload = new Upload({ client: this.#client, params, partSize: partBytes, queueSize: partsAtOnce });
    return this.#request('write', () => upload.done().then(() => created, lookAgain));
  }

  /** By which call an object was made; undefined where there is no object. */
  async markOf(name: string): Promise<string | undefined> {
    return this.#request('look', async () => {
      const command = new HeadObjectCommand({ Bucket: this.#bucket, Key: name });
      const found = await absentAsUndefined(this.#client.send(command), 'NotFound');
      return found === undefined ? undefined : (found.Metadata?.[markName] ?? '');
    });
  }

  async read(name: string, caller?: object): Promise<Buffer | undefined> {
    const read = async () => {
      const answer = await this.#quick.read(name);
      if (answer !== undefined) return answer === 'absent' ? undefined : answer.body;
      const body = await this.#get(name);
      return body === undefined ? undefined : Buffer.concat(await body.toArray());
    };
    return this.#request('read', read, { name, caller });
  }

  /** Whoever gets the stream reads it to its end or destroys it. Its errors are the SDK's. */
  async open(name: string): Promise<Readable | undefined> {
    return this.#request('read', () => this.#get(name));
  }

  async list(prefix: string): Promise<readonly string[]> {
    const names: string[] = [];
    for (let from: string | undefined, more = true; more; more = from !== undefined) {
      const page = { Bucket: this.#bucket, Prefix: prefix, ...(from === undefined ? {} : { ContinuationToken: from }) };
      const answer = await this.#request('list', () => this.#client.send(new ListObjectsV2Command(page)));
      for (const { Key } of answer.Contents ?? []) if (Key !== undefined) names.push(Key);
      from = answer.IsTruncated === true ? answer.NextContinuationToken : undefined;
    }
    return names;
  }

  async remove(name: string): Promise<void> {
    const command = new DeleteObjectCommand({ Bucket: this.#bucket, Key: name });
    await this.#request('remove', () => absentAsUndefined(this.#client.send(command)));
  }

  close(): void {
    this.#client.destroy();
  }

  #ifAbsent(name: string, mark: string) {
    return {
      Bucket: this.#bucket,
      Key: name,
      IfNoneMatch: '*',
      Metadata: { [markName]: mark },
      ...this.#encryption,
    };
  }

  /** The same as it stands on the wire. */
  #headersIfAbsent(mark: string): Readonly<Record<string, string>> {
    return { 'if-none-match': '*', [`x-amz-meta-${markName}`]: mark, ...encryptionHeaders(this.#encryption) };
  }

  async #get(name: string): Promise<Readable | undefined> {
    const command = new GetObjectCommand({ Bucket: this.#bucket, Key: name });
    const found = await absentAsUndefined(this.#client.send(command));
    if (found === undefined) return undefined;
    if (found.Body instanceof Readable) return found.Body;
    throw new LurewatchError('LW_INTERNAL', 'the body of an object is no stream', { where: this.#where });
  }

  async #request<T>(
    what: string,
    work: () => Promise<T>,
    { name, caller = work }: { readonly name?: string; readonly caller?: object | undefined } = {},
  ): Promise<T> {
    try {
      return await this.#places.use(caller, work);
    } catch (error) {
      throw storeFailure(error, what, { store: this.#where, object: name });
    }
  }
}

interface Encryption {
  readonly ServerSideEncryption?: 'AES256' | 'aws:kms';
  readonly SSEKMSKeyId?: string;
}

function encryptionOf(encryption: S3StoreConfig['encryption']): Encryption {
  if (encryption.kind === 'none') return {};
  if (encryption.kind === 'aes256') return { ServerSideEncryption: 'AES256' as const };
  const key = encryption.keyId === undefined ? {} : { SSEKMSKeyId: encryption.keyId };
  return { ServerSideEncryption: 'aws:kms' as const, ...key };
}

function encryptionHeaders(encryption: Encryption): Readonly<Record<string, string>> {
  const { ServerSideEncryption: kind, SSEKMSKeyId: keyId } = encryption;
  return {
    ...(kind === undefined ? {} : { 'x-amz-server-side-encryption': kind }),
    ...(keyId === undefined ? {} : { 'x-amz-server-side-encryption-aws-kms-key-id': keyId }),
  };
}

/**
 * 412, or 304 as some say: the name is taken, perhaps by our own request: one whose answer was lost is sent again, by the
 * SDK or by a proxy on the way. 409: somebody makes or removes it just now. NoSuchUpload: the parts are put together
 * already, or given up.
 */
function lookAgain(error: unknown): Put {
  if ([304, 409, 412].includes(statusOf(error) ?? 0) || nameOf(error) === 'NoSuchUpload') return 'look';
  throw error;
}

/**
 * Only what says so is an object that is absent: 404 is also the answer for a missing bucket or an unknown user, or that
 * of something else on the way.
 * @param name what the service calls it; to HEAD it can say nothing, and the SDK does
 */
async function absentAsUndefined<T>(
  work: Promise<T>,
  name: 'NoSuchKey' | 'NotFound' = 'NoSuchKey',
): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (statusOf(error) === 404 && nameOf(error) === name) return undefined;
    throw error;
  }
}
