import { fileURLToPath } from 'node:url';

/** Where the build puts the workflow code for workers: ready to run, since bundling takes seconds. */
export const bundlePath = fileURLToPath(new URL('./bundle.cjs', import.meta.url));
