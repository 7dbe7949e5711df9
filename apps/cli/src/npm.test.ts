import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'

/** What a learner types, in one container and one folder after the other, and what npm 10 says. */
const ROWS: readonly (readonly [typed: string, printed: string | RegExp])[] = [
  ['npm -v', '10.8.2'],
  ['npm test', /npm error code ENOENT\nnpm error syscall open\nnpm error path \/w\/package.json\n[^]*status 254/],
  ['npm init -y', /Wrote to \/w\/package.json:\n\n\{\n {2}"name": "w",\n[^]*"description": ""\n\}/],
  ['npm i ms debug@4', /\nadded 2 packages, and audited 3 packages in \w+\n\nfound 0 vulnerabilities/],
  ['npm ls --all', 'w@1.0.0 /w\n├─┬ debug@4.4.3\n│ └── ms@2.1.3 deduped\n└── ms@2.1.3\n'],
  ['npm explain ms', 'ms@2.1.3\nnode_modules/ms\n  ms@"^2.1.3" from debug@4.4.3\n'],
  ['npm pkg set scripts.hello="echo hi" && npm run hello -- there', '\n> w@1.0.0 hello\n> echo hi there\n\nhi there\n'],
  [
    'npm run helo',
    'npm error Missing script: "helo"\nnpm error\nnpm error Did you mean one of these?\nnpm error   npm help # Get help on npm\nnpm error   npm run hello # run',
  ],
  ['npm uninstall debug', /\nremoved 1 package, and audited 2 packages in/],
  [
    'rm -r node_modules; npm ls',
    'UNMET DEPENDENCY ms@^2.1.3\n\nnpm error code ELSPROBLEMS\nnpm error missing: ms@^2.1.3, required by w@1.0.0',
  ],
  [
    'npm outdated',
    'Package  Current  Wanted  Latest  Location  Depended by\nms       MISSING   2.1.3   2.1.3  -         w\n',
  ],
  ['npm i nope-nope', "npm error 404  'nope-nope@*' is not in this registry."],
  ['npm i ms@99', 'npm error code ETARGET\nnpm error notarget No matching version found for ms@99.'],
  ['npm version minor --no-git-tag-version; npm view ms dist-tags', "v1.1.0\n{ latest: '2.1.3' }"],
  ['npm publish', /Tarball Contents\n[^]*npm error code ENEEDAUTH\nnpm error need auth This command requires/],
  ['echo "{,}" > package.json; npm i', 'npm error code EJSONPARSE\nnpm error path /w/package.json\n'],
  [
    'cd /; mkdir -p r/p/a; cd r; echo \'{"workspaces":["p/*"]}\' > package.json; echo \'{"name":"a","version":"1.0.0","scripts":{"test":"echo tested"}}\' > p/a/package.json; npm i >/dev/null; npm test -ws',
    '\n> a@1.0.0 test\n> echo tested\n\ntested\n',
  ],
  ['npx -y semver 1.2.3 -i major', '\n2.0.0\n'],
  ['npm i -g semver >/dev/null; semver 1.0.0 -i patch', '\n1.0.1\n'],
]

it('npm says what npm says', () => {
  const rows = ROWS.map(([typed]) => `echo '@@'; ${typed}; echo "status $?"\n`).join('')
  const command = ['apps/cli/bin/drydock.mjs', '-c', 'docker run --rm -q -i -w /w node:20 sh']
  const { stdout } = spawnSync('node', command, { input: `exec 2>&1\n${rows}`, encoding: 'utf8', timeout: 170_000 })
  const parts = stdout.replaceAll('\r', '').split('@@').slice(1)
  for (const [at, [typed, printed]] of ROWS.entries())
    if (typeof printed === 'string') expect(parts[at], typed).toContain(printed)
    else expect(parts[at], typed).toMatch(printed)
}, 180_000)
