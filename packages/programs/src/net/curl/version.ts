/** The libcurl this is like. */
export const VERSION = '8.14.1'
