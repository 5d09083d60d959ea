import { Secret } from '../../src/config/secret.js';
import { type S3StoreConfig, s3StoreSchema } from '../../src/store/s3/config.js';
import { S3Store } from '../../src/store/s3/s3-store.js';
import type { S3Server } from './versitygw.js';

type S3Access = Pick<S3Server, 'url' | 'accessKeyId' | 'secretAccessKey'>;

/** As in lurewatch.yaml, for a bucket of the tests' server. */
export function s3StoreConfig(
  { url }: Pick<S3Server, 'url'>,
  bucket: string,
  different: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const credentials = { accessKeyId: { env: 'S3_ID' }, secretAccessKey: { env: 'S3_SECRET' } };
  return { kind: 's3', bucket, endpoint: url, insecure: true, timeout: '5s', credentials, ...different };
}

/** What the references of `s3StoreConfig` lead to. */
export function s3Secrets(server: S3Access): Readonly<Record<string, string>> {
  return { S3_ID: server.accessKeyId, S3_SECRET: server.secretAccessKey };
}

/** @param url of a proxy before the server, say */
export function openS3Store(
  server: S3Access,
  bucket: string,
  different: Readonly<Record<string, unknown>> = {},
): S3Store {
  const config: S3StoreConfig = s3StoreSchema.parse(s3StoreConfig(server, bucket, different));
  const secrets = s3Secrets(server);
  const secret = (ref: { env: string } | { file: string }) => new Secret('env' in ref ? (secrets[ref.env] ?? '') : '');
  return new S3Store({ config, resolve: (path) => path, secret });
}
