import { randomBytes } from 'node:crypto';

/** One field of a form. */
export interface FormPart {
  readonly name: string;
  readonly content: string | Buffer;
  readonly contentType?: string;
  /** Of a file: in ASCII, without quotes. */
  readonly fileName?: string;
}

export interface FormBody {
  readonly contentType: string;
  readonly body: Buffer;
}

/**
 * A form with files, `multipart/form-data` of RFC 7578. What ends a part is drawn by lot: no sender of a mail can write
 * it into one.
 */
export function formBody(parts: readonly FormPart[]): FormBody {
  const boundary = `lurewatch-${randomBytes(18).toString('hex')}`;
  const pieces = parts.flatMap(({ name, content, contentType, fileName }) => {
    const file = fileName === undefined ? '' : `; filename="${fileName}"`;
    const type = contentType === undefined ? '' : `content-type: ${contentType}\r\n`;
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file}\r\n${type}\r\n`;
    return [Buffer.from(head), typeof content === 'string' ? Buffer.from(content) : content, Buffer.from('\r\n')];
  });
  const body = Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
  return { contentType: `multipart/form-data; boundary=${boundary}`, body };
}
