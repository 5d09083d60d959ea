import { readFile } from 'node:fs/promises';

/** The fenced blocks of a language in a page of this repository, with the line that each begins at. */
export async function docBlocks(
  page: string,
  language: string,
): Promise<readonly { readonly line: number; readonly text: string }[]> {
  const text = await readFile(new URL(`../../../${page}`, import.meta.url), 'utf8');
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm');
  return [...text.matchAll(fence)].map(({ index, 1: block = '' }) => ({
    line: text.slice(0, index).split('\n').length + 1,
    text: block,
  }));
}
