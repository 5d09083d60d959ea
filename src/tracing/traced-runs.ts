/** Temporal's OpenTelemetry package passes a trace on in this header. Imported by workflow code: nothing but names. */
export const traceHeader = '_tracer-data';

/** Stands in the history of a run that is traced though nothing traced has started it. */
export const tracedPatch = 'lurewatch-traced';
