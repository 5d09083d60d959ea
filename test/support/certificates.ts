import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestCertificate {
  readonly key: string;
  readonly cert: string;
  /** The certificate as a file, for `ca`. */
  readonly certFile: string;
}

/** A self-signed certificate made now by the openssl command. `remove` deletes its files. */
export function makeCertificate(subjectAltName: string, days = 2): TestCertificate & { readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'lurewatch-certificate-'));
  const keyFile = join(folder, 'key.pem');
  const certFile = join(folder, 'cert.pem');
  const algorithm = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-subj', '/CN=lurewatch test', '-addext', `subjectAltName=${subjectAltName}`, '-days', String(days)];
  try {
    execFileSync('openssl', ['req', '-x509', ...algorithm, '-keyout', keyFile, '-out', certFile, ...subject], {
      stdio: 'pipe',
    });
    const remove = () => rmSync(folder, { recursive: true });
    return { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8'), certFile, remove };
  } catch (error) {
    rmSync(folder, { recursive: true });
    throw error;
  }
}
