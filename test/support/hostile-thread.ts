import { type GroupAnswer, type GroupTask, extractGroup as realGroup } from '../../src/indicators/extraction-thread.js';

/** The thread of the pool, with mails that do to it what no mail should be able to. */
export async function extractGroup(task: GroupTask): Promise<readonly GroupAnswer[]> {
  const answers: GroupAnswer[] = [];
  for (const [index, input] of task.inputs.entries()) {
    Atomics.store(new Int32Array(task.progress), 0, index);
    const bytes = 'bytes' in input ? Buffer.from(input.bytes) : Buffer.alloc(0);
    const heavy = bytes.includes('X-Heavy:');
    Atomics.store(new Int32Array(task.progress), 1, heavy ? 1 : 0);
    if (task.effort === 'full' || (heavy && bytes.includes('X-Heavy-Always:') && task.effort === 'light'))
      misbehave(bytes);
    if (bytes.includes('X-Stall-Always')) stall();
    if (bytes.includes('X-Stray')) await leaveBehind(bytes.includes('X-Stray-Of-Pdf'));
    const progress = new SharedArrayBuffer(8);
    answers.push(...(await realGroup({ ...task, inputs: [input], progress })));
  }
  return answers;
}

function misbehave(bytes: Buffer): void {
  if (bytes.includes('X-Stall:')) stall();
  if (bytes.includes('X-Devour:')) devour();
  if (bytes.includes('X-Throw:')) throw new Error('a defect');
  if (bytes.includes('X-Exit:')) process.exit(7);
}

function stall(): never {
  for (;;);
}

function devour(): never {
  const hoard: number[][] = [];
  for (;;) hoard.push(Array.from({ length: 10_000 }, (_, index) => index * 1.5));
}

/** A promise that fails and that nobody waits for: of the PDF library, or of other code. */
async function leaveBehind(ofPdf: boolean): Promise<void> {
  const error = new Error('Illegal character: 41');
  error.stack = `FormatError\n    at file:///srv/node_modules/${ofPdf ? 'unpdf' : 'other'}/dist/pdfjs.mjs:1:6994`;
  void Promise.reject(error);
  await new Promise(setImmediate);
}
