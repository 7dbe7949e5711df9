import type { Program } from '@drydock/abi'

export const opensslPrograms: readonly Program[] = [
  {
    name: 'openssl/openssl',
    paths: ['/usr/bin/openssl'],
    covers: 'partial',
    lacks: [
      's_client: TLS other than 1.3, -starttls, -cert, sessions; renegotiation and its keys',
      'keys other than RSA and those on P-256, P-384 and 25519 (dsa, other curves); certificates of 25519',
      'ca, crl, ocsp, pkcs12, smime, cms, s_server, speed and the rest',
      'ciphers other than AES in CBC, CTR and ECB; SHA-3 and older digests',
    ],
    summary: 'OpenSSL command line program',
    sizeBytes: 998_392,
    main: async (process) => (await import('./openssl.ts')).opensslMain(process),
  },
]
