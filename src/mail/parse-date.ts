const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const pattern =
  /^(?:[a-z]{2,9}\.?,? ?)?(\d{1,2})[ -]([a-z]{3})[a-z]*[ -](\d{4}|\d{2,3}) (\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d{1,9})? ?((?:gmt|utc?)?[+-]\d{1,2}:?(?:\d{2})?|(?![ap]m$)[a-z]{1,5})?$/i;

/** RFC 5322 §4.3; any other name counts as UTC there, since nobody knows what it means. */
const zoneHours: Readonly<Record<string, number>> = {
  est: -5,
  edt: -4,
  cst: -6,
  cdt: -5,
  mst: -7,
  mdt: -6,
  pst: -8,
  pdt: -7,
};

/**
 * A Date header as Unix milliseconds (RFC 5322 §3.3 and its obsolete forms); null where it does not parse, as with
 * `10:05 PM` or a zone in words: a guess could be hours off. Unlike `Date.parse` it never takes the machine's time zone.
 */
export function parseMailDate(header: string): number | null {
  const text = header
    .slice(0, 200)
    .replaceAll(/\([^()]*\)/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const match = pattern.exec(text);
  if (match === null) return null;
  const [, day = '', monthName = '', yearText = '', hour = '', minute = '', second = '0', zone = ''] = match;
  const month = months.indexOf(monthName.toLowerCase());
  const fields = [Number(day), Number(hour), Number(minute), Number(second)] as const;
  if (month < 0 || fields[0] < 1 || fields[0] > 31 || fields[1] > 23 || fields[2] > 59 || fields[3] > 60) return null;
  const local = Date.UTC(fullYear(yearText), month, fields[0], fields[1], fields[2], Math.min(fields[3], 59));
  const time = local - zoneOffsetMs(zone);
  return Number.isFinite(time) ? time : null;
}

function fullYear(text: string): number {
  const year = Number(text);
  if (text.length === 4) return year;
  if (text.length === 3) return 1900 + year;
  return year < 50 ? 2000 + year : 1900 + year;
}

/** `+0900`, `GMT+1`, `EST`. No zone counts as UTC. */
function zoneOffsetMs(zone: string): number {
  const [, sign, hours = '', minutes = '0'] = /([+-])(\d{1,2}):?(\d{2})?$/.exec(zone) ?? [];
  if (sign === undefined) return (zoneHours[zone.toLowerCase()] ?? 0) * 3_600_000;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
