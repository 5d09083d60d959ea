/** A stream or storage of a compound file. */
export interface CompoundEntry {
  readonly name: string;
  readonly kind: 'storage' | 'stream';
  /** Of a storage; in no order that means anything. */
  readonly children: readonly CompoundEntry[];
  readonly startSector: number;
  /** As declared. */
  readonly sizeBytes: number;
}

export interface CompoundFile {
  readonly root: CompoundEntry;
  /** Some of its directory or tables lie outside the file, or there is more of it than the limit. */
  readonly damaged: boolean;
  /**
   * The bytes of a stream as far as they can be had, `mostBytes` at most. All streams together give no more than twice
   * the bytes of the file: entries may share their sectors.
   */
  read(entry: CompoundEntry, mostBytes?: number): Buffer;
}

export const compoundMagic = Buffer.from('d0cf11e0a1b11ae1', 'hex');
const headerBytes = 512;
const entryBytes = 128;
/** Sector numbers above are marks: end of chain, free (MS-CFB §2.1). */
const maxSector = 0xfffffffa;
const maxEntries = 20_000;
const listedTables = 109;
const storageType = 1;
const streamType = 2;
const rootType = 5;

/**
 * Reads the directory of a compound file (MS-CFB): Outlook messages, Office documents before 2007, encrypted ones. Every
 * chain of sectors and every tree is followed for as long as the file can be, whatever loops they make.
 * @returns null where it is none
 */
export function readCompound(bytes: Buffer): CompoundFile | null {
  if (bytes.length < headerBytes || !bytes.subarray(0, compoundMagic.length).equals(compoundMagic)) return null;
  const shift = bytes.readUInt16LE(30) === 12 ? 12 : 9;
  const sectors = new Sectors(bytes, 1 << shift);
  const directory = sectors.read(sectors.chain(bytes.readUInt32LE(48)));
  const raw = rawEntries(directory);
  const top = raw[0];
  if (top === undefined || top.type !== rootType) return null;
  const tree = buildTree(raw);
  const miniSectors = new MiniSectors(sectors, bytes, top);
  const cutoffBytes = 4096;
  let leftBytes = bytes.length * 2;
  return {
    root: tree.root,
    damaged: tree.damaged || sectors.damaged || raw.length >= maxEntries,
    read(entry, mostBytes = bytes.length) {
      const size = Math.min(entry.sizeBytes, mostBytes, leftBytes);
      const from: SectorSource = entry.sizeBytes < cutoffBytes ? miniSectors : sectors;
      const found = from.read(from.chain(entry.startSector, size), size);
      leftBytes -= found.length;
      return found;
    },
  };
}

interface SectorSource {
  chain(start: number, sizeBytes?: number): readonly number[];
  read(chain: readonly number[], sizeBytes?: number): Buffer;
}

class Sectors implements SectorSource {
  damaged = false;
  readonly #bytes: Buffer;
  readonly #size: number;
  readonly #count: number;
  readonly #tables: readonly number[];

  constructor(bytes: Buffer, size: number) {
    this.#bytes = bytes;
    this.#size = size;
    // The header takes the place of one; the last one may be cut.
    this.#count = Math.max(0, Math.ceil(bytes.length / size) - 1);
    this.#tables = this.#findTables();
  }

  chain(start: number, sizeBytes = Number.POSITIVE_INFINITY): readonly number[] {
    const most = Math.min(this.#count, Math.ceil(sizeBytes / this.#size));
    const perTable = this.#size / 4;
    const chain: number[] = [];
    let sector = start;
    while (sector < this.#count && chain.length < most) {
      chain.push(sector);
      const table = this.#tables[Math.floor(sector / perTable)];
      sector = table === undefined ? this.#lost() : this.#numberAt(this.#offset(table) + (sector % perTable) * 4);
    }
    return chain;
  }

  read(chain: readonly number[], sizeBytes = Number.POSITIVE_INFINITY): Buffer {
    const pieces = chain.map((sector) => this.#bytes.subarray(this.#offset(sector), this.#offset(sector + 1)));
    const whole = Buffer.concat(pieces);
    return whole.subarray(0, Math.min(whole.length, sizeBytes));
  }

  /** The sectors that say which sector follows which: 109 in the header, the others in a chain of their own. */
  #findTables(): number[] {
    const tables: number[] = [];
    for (let index = 0; index < listedTables; index++) this.#addTable(tables, this.#numberAt(76 + index * 4));
    let list = this.#numberAt(68);
    const perList = this.#size / 4 - 1;
    for (let lists = 0; list < this.#count && lists * perList < this.#count; lists++) {
      const at = this.#offset(list);
      for (let index = 0; index < perList; index++) this.#addTable(tables, this.#numberAt(at + index * 4));
      list = this.#numberAt(at + perList * 4);
    }
    return tables;
  }

  #addTable(tables: number[], sector: number): void {
    if (sector < this.#count && tables.length <= this.#count) tables.push(sector);
    else if (sector <= maxSector) this.damaged = true;
  }

  #lost(): number {
    this.damaged = true;
    return maxSector;
  }

