import { createHash } from 'node:crypto';
import { domainOfAddress } from '../indicators/observables/registrable-domain.js';
import { alertIdOf } from '../mail/identity.js';
import { isFreemail } from './freemail.js';
import { linkHosts } from './link-hosts.js';
import { hasWords, subjectShape } from './subject-shape.js';
import type { CampaignMail, CampaignTraits } from './types.js';

/** 80 bits. */
const length = 16;

/**
 * What a mail has in common with its copies; undefined where that is nothing: neither a word in its subject nor a link.
 * A free mail service stands for the sender only where links hold the copies together, since half of the world writes
 * "hello" from one: without a link it is the whole address. Pure: the same mail gives the same for ever.
 */
export function traitsOf({ sender, subject, urls, recipients }: CampaignMail): CampaignTraits | undefined {
  const domain = domainOfAddress(sender) ?? sender.slice(sender.lastIndexOf('@') + 1);
  const own = recipients.map(({ address }) => domainOfAddress(address)).filter((one) => one !== undefined);
  // Many write to themselves, and to everybody else in Bcc.
  const hosts = linkHosts(urls, new Set(own.filter((one) => one !== domain)));
  const shape = subjectShape(subject, recipients);
  if (hosts.length === 0 && !hasWords(shape)) return undefined;
  if (!isFreemail(domain)) return { sender: domain, subject: shape, hosts };
  return { sender: hosts.length === 0 ? sender : 'freemail', subject: shape, hosts };
}

/**
 * 16 characters of base32, as of alert ids.
 * @param environment of the alert: those of two never share a case
 */
export function fingerprintOf({ sender, subject, hosts }: CampaignTraits, environment: string): string {
  const text = JSON.stringify(['lurewatch campaign 1', environment, sender, subject, hosts]);
  return alertIdOf(createHash('sha256').update(text).digest('hex')).slice(0, length);
}
