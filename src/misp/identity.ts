import { v5 } from 'uuid';

/** The project's own UUID namespace (RFC 9562 §5.5). Changing it would register every known event a second time. */
const namespace = '830364e7-0e51-478b-9e33-7905de54f6f8';

/** The same alert gives the same event for ever, so that MISP itself recognises a repeated send. Lower case. */
export function eventUuid(alertId: string): string {
  return v5(alertId, namespace);
}

/** MISP drops a repeated type, category and value within an event, so these three are the identity of an attribute. */
export function attributeUuid(event: string, type: string, category: string, value: string): string {
  return v5(`${type}|${category}|${value}`, event);
}
