/** What stands at a path in a JSON answer: keys and positions joined by dots; `.` is the answer itself. */
export function valueAtPath(json: unknown, path: string): unknown {
  if (path === '.') return json;
  return path.split('.').reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    return Reflect.get(value, key);
  }, json);
}

/** A case id: a text or a number; undefined for anything else. */
export function idAtPath(json: unknown, path: string): string | undefined {
  const value = valueAtPath(json, path);
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}
