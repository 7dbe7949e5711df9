import type { RepositorySource } from '../objects.ts'
import { exampleVotingApp } from './example-voting-app.ts'
import { gettingStartedApp } from './getting-started-app.ts'
import { hrefCounter } from './href-counter.ts'
import { dockerCurriculum, dockerLabs } from './labs.ts'
import {
  awesomeCompose,
  linkExtractor,
  linuxTweetApp,
  nginxNodeRedis,
  nodeBulletinBoard,
  todoListApp,
} from './small.ts'

/** Repositories that lessons clone, written anew: the layout is theirs, the text is ours. */
export const REPOSITORIES: readonly RepositorySource[] = [
  awesomeCompose,
  exampleVotingApp,
  { ...exampleVotingApp, name: 'docker/example-voting-app' },
  dockerCurriculum,
  dockerLabs,
  gettingStartedApp,
  hrefCounter,
  linkExtractor,
  linuxTweetApp,
  nginxNodeRedis,
  nodeBulletinBoard,
  todoListApp,
  { ...todoListApp, name: 'docker/todo-list-app' },
]
