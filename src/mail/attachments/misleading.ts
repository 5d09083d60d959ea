import type { AttachmentInfo } from '../../indicators/types.js';
import { nameEnding } from './file-kind.js';

/** What files of these endings may be. An image called by another image's ending deceives nobody. */
const expected: Readonly<Record<string, RegExp>> = {
  pdf: /^application\/pdf$/,
  zip: /^application\/(?:zip|java-archive|epub\+zip|vnd\.)/,
  gz: /^application\/gzip$/,
  tgz: /^application\/gzip$/,
  rar: /^application\/x-rar-compressed$/,
  '7z': /^application\/x-7z-compressed$/,
  ...forAll('png jpg jpeg jfif gif bmp tif tiff webp heic avif ico', /^image\//),
  ...forAll('mp3 wav ogg m4a flac wma', /^(?:audio|video|application\/ogg)/),
  ...forAll('mp4 mov avi mkv webm wmv mpg mpeg', /^(?:audio|video)\//),
  ...forAll('docx docm dotx xlsx xlsm xlsb pptx pptm ppsx', /^application\/(?:vnd\.|zip$|x-cfb$)/),
  ...forAll('odt ods odp', /^application\/(?:vnd\.|zip$)/),
  // Word opens RTF, and its own new format, by the old ending too.
  ...forAll('doc dot', /^application\/(?:x-cfb|msword|rtf|vnd\.|zip$)/),
  ...forAll('xls ppt pps', /^application\/(?:x-cfb|vnd\.|zip$)/),
  msg: /^application\/(?:x-cfb|vnd\.ms-outlook)$/,
  rtf: /^(?:application\/rtf|text\/)/,
  ...forAll('txt csv log md ics vcf htm html eml', /^(?:text\/|message\/|application\/(?:xml|rtf|json)|image\/svg)/),
};

const archives =
  /^application\/(?:x-(?:rar|7z|bzip2|xz|lzip|lz4|lzh|arj|ace|compress|cpio|unix-archive|apple-diskimage|virtualbox-vhdx?|iso9660)\b.*|zstd|x-zstd|vnd\.ms-cab-compressed)$/;
/** Images of disks begin with bytes that say nothing; a double click opens them as a folder. */
const diskEndings: ReadonlySet<string> = new Set('iso img udf vhd vhdx dmg ace arj lzh lha uue alz egg wim'.split(' '));
const documentEndings = 'pdf doc docx xls xlsx ppt pptx txt csv rtf jpg jpeg png gif mp3 mp4 wav tif tiff'.split(' ');
const activeEndings =
  'exe scr com pif bat cmd js jse vbs vbe wsf hta lnk msi ps1 jar html htm shtml svg iso img vhd url chm cpl dll'.split(
    ' ',
  );
const secondEnding = new RegExp(
  `\\.(?:${documentEndings.join('|')})[\\s_]{0,100}\\.(?:${activeEndings.join('|')})$`,
  'i',
);
/** Characters that turn or hide what follows (Unicode Standard Annex #9), and a run of blanks before an ending. */
const hidden = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]|\s{5}\s*\.[a-z0-9]{1,5}$/i;

/** Whether content of that type is not what the ending promises. Endings that promise nothing are passed over. */
export function contradictsName(fileName: string | null, type: string | null): boolean {
  const ending = nameEnding(fileName);
  const allowed = Object.hasOwn(expected, ending) ? expected[ending] : undefined;
  return type !== null && allowed !== undefined && !allowed.test(type);
}

/** Whether a name hides its own ending: `invoice.pdf.exe`, a turned direction of text, blanks. */
export function isMisleadingName(fileName: string | null): boolean {
  const name = (fileName ?? '').slice(-300).trim();
  return secondEnding.test(name) || hidden.test(name);
}

/** Packed in a way that is not opened here. */
export function isUnopenedArchive({ type, fileName }: Pick<AttachmentInfo, 'type' | 'fileName'>): boolean {
  return type === undefined ? diskEndings.has(nameEnding(fileName)) : archives.test(type);
}

function forAll(endings: string, allowed: RegExp): Record<string, RegExp> {
  return Object.fromEntries(endings.split(' ').map((ending) => [ending, allowed]));
}
