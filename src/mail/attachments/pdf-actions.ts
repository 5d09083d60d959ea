import { z } from 'zod';

const actions = z.record(z.string(), z.array(z.string()));

/** Scripts by what runs them, as the library gives them. */
export function scriptsOf(given: unknown): readonly string[] {
  const parsed = actions.safeParse(given);
  return parsed.success ? Object.values(parsed.data).flat() : [];
}

interface Bookmark {
  readonly url?: string | null | undefined;
  readonly unsafeUrl?: string | undefined;
  readonly items: readonly unknown[];
}

const bookmark: z.ZodType<Bookmark> = z.object({
  url: z.string().nullish(),
  unsafeUrl: z.string().optional(),
  items: z.array(z.unknown()),
});
const maxBookmarks = 5000;

/** Of bookmarks, whichever they are under. */
export function outlineTargets(given: unknown): readonly string[] {
  const waiting: unknown[] = Array.isArray(given) ? [...given] : [];
  const targets: string[] = [];
  for (let taken = 0; waiting.length > 0 && taken < maxBookmarks; taken++) {
    const parsed = bookmark.safeParse(waiting.pop());
    if (!parsed.success) continue;
    const { url, unsafeUrl, items } = parsed.data;
    const target = url ?? unsafeUrl;
    if (target !== undefined) targets.push(target);
    for (const item of items) waiting.push(item);
  }
  return targets;
}
