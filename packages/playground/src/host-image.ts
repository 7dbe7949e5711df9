import template from 'virtual:host-image'
import { ADDRESS, HOSTNAME } from './host-placeholders.ts'

/** The text of the image that a host's disk begins with. It was laid out when the application was built. */
export const hostImage = (hostname: string, address: string): string =>
  template.replaceAll(HOSTNAME, hostname).replaceAll(ADDRESS, address)
