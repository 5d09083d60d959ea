import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../../src/dev/cache-folder.js';
import { ensureCertificate } from '../../src/dev/certificate.js';
import { findOnPath, isExecutable } from '../../src/dev/find-on-path.js';
import { freePort } from '../../src/dev/free-port.js';
import { goInstall } from '../../src/dev/go-install.js';
import { runCommand } from '../../src/dev/run-command.js';
import { ServerProcess } from '../../src/dev/server-process.js';
import { listens } from './listens.js';
import { eventually } from './temporal.js';

const program = {
  title: 'versitygw (an S3 server)',
  path: 'github.com/versity/versitygw/cmd/versitygw',
  version: 'v1.8.0',
  takes: 'one to three minutes',
};

/** The path of versitygw: from PATH, else our cache folder, else built with Go into it. Throws an Error that says what to do. */
export async function findVersitygw(onProgress: (line: string) => void = () => undefined): Promise<string> {
  const onPath = await findOnPath('versitygw', process.env.PATH);
  if (onPath !== undefined) return onPath;
  const cached = join(cacheFolder(), 'bin', `versitygw-${program.version}`);
  if (await isExecutable(cached)) return cached;
  const fault = await goInstall(program, cached, { onProgress, environment: process.env });
  if (fault === undefined) return cached;
  throw new Error(
    `The tests need versitygw, an S3 server: \`go install ${program.path}@${program.version}\`. ${fault}`,
  );
}

export interface S3Server {
  readonly port: number;
  /** `http://127.0.0.1:<port>`, or https:// where it has a certificate. */
  readonly url: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of the authority that signed its certificate. */
  readonly caFile: string | undefined;
  /** Makes an empty bucket; answers with its name. */
  bucket(): Promise<string>;
  /** Someone who may do with these buckets only what their policies allow. */
  user(name: string): Promise<Pick<S3Server, 'accessKeyId' | 'secretAccessKey'>>;
  /** Where an object lies as a file, to be damaged. */
  fileOf(bucket: string, name: string): string;
  /** As a crash would. What it was told to keep is kept. */
  kill(): Promise<void>;
  /** After `kill`, on the same port. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** A real S3 server, whose buckets are folders, on a free port; it never outlives this process. */
export async function startS3Server(options: { readonly tls?: boolean } = {}): Promise<S3Server> {
  const binary = await findVersitygw();
  const folder = await mkdtemp(join(tmpdir(), 'lurewatch-s3-'));
  const buckets = join(folder, 'buckets');
  const users = join(folder, 'users');
  await Promise.all([mkdir(buckets), mkdir(users)]);
  const port = await freePort();
  const certificate = options.tls === true ? await ensureCertificate(join(folder, 'tls')) : undefined;
  const tls = certificate === undefined ? [] : ['--cert', certificate.certFile, '--key', certificate.keyFile];
  const url = `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  const [accessKeyId, secretAccessKey] = ['lurewatch-tests', 'not-a-secret-of-anybody'];
  const keys = { ROOT_ACCESS_KEY: accessKeyId, ROOT_SECRET_KEY: secretAccessKey };
  const args = ['--port', `127.0.0.1:${port}`, '--keep-alive', '--quiet', '--iam-dir', users, ...tls, 'posix', buckets];
  let server: ServerProcess | undefined;
  let made = 0;
  const start = async () => {
    const started = new ServerProcess(binary, args, { ...process.env, ...keys });
    server = started;
    await eventually(async () => {
      if (!started.running) throw new Error(`versitygw ended: ${started.output}`);
      return (await listens(port)) || undefined;
    }, 'versitygw listens');
  };
  const kill = async () => server?.kill();
  const stop = async () => {
    await kill();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    port,
    url,
    accessKeyId,
    secretAccessKey,
    caFile: certificate?.caFile,
    // A folder is a bucket.
    bucket: async () => {
      made += 1;
      await mkdir(join(buckets, `bucket-${made}`));
      return `bucket-${made}`;
    },
    user: async (name) => {
      const secret = `${name}-has-no-secret`;
      const admin = ['admin', '--endpoint-url', url, '--access', accessKeyId, '--secret', secretAccessKey];
      const { exitCode, output } = await runCommand(binary, [
        ...admin,
        ...['create-user', '--access', name, '--secret', secret, '--role', 'user'],
      ]);
      if (exitCode !== 0) throw new Error(output);
      return { accessKeyId: name, secretAccessKey: secret };
    },
    fileOf: (bucket, name) => join(buckets, bucket, name),
    kill,
    start,
    stop,
  };
}
