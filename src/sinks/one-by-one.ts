/** For a sink that takes one document in a request: the results in their order. The first failure ends it. */
export async function oneByOne<Document, Result>(
  documents: readonly Document[],
  send: (document: Document) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const document of documents) results.push(await send(document));
  return results;
}
