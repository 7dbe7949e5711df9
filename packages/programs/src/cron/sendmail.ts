import { inet, isErrno } from '@drydock/abi'
import { defineProgram, dial, flag, list, readAll, value } from '@drydock/libc'

/** sendmail of busybox: hands mail to the server of this machine. */
export const sendmail = defineProgram({
  name: 'busybox/sendmail',
  paths: ['/usr/sbin/sendmail'],
  covers: 'partial',
  lacks: ['sending where a server listens'],
  summary: 'read email from stdin and send it',
  usage:
    'sendmail [-tv] [-f SENDER] [-amLOGIN 4<user_pass.txt | -auUSER -apPASS] [-w SECS] [-H "PROG ARGS" | -S HOST] RECIPIENT_EMAIL...',
  options: {
    headers: flag('t'),
    verbose: flag('v'),
    sender: value('f'),
    ignoreDots: flag('i'),
    other: list('o'),
    server: value('S'),
  },
  async main({ sys, fail, options: o }) {
    const [host = '127.0.0.1', port = '25'] = (o.server ?? '127.0.0.1').split(':')
    try {
      const stream = await dial(sys, inet(host, Number(port)))
      await readAll(sys, 0)
      stream.close()
      await fail(`${host} takes no mail`)
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(`can't connect to remote host (${host}): ${error.message}`)
    }
    return 1
  },
})
