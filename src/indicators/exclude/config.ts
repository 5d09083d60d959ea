import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { parseAnyUrl } from '../../url/parse-any-url.js';

const shortNames = z.string().trim().min(1);

/** What alerts leave out. The descriptions are the configuration reference. */
export const excludeSchema = z.strictObject({
  domains: z
    .array(shortNames.refine((text) => /^(?:\*\.)?[^\s/@:*]+$/.test(text), 'must be a domain such as example.com'))
    .default([])
    .describe('Own domains: they and every name below them, in URLs, hosts and mail addresses.'),
  urls: z
    .array(shortNames.refine((text) => parseAnyUrl(text) !== null, 'must be a whole URL such as https://example.com/'))
    .default([])
    .describe('Exact URLs.'),
  cidr: z
    .array(shortNames.refine(isNetwork, 'must be an IP address or a network such as 10.0.0.0/8'))
    .default([])
    .describe('IP addresses and networks, as indicators and as hosts of URLs.'),
  warninglists: z
    .array(shortNames)
    .default([])
    .describe("Files in the format of MISP's warninglists, relative to the configuration file."),
  misp: z
    .boolean()
    .default(false)
    .describe(
      "True: what is on a warninglist that is enabled in `misp` (kind `server`). Where MISP does not answer, nothing waits for it, and the alert's findings say so.",
    ),
});
export type ExcludeConfig = z.output<typeof excludeSchema>;

function isNetwork(text: string): boolean {
  return text.includes('/') ? ipaddr.isValidCIDR(text) : ipaddr.isValid(text);
}