  #offset(sector: number): number {
    return (sector + 1) * this.#size;
  }

  #numberAt(offset: number): number {
    return offset + 4 <= this.#bytes.length ? this.#bytes.readUInt32LE(offset) : this.#lost();
  }
}

/** Small streams share the stream of the root, in sectors of 64 bytes with a table of their own. */
class MiniSectors implements SectorSource {
  readonly #data: Buffer;
  readonly #table: Buffer;

  constructor(sectors: Sectors, bytes: Buffer, root: RawEntry) {
    this.#data = sectors.read(sectors.chain(root.startSector), root.sizeBytes);
    this.#table = sectors.read(sectors.chain(bytes.readUInt32LE(60)));
  }

  chain(start: number, sizeBytes = 0): readonly number[] {
    const most = Math.min(this.#data.length / miniSectorBytes, Math.ceil(sizeBytes / miniSectorBytes));
    const chain: number[] = [];
    let sector = start;
    while (sector * miniSectorBytes < this.#data.length && chain.length < most) {
      chain.push(sector);
      sector = sector * 4 + 4 <= this.#table.length ? this.#table.readUInt32LE(sector * 4) : maxSector;
    }
    return chain;
  }

  read(chain: readonly number[], sizeBytes = 0): Buffer {
    const pieces = chain.map((sector) => this.#data.subarray(sector * miniSectorBytes, (sector + 1) * miniSectorBytes));
    return Buffer.concat(pieces).subarray(0, sizeBytes);
  }
}

const miniSectorBytes = 64;

interface RawEntry {
  readonly name: string;
  readonly type: number;
  readonly left: number;
  readonly right: number;
  readonly child: number;
  readonly startSector: number;
  readonly sizeBytes: number;
}

function rawEntries(directory: Buffer): RawEntry[] {
  const entries: RawEntry[] = [];
  for (let at = 0; at + entryBytes <= directory.length && entries.length < maxEntries; at += entryBytes) {
    const nameBytes = Math.max(0, Math.min(64, directory.readUInt16LE(at + 64)) - 2);
    entries.push({
      name: directory.toString('utf16le', at, at + nameBytes),
      type: directory.readUInt8(at + 66),
      left: directory.readUInt32LE(at + 68),
      right: directory.readUInt32LE(at + 72),
      child: directory.readUInt32LE(at + 76),
      startSector: directory.readUInt32LE(at + 116),
      sizeBytes: directory.readUInt32LE(at + 120),
    });
  }
  return entries;
}

/** Each entry stands in the tree once: one that is met again is passed over. */
function buildTree(raw: readonly RawEntry[]): { readonly root: CompoundEntry; readonly damaged: boolean } {
  const top = raw[0] as RawEntry;
  const children: CompoundEntry[] = [];
  const root: CompoundEntry = { ...position(top), name: top.name, kind: 'storage', children };
  const seen = new Set([0]);
  const waiting = [{ index: top.child, siblings: children }];
  let damaged = false;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { index, siblings } = next;
    const entry = raw[index];
    if (entry === undefined || seen.has(index)) {
      if (index <= maxSector) damaged = true;
      continue;
    }
    seen.add(index);
    waiting.push({ index: entry.left, siblings }, { index: entry.right, siblings });
    if (entry.type !== storageType && entry.type !== streamType) continue;
    const kind = entry.type === storageType ? 'storage' : 'stream';
    const own: CompoundEntry[] = [];
    siblings.push({ ...position(entry), name: entry.name, kind, children: own });
    if (kind === 'storage') waiting.push({ index: entry.child, siblings: own });
  }
  return { root, damaged };
}

function position({ startSector, sizeBytes }: RawEntry): Pick<CompoundEntry, 'startSector' | 'sizeBytes'> {
  return { startSector, sizeBytes };
}

export function childNamed(storage: CompoundEntry, name: string): CompoundEntry | undefined {
  return storage.children.find((child) => child.name.toLowerCase() === name.toLowerCase());
}
