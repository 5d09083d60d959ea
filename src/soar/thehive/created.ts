import { z } from 'zod';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { HttpResponse } from '../../http/client.js';
import { jsonOf } from '../../text/json-of.js';
import { excerpt } from '../printable.js';

/** 400 or 409, "Alert mail:lurewatch:… already exist in organisation …"; equal observables are told alike. */
export function refusesRepeat({ status, body }: HttpResponse, alertId: string): boolean {
  if (status !== 400 && status !== 409) return false;
  if (body.includes(`${alertId} already exist`)) return true;
  return /already exist/i.test(body) && !/observable|artifact/i.test(body);
}

const created = z.object({ _id: z.string().min(1) });

/** @throws LW_TARGET_ANSWER for an answer that is no alert */
export function createdId(body: string, where: string, hide: readonly string[]): string {
  const parsed = created.safeParse(jsonOf(body));
  if (parsed.success) return excerpt(parsed.data._id);
  throw new LurewatchError('LW_TARGET_ANSWER', `the answer is no alert (${excerpt(body, hide)})`, { where });
}
