/**
 * What becomes of the text of a group:
 * - `text`: it is shown; `line`: shown or known of the document, on a line of its own; `skip`: fonts, styles, pictures;
 * - `field`: the code of a field; `template`, `target`: a name or URL; `object`: hexadecimal digits.
 */
export type Destination = 'text' | 'line' | 'skip' | 'field' | 'template' | 'target' | 'object';

function all(words: string, destination: Destination): [string, Destination][] {
  return words.split(' ').map((word) => [word, destination]);
}

/** Of the Rich Text Format Specification 1.9.1, those that matter here. */
export const destinations: ReadonlyMap<string, Destination> = new Map([
  ...all(
    'fonttbl colortbl stylesheet listtable listoverridetable listpicture rsidtbl themedata datastore pict',
    'skip',
  ),
  ...all('colorschememapping latentstyles xmlnstbl filetbl generator revtbl mmathpr fldtype objclass objname', 'skip'),
  ...all('fldinst', 'field'),
  ...all('template', 'template'),
  ...all('hlsrc hlloc hlfr linkval hlinkbase sv oleclsid', 'target'),
  ...all('objdata', 'object'),
  ...all('title subject author operator keywords comment doccomm manager company category userprops', 'line'),
  ...all('staticval header footer headerl headerr headerf footerl footerr footerf footnote annotation', 'line'),
  ...all('shptxt shpinst shprslt shppict background fldrslt result', 'text'),
]);

export const symbols: ReadonlyMap<string, string> = new Map([
  ...['par', 'line', 'page', 'sect', 'row', 'column'].map((word): [string, string] => [word, '\n']),
  ...['tab', 'cell', 'nestcell', 'emspace', 'enspace'].map((word): [string, string] => [word, '\t']),
  ['lquote', '\u2018'],
  ['rquote', '\u2019'],
  ['ldblquote', '\u201c'],
  ['rdblquote', '\u201d'],
  ['bullet', '\u2022'],
  ['endash', '\u2013'],
  ['emdash', '\u2014'],
]);
