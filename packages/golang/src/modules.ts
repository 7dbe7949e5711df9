import type { Sources } from './executable.ts'

/** A module of others that is to be had here: its packages are natives of the interpreter. */
export interface Module {
  readonly path: string
  readonly version: string
  /** Where it is kept. */
  readonly root: string
  readonly packages: readonly string[]
}

export const MODULES: readonly Module[] = [
  {
    path: 'golang.org/x/net',
    version: 'v0.47.0',
    root: 'https://go.googlesource.com/net',
    packages: ['golang.org/x/net/html'],
  },
]

/** A program that lessons install: the layout is theirs, the text is ours. */
export interface Installable {
  readonly module: string
  readonly version: string
  readonly sources: Sources
}

const HELLO: Sources = {
  'hello.go':
    '// Hello says hello.\npackage main\n\nimport "fmt"\n\nfunc main() {\n\tfmt.Println("Hello, Go examples!")\n}\n',
}
const hello = (module: string): Installable => ({
  module,
  version: 'v0.0.0-20250407153444-dd59d6852dfc',
  sources: HELLO,
})

export const INSTALLABLE: Readonly<Record<string, Installable>> = {
  'github.com/golang/example/hello': hello('github.com/golang/example'),
  'golang.org/x/example/hello': hello('golang.org/x/example/hello'),
}

/** The module that has a package, by the package's path or the module's own. */
export const moduleWith = (path: string): Module | undefined =>
  MODULES.find((each) => each.path === path || each.packages.includes(path))

/** Paths of the modules that a go.mod asks for. */
export const requiredIn = (goMod: string): readonly string[] =>
  Array.from(goMod.matchAll(/^\s*(?:require\s+)?([\w.-]+\.[\w.-]+\/\S+)\s+v\d/gm), ([, path = '']) => path)
