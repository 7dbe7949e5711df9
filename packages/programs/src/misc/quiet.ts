import { defineProgram } from '@drydock/libc'
import type { Program } from '@drydock/abi'

/** Programs that keep caches which nothing here reads: they succeed without a word. */
const quiet = (name: string, path: string, summary: string): Program => ({
  ...defineProgram({
    name,
    paths: [path],
    covers: 'partial',
    lacks: ['a cache: nothing here reads one'],
    summary,
    usage: `${path.slice(path.lastIndexOf('/') + 1)} [options]`,
    options: {},
    main: () => 0,
  }),
  main: () => 0,
})
export const ldconfig = quiet('libc-bin/ldconfig', '/sbin/ldconfig', 'configure dynamic linker run-time bindings')
export const updateCaCertificates = quiet(
  'ca-certificates/update-ca-certificates',
  '/usr/sbin/update-ca-certificates',
  'update /etc/ssl/certs and ca-certificates.crt',
)

/** locale: the categories as the environment sets them. glibc 2.36. */
export const locale = defineProgram({
  name: 'libc-bin/locale',
  paths: ['/usr/bin/locale'],
  covers: 'partial',
  lacks: ['-m', '-k', 'names of settings', 'locales other than C, C.UTF-8 and POSIX'],
  summary: 'get locale-specific information',
  sizeBytes: 58560,
  usage: 'locale [OPTION...] NAME',
  options: { all: { kind: 'flag', short: 'a', long: 'all-locales' } },
  async main({ io, env, options: o }) {
    if (o.all) {
      await io.print('C\nC.utf8\nPOSIX\n')
      return 0
    }
    const all = env.get('LC_ALL') ?? ''
    const lang = env.get('LANG') ?? ''
    const categories =
      'CTYPE NUMERIC TIME COLLATE MONETARY MESSAGES PAPER NAME ADDRESS TELEPHONE MEASUREMENT IDENTIFICATION'
    await io.print(`LANG=${lang}\nLANGUAGE=${env.get('LANGUAGE') ?? ''}\n`)
    for (const name of categories.split(' ').map((each) => `LC_${each}`)) {
      const own = env.get(name)
      await io.print(all === '' && own ? `${name}=${own}\n` : `${name}="${all || lang || 'POSIX'}"\n`)
    }
    await io.print(`LC_ALL=${all}\n`)
    return 0
  },
})
