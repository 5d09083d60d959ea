export interface TnefInput {
  readonly body?: string;
  readonly html?: Buffer;
  readonly rtf?: Buffer;
  readonly subject?: string;
  readonly messageId?: string;
  readonly attachments?: readonly TnefAttachmentInput[];
}

export interface TnefAttachmentInput {
  /** As DOS has it. */
  readonly title: string;
  readonly longName?: string;
  readonly bytes?: Buffer;
  readonly message?: TnefInput;
}

/** The TNEF of a message (MS-OXTNEF), with checksums that are wrong: nobody reads them. */
export function tnefFile(input: TnefInput): Buffer {
  const message = mapiProperties([
    ...(input.subject === undefined ? [] : [unicode(0x0037, input.subject)]),
    ...(input.messageId === undefined ? [] : [unicode(0x1035, input.messageId)]),
    ...(input.html === undefined ? [] : [variable(0x1013, 0x0102, input.html)]),
    ...(input.rtf === undefined ? [] : [variable(0x1009, 0x0102, input.rtf)]),
    namedProperty('keywords'),
  ]);
  return Buffer.concat([
    Buffer.from('789f3e220100', 'hex'),
    attribute(1, 0x00069007, number(1252, 0)),
    ...(input.body === undefined ? [] : [attribute(1, 0x0002800c, Buffer.from(`${input.body}\0`, 'latin1'))]),
    attribute(1, 0x00069003, message),
    ...(input.attachments ?? []).flatMap((attachment) => [
      attribute(2, 0x00069002, Buffer.alloc(14)),
      attribute(2, 0x00018010, Buffer.from(`${attachment.title}\0`, 'latin1')),
      ...(attachment.bytes === undefined ? [] : [attribute(2, 0x0006800f, attachment.bytes)]),
      attribute(2, 0x00069005, attachmentProperties(attachment)),
    ]),
  ]);
}

function attachmentProperties({ longName, message }: TnefAttachmentInput): Buffer {
  const messageInterface = Buffer.from('0703020000000000c000000000000046', 'hex');
  return mapiProperties([
    ...(longName === undefined ? [] : [unicode(0x3707, longName)]),
    ...(message === undefined ? [] : [variable(0x3701, 0x000d, Buffer.concat([messageInterface, tnefFile(message)]))]),
  ]);
}

function attribute(level: number, id: number, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from([level]), number(id), number(data.length), data, Buffer.from('ffff', 'hex')]);
}

function mapiProperties(properties: readonly Buffer[]): Buffer {
  return Buffer.concat([number(properties.length), ...properties]);
}

function unicode(id: number, text: string): Buffer {
  return variable(id, 0x001f, Buffer.from(`${text}\0`, 'utf16le'));
}

function variable(id: number, type: number, data: Buffer): Buffer {
  return Buffer.concat([number(id * 0x10000 + type), number(1), number(data.length), padded(data)]);
}

/** With a name in place of an id, several values. */
function namedProperty(name: string): Buffer {
  const nameBytes = Buffer.from(`${name}\0`, 'utf16le');
  const values = ['one', 'three'].map((text) => Buffer.from(`${text}\0`, 'utf16le'));
  return Buffer.concat([
    number(0x8001101f),
    Buffer.alloc(16),
    number(1),
    number(nameBytes.length),
    padded(nameBytes),
    number(values.length),
    ...values.flatMap((value) => [number(value.length), padded(value)]),
  ]);
}

function padded(data: Buffer): Buffer {
  return Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
}

function number(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, index * 4);
  return bytes;
}
