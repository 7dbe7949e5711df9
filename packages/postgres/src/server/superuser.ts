import { isErrno, type Sys } from '@drydock/abi'
import { readTextFile, writeFile } from '@drydock/libc'

const FILE = 'postgresql.auto.conf'
const MARK = /^# bootstrap superuser: (.*)$/m

/** The name that initdb gave the first role: the backend has to be started with it. */
export async function readSuperuser(sys: Sys, data: string): Promise<string> {
  try {
    return MARK.exec(await readTextFile(sys, `${data}/${FILE}`))?.[1] ?? 'postgres'
  } catch (error) {
    if (isErrno(error)) return 'postgres'
    throw error
  }
}

export async function writeSuperuser(sys: Sys, data: string, name: string): Promise<void> {
  const text = await readTextFile(sys, `${data}/${FILE}`)
  await writeFile(sys, `${data}/${FILE}`, `${text}# bootstrap superuser: ${name}\n`, 0o600)
}
