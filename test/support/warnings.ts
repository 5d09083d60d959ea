import type { Warning } from '../../src/errors/warning.js';

/** What a sink told beside its answer, a line each as people see it: the reason, then the code. */
export function told({ warnings = [] }: { readonly warnings?: readonly Warning[] }): string {
  return warnings.map(({ code, reason }) => `${reason} [${code}]`).join('\n');
}
