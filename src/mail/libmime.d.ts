/** libmime has no types of its own; these are of the two functions in use. */
declare module 'libmime' {
  const libmime: {
    /** RFC 2047 encoded words decoded, adjacent ones of the same kind joined before they are; the rest as it stands. */
    decodeWords(text: string): string;
    /** RFC 2045 parameters with RFC 2231 continuations joined and decoded; names in lower case. */
    parseHeaderValue(text: string): { readonly params: Readonly<Record<string, string>> };
  };
  export default libmime;
}
