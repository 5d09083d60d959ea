import type { ZipEntry } from './zip-entries.js';

/**
 * What is done with a file in an Office document:
 * - `xml`: searched; `loose`: searched, every element for itself; `strings`: searched for strings (xlsb);
 * - `image`: looked into as an attached image would be; `object`: named, hashed and looked into;
 * - `macro`: it holds programs, and is treated as an object; `basic`: it holds programs as text;
 * - `foreign`: no document has it, so that it is a file of a zip as any other; null: passed over.
 */
export type OfficePart = 'xml' | 'loose' | 'strings' | 'image' | 'object' | 'macro' | 'basic' | 'foreign' | null;

/** Whether these are the files of Office Open XML (ECMA-376 part 2 §10.1.2) or OpenDocument (1.3 part 2 §3). */
export function isOfficeFile(entries: readonly ZipEntry[]): boolean {
  const names = new Set(entries.map(({ name }) => name.toLowerCase()));
  if (names.has('[content_types].xml')) return true;
  return names.has('content.xml') && (names.has('meta-inf/manifest.xml') || names.has('mimetype'));
}

/** Links and images stand in parts that say how the text looks only by their number. */
const looks =
  /(?:^|\/)(?:\[content_types\]\.xml|mimetype|layout-cache|manifest\.rdf|styles(?:witheffects)?\.xml|fonttable\.xml|numbering\.xml|theme\/(?:[^/]*\.xml|_rels\/.*\.rels)|thumbnails\/[^/]*\.(?:png|jpe?g|[ew]mf)|docprops\/thumbnail\.(?:png|jpe?g|[ew]mf)|configurations2\/.*\.(?:xml|png|bmp)|printersettings\/[^/]*\.bin|theme\d*\.xml|calcchain\.xml|fonts\/[^/]*\.(?:odttf|fntdata|[ot]tf)|_xmlsignatures\/[^/]*\.sigs|objectreplacements\/[^/.]*)$|(?:^|\/)(?:media|pictures)\/[^/]*\.(?:[ew]m[fz]|wdp|svm|ico|mp[34]|m4[av]|wav|wm[av]|mov|avi|mpe?g)$/;

/** Folders and files that programs write XML into; a document may have others, and so may what only looks like one. */
const written =
  /^(?:_rels|_xmlsignatures|word|xl|ppt|visio|docprops|docmetadata|customxml|customui|meta-inf|documents|documentsettings|metadata|object \d+|dialogs)\/|^(?:content|meta|settings|current|documentsettings|fixeddocumentsequence|fixeddocseq)\.[a-z]+$/;
const properties =
  /^(?:docprops|customxml|docmetadata)\/|\/customxml\/|^meta(?:-inf\/manifest)?\.xml$|^documentsettings|connections\.xml$/;
const objects =
  /\/(?:embeddings|afchunks?)\/|\/afchunk[^/]*$|\.(?:html?|xht|mht|mhtml|rtf|eml|msg|url|lnk|exe|js|vbs|ps1|bat|hta|docx|xlsx|docm|zip)$/;

export function officePart(path: string): OfficePart {
  const name = path.toLowerCase().replaceAll('\\', '/');
  if (name.endsWith('.rels')) return 'xml';
  if (/(?:^|\/)vba(?:project|projectsignature|data)[^/]*\.(?:bin|xml)$/.test(name))
    return name.endsWith('project.bin') ? 'macro' : null;
  if (/^(?:basic|scripts)\//.test(name)) {
    if (/\/(?:script-(?:lb|lc)|dialog-l[bc])\.xml$/.test(name)) return null;
    return /\.(?:xml|xba|xdl|xlb|xlc)$/.test(name) ? 'basic' : 'macro';
  }
  // Macros of Excel 4 are sheets.
  if (/\/macrosheets\/[^/]*\.(?:bin|xml)$/.test(name)) return name.endsWith('.bin') ? 'macro' : 'xml';
  if (/(?:^|\/)(?:media|pictures)\/[^/]+\.(?:png|jpe?g|gif|bmp|webp|tiff?|svg|avif|heic)$/.test(name)) return 'image';
  if (looks.test(name)) return null;
  if (objects.test(name)) return 'object';
  if (/\.(?:xml|vml|fdoc|fdseq|fpage)$/.test(name) && written.test(name))
    return properties.test(name) ? 'loose' : 'xml';
  if (/\/[^/]*\.bin$/.test(name)) return /^xl\//.test(name) ? 'strings' : 'object';
  return 'foreign';
}

/** Relationships first: they name what is clicked and loaded, and are small. */
export function officeOrder(entries: readonly ZipEntry[]): readonly ZipEntry[] {
  const ranked = entries.map((entry) => ({ entry, rank: rankOf(entry.name.toLowerCase()) }));
  return ranked.sort((one, other) => one.rank - other.rank).map(({ entry }) => entry);
}

function rankOf(name: string): number {
  if (name.endsWith('.rels')) return 0;
  if (/^(?:word\/document\d*|content|xl\/sharedstrings|xl\/workbook|ppt\/slides\/slide\d+)\.xml$/.test(name)) return 1;
  if (/\.(?:xml|vml)$/.test(name)) return 2;
  return 3;
}
