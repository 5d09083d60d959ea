/** Names of XML vocabularies, which look like URLs and lead nowhere. */
const vocabulary =
  /https?:\/\/(?:schemas\.(?:openxmlformats|microsoft|xmlsoap)\.(?:org|com)|www\.w3\.org|purl\.(?:org|oclc\.org)|ns\.adobe\.com|docs\.oasis-open\.org|openoffice\.org\/\d|www\.openoffice\.org|dublincore\.org|sc\.openxmlformats\.org)(?![\w.-])[^\s"'<>]*/gi;

export function withoutVocabulary(text: string): string {
  return text.replaceAll(vocabulary, ' ');
}
