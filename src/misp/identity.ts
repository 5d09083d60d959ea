import { hash } from 'node:crypto';

/** The project's own UUID namespace (RFC 9562 §5.5). Changing it would register every known event a second time. */
const namespace = '830364e7-0e51-478b-9e33-7905de54f6f8';

/** The same alert gives the same event for ever, so that MISP itself recognises a repeated send. Lower case. */
export function eventUuid(alertId: string): string {
  return namedUuid(alertId, namespace);
}

/** The same feed and row key give the same event for ever. An alert id holds no blank, so no feed can take its UUID. */
export function feedEventUuid(feed: string, key: string): string {
  return namedUuid(`feed ${feed} ${key}`, namespace);
}

/** MISP drops a repeated type, category and value within an event, so these three are the identity of an attribute. */
export function attributeUuid(event: string, type: string, category: string, value: string): string {
  return namedUuid(`${type}|${category}|${value}`, event);
}

/** A UUIDv5 (RFC 9562 §5.5). By Node's own SHA-1, which takes half the time where a feed has millions of values. */
export function namedUuid(name: string, namespaceUuid: string): string {
  const space = Buffer.from(namespaceUuid.replaceAll('-', ''), 'hex');
  const hex = hash('sha1', Buffer.concat([space, Buffer.from(name)]));
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}
