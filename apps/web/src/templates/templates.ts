import type { MessageKey } from '../messages/en.ts'
import { COMPOSE as WEB_COMPOSE, PAGE } from './web-and-database.ts'
import { COMPOSE as VOTE_COMPOSE } from './voting-app.ts'

/** What a new session can begin with: files below /root, and a command that is typed for everyone to see. */
export interface Template {
  readonly title: MessageKey
  readonly says: MessageKey
  readonly files: Readonly<Record<string, string>>
  readonly command?: string
}

export const TEMPLATES: Readonly<Record<string, Template>> = {
  empty: { title: 'templateEmpty', says: 'templateEmptySays', files: {} },
  'web-db': {
    title: 'templateWeb',
    says: 'templateWebSays',
    files: { 'web-db/compose.yaml': WEB_COMPOSE, 'web-db/site/index.html': PAGE },
    command: 'cd web-db && docker compose up -d && docker compose ps',
  },
  registry: {
    title: 'templateRegistry',
    says: 'templateRegistrySays',
    files: {},
    command: [
      'docker run -d -p 5000:5000 --name registry -v registry:/var/lib/registry registry:2',
      'docker pull alpine',
      'docker tag alpine localhost:5000/alpine',
      'docker push localhost:5000/alpine',
      'curl -s localhost:5000/v2/_catalog',
    ].join(' && '),
  },
  voting: {
    title: 'templateVoting',
    says: 'templateVotingSays',
    files: { 'voting/compose.yaml': VOTE_COMPOSE },
    command: 'cd voting && docker compose up -d && docker compose ps',
  },
}
