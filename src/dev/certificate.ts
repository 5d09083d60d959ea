import { execFile } from 'node:child_process';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Certificate {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/**
 * A certificate authority of our own and a server certificate for `localhost` and 127.0.0.1, made with openssl once
 * and kept in `folder`. For servers on this machine only: keys lie beside the certificates, unencrypted.
 */
export async function ensureCertificate(folder: string): Promise<Certificate> {
  const at = (name: string) => join(folder, name);
  const made = { caFile: at('ca.pem'), certFile: at('server.pem'), keyFile: at('server.key') };
  const complete = at('complete');
  if (await exists(complete)) return made;

  await mkdir(folder, { recursive: true });
  const authority = [
    '-addext',
    'basicConstraints=critical,CA:TRUE',
    '-addext',
    'keyUsage=critical,keyCertSign,cRLSign',
  ];
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const caKey = at('ca.key');
  await openssl(
    ['req', '-x509', ...newKey, '-days', '3650', '-subj', '/CN=Lurewatch local CA', ...authority],
    ['-keyout', caKey, '-out', made.caFile],
  );
  const request = at('server.csr');
  await openssl(['req', ...newKey, '-subj', '/CN=localhost'], ['-keyout', made.keyFile, '-out', request]);
  const extensions = at('server.ext');
  await writeFile(extensions, 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n');
  await openssl(
    ['x509', '-req', '-in', request, '-days', '3650', '-CA', made.caFile, '-CAkey', caKey, '-CAcreateserial'],
    ['-extfile', extensions, '-out', made.certFile],
  );
  await writeFile(complete, await readFile(made.caFile));
  return made;
}

async function openssl(what: readonly string[], files: readonly string[]): Promise<void> {
  await run('openssl', [...what, ...files]);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
