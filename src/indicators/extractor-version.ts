/** Kept with each extraction. Change it when the same mail would give another result. */
export const extractorVersion = '5';
