// Records the help pages of this machine's real docker CLI, down to every leaf, as the truth for ours.
//
//   node tools/record-help.mjs
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'

const GOLDEN = 'packages/docker-cli/src/testing/help.golden'
/** Nobody answers there, so that no page depends on an engine; no plugins in that HOME. */
const env = {
  PATH: process.env.PATH,
  HOME: '/root',
  DOCKER_HOST: 'unix:///nowhere.sock',
  DOCKER_CONFIG: '/root/.docker',
}

const pages = []
walk([])
writeFileSync(GOLDEN, pages.map(({ words, text }) => `\f${words.join(' ')}\n${text}`).join(''))
console.log(`${pages.length} pages in ${GOLDEN}`)

function walk(words) {
  const { stdout } = spawnSync('docker', [...words, '--help'], { env, encoding: 'utf8' })
  pages.push({ words, text: stdout })
  for (const child of children(stdout)) walk([...words, child])
}

/** Names below "Commands:" and its like. */
function children(text) {
  return [...text.matchAll(/^(?:[A-Z]\w+ )?Commands:\n((?: {2}.*\n)+)/gm)].flatMap(([, block]) =>
    block
      .trimEnd()
      .split('\n')
      .map((line) => line.trim().split(/[\s*]/)[0]),
  )
}
