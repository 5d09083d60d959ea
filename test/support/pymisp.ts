import { pythonWith } from './python-package.js';

/** A Python that has PyMISP, the reference for MISP's formats. Throws an Error of one line that says what to install. */
export async function pythonWithPyMisp(): Promise<string> {
  return pythonWith({ name: 'pymisp', version: '2.5.34.4', use: 'compares with PyMISP' });
}
