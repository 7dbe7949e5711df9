import type { MaybePromise } from '@drydock/abi'
import type { ServerRequest, ServerResponse } from '@drydock/http'

export type Action = 'pull' | 'push' | 'delete' | '*'

/** What a request is about to do. distribution, docs/spec/auth/scope.md. */
export interface Access {
  readonly type: 'repository' | 'registry'
  /** `library/nginx`; for the registry itself `catalog`. */
  readonly name: string
  readonly actions: readonly Action[]
}

/** Who may do what. */
export interface AccessController {
  /**
   * @param wishes  empty for a request that only asks whether one is let in
   * @returns the refusal; undefined when it may go on
   */
  check(request: ServerRequest, wishes: readonly Access[]): MaybePromise<ServerResponse | undefined>
}

/** The detail of a refusal, a line for each action. */
export const repositoryDetail = (wishes: readonly Access[]): unknown =>
  wishes.length === 0
    ? null
    : wishes.flatMap(({ type, name, actions }) =>
        actions.map((Action) => ({ Type: type, Class: '', Name: name, Action })),
      )
