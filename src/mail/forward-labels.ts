/** How mail programs write the header of a mail they quote: English, German, French, Spanish, Japanese. */

export type QuotedField = 'from' | 'sent' | 'to' | 'cc' | 'subject' | 'replyTo' | 'messageId';

const labels: Readonly<Record<QuotedField, string>> = {
  from: 'from|von|de|expéditeur|remitente|差出人|送信者|送信元',
  sent: 'sent|date|gesendet|datum|envoyé|envoyé le|enviado|enviado el|fecha|送信日時|送信日|日付|日時|date et heure',
  to: 'to|an|à|para|destinataire|宛先|送信先',
  cc: 'cc|bcc|kopie|kopie (cc)|copie|copia|con copia',
  subject: 'subject|betreff|objet|asunto|sujet|件名|題名',
  replyTo: 'reply-to|antwort an|répondre à|responder a|返信先',
  messageId: 'message-id|nachrichten-id',
};

const fieldOfLabel: ReadonlyMap<string, QuotedField> = new Map(
  (Object.keys(labels) as QuotedField[]).flatMap((field) => labels[field].split('|').map((label) => [label, field])),
);

/** Lines that begin a forwarded or quoted mail, between dashes or before a colon. */
const markers: ReadonlySet<string> = new Set(
  [
    'original message|original appointment|forwarded message|begin forwarded message|forwarded by',
    'ursprüngliche nachricht|originalnachricht|weitergeleitete nachricht|anfang der weitergeleiteten nachricht|ursprünglicher termin',
    "message d'origine|message original|message transféré|début du message réexpédié|début du message transféré",
    'mensaje original|mensaje reenviado|inicio del mensaje reenviado',
    '元のメッセージ|元のメール|転送メッセージ|転送されたメッセージ|ここから転送',
  ].flatMap((language) => language.split('|')),
);

const maxLabelChars = 24;
const maxMarkerChars = 100;

/** `Von: A. Sender <a@b.example>`, also bold as `*Von:* …`, with the blank of French or the colon of Japanese. */
export function quotedField(line: string): { readonly field: QuotedField; readonly value: string } | undefined {
  const start = line.slice(0, maxLabelChars + 4).replace(/^[*_ ]{1,3}/, '');
  const colon = start.search(/[:：]/);
  if (colon <= 0) return undefined;
  const label = start.slice(0, colon).replace(/[*_\s\u00a0]{1,4}$/, '');
  const field = fieldOfLabel.get(label.normalize('NFC').toLowerCase());
  if (field === undefined) return undefined;
  const rest = line.slice(line.search(/[:：]/) + 1);
  return { field, value: rest.replace(/^[*_\s\u00a0]{1,8}/, '').trim() };
}

/** `-----Original Message-----`, `---------- Forwarded message ---------`, `Begin forwarded message:`. */
export function isForwardMarker(line: string): boolean {
  if (line.length > maxMarkerChars) return false;
  const words = line.replace(/^[-_*=\s]{1,60}/, '').replace(/[-_*=:：\s\u00a0]{1,60}$/, '');
  if (words === '' || words === line) return false;
  return markers.has(words.normalize('NFC').replaceAll('\u2019', "'").toLowerCase());
}
