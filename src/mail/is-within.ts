/** Whether a part is another one or lies in it: `2.1` and `2/a.eml!1` are within `2`; a message in a file is `2/a.eml!`. */
export function isWithin(part: string | null | undefined, around: string | undefined): boolean {
  if (part === null || part === undefined || around === undefined || !part.startsWith(around)) return false;
  return around.endsWith('!') || part.length === around.length || '.!/'.includes(part.charAt(around.length));
}
