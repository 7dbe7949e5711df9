/** What is wrong with compressed data, in the words of zstd. */
export class ZstdError extends Error {}
