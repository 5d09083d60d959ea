import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { failureConverterPath } from '../temporal/codec/data-converter.js';
import { bundlePath, encryptingBundlePath } from './bundle-path.js';

// Run by `npm run build`.
const workflowsPath = fileURLToPath(new URL('./index.js', import.meta.url));
const tracing = fileURLToPath(new URL('../tracing/workflow-interceptor.js', import.meta.url));
const common = { workflowsPath, workflowInterceptorModules: [tracing], logger: new DefaultLogger('WARN') };
const plain = await bundleWorkflowCode(common);
await writeFile(bundlePath, plain.code);
const encrypting = await bundleWorkflowCode({ ...common, failureConverterPath });
await writeFile(encryptingBundlePath, encrypting.code);
