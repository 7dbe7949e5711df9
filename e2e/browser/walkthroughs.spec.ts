import { expect, test } from '@playwright/test'
import { Playground } from './playground.ts'

test('CentOS 7: pull, list, run interactively', async ({ page }) => {
  const playground = await Playground.open(page, '/', 'keys')
  expect(await playground.run('docker image ls')).toMatch(/^REPOSITORY +TAG +IMAGE ID +CREATED +SIZE$/)
  expect(await playground.run('docker ps')).toMatch(/^CONTAINER ID +IMAGE +COMMAND +CREATED +STATUS +PORTS +NAMES$/)
  const pulled = await playground.run('docker pull centos:7')
  expect(pulled).toMatch(
    /7: Pulling from library\/centos\n[0-9a-f]{12}: Pull complete *\nDigest: sha256:[0-9a-f]{64}\nStatus: Downloaded newer image for centos:7\ndocker\.io\/library\/centos:7/,
  )
  expect(await playground.run('docker image ls')).toMatch(/centos +7 +[0-9a-f]{12} .* 204MB/)
  await playground.type('docker run -it --name=centos7_test centos:7 /bin/bash\n')
  await playground.sees(/\[root@[0-9a-f]{12} \/\]# ?$/)
  await playground.type('cat /etc/os-release\n')
  await playground.sees('PRETTY_NAME="CentOS Linux 7 (Core)"')
  await playground.type('exit\n')
  await playground.prompt()
})

test('a web page: the typo, the port, the click, a reload in the middle', async ({ page, context }) => {
  const playground = await Playground.open(page, '/', 'keys')
  const wrong = await playground.run('docker run -dp 8080:docker/getting-started:pwd')
  expect(wrong).toContain("docker: 'docker run' requires at least 1 argument")
  expect(wrong).toContain('Usage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]')
  await expect(page.locator('.hint')).toContainText('docker run -dp 8080:80 docker/getting-started:pwd')

  expect(await playground.run('docker run -dp 80:80 docker/getting-started:pwd')).toMatch(/[0-9a-f]{64}/)
  await expect(playground.port(80)).toBeVisible({ timeout: 1500 })
  await playground.reload()
  await expect(playground.port(80)).toBeVisible({ timeout: 5000 })

  const opened = context.waitForEvent('page')
  await playground.port(80).click()
  const tutorial = await opened
  await expect(tutorial.locator('body')).toContainText(/getting started/i)
  expect(new URL(tutorial.url()).hostname).toMatch(/^ip192-168-0-8-[a-z0-9]+-80\.drydock\.localhost$/)
  await tutorial.close()

  await playground.run('docker stop $(docker ps -q)', { timeout: 20_000 })
  await expect(playground.port(80)).toHaveCount(0, { timeout: 1500 })
})

test('Node: run, copy a file in, run it inside, a reload in the middle', async ({ page }) => {
  const playground = await Playground.open(page, '/', 'keys')
  await playground.run('docker pull node', { timeout: 30_000 })
  expect(await playground.run('docker run -d -it --name=nodejs_test node:latest')).toMatch(/[0-9a-f]{64}/)
  expect(await playground.run('docker ps')).toMatch(/node:latest +"docker-entrypoint\.s…" .* Up .* nodejs_test/)
  await playground.run(`echo 'console.log("sum", [1, 2, 3].reduce((a, b) => a + b))' > nodejs_test.js`)
  await playground.reload()
  expect(await playground.run('docker ps')).toMatch(/nodejs_test/)
  expect(await playground.run('docker cp nodejs_test.js nodejs_test:/nodejs_test.js')).toMatch(
    /Successfully copied .* to nodejs_test:\/nodejs_test\.js/,
  )
  await playground.type('docker exec -it nodejs_test /bin/bash\n')
  await playground.sees(/root@[0-9a-f]{12}:\/# ?$/)
  await playground.type('ls\n')
  await playground.sees('nodejs_test.js')
  await playground.type('node -v\n')
  await playground.sees(/\nv\d+\.\d+\.\d+\n/)
  await playground.type('node nodejs_test.js\n')
  await playground.sees(/\nsum 6\n/)
  await playground.type('exit\n')
  await playground.prompt()
})

test('Docker Hub: pull a tag, push needs a login', async ({ page }) => {
  const playground = await Playground.open(page, '/', 'keys')
  expect(await playground.run('docker pull ubuntu:18.04')).toContain('Status: Downloaded newer image for ubuntu:18.04')
  await playground.run('docker tag ubuntu:18.04 dbgurum/test_image:1.0')
  const refused = await playground.run('docker push dbgurum/test_image:1.0')
  expect(refused).toContain('The push refers to repository [docker.io/dbgurum/test_image]')
  expect(refused).toContain('denied: requested access to the resource is denied')
  await playground.type('docker login -u dbgurum\n')
  await playground.sees('Password:')
  await playground.type('secret\n')
  await playground.sees('Login Succeeded')
  await playground.prompt()
  expect(await playground.run('docker push dbgurum/test_image:1.0')).toMatch(
    /1\.0: digest: sha256:[0-9a-f]{64} size: \d+/,
  )
})
