/** Takes away what the page before left. */
export const CLEARED = `
docker rm -fv $(docker ps -aq); docker context use default; docker network prune -f; docker volume prune -af
for c in $(docker context ls -q); do docker context rm -f $c; done
docker rmi -f $(docker images -aq)
rm -rf /root/* /tmp/*
`

/** What the pages take for granted: files, a container, networks, volumes. */
export const SETTING = `
mkdir -p content; echo A=1 > env.list; cp env.list labels; echo x > some_file; cp some_file somefile
docker pull -q busybox
docker run -d --stop-timeout 1 --name web -p 7890:80 -l color=blue busybox sh -c 'mkdir -p /work /var/logs; echo ERROR > /var/logs/app.log; sleep 1000'
docker network create my-network
docker volume create my-volume
`

const RUNNING = 'docker run -d --stop-timeout 1 --name my_container busybox sleep 1000'

/** What single pages take for granted beyond that. */
export const PAGE_SETTINGS: ReadonlyMap<string, string> = new Map([
  ['container_export', 'docker create --name red_panda busybox'],
  [
    'container_kill',
    `docker run -d --name my_container busybox sh -c 'trap "echo hup" HUP; while true; do sleep 1; done'`,
  ],
  ['container_ls', 'docker network create net1; docker network create net2'],
  ['container_pause', RUNNING],
  ['container_port', 'docker run -d --name test -p 7890 -p 7890/udp busybox sleep 1000'],
  ['container_prune', 'docker run --name old busybox true'],
  ['container_rename', RUNNING],
  ['container_restart', RUNNING],
  ['container_rm', 'docker create --name redis busybox'],
  ['container_start', 'docker create --name my_container busybox sleep 1000'],
  ['container_stats', 'docker run -d --name nginx busybox sleep 1000'],
  ['container_stop', RUNNING],
  ['container_unpause', `${RUNNING}; docker pause my_container`],
  [
    'container_update',
    'for name in abebf7571666 hopeful_morse; do docker run -d -m 200M --name $name busybox sleep 1000; done',
  ],
  [
    'context_create',
    'for name in existing-context my-context; do docker context create $name --docker host=tcp://x:1; done',
  ],
  ['context_export', 'docker context create my-context --docker host=tcp://x:1'],
  ['context_inspect', 'docker context create local+aks --docker host=tcp://x:1'],
  ['context_use', 'docker context create my-context --docker host=unix:///var/run/docker.sock'],
  ['image_history', 'docker pull -q docker; docker tag docker docker:scm'],
  [
    'image_import',
    'docker export web | gzip > rootfs.tgz; mkdir -p /path/to; cp rootfs.tgz /path/to/exampleimage.tgz; cp rootfs.tgz exampleimage.tgz',
  ],
  ['image_load', 'docker save busybox | gzip > busybox.tar.gz'],
  ['image_ls', 'for name in image1 image2 image3; do docker tag busybox $name; done'],
  ['image_push', 'docker tag busybox myimage'],
  ['image_rm', 'docker commit web test; for name in test1 test2; do docker tag test $name; done'],
  [
    'image_save',
    'docker tag busybox myimage; docker pull -q ubuntu; docker tag ubuntu ubuntu:lucid; docker tag ubuntu ubuntu:saucy',
  ],
  ['image_tag', 'docker pull -q httpd; docker tag httpd httpd:test'],
  ['inspect', 'docker volume create myvolume; docker run -d --name mycontainer busybox sleep 1000'],
  [
    'network_connect',
    'docker network create --subnet 10.10.0.0/16 multi-host-network; for n in 1 2; do docker run -d --stop-timeout 1 --name container$n busybox sleep 1000; done',
  ],
  [
    'network_disconnect',
    'docker network create multi-host-network; docker run -d --name container1 --network multi-host-network busybox sleep 1000',
  ],
  ['network_create', 'docker network create mynet'],
  ['network_rm', 'docker network create 3695c422697f'],
  ['volume_rm', 'docker volume create hello'],
])
