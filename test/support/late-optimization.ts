/**
 * For processes that tests start, as an argument of Node: V8 optimises a function after some fifteen times its usual
 * work. Most of them end within seconds, and a fifth of their processor time would go into machine code of what runs
 * once; what is hot for longer is still optimised.
 */
export const lateOptimization = '--interrupt-budget=2000000';
