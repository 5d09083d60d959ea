/** Months and days of the week, as subjects write them: English, German, French, Spanish, Italian, Dutch, Portuguese. */
const names = [
  'january february march april may june july august september october november december',
  'jan feb mar apr jun jul aug sep sept oct nov dec',
  'monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun',
  'januar jänner februar märz mai juni juli oktober dezember mär okt dez',
  'montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag',
  'janvier février mars avril juin juillet août septembre octobre novembre décembre',
  'lundi mardi mercredi jeudi vendredi samedi dimanche',
  'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre',
  'lunes martes miércoles jueves viernes sábado domingo',
  'gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre',
  'lunedì martedì mercoledì giovedì venerdì sabato domenica',
  'januari februari maart mei augustus',
  'maandag dinsdag woensdag donderdag vrijdag zaterdag zondag',
  'janeiro fevereiro março maio junho julho setembro outubro novembro dezembro segunda terça quarta quinta sexta',
];

/** What stands behind a time of the day; in German `am` stands before a date. */
const halves: ReadonlySet<string> = new Set(['am', 'pm', 'uhr', 'gmt', 'utc']);
const words: ReadonlySet<string> = new Set(names.flatMap((line) => line.split(' ')));

/** A word that is part of a date where it stands beside a number: `may` also has another meaning. */
export function isOfDate(word: string): boolean {
  return words.has(word);
}

export function isOfTime(word: string): boolean {
  return halves.has(word);
}
