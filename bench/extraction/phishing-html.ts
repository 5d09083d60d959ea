import type { Random } from '../../test/support/random.js';
import { type Link, type LinkHabits, makeLink, token } from './links.js';

export interface PhishingHtml {
  readonly html: string;
  /** What a person can click. */
  readonly links: readonly Link[];
  /** What else is rightly found: pictures, style sheets, URLs that are only shown. */
  readonly others: readonly string[];
}

const sentences = [
  'We noticed an unusual sign-in to your account from a new device.',
  'Your mailbox has reached its limit and incoming messages are on hold.',
  'Pour éviter la suspension de votre compte, veuillez confirmer vos coordonnées.',
  'Ihr Paket konnte nicht zugestellt werden. Bitte bestätigen Sie die Lieferadresse.',
  'If you do not act within 24 hours, access will be restricted for your protection.',
  'This is an automated message, please do not reply to this e-mail.',
  'The document was shared with you by the accounting department. Version 2.1.3 applies.',
  'Total due: 1.249,00 EUR. Reference no. 2026.11.22-778.',
];
const words = ['Confirm now', 'Sign in', 'Review activity', 'Track parcel', 'Open document', 'Unsubscribe', 'Privacy'];
const styles = [
  'padding:12px 18px;color:#333333;font:14px/20px Arial,Helvetica,sans-serif',
  'margin:0;padding:0;border-collapse:collapse;mso-table-lspace:0pt;mso-table-rspace:0pt',
  'background:#f5f8fb;border-bottom:1px solid #e5e5e5;width:600px;max-width:100%',
  "font-family:'Segoe UI',Tahoma,sans-serif;font-size:13px;line-height:1.5;text-align:left",
];

/** A page as kits have it: mostly the layout of the brand it pretends to be, in nested tables with inline styles. */
export function phishingHtml(habits: LinkHabits, bytes: number, random: Random): PhishingHtml {
  const wantedLinks = Math.min(40, Math.max(5, Math.round(bytes / 1500)));
  const links: Link[] = [];
  const others: string[] = [];
  const link = () => {
    const made = makeLink(habits, random);
    links.push(made);
    return made;
  };
  const outlook = random.chance(0.11);
  const rows: string[] = [];
  let size = 0;
  while (size < bytes || links.length < wantedLinks) {
    const due = links.length < wantedLinks && size >= (bytes * links.length) / wantedLinks;
    const row = due ? linkRow(link(), habits, outlook, others, random) : textRow(random);
    rows.push(row);
    size += row.length;
  }
  const pixel = `https://${habits.host}/open/${token(random)}.gif`;
  others.push(pixel);
  const head = headOf(habits, outlook, others, random);
  const html = `${head}\r\n<body style="${random.pick(styles)}">\r\n${rows.join('\r\n')}\r\n<img src="${pixel}" width="1" height="1" alt="">\r\n</body></html>`;
  return { html, links, others };
}

function headOf(habits: LinkHabits, outlook: boolean, others: string[], random: Random): string {
  const doctype = random.pick([
    '<!DOCTYPE html>',
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">',
    '',
  ]);
  const names = outlook
    ? ' xmlns="http://www.w3.org/1999/xhtml" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    : random.pick(['', '', ' xmlns="http://www.w3.org/1999/xhtml" lang="en"']);
  const base = habits.base ? `<base href="https://${habits.host}/">` : '';
  const picture = `https://cdn.${habits.host}/img/${token(random)}.png`;
  const style = random.chance(0.6)
    ? `<style type="text/css">\r\nbody{margin:0;padding:0}\r\n.hero{background:url(${picture}) no-repeat}\r\n@media only screen and (max-width:600px){.w{width:100%!important}}\r\n${'.c td{padding:0 8px;font-size:12px;color:#666}\r\n'.repeat(random.between(3, 30))}</style>`
    : '';
  if (style !== '') others.push(picture);
  const office = outlook
    ? '<!--[if gte mso 9]><xml><o:OfficeDocumentSettings><o:AllowPNG/><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml><![endif]-->'
    : '';
  return `${doctype}\r\n<html${names}><head><meta charset="utf-8">${base}<title>Notice</title>${style}${office}</head>`;
}

function textRow(random: Random): string {
  const text = Array.from({ length: random.between(1, 3) }, () => random.pick(sentences)).join(' ');
  const cell = `<td width="${random.between(100, 600)}" align="left" valign="top" style="${random.pick(styles)}">&nbsp;<span style="${random.pick(styles)}">${text}</span>${random.chance(0.2) ? '<br>' : ''}</td>`;
  return `<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="${random.pick(styles)}"><tr>${cell}</tr></table>`;
}

function linkRow(link: Link, habits: LinkHabits, outlook: boolean, others: string[], random: Random): string {
  const { attribute } = link;
  const style = `style="${random.pick(styles)};text-decoration:none"`;
  if (outlook && random.chance(0.4)) {
    const button = `<v:roundrect xmlns:v="urn:schemas-microsoft-com:vml" href=${attribute} style="height:40px;v-text-anchor:middle;width:200px;" arcsize="10%" fillcolor="#0067b8"><w:anchorlock/><center>${random.pick(words)}</center></v:roundrect>`;
    return `<!--[if mso]>${button}<![endif]--><!--[if !mso]><!-- --><a href=${attribute} ${style}>${random.pick(words)}</a><!--<![endif]-->`;
  }
  if (random.chance(0.04))
    return `<form method="post" action=${attribute} ><input name="email"><button>${random.pick(words)}</button></form>`;
  if (random.chance(0.03)) return `<map name="m"><area shape="rect" coords="0,0,99,99" href=${attribute} ></map>`;
  if (random.chance(0.15)) {
    const picture = `https://cdn.${habits.host}/i/${token(random)}.png`;
    others.push(picture);
    return `<table><tr><td><a href=${attribute} ${style}><img src="${picture}" width="120" alt="logo" style="display:block"></a></td></tr></table>`;
  }
  if (random.chance(0.03)) {
    const shown = 'https://www.bank.example.com/login';
    others.push(shown);
    return `<p ${style}><a href=${attribute} ${style}>${shown}</a></p>`;
  }
  return `<table align="center"><tr><td ${style}><a href=${attribute} target="_blank" ${style}><b>${random.pick(words)}</b></a></td></tr></table>`;
}
