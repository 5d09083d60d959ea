import { z } from 'zod';
import { name, secretRef, tlsShape } from '../../../config/fields.js';
import { originPattern } from './origin.js';

const origin = z.string().regex(originPattern, 'must be an origin: https://host or https://host:port, without a path');

const jwtSchema = z.strictObject({
  jwks: z.url({ protocol: /^https?$/ }).describe('Where the public keys of the issuer are (its `jwks_uri`).'),
  insecure: z.boolean().default(false).describe('True: allow http:// in `jwks`.'),
  issuer: z.string().min(1).describe('`iss` of the tokens.'),
  audience: z.string().min(1).describe('`aud` of the tokens, or one of them.'),
  claims: z
    .record(z.string().min(1), z.string().min(1))
    .default({})
    .describe('What else a token must say, as `groups: soc`: each claim is this, or a list that has it.'),
  ...tlsShape,
});
export type JwtConfig = z.output<typeof jwtSchema>;

export const codecServerSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('The address to listen on.'),
  port: z.int().min(0).max(65535).default(8081).describe('The port to listen on.'),
  origins: z
    .array(origin)
    .default([])
    .describe('Web UIs whose pages may ask, as `https://temporal.example.com`. Temporal’s CLI has no origin.'),
  tokens: z
    .record(name, secretRef)
    .default({})
    .describe('Bearer tokens, each under the name of who has it, which the log tells.'),
  jwt: jwtSchema
    .optional()
    .describe('Takes the access tokens that the Web UI passes on (RS256 or ES256, valid for at most a day).'),
  tls: z
    .strictObject({
      certificate: z.string().min(1).describe('PEM file with the certificate and those between it and the root.'),
      key: secretRef.describe('Its private key, in PEM form.'),
    })
    .optional()
    .describe('Serves https:// itself.'),
  insecure: z
    .boolean()
    .default(false)
    .describe('True: listen beyond this machine without `tls`. Only behind a proxy that has it.'),
});
export type CodecServerConfig = z.output<typeof codecServerSchema>;
