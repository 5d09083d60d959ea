/** `https://host` or `https://host:port`, without a path. Also of the command line, which loads no schemas for it. */
export const originPattern = /^https?:\/\/[^/\s*?#@]+$/;
