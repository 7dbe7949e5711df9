import { CORE_DIRECTIVES } from './directives-core.ts'
import { MODULE_DIRECTIVES } from './directives-modules.ts'
import { PROXY_AND_SSL_DIRECTIVES } from './directives-proxy-ssl.ts'

export interface DirectiveSpec {
  readonly name: string
  readonly module: string
  /** Outside of folders, inside, or anywhere. */
  readonly where: 's' | 'd' | 'a'
  /** Classes of AllowOverride that let it into .htaccess: none, `Any`, `FileInfo`… */
  readonly overrides: readonly string[]
  /** `0` to `3`, `12`, `23`, `123`; `+` any from one, `++` from two; `f` On or Off; `*` it looks itself. */
  readonly arity: string
  readonly help: string
}

/** Modules without directives of their own that configurations load. */
const SILENT: readonly string[] = [
  ...['authz_host', 'authz_user', 'authz_dbm', 'slotmem_shm', 'socache_shmcb', 'lbmethod_byrequests', 'watchdog'],
  ...[
    'lbmethod_bytraffic',
    'lbmethod_bybusyness',
    'proxy_http',
    'proxy_wstunnel',
    'proxy_balancer',
    'asis',
    'unique_id',
    'cgi',
    'status',
    'logio',
  ],
]
/** Modules that are told apart from their file. */
const NAMES: Readonly<Record<string, string>> = { 'event.c': 'mpm_event', 'mod_cgid.c': 'cgid' }

const nameOf = (file: string): string => NAMES[file] ?? file.replace(/^mod_/, '').replace(/\.c$/, '')

const TABLES: readonly (readonly [file: string, text: string])[] = [
  CORE_DIRECTIVES,
  MODULE_DIRECTIVES,
  PROXY_AND_SSL_DIRECTIVES,
].flatMap((table) => Object.entries(table))

/** Source files of modules by their names: `rewrite` → `mod_rewrite.c`. */
const FILES: ReadonlyMap<string, string> = new Map([
  ...TABLES.map(([file]): [string, string] => [nameOf(file), file]),
  ...SILENT.map((name): [string, string] => [name, `mod_${name}.c`]),
  ['mpm_worker', 'worker.c'],
  ['mpm_prefork', 'prefork.c'],
])

function specsOf(module: string): readonly DirectiveSpec[] {
  // One process model is as good as another: they have the same directives.
  const table = /^(worker|prefork)\.c$/.test(module) ? 'event.c' : module === 'mod_cgi.c' ? 'mod_cgid.c' : module
  const text = TABLES.find(([file]) => file === table)?.[1] ?? ''
  return text
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, name = '', where = 's', overrides = '-', arity = '*', help = ''] =
        /^(\S+) ([sda]) (\S+) (\S+) ?(.*)$/.exec(line) ?? []
      const classes = overrides === '-' ? [] : overrides.split('/')
      return { name, module, where: where as DirectiveSpec['where'], overrides: classes, arity, help }
    })
}

/** What a build has compiled in: httpd.apache.org's has all as files, Debian's keeps some inside. */
export const COMPILED_IN: Readonly<Record<'unix' | 'debian', readonly string[]>> = {
  unix: ['core.c', 'mod_so.c', 'http_core.c'],
  debian: [
    ...['core.c', 'mod_so.c', 'mod_watchdog.c', 'http_core.c', 'mod_log_config.c', 'mod_logio.c', 'mod_version.c'],
    'mod_unixd.c',
  ],
}

/** Modules in use, with their directives. */
export class Modules {
  readonly compiled: readonly string[]
  /** Names of those loaded, `rewrite`, in their order. */
  readonly loaded: string[] = []
  private readonly files = new Set<string>()
  private readonly specs = new Map<string, DirectiveSpec>()

  constructor(compiled: readonly string[]) {
    this.compiled = compiled
    for (const file of compiled) this.add(file)
  }

  private add(file: string): void {
    this.files.add(file)
    for (const spec of specsOf(file)) this.specs.set(spec.name.toLowerCase(), spec)
  }

  /** @returns false for a module that is not there */
  load(name: string): boolean {
    const file = FILES.get(name)
    if (file === undefined) return false
    this.loaded.push(name)
    this.add(file)
    return true
  }

  /** @param word `mod_rewrite.c` or `rewrite_module` */
  has(word: string): boolean {
    if (this.files.has(word)) return true
    const name = word.replace(/_module$/, '')
    return word.endsWith('_module') && (this.loaded.includes(name) || this.files.has(FILES.get(name) ?? ''))
  }

  spec(key: string): DirectiveSpec | undefined {
    return this.specs.get(key)
  }

  /** Lines of `-M`. */
  listing(): string[] {
    const still = this.compiled.map((file) =>
      file === 'core.c' ? 'core' : nameOf(file).replace(/^http_core$/, 'http'),
    )
    return [
      ...still.map((name) => ` ${name}_module (static)`),
      ...this.loaded.map((name) => ` ${name}_module (shared)`),
    ]
  }

  /** Lines of `-L`. */
  directives(): readonly DirectiveSpec[] {
    return [...this.specs.values()]
  }
}
