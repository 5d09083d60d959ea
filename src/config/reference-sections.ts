import type { SchemaNode } from './json-schema.js';
import { defaultWords, keyedMaps, namedMaps, valueWords } from './value-words.js';

/** Maps of no more keys than this are told in the table of the map around them. */
const inlineKeys = 4;
/** Maps that share so many keys: those are told once. */
const manyShared = 5;

/** A map that has been told, for where it appears again. */
interface Told {
  readonly place: string;
  readonly keys: Readonly<Record<string, string>>;
  /** With a heading, or within a table. */
  readonly inline: boolean;
}

/** The sections of the reference: a table of the top level, and one for each map, list of maps and variant below. */
export function referenceSections(schema: SchemaNode): readonly string[] {
  const { table, below } = new Table('', schema, []).tell();
  return [`## Top level\n\n${table}`, ...below];
}

/** One table without what lies below, for maps that hold nothing but plain values. */
export function plainTable(schema: SchemaNode): string {
  return new Table('', schema, []).tell().table;
}

class Table {
  readonly #place: string;
  readonly #map: SchemaNode;
  readonly #told: Told[];
  readonly #rows: string[] = [];
  readonly #below: string[] = [];

  /** @param told the maps that were told before this one; it adds those that it tells */
  constructor(place: string, map: SchemaNode, told: Told[]) {
    this.#place = place;
    this.#map = map;
    this.#told = told;
  }

  tell(): { readonly table: string; readonly below: readonly string[] } {
    const shared = this.#sharedWith();
    const required = this.#map.required ?? [];
    for (const [key, property] of Object.entries(this.#map.properties ?? {})) {
      if (shared?.keys.includes(key) !== true) this.#row(key, property, required.includes(key));
    }
    const head = '| Key | Value | Default | Meaning |\n| --- | --- | --- | --- |';
    const names = shared?.keys.map((key) => `\`${key}\``).join(', ');
    if (shared !== undefined && this.#rows.length === 0) {
      return { table: `As in ${link(shared.place)}: ${names}.`, below: this.#below };
    }
    const others = shared === undefined ? '' : `\n\nAnd, as in ${link(shared.place)}: ${names}.`;
    return { table: `${head}\n${this.#rows.join('\n')}${others}`, below: this.#below };
  }

  #sharedWith(): { readonly place: string; readonly keys: readonly string[] } | undefined {
    if (!this.#place.endsWith('[]')) return undefined;
    const own = fingerprints(this.#map);
    for (const { place, keys, inline } of this.#told) {
      const same = Object.keys(own).filter((key) => keys[key] === own[key]);
      if (!inline && place !== this.#place && same.length >= manyShared) return { place, keys: same };
    }
    return undefined;
  }

  #row(key: string, property: SchemaNode, required: boolean): void {
    const inner = innerMaps(property);
    const [only, second] = inner.maps;
    const words = valueWords(property);
    const add = (type: string) => this.#add(key, type, defaultWords(key, property, required), property.description);
    if (only === undefined) {
      add(words);
      return;
    }
    const place = `${this.#place === '' ? '' : `${this.#place}.`}${key}${inner.suffix}`;
    const before = second === undefined ? this.#toldBefore(only) : undefined;
    if (before !== undefined) {
      add(`${words}, as in ${reference(before)}`);
      return;
    }
    if (second === undefined && this.#place !== '' && isSmall(only)) {
      add(words);
      this.#inline(key, inner.suffix, place, only);
      return;
    }
    const heading = inner.suffix === '[]' ? place : place.replace(/\.<name>$/, '');
    add(`${words}, see ${link(heading, 'below')}`);
    this.#section(heading, place, property, inner.maps);
  }

  #toldBefore(map: SchemaNode): Told | undefined {
    const own = JSON.stringify(fingerprints(map));
    return this.#told.find(({ keys }) => JSON.stringify(keys) === own);
  }

  #inline(key: string, suffix: string, place: string, map: SchemaNode): void {
    this.#told.push({ place, keys: fingerprints(map), inline: true });
    for (const [inner, node] of Object.entries(map.properties ?? {})) {
      const standard = defaultWords(inner, node, (map.required ?? []).includes(inner));
      this.#add(`${key}${suffix}.${inner}`, valueWords(node), standard, node.description);
    }
  }

  #section(heading: string, place: string, property: SchemaNode, maps: readonly SchemaNode[]): void {
    const level = this.#place === '' ? 2 : 3;
    const head = `${'#'.repeat(level)} ${title(heading)}\n\n${property.description ?? ''}`;
    const [only, second] = maps;
    if (second === undefined && only !== undefined) {
      this.#told.push({ place, keys: fingerprints(only), inline: false });
      const { table, below } = new Table(place, only, this.#told).tell();
      this.#below.push(`${head}\n\n${table}`, ...below);
      return;
    }
    this.#below.push(head);
    for (const variant of maps) {
      // Whoever reads of one variant does not look into another.
      const { table, below } = new Table(place, variant, [...this.#told]).tell();
      this.#below.push(`${'#'.repeat(level + 1)} \`${place}\` with ${constants(variant)}\n\n${table}`, ...below);
    }
  }

  #add(key: string, type: string, standard: string, meaning = ''): void {
    this.#rows.push(`| \`${key}\` | ${cell(type)} | ${cell(standard)} | ${cell(meaning)} |`);
  }
}

/** The maps with known keys that a key holds: itself, in a list, under names, or beside other kinds of values. */
function innerMaps(schema: SchemaNode): { readonly maps: readonly SchemaNode[]; readonly suffix: string } {
  const { items, additionalProperties: named } = schema;
  if (items !== undefined) return { maps: keyedMaps(items), suffix: '[]' };
  if (typeof named === 'object') return { maps: namedMaps(schema), suffix: '.<name>' };
  return { maps: keyedMaps(schema), suffix: '' };
}

function isSmall(map: SchemaNode): boolean {
  const properties = Object.values(map.properties ?? {});
  return properties.length <= inlineKeys && properties.every((property) => innerMaps(property).maps.length === 0);
}

function fingerprints(map: SchemaNode): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(map.properties ?? {}).map(([key, node]) => [key, JSON.stringify(node)]));
}

/** What tells a variant from the others: `kind: file`, or the key that it follows from. */
function constants(schema: SchemaNode): string {
  return Object.entries(schema.properties ?? {})
    .filter(([, property]) => property.const !== undefined)
    .map(([key, property]) => {
      if (property.follows !== undefined) return `\`${property.follows}\``;
      return `\`${key}: ${String(property.const)}\`${property.default === undefined ? '' : ' (default)'}`;
    })
    .join(', ');
}

function reference({ place, inline }: Told): string {
  return inline ? `\`${place.replace(/^feeds\.<name>\./, '')}\`` : link(place);
}

function link(place: string, text = `\`${place}\``): string {
  return `[${text}](#${place.toLowerCase().replace(/[^a-z0-9_-]/g, '')})`;
}

/** In code, since `<name>` would be markup. */
function title(place: string): string {
  return /[<[]/.test(place) ? `\`${place}\`` : place;
}

export function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
