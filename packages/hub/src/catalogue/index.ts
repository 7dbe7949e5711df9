import type { Repository } from '../rootfs/image-spec.ts'
import { adminer } from './adminer.ts'
import { alpineCurl } from './alpine-curl.ts'
import { archlinux } from './archlinux.ts'
import { bash } from './bash.ts'
import { busybox } from './busybox.ts'
import { caddy } from './caddy.ts'
import { crccheckHelloWorld } from './crccheck-hello-world.ts'
import { curlimagesCurl } from './curlimages-curl.ts'
import { dotnetAspnet, dotnetRuntime, dotnetSdk } from './dotnet.ts'
import { drupal } from './drupal.ts'
import { httpEcho } from './http-echo.ts'
import { joomla } from './joomla.ts'
import { jwilderWhoami } from './jwilder-whoami.ts'
import { nginxHello } from './nginx-hello.ts'
import { nginxUnprivileged } from './nginx-unprivileged.ts'
import { opensuseLeap, opensuseTumbleweed } from './opensuse.ts'
import { selaBusybox, selaPythonApp } from './sela-workshops.ts'
import { almalinux, alpine, amazonlinux, centos, debian, fedora, rocky, rockylinux, ubuntu } from './distributions.ts'
import { docker } from './docker.ts'
import { gettingStarted, welcomeToDocker } from './docker-getting-started.ts'
import { golang } from './golang.ts'
import { cadvisor } from './cadvisor.ts'
import { consul } from './consul.ts'
import { elasticsearch } from './elasticsearch.ts'
import { gcc } from './gcc.ts'
import { ghost } from './ghost.ts'
import { gitea } from './gitea.ts'
import { gradle } from './gradle.ts'
import { grafana } from './grafana.ts'
import { influxdb } from './influxdb.ts'
import { jenkins } from './jenkins.ts'
import { kafka } from './kafka.ts'
import { kibana } from './kibana.ts'
import { logstash } from './logstash.ts'
import { minio } from './minio.ts'
import { mongoExpress } from './mongo-express.ts'
import { nats } from './nats.ts'
import { nextcloud } from './nextcloud.ts'
import { openjdk } from './openjdk.ts'
import { phpmyadmin } from './phpmyadmin.ts'
import { rust } from './rust.ts'
import { sonarqube } from './sonarqube.ts'
import { vault } from './vault.ts'
import { zookeeper } from './zookeeper.ts'
import { haproxy } from './haproxy.ts'
import { helloWorld } from './hello-world.ts'
import { httpd } from './httpd.ts'
import { mariadb } from './mariadb.ts'
import { memcached } from './memcached.ts'
import { mhartAlpineNode } from './mhart-alpine-node.ts'
import { mongo } from './mongo.ts'
import { mysql } from './mysql.ts'
import { netshoot } from './netshoot.ts'
import { nginx } from './nginx.ts'
import { node } from './node.ts'
import { php } from './php.ts'
import { postgres } from './postgres.ts'
import { python } from './python.ts'
import { rabbitmq } from './rabbitmq.ts'
import { redis } from './redis.ts'
import { registry } from './registry.ts'
import { ruby } from './ruby.ts'
import { alertmanager, nodeExporter, oldPortainer, portainer, prometheus, visualizer } from './stand-ins.ts'
import { buildkit } from './buildkit.ts'
import { alpineGit, alpineSlashCurl, alpineSocat, bitnamiGit, rmbyext, whalesay } from './small-tools.ts'
import {
  dockercloudHelloWorld,
  dockersamplesStaticSite,
  helloDock,
  hellowhale,
  prakharStaticSite,
  tutumHelloWorld,
} from './static-site.ts'
import { eclipseTemurin } from './eclipse-temurin.ts'
import { maven } from './maven.ts'
import { tomcat } from './tomcat.ts'
import { traefik } from './traefik.ts'
import { votingResult, votingVote, votingWorker } from './voting-app.ts'
import { containousWhoami, emilevaugeWhoami, whoami } from './whoami.ts'
import { wordpress } from './wordpress.ts'

const OFFICIAL: readonly Repository[] = [
  ...[alpine, busybox, helloWorld, ubuntu, debian, centos, fedora, rockylinux, almalinux, amazonlinux, archlinux, bash],
  ...[nginx, httpd, caddy, haproxy, traefik, node, python, golang, ruby, php, tomcat, eclipseTemurin, maven],
  ...[redis, memcached, postgres, mysql, mariadb, mongo, rabbitmq, wordpress, adminer, registry, docker],
  ...[
    elasticsearch,
    ghost,
    nextcloud,
    phpmyadmin,
    influxdb,
    rust,
    gcc,
    nats,
    zookeeper,
    sonarqube,
    gradle,
    mongoExpress,
    kibana,
    logstash,
    openjdk,
    drupal,
    joomla,
  ],
]

/** Every repository that the Hub has from the start. */
export const CATALOGUE: readonly Repository[] = [
  ...OFFICIAL,
  ...[rocky, gettingStarted, welcomeToDocker, dockersamplesStaticSite, prakharStaticSite, mhartAlpineNode],
  buildkit,
  ...[helloDock, tutumHelloWorld, dockercloudHelloWorld, whalesay, rmbyext, alpineGit, bitnamiGit, alpineSlashCurl],
  ...[netshoot, alpineCurl, curlimagesCurl, whoami, containousWhoami, emilevaugeWhoami, jwilderWhoami, alpineSocat],
  ...[httpEcho, nginxHello, crccheckHelloWorld, hellowhale, selaBusybox, selaPythonApp, nginxUnprivileged],
  ...[opensuseLeap, opensuseTumbleweed, dotnetSdk, dotnetAspnet, dotnetRuntime],
  ...[visualizer, portainer, oldPortainer, prometheus, nodeExporter, alertmanager],
  ...[jenkins, consul, vault, minio, gitea, grafana, cadvisor, kafka],
  ...[votingVote, votingResult, votingWorker],
]
