/** Standard output belongs to results: text for people, or with --json exactly one document, or one a line. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** What is said beside the result: progress, warnings, errors. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}
