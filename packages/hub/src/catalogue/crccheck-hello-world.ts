import { configSteps, layer, PATH, type Repository, setOf } from '../rootfs/image-spec.ts'
import { busybox } from './busybox.ts'

const CREATED = '2022-11-20T02:17:31Z'
const PAGE = `<pre>
Hello World

             ##  ##  ##
          ## ## ## ## ##        ==
       ## ## ## ## ## ## ##    ===
   /"""""""""""""""""""""""\\___/ ===
  {                           /  ==-
   \\______ O               __/
     \\    \\             __/
      \\____\\___________/
</pre>
`

/** Busybox's httpd with one page. */
export const crccheckHelloWorld: Repository = {
  name: 'crccheck/hello-world',
  description: 'Hello World web server in under 2.5 MB',
  stars: 40,
  tags: ['latest', 'v1.0.0'],
  image(tag) {
    const base = this.tags.includes(tag) ? busybox.image('latest') : undefined
    if (!base) return undefined
    const config = {
      Env: [PATH, 'PORT=8000'],
      Cmd: ['/bin/sh', '-c', 'echo "httpd started" && trap "exit 0;" TERM INT; httpd -v -p $PORT -h /www -f & wait'],
      ExposedPorts: setOf('8000/tcp'),
    }
    const www = layer('ADD index.html /www/index.html # buildkit', {
      ...{ id: 'crccheck-hello-world', compressedBytes: 350, sizeBytes: PAGE.length, created: CREATED },
      ...{ flavour: 'busybox' as const, mergedUsr: false, bulk: [] },
      build: (tree) => void tree.file('/www/index.html', PAGE),
    })
    return { created: CREATED, config, steps: [...base.steps, www, ...configSteps(CREATED, config)] }
  },
}
