// Holds the table of arrows (tools/arrows.json): which room may import which. A room without a row fails, a row
// without its room fails, an import that the room's own manifest does not name fails, and no import reaches into
// another room's folder past its door. Rooms of userland never import one another: they meet as processes do.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

const arrows = JSON.parse(readFileSync('tools/arrows.json', 'utf8'))
const problems = []
const rooms = ['packages', 'apps'].flatMap((family) =>
  readdirSync(family)
    .filter((name) => existsSync(join(family, name, 'package.json')))
    .map((name) => ({
      dir: join(family, name),
      manifest: JSON.parse(readFileSync(join(family, name, 'package.json'), 'utf8')),
    })),
)
const roomName = (manifest) => manifest.name.replace('@drydock/', '')

for (const { dir, manifest } of rooms) checkRoom(dir, manifest)
for (const row of Object.keys(arrows))
  if (!rooms.some(({ manifest }) => roomName(manifest) === row))
    problems.push(`tools/arrows.json: ${row} names a room that is gone`)

if (problems.length) {
  console.error(problems.join('\n'))
  process.exit(1)
}
console.log(`arrows: ${rooms.length} rooms hold to their table`)

function checkRoom(dir, manifest) {
  const allowed = arrows[roomName(manifest)]
  if (!allowed) return void problems.push(`${dir}: has no row in tools/arrows.json`)
  for (const file of sources(dir)) {
    for (const specifier of imports(readFileSync(file, 'utf8'))) checkImport(dir, manifest, allowed, file, specifier)
  }
}

function checkImport(dir, manifest, allowed, file, specifier) {
  if (specifier.startsWith('.')) {
    if (relative(dir, resolve(file, '..', specifier)).startsWith('..'))
      problems.push(`${file}: ${specifier} leaves its room`)
    return
  }
  const test = file.endsWith('.test.ts')
  if (specifier.startsWith('virtual:')) return
  if (specifier.startsWith('node:') || (test && specifier === 'vitest')) {
    if (!test && dir.startsWith('packages')) problems.push(`${file}: ${specifier} is not for packages`)
    return
  }
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
  const declared = { ...manifest.dependencies, ...manifest.devDependencies }
  if (!declared[name]) problems.push(`${file}: ${name} is not in ${dir}/package.json`)
  if (!name.startsWith('@drydock/')) return
  if (!test && !allowed.includes(name.replace('@drydock/', ''))) problems.push(`${file}: no arrow leads to ${name}`)
}

function imports(text) {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '')
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|\bimport\s*\(\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g
  return [...code.matchAll(pattern)].map((m) => m[1] ?? m[2] ?? m[3])
}

function sources(dir) {
  return readdirSync(join(dir, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
}
