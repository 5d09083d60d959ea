import { createHash } from 'node:crypto';

export interface CampaignMail {
  readonly raw: Buffer;
  /** Of the campaign that it is a copy of; undefined: there is no other like it. */
  readonly campaign: number | undefined;
}

/** What the copies of a campaign are made from. What stands in braces is another for each copy. */
interface Template {
  readonly sender: string;
  readonly subject: string;
  readonly link: string;
}

const templates: readonly Template[] = [
  [
    'billing@{word}.invoice-desk.example',
    'Invoice {id} for {name} is overdue',
    'https://{word}.pay-desk.example/{hex}',
  ],
  [
    'no-reply@parcel-track.example',
    '{first}, your parcel {id} could not be delivered',
    'https://parcel-track.example/t/{hex}?m={mail}',
  ],
  [
    'it@{word}.helpdesk-mail.example',
    'Password of {mail} expires on {date}',
    'https://{word}.login-portal.example/?u={mail}',
  ],
  ['{freemail}', 'Voicemail from +{number} ({date})', 'https://{word}.voice-box.example/{hex}.html'],
  ['{freemail}', 'RE: Payment advice {hex}', 'https://docs.remit-share.example/view/{hex}'],
  ['hr@people-portal.example', 'New salary statement for {name}', 'https://people-portal.example/{hex}'],
  [
    'security@bank-notice.example',
    'Ungewöhnliche Anmeldung am {date}, {name}',
    'https://{word}.bank-login.example/de/{hex}',
  ],
  ['service@impots-info.example', 'Remboursement de {amount} en attente', 'https://impots-info.example/r/{hex}'],
  [
    'mail@{word}.card-alert.example',
    'Card ending {number}: {amount} charged',
    'https://card-alert.example/dispute/{id}',
  ],
  ['{word}@sign-docs.example', '{name} has sent you "Contract_{id}.pdf"', 'https://{word}.sign-docs.example/{hex}'],
  ['news@crypto-wins.example', '{amount} for {first}: claim before {date}', 'https://crypto-wins.example/{hex}/claim'],
  ['fax@{word}.efax-scan.example', 'Fax {uuid} ({number} pages)', 'https://efax-scan.example/{uuid}'],
  ['admin@quota-mail.example', 'Mailbox {mail} is {number}% full', 'https://quota-mail.example/fix?a={mail}'],
  [
    'orders@{word}.shop-receipt.example',
    'Order #{id}: thank you, {first}!',
    'https://{word}.shop-receipt.example/o/{id}',
  ],
  ['jobs@career-offer.example', 'Interview on {date}, {name}?', 'https://career-offer.example/{hex}'],
  ['tickets@{word}.event-pass.example', '[EXTERNAL] Fwd: Your tickets {uuid}', 'https://event-pass.example/{uuid}'],
  ['{freemail}', '{first}, shared folder "Q{number} budget"', 'https://{word}.file-drop.example/{hex}'],
  ['info@支払い.example', '【重要】お支払い番号{number}の確認', 'https://{word}.shiharai.example/{hex}'],
  ['account@stream-plus.example', 'Your st\u200bream plan ends {date}', 'https://stream-plus.example/renew/{hex}'],
  ['benefits@{word}.health-plan.example', 'Enrolment of {name} closes {date}', 'https://health-plan.example/{hex}'],
].map(([sender = '', subject = '', link = '']) => ({ sender, subject, link }));

export const campaignCount = templates.length;

const firstNames = ['Ada', 'Grace', 'Alan', 'Barbara', 'Edsger', 'Hedy', 'Jürgen', 'Nguyễn', 'Søren', 'Zoë'];
const lastNames = [
  'Lovelace',
  'Hopper',
  'Turing',
  'Liskov',
  'Dijkstra',
  'Lamarr',
  'Groß',
  'Ánh',
  'Kierkegaard',
  'Müller',
];
const services = ['gmail.com', 'outlook.com', 'yahoo.com', 'gmx.de', 'proton.me'];
const dates = ['22 November 2026', '2026-11-23', '24.11.2026', 'Nov 25th', '11/26/2026', 'Fri, 27 Nov 2026'];
/** What anybody writes of: the same subject by many senders, and many subjects by the same sender, are no campaign. */
const everyday = [
  'Hello',
  'Invoice',
  'Meeting tomorrow',
  'Your order',
  'Question',
  'Minutes',
  'Lunch?',
  'Holiday plans',
];

