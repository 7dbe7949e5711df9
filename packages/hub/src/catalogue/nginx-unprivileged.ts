import { setOf, type Repository } from '../rootfs/image-spec.ts'
import { isPlausible, parseTag } from '../rootfs/tag.ts'
import type { Tree } from '../rootfs/tree.ts'
import { nginxOn } from './nginx.ts'
import { DEFAULT_CONF, NGINX_CONF } from './nginx-files.ts'

/** Nothing that only root may do: another port, and the number of the process in /tmp; temporary files are written by none here. */
function unprivilegedTree(tree: Tree): void {
  const conf = NGINX_CONF.replace(/^user .*\n/m, '').replace(/^pid .*$/m, 'pid        /tmp/nginx.pid;')
  tree
    .file('/etc/nginx/nginx.conf', conf)
    .file('/etc/nginx/conf.d/default.conf', DEFAULT_CONF.replaceAll(/(listen\s+(?:\[::\]:)?)80;/g, '$18080;'), {
      uid: 101,
      gid: 0,
    })
}

/** nginx as the account nginx, on port 8080. */
export const nginxUnprivileged: Repository = {
  name: 'nginxinc/nginx-unprivileged',
  description: 'Unprivileged NGINX Dockerfiles',
  stars: 190,
  tags: ['latest', 'alpine', 'stable', 'stable-alpine', 'mainline', '1.31.3', '1.30.4', '1.29-alpine', '1.27', '1.25'],
  image(tag) {
    const parsed = parseTag(tag)
    const layer = {
      by: "RUN /bin/sh -c sed -i 's,listen       80;,listen       8080;,' /etc/nginx/conf.d/default.conf # buildkit",
      compressedBytes: 1_900,
      sizeBytes: 3_400,
      id: 'nginx-unprivileged',
      build: unprivilegedTree,
      bulk: [],
    }
    const image = parsed && isPlausible(parsed.version, ['1.31.3']) ? nginxOn(parsed, [layer]) : undefined
    return image && { ...image, config: { ...image.config, ExposedPorts: setOf('8080/tcp'), User: '101' } }
  },
}
