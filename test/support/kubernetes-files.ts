import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

/** Where Kubernetes finds what it is to run. */
export const kubernetesFolder = fileURLToPath(new URL('../../../deploy/kubernetes', import.meta.url));

const securityContext = z.strictObject({
  allowPrivilegeEscalation: z.boolean(),
  readOnlyRootFilesystem: z.boolean(),
  capabilities: z.strictObject({ drop: z.array(z.string()), add: z.array(z.string()).optional() }),
});

const amounts = z.record(z.string(), z.string());
const probe = z.looseObject({
  httpGet: z.strictObject({ path: z.string(), port: z.string() }).optional(),
  tcpSocket: z.strictObject({ port: z.string() }).optional(),
});

const container = z.strictObject({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()),
  envFrom: z.array(z.strictObject({ configMapRef: z.strictObject({ name: z.string() }) })).default([]),
  ports: z.array(z.strictObject({ name: z.string(), containerPort: z.number() })).default([]),
  startupProbe: probe.optional(),
  livenessProbe: probe.optional(),
  readinessProbe: probe.optional(),
  securityContext,
  resources: z.strictObject({ requests: amounts, limits: amounts }),
  volumeMounts: z.array(
    z.strictObject({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().default(false) }),
  ),
});

/** A key that is not known here is refused: privileges come by new keys. */
const podSchema = z.strictObject({
  serviceAccountName: z.string(),
  automountServiceAccountToken: z.boolean(),
  enableServiceLinks: z.boolean(),
  terminationGracePeriodSeconds: z.number(),
  securityContext: z.strictObject({
    runAsNonRoot: z.boolean(),
    runAsUser: z.number(),
    runAsGroup: z.number(),
    fsGroup: z.number(),
    seccompProfile: z.strictObject({ type: z.string() }),
  }),
  topologySpreadConstraints: z.array(z.unknown()).default([]),
  initContainers: z.array(container).default([]),
  containers: z.array(container),
  volumes: z.array(z.looseObject({ name: z.string() })),
});

const labels = z.record(z.string(), z.string());

export const deploymentSchema = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    replicas: z.number(),
    selector: z.object({ matchLabels: labels }),
    template: z.object({ metadata: z.object({ labels }), spec: podSchema }),
  }),
});

const documentSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }).optional(),
});
export type KubernetesDocument = z.output<typeof documentSchema>;

/** Every document of every manifest, with the file that it stands in. */
export async function kubernetesDocuments(): Promise<
  readonly { readonly file: string; readonly document: KubernetesDocument }[]
> {
  const names = (await readdir(kubernetesFolder, { recursive: true })).filter(
    (name) => name.endsWith('.yaml') && !name.startsWith('local') && !name.endsWith('lurewatch.yaml'),
  );
  const found = await Promise.all(
    names.sort().map(async (file) => {
      const text = await readFile(join(kubernetesFolder, file), 'utf8');
      return parseAllDocuments(text).map((each) => ({ file, document: documentSchema.parse(each.toJS()) }));
    }),
  );
  return found.flat();
}
