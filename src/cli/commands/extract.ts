import type { Command } from 'commander';
import type { Config } from '../../config/schema.js';
import { addCommand, type CommonOptions } from '../add-command.js';
import { alertText } from '../alert-text.js';
import { extractedText } from '../extracted-text.js';
import { requireMailbox } from '../known-name.js';
import { loadConfig } from '../load-config.js';
import { note, print, printJson } from '../output.js';
import { failureOf } from '../report-error.js';
import { routedText } from '../routed-text.js';
import { wrongUsage } from '../usage-error.js';

interface ExtractOptions extends CommonOptions {
  readonly defang: boolean;
  readonly mailbox?: string;
  readonly route?: boolean;
  readonly alert?: boolean;
}

export function addExtract(program: Command): void {
  addCommand(program, {
    usage: 'extract <file...>',
    summary:
      'What Lurewatch sees in mails (RFC 5322 files, mbox, `-`: standard input). Needs no configuration, sends nothing.',
    example: 'lurewatch extract suspicious.eml --json',
  })
    .option('--no-defang', 'write URLs as they are, instead of hxxps://host[.]example/ (--json always does)')
    .option('--mailbox <name>', 'with the `limits`, the `authserv` and the `skip` of this mailbox')
    .option('--alert', 'only the alert that the mailbox would make of it, as targets get it')
    .option('--route', 'only where the mail would go, by the routes of the mailbox, and why')
    .action(extract);
}

async function extract(files: readonly string[], options: ExtractOptions): Promise<void> {
  if (options.route === true) return route(files, options);
  if (options.alert === true) return alert(files, options);
  const { openExtractor } = await import('../extract-file.js');
  const extractor = await openExtractor(await mailboxOf(options));
  await showAll(files, options, extractor, (file) => extractor.extract(file), extractedText);
}

/** Asks nobody: what a worker would decide is decided here. */
async function route(files: readonly string[], options: ExtractOptions): Promise<void> {
  const { openRouteReader } = await import('../route-file.js');
  const { config } = await loadConfig(options.config);
  const name = options.mailbox ?? onlyMailbox(config);
  requireMailbox(config, name);
  const mailbox = config.mailboxes[name];
  if (mailbox === undefined) return;
  const reader = openRouteReader(name, mailbox);
  await showAll(files, options, reader, (file) => reader.read(file), routedText);
}

/** What targets would get. */
async function alert(files: readonly string[], options: ExtractOptions): Promise<void> {
  const { openAlertReader } = await import('../alert-file.js');
  const loaded = await loadConfig(options.config);
  const { mailboxes } = loaded.config;
  const [only, second] = Object.keys(mailboxes);
  const name = options.mailbox ?? (second === undefined ? only : undefined);
  if (name === undefined) {
    throw wrongUsage(
      `--alert needs --mailbox: ${Object.keys(mailboxes).join(', ') || 'none is configured'}`,
      'lurewatch extract',
    );
  }
  requireMailbox(loaded.config, name);
  const mailbox = mailboxes[name];
  if (mailbox === undefined) return;
  const reader = await openAlertReader(name, mailbox, loaded);
  await showAll(files, options, reader, (file) => reader.read(file), alertText);
}

/** @param read what is shown of a file, one after the other */
async function showAll<Shown>(
  files: readonly string[],
  { json, defang }: ExtractOptions,
  reader: { close(): Promise<void> },
  read: (file: string) => AsyncGenerator<Shown>,
  textOf: (shown: Shown, harmless: boolean) => string,
): Promise<void> {
  let failed = false;
  try {
    let shown = 0;
    for (const file of files) {
      try {
        for await (const one of read(file)) {
          if (json) printJson(one);
          else print(`${shown > 0 ? '\n' : ''}${textOf(one, defang)}`);
          shown += 1;
        }
      } catch (thrown) {
        failed = true;
        const error = failureOf(thrown);
        note(`error: ${error.message}`);
        if (json) printJson({ file, error });
      }
    }
  } finally {
    await reader.close();
  }
  if (failed) process.exitCode = 1;
}

/** The one that routes are asked of where none is named. */
function onlyMailbox({ mailboxes }: Config): string {
  const all = Object.keys(mailboxes);
  const routed = all.filter((name) => (mailboxes[name]?.routes.length ?? 0) > 0);
  const [only, second] = routed.length === 0 ? all : routed;
  if (only !== undefined && second === undefined) return only;
  const what = only === undefined ? 'no mailbox is configured' : `which mailbox's routes? ${all.join(', ')}`;
  throw wrongUsage(`--route needs --mailbox: ${what}`, 'lurewatch extract');
}

async function mailboxOf({ mailbox, config: file }: ExtractOptions) {
  if (mailbox === undefined) return undefined;
  const { config } = await loadConfig(file);
  requireMailbox(config, mailbox);
  return config.mailboxes[mailbox];
}
