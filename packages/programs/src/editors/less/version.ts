/** The less this is like. */
export const VERSION = '590'
