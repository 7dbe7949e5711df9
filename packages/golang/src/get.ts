import type { Process, Sys } from '@drydock/abi'
import { makeDirectories, readTextFile, type Stdio, writeFile } from '@drydock/libc'
import { INSTALLABLE, type Module, moduleWith } from './modules.ts'

const NOT_OUTSIDE = `go: go.mod file not found in current directory or any parent directory.
	'go get' is no longer supported outside a module.
	To build and install a command, use 'go install' with a version,
	like 'go install example.com/cmd@latest'
	For more information, see https://golang.org/doc/go-get-install-deprecation
	or run 'go help get' or 'go help install'.`

/** What `go get` says where there is no go.mod, of a version that knows nothing but modules. */
export const refusesOutside = (minor: number): string | undefined => (minor >= 18 ? NOT_OUTSIDE : undefined)

/** Puts a module into a go.mod, as one that nothing imports yet. */
export async function requireModule(
  sys: Sys,
  goMod: string,
  { path, version }: Module,
  indirect: boolean,
): Promise<boolean> {
  const text = await readTextFile(sys, goMod)
  if (text.includes(`${path} v`)) return false
  const line = `require ${path} ${version}${indirect ? ' // indirect' : ''}\n`
  await writeFile(sys, goMod, new TextEncoder().encode(`${text.trimEnd()}\n\n${line}`))
  return true
}

/** Before there were modules: the sources come into GOPATH. */
export async function downloadToPath(
  { sys, env }: Process,
  io: Stdio,
  wanted: string,
  verbose: boolean,
): Promise<void> {
  const module = moduleWith(wanted)
  const root = module?.path ?? INSTALLABLE[wanted]?.module ?? wanted
  if (verbose && module) {
    const url = `https://${wanted}?go-get=1`
    await io.warn(`Fetching ${url}\nParsing meta tags from ${url} (status code 200)\n`)
    await io.warn(
      `get ${JSON.stringify(wanted)}: found meta tag main.metaImport{Prefix:${JSON.stringify(root)}, VCS:"git", RepoRoot:${JSON.stringify(module.root)}} at ${url}\n`,
    )
  }
  if (verbose) await io.warn(`${root} (download)\n`)
  const base = `${env.get('GOPATH') ?? '/go'}/src`
  for (const path of module?.packages ?? []) {
    makeDirectories(sys, `${base}/${path}`)
    const name = path.split('/').at(-1) ?? ''
    const text = `// Package ${name} is part of the interpreter that runs Go here.\npackage ${name}\n`
    await writeFile(sys, `${base}/${path}/doc.go`, new TextEncoder().encode(text))
  }
  const sources = INSTALLABLE[wanted]?.sources ?? {}
  for (const [name, text] of Object.entries(sources)) {
    makeDirectories(sys, `${base}/${wanted}`)
    await writeFile(sys, `${base}/${wanted}/${name}`, new TextEncoder().encode(text))
  }
}
