import type { Program } from '@drydock/abi'
import { busyboxHttpd } from './busybox-httpd.ts'
import { httpd } from './httpd/httpd.ts'
import { siteSwitches } from './httpd/site-switches.ts'
import { memcached } from './memcached.ts'
import { nginx } from './nginx/nginx.ts'

/** Daemons that images start. */
export const serverPrograms: readonly Program[] = [busyboxHttpd, httpd, memcached, nginx, siteSwitches]
