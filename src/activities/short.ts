const longest = 80;

/** History holds what a person needs to recognise a mail, and no more. */
export function short(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
