import type { Program } from '@drydock/abi'

export const opensslPrograms: readonly Program[] = [
  {
    name: 'openssl/openssl',
    paths: ['/usr/bin/openssl'],
    covers: 'partial',
    lacks: [
      'TLS itself: s_client gets as far as the handshake',
      'keys other than RSA (ec, ed25519, dsa)',
      'ca, crl, ocsp, pkcs12, smime, cms, s_server, speed and the rest',
      'ciphers other than AES in CBC, CTR and ECB; SHA-3 and older digests',
    ],
    summary: 'OpenSSL command line program',
    sizeBytes: 998_392,
    main: async (process) => (await import('./openssl.ts')).opensslMain(process),
  },
]
