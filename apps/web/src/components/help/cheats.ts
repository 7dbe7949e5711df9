import type { MessageKey } from '../../messages/en.ts'

interface Cheat {
  readonly title: MessageKey
  readonly lines: readonly { readonly command: string; readonly says: MessageKey }[]
}

/** What beginners need most, in the order in which they need it. */
export const CHEATS: readonly Cheat[] = [
  {
    title: 'cheatRun',
    lines: [
      { command: 'docker run hello-world', says: 'cheatHello' },
      { command: 'docker run -d -p 8080:80 --name web nginx', says: 'cheatServer' },
      { command: 'docker run -it --rm alpine sh', says: 'cheatShell' },
      { command: 'docker run --rm -v data:/data alpine sh -c "date >> /data/log; cat /data/log"', says: 'cheatVolume' },
    ],
  },
  {
    title: 'cheatLook',
    lines: [
      { command: 'docker ps -a', says: 'cheatPs' },
      { command: 'docker logs -f web', says: 'cheatLogs' },
      { command: 'docker exec -it web sh', says: 'cheatExec' },
      { command: 'docker inspect web', says: 'cheatInspect' },
      { command: 'docker stats', says: 'cheatStats' },
    ],
  },
  {
    title: 'cheatImages',
    lines: [
      { command: 'docker pull python:3.12-slim', says: 'cheatPull' },
      { command: 'docker image ls', says: 'cheatImageLs' },
      { command: 'docker build -t app .', says: 'cheatBuild' },
      { command: 'docker history nginx', says: 'cheatHistory' },
    ],
  },
  {
    title: 'cheatClean',
    lines: [
      { command: 'docker rm -f web', says: 'cheatRm' },
      { command: 'docker rmi nginx', says: 'cheatRmi' },
      { command: 'docker system prune -f', says: 'cheatPrune' },
    ],
  },
]
