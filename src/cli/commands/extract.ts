import type { Command } from 'commander';
import { loadConfig } from '../../config/load-config.js';
import { addCommand, type CommonOptions } from '../add-command.js';
import type { ExtractedFile } from '../extract-file.js';
import { extractedText, withDefangedUrls } from '../extracted-text.js';
import { requireMailbox } from '../known-name.js';
import { note, print, printJson } from '../output.js';
import { failureOf } from '../report-error.js';

interface ExtractOptions extends CommonOptions {
  readonly defang: boolean;
  readonly mailbox?: string;
}

export function addExtract(program: Command): void {
  addCommand(program, {
    usage: 'extract <file...>',
    summary:
      'What Lurewatch sees in mails (RFC 5322 files, `-`: standard input). Needs no configuration, sends nothing.',
    example: 'lurewatch extract suspicious.eml --json',
  })
    .option('--no-defang', 'write URLs as they are, instead of hxxps://host[.]example/')
    .option('--mailbox <name>', 'with the `limits` of this mailbox, instead of the usual ones')
    .action(extract);
}

async function extract(files: readonly string[], options: ExtractOptions): Promise<void> {
  const { openExtractor } = await import('../extract-file.js');
  const extractor = await openExtractor(await limitsOf(options));
  let failed = false;
  try {
    for (const [index, file] of files.entries()) {
      try {
        const extracted = await extractor.extract(file);
        show(options.defang ? withDefangedUrls(extracted) : extracted, options, index > 0);
      } catch (thrown) {
        failed = true;
        const error = failureOf(thrown);
        note(`error: ${error.message}`);
        if (options.json) printJson({ file, error });
      }
    }
  } finally {
    await extractor.close();
  }
  if (failed) process.exitCode = 1;
}

function show(extracted: ExtractedFile, { json }: ExtractOptions, further: boolean): void {
  if (json) printJson(extracted);
  else print(`${further ? '\n' : ''}${extractedText(extracted)}`);
}

async function limitsOf({ mailbox, config: file }: ExtractOptions) {
  if (mailbox === undefined) return undefined;
  const { config } = await loadConfig(file);
  requireMailbox(config, mailbox);
  return config.mailboxes[mailbox]?.limits;
}