/** Copies of all campaigns and single mails, mixed; the same number always gives the same. `round` makes others. */
export function campaignMails(copies: number, singles: number, round: string): readonly CampaignMail[] {
  const mails = [
    ...Array.from({ length: copies }, (_, index) => copyOf(index % campaignCount, `${round}-${index}`)),
    ...Array.from({ length: singles }, (_, index) => singleMail(index, `${round}-${index}`)),
  ];
  return mails
    .map((mail) => ({ mail, place: createHash('sha256').update(mail.raw).digest('hex') }))
    .sort((one, other) => (one.place < other.place ? -1 : 1))
    .map(({ mail }) => mail);
}

function copyOf(campaign: number, name: string): CampaignMail {
  const template = templates[campaign % campaignCount];
  if (template === undefined) throw new Error(`there is no campaign ${campaign}`);
  const values = valuesOf(name);
  const fill = (text: string) => text.replaceAll(/\{(\w+)\}/g, (_, key: string) => values.get(key) ?? key);
  const [sender, subject, link] = [template.sender, template.subject, template.link].map(fill);
  return { raw: mailOf(name, sender, subject, link, values), campaign };
}

function singleMail(number: number, name: string): CampaignMail {
  const values = valuesOf(name);
  const subject = everyday[number % everyday.length];
  // In turns: a firm of its own; one firm for every eighth, under another subject each; a free service, without a link.
  const kind = Math.floor(number / everyday.length) % 3;
  const block = Math.floor(number / (3 * everyday.length));
  const firm = kind === 0 ? `firm-${number}.example` : `group-${block}.example`;
  const sender = kind === 2 ? `person${number}@gmail.com` : `office@${firm}`;
  const link = kind === 2 ? undefined : `https://www.${firm}/${values.get('hex')}`;
  return { raw: mailOf(name, sender, subject, link, values), campaign: undefined };
}

/** What differs from copy to copy. */
function valuesOf(name: string): ReadonlyMap<string, string> {
  const digest = createHash('sha256').update(name).digest();
  const pick = (list: readonly string[], at: number) => list[(digest[at] ?? 0) % list.length] ?? '';
  const hex = digest.toString('hex');
  const [first, last] = [pick(firstNames, 0), pick(lastNames, 1)];
  const mailbox = `${first}.${last}`
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z.]/g, '')
    .toLowerCase();
  const word = [...digest.subarray(2, 9)].map((byte) => String.fromCharCode(97 + (byte % 26))).join('');
  return new Map([
    ['first', first],
    ['name', `${first} ${last}`],
    ['mail', `${mailbox}@corp.example`],
    ['word', word],
    ['freemail', `${word}@${pick(services, 9)}`],
    ['date', pick(dates, 10)],
    ['number', String(digest.readUInt16BE(11))],
    ['amount', `${digest.readUInt16BE(13)}.${String(digest[15] ?? 0).padStart(2, '0')} EUR`],
    ['id', `${pick(['INV', 'TK', 'RF', 'C'], 16)}-${digest.readUInt32BE(17)}`],
    ['hex', hex.slice(0, 24)],
    ['uuid', hex.slice(32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')],
  ]);
}

function mailOf(
  name: string,
  sender = '',
  subject = '',
  link: string | undefined,
  values: ReadonlyMap<string, string>,
): Buffer {
  const text = [
    `Dear ${values.get('first')},`,
    '',
    link === undefined ? 'Are you there?' : `please look at ${link} today.`,
  ];
  return Buffer.from(
    [
      `Message-ID: <${name}.${values.get('hex')}@mail.example>`,
      'Date: Sun, 22 Nov 2026 10:00:00 +0000',
      `From: <${sender}>`,
      `To: ${values.get('name')} <${values.get('mail')}>`,
      `Subject: ${subject}`,
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
      '',
      ...text,
      '',
    ].join('\r\n'),
  );
}
