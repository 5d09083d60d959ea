import type { HostName } from './registrable-domain.js';
import type { Indicator } from './types.js';

/** More than any honest mail has. */
const maxIndicators = 2000;
/** Text and HTML of one mail say the same. */
const maxAgain = 10_000;

/** Indicators of one message: each value once for each role, and in text only what stood in no URL; within a limit. */
export class IndicatorList {
  readonly #found = new Map<string, Indicator>();
  readonly #again = new Map<string, Indicator>();
  #cut = false;

  get indicators(): readonly Indicator[] {
    return [...this.#found.values()];
  }

  /** What was found before in another part. */
  get again(): readonly Indicator[] {
    return [...this.#again.values()];
  }

  get cut(): boolean {
    return this.#cut;
  }

  add(indicator: Indicator): void {
    const { type, value, role } = indicator;
    const key = `${type} ${role} ${value}`;
    const known = this.#found.get(key) ?? (role === 'body' ? this.#found.get(`${type} url ${value}`) : undefined);
    if (known !== undefined) {
      this.#addAgain(indicator, known);
      return;
    }
    if (this.#found.size >= maxIndicators) this.#cut = true;
    else this.#found.set(key, indicator);
  }

  #addAgain(indicator: Indicator, { part }: Indicator): void {
    const key = `${indicator.part} ${indicator.type} ${indicator.role} ${indicator.value}`;
    if (indicator.part === part || this.#again.has(key)) return;
    if (this.#again.size >= maxAgain) this.#cut = true;
    else this.#again.set(key, indicator);
  }

  /** The registered domain, and the host where it is a name below that. */
  addHost({ host, domain }: HostName, role: Indicator['role'], part: string | undefined): void {
    const where = part === undefined ? {} : { part };
    this.add({ type: 'domain', value: domain, role, ...where });
    if (host !== domain) this.add({ type: 'host', value: host, role, ...where });
  }
}
