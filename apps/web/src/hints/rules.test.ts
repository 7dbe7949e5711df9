import { describe, expect, it } from 'vitest'
import { nearest } from './nearest.ts'
import { hintFor } from './rules.ts'

const daemon = (message: string): string => `Error response from daemon: ${message}`

describe('hints after a failed command', () => {
  it.each([
    [
      'docker run -dp 8080:docker/getting-started:pwd',
      "docker: 'docker run' requires at least 1 argument\n\nUsage:  docker run [OPTIONS] IMAGE",
      'docker run -dp 8080:80 docker/getting-started:pwd',
    ],
    ['docker run -d -p 80:nginx', "docker: 'docker run' requires at least 1 argument", 'docker run -d -p 80:80 nginx'],
    ['docker run', "docker: 'docker run' requires at least 1 argument", undefined],
    ['dokcer ps -a', '-bash: dokcer: command not found', 'docker ps -a'],
    ['docker imges', "docker: 'imges' is not a docker command.", 'docker images'],
    ['docker imges', 'docker: unknown command: docker imges', 'docker images'],
    [
      'docker run --name web nginx',
      daemon('Conflict. The container name "/web" is already in use by container "1f".'),
      'docker rm -f web',
    ],
    [
      'docker rm web',
      daemon(
        'cannot remove container "/web": container is running: stop the container before removing or force remove',
      ),
      'docker rm -f web',
    ],
    ['docker exec -it web bash', 'exec: "bash": executable file not found in $PATH', 'docker exec -it web sh'],
    ['docker run --network back alpine', daemon('network back not found'), 'docker network create back'],
    [
      'docker pull Nginx',
      'invalid reference format: repository name (library/Nginx) must be lowercase',
      'docker pull nginx',
    ],
    ['docker stop nobody', daemon('No such container: nobody'), 'docker ps -a'],
    ['docker pull nosuch', daemon('pull access denied for nosuch, repository does not exist'), 'docker search nosuch'],
    [
      'docker ps',
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock.',
      'dockerd >/var/log/docker.log 2>&1 &',
    ],
  ])('%s', (command, output, meant) => {
    expect(hintFor({ command, output })?.command).toBe(meant)
  })

  it('says nothing where nothing failed, or nothing is known', () => {
    expect(hintFor({ command: 'ls', output: 'a  b  c' })).toBeUndefined()
    expect(hintFor({ command: 'xyzzyplugh', output: '-bash: xyzzyplugh: command not found' })).toBeUndefined()
  })
})

describe('the nearest word', () => {
  it.each([
    ['dcoker', 'docker'],
    ['gti', 'git'],
    ['docker', 'docker'],
  ])('%s is %s', (typed, meant) => {
    expect(nearest(typed, ['ls', 'docker', 'git'])).toBe(meant)
  })

  it('is none where none is near', () => {
    expect(nearest('zz', ['ls', 'docker'])).toBeUndefined()
  })
})
