import { zipFile } from './zip-file.js';

const contentTypes =
  '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>';

/**
 * An Office Open XML file of these parts.
 * @param level of compression: 0 is the same bytes wherever it runs
 */
export function officeFile(parts: Readonly<Record<string, string | Buffer>>, level = -1): Buffer {
  const members = Object.entries({ '[Content_Types].xml': contentTypes, ...parts });
  return zipFile(members.map(([name, content]) => ({ name, bytes: Buffer.from(content), level })));
}

export interface RelationshipInput {
  readonly type: string;
  readonly target: string;
  /** Within the document, where it is false. */
  readonly external?: boolean;
}

export function relationships(list: readonly RelationshipInput[]): string {
  const type = (name: string) => `http://schemas.openxmlformats.org/officeDocument/2006/relationships/${name}`;
  const one = ({ type: name, target, external = true }: RelationshipInput, index: number) =>
    `<Relationship Id="rId${index}" Type="${type(name)}" Target="${target}"${external ? ' TargetMode="External"' : ''}/>`;
  return `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${list.map(one).join('')}</Relationships>`;
}

export const wordNames = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';

/** @param paragraphs XML of runs */
export function wordDocument(paragraphs: readonly string[]): string {
  const body = paragraphs.map((runs) => `<w:p>\n  ${runs}\n</w:p>`).join('\n');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<w:document ${wordNames}><w:body>${body}</w:body></w:document>`;
}

export function run(text: string): string {
  return `<w:r><w:t xml:space="preserve">${text}</w:t></w:r>`;
}

/** The code of a field, split over runs as Word splits it. */
export function field(pieces: readonly string[], result: string): string {
  const instructions = pieces.map((piece) => `<w:r><w:instrText xml:space="preserve">${piece}</w:instrText></w:r>`);
  const mark = (type: string) => `<w:r><w:fldChar w:fldCharType="${type}"/></w:r>`;
  return `${mark('begin')}${instructions.join('')}${mark('separate')}${run(result)}${mark('end')}`;
}
