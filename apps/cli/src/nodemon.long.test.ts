import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'

const APP = `require('express')().get('/', (q, r) => r.send('one')).listen(3000)`
const SCRIPT = `
mkdir app; cd app; echo "${APP}" > app.js
docker run -q -d --name dev -p 3000:3000 -v $PWD:/app -w /app node:20 sh -c 'npm i express nodemon && npx nodemon app.js'
until curl -sf localhost:3000; do sleep 0.2; done
sed -i s/one/two/ app.js
until curl -sf localhost:3000 | grep two; do sleep 0.2; done
docker logs dev
`

it('nodemon starts a server anew when its file is changed', () => {
  const { stdout } = spawnSync('node', ['apps/cli/bin/drydock.mjs', '-c', SCRIPT], {
    encoding: 'utf8',
    timeout: 160_000,
  })
  expect(stdout).toMatch(/one(.|\n)*two(.|\n)*restarting due to changes/)
}, 170_000)
