import type { World } from './world.ts'

const NAME_WIDTH = 40

/** Packages are cut to their first letters, from the left, until the name fits. Logback's %-40.40logger{39} */
export function shortName(name: string): string {
  const parts = name.split('.')
  for (let i = 0; i < parts.length - 1 && parts.join('.').length > NAME_WIDTH - 1; i++)
    parts[i] = parts[i]?.charAt(0) ?? ''
  return parts.join('.').slice(-NAME_WIDTH).padEnd(NAME_WIDTH)
}

/** A line of Spring Boot's log: time, level, process, thread, logger and message. */
export function springLog({ machine }: World): (name: string, text: string, level?: string) => Promise<void> {
  const { sys } = machine.process
  const application = machine.properties.get('spring.application.name')
  const named = application === undefined ? '' : `[${application}] `
  return async (name, text, level = 'INFO') => {
    const time = new Date(sys.clock.now()).toISOString()
    await machine.io.print(
      `${time} ${level.padStart(5)} ${sys.getpid()} --- ${named}[${'main'.padStart(15)}] ${shortName(name)} : ${text}\n`,
    )
  }
}

export const banner = (version: string): string => String.raw`
  .   ____          _            __ _ _
 /\\ / ___'_ __ _ _(_)_ __  __ _ \ \ \ \
( ( )\___ | '_ | '_| | '_ \/ _${'`'} | \ \ \ \
 \\/  ___)| |_)| | | | | || (_| |  ) ) ) )
  '  |____| .__|_| |_|_| |_\__, | / / / /
 =========|_|==============|___/=/_/_/_/

 :: Spring Boot ::${`(v${version})`.padStart(24)}

`
