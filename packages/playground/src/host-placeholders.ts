/** What stands in the image of a host's disk until the host has a name and an address. */
export const HOSTNAME = '@hostname@'
export const ADDRESS = '@address@'
