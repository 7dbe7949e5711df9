import { ALL_PHASES } from './lifecycle.ts'

/** Ends a build. */
export class BuildFailure extends Error {
  /** The page of Maven's wiki that says more. */
  readonly page: string
  /** Lines below the first. */
  readonly details: readonly string[]
  constructor(message: string, page: string, details: readonly string[] = []) {
    super(message)
    this.page = page
    this.details = details
  }
}

const MUST = `You must specify a valid lifecycle phase or a goal in the format <plugin-prefix>:<goal> or <plugin-group-id>:<plugin-artifact-id>[:<plugin-version>]:<goal>. Available lifecycle phases are: ${ALL_PHASES.join(', ')}.`

export const noGoals = (): BuildFailure =>
  new BuildFailure(`No goals have been specified for this build. ${MUST}`, 'NoGoalSpecifiedException')

export const noPom = (folder: string): BuildFailure =>
  new BuildFailure(
    `The goal you specified requires a project to execute but there is no POM in this directory (${folder}). Please verify you invoked Maven from the correct directory.`,
    'MissingProjectException',
  )

export function unknownGoal(word: string, home: string): BuildFailure {
  if (!word.includes(':'))
    return new BuildFailure(`Unknown lifecycle phase "${word}". ${MUST}`, 'LifecyclePhaseNotFoundException')
  return new BuildFailure(
    `No plugin found for prefix '${word.split(':')[0] ?? ''}' in the current project and in the plugin groups [org.apache.maven.plugins, org.codehaus.mojo] available from the repositories [local (${home}/.m2/repository), central (https://repo.maven.apache.org/maven2)]`,
    'NoPluginFoundForPrefixException',
  )
}
