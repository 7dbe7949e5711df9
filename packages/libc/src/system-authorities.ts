/** Bundles of authorities where distributions keep them. */
export const SYSTEM_AUTHORITIES: readonly string[] = ['/etc/ssl/certs/ca-certificates.crt', '/etc/ssl/cert.pem']
