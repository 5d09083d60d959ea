/**
 * Sum of a counter over all samples that carry these labels, in Prometheus' text format: a line a sample,
 * `name{label="value",…} 12`.
 */
export function counterOf(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) && wanted.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf('}') + 1)), 0);
}

/** Heartbeats that reached the server, which Temporal Cloud bills for. */
export function heartbeatsIn(text: string): number {
  return counterOf(text, 'service_requests', { operation: 'RecordActivityTaskHeartbeat', service_name: 'frontend' });
}

/** Transactions and queries of the server at its database. */
export function persistenceRequestsIn(text: string): number {
  return counterOf(text, 'persistence_requests');
}
