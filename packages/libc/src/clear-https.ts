const PRIVATE = /^(127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|::1$|fe[89ab]|f[cd]|::ffff:)/i

/**
 * Whether https to an address is spoken in clear. The playground's own internet, everything beyond the LAN's router, has
 * no certificates that anybody would check; machines and containers speak TLS to one another as in life.
 */
export const speaksClear = (address: string): boolean => !PRIVATE.test(address)
