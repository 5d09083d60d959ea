/** The code of a failed file operation (`ENOENT`, …); '' where it is something else. */
export function fileCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
