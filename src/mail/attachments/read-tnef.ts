import { type MapiProperties, type MapiValue, mapiIds, mapiTypes, wantedIds } from './mapi-properties.js';

export interface Tnef {
  readonly properties: MapiProperties;
  readonly attachments: readonly TnefAttachment[];
  /** It ends before it should, or says of itself what cannot be. */
  readonly damaged: boolean;
  /** It has more attachments or properties than the limit. */
  readonly cut: boolean;
}

export interface TnefAttachment {
  readonly properties: MapiProperties;
  readonly bytes: Buffer | null;
  /** The TNEF of a message that is attached. */
  readonly message: Buffer | null;
}

export const tnefMagic = Buffer.from('789f3e22', 'hex');
const headerBytes = 6;
const attributeBytes = 9;
const checksumBytes = 2;
/** MS-OXTNEF §2.1.3.2. */
const attributes = {
  codePage: 0x00069007,
  messageProperties: 0x00069003,
  attachmentStart: 0x00069002,
  attachmentProperties: 0x00069005,
  attachmentTitle: 0x00018010,
  attachmentData: 0x0006800f,
  body: 0x0002800c,
  subject: 0x00018004,
} as const;
const messageInterface = Buffer.from('0703020000000000c000000000000046', 'hex');
const maxAttachments = 1000;
const maxProperties = 20_000;

type Properties = Map<number, MapiValue>;
interface Attachment {
  readonly properties: Properties;
  bytes: Buffer | null;
  message: Buffer | null;
}

/** Reads the TNEF of a message (`winmail.dat`, MS-OXTNEF). Checksums are passed over. Linear; nothing is copied. */
export function readTnef(bytes: Buffer): Tnef {
  const properties: Properties = new Map();
  const attachments: Attachment[] = [];
  let damaged = false;
  let cut = false;
  let at = headerBytes;
  while (at + attributeBytes <= bytes.length) {
    const id = bytes.readUInt32LE(at + 1);
    const start = at + attributeBytes;
    const length = bytes.readUInt32LE(at + 5);
    const data = bytes.subarray(start, start + length);
    if (data.length < length) damaged = true;
    at = start + length + checksumBytes;
    if (id === attributes.attachmentStart) {
      if (attachments.length < maxAttachments) attachments.push({ properties: new Map(), bytes: null, message: null });
      else cut = true;
    }
    const attachment = attachments.at(-1);
    if (id === attributes.codePage) setNumber(properties, mapiIds.messageCodePage, data);
    else if (id === attributes.body) setString(properties, mapiIds.body, data);
    else if (id === attributes.subject) setString(properties, mapiIds.subject, data);
    else if (id === attributes.messageProperties) {
      if (!readProperties(data, properties, null)) damaged = true;
    } else if (attachment === undefined || cut) continue;
    else if (id === attributes.attachmentData) attachment.bytes = data;
    else if (id === attributes.attachmentTitle) setString(attachment.properties, mapiIds.shortName, data);
    else if (id === attributes.attachmentProperties && !readProperties(data, attachment.properties, attachment))
      damaged = true;
  }
  return { properties, attachments, damaged, cut };
}

function setNumber(properties: Properties, id: number, bytes: Buffer): void {
  if (bytes.length >= 4) properties.set(id, { type: mapiTypes.integer32, bytes });
}

/** What MAPI properties say of the same is better, wherever it stands. */
function setString(properties: Properties, id: number, bytes: Buffer): void {
  if (!properties.has(id)) properties.set(id, { type: mapiTypes.string8, bytes });
}

/** Bytes of the values of fixed size (MS-OXCDATA §2.11.1), padded to four. */
const fixedBytes: Readonly<Record<number, number>> = {
  2: 4,
  3: 4,
  4: 4,
  5: 8,
  6: 8,
  7: 8,
  10: 4,
  11: 4,
  20: 8,
  64: 8,
  72: 16,
};
const variable: ReadonlySet<number> = new Set([
  mapiTypes.string8,
  mapiTypes.unicode,
  mapiTypes.binary,
  mapiTypes.object,
]);
const manyValues = 0x1000;
const firstNamed = 0x8000;

/**
 * MS-OXTNEF §2.1.3.4.
 * @returns whether it could be read to its end
 */
function readProperties(bytes: Buffer, properties: Properties, attachment: Attachment | null): boolean {
  const reader = new Reader(bytes);
  const count = reader.number();
  for (let index = 0; index < count && index < maxProperties; index++) {
    if (reader.at >= bytes.length) return false;
    const tag = reader.number();
    const id = tag >>> 16;
    const type = tag & 0xffff;
    if (id >= firstNamed) {
      reader.take(16);
      const named = reader.number() === 1;
      const lengthOrId = reader.number();
      if (named) reader.take(padded(lengthOrId));
    }
    const plain = type & ~manyValues;
    const size = fixedBytes[plain];
    const many = type !== plain || variable.has(plain);
    if (size === undefined && !variable.has(plain)) return false;
    const values = many ? reader.number() : 1;
    for (let value = 0; value < values; value++) {
      if (reader.at >= bytes.length) return false;
      const length = size ?? reader.number();
      const data = reader.take(length, padded(length));
      if (value > 0) continue;
      if (id === mapiIds.data && attachment !== null) takeData(data, plain, attachment);
      else if (wantedIds.has(id)) properties.set(id, { type: plain, bytes: data });
    }
  }
  return count <= maxProperties;
}

function takeData(data: Buffer, type: number, attachment: Attachment): void {
  if (type !== mapiTypes.object) attachment.bytes = data;
  else if (data.subarray(0, 16).equals(messageInterface)) attachment.message = data.subarray(16);
  else attachment.bytes = data.subarray(16);
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}

class Reader {
  at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** 0 behind the end. */
  number(): number {
    const value = this.at + 4 <= this.#bytes.length ? this.#bytes.readUInt32LE(this.at) : 0;
    this.at += 4;
    return value;
  }

  take(length: number, withPadding = length): Buffer {
    const taken = this.#bytes.subarray(this.at, this.at + length);
    this.at += withPadding;
    return taken;
  }
}
