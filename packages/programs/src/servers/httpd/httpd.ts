import type { Program } from '@drydock/abi'

/** Apache httpd. httpd(8). */
export const httpd: Program = {
  name: 'httpd/httpd',
  paths: ['/usr/local/apache2/bin/httpd', '/usr/sbin/httpd', '/usr/sbin/apache2'],
  covers: 'partial',
  lacks: [
    'modules beyond those of the table of directives (dav, ldap, lua, session, http2, include, substitute…)',
    'fcgi, ajp and other schemes of proxies; RewriteMap by programs and data bases',
    'MultiViews; logs through pipes; AuthType Digest and Form',
    'client certificates',
  ],
  summary: 'Apache Hypertext Transfer Protocol Server',
  sizeBytes: 771_416,
  rssBytes: 7 * 1024 * 1024,
  main: async (process) => (await import('./command.ts')).main(process),
}
