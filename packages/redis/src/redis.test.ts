import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { redisPrograms } from './index.ts'

let kernel: TestKernel
const words = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
const cli = async (line: string, stdin = ''): Promise<string> => {
  const { stdout, stderr } = await kernel.run(['redis-cli', ...words(line)], { stdin })
  return stdout + stderr
}
/** Lines at one connection, answers as on a terminal. */
const session = (lines: string): Promise<string> => cli('--no-raw', `${lines.trim().replace(/\n\s+/g, '\n')}\n`)
const running = new Map<number, Promise<{ stdout: string; status: number }>>()

async function start(port: number, options: string): Promise<void> {
  running.set(port, kernel.run(['redis-server', '--port', String(port), ...words(options)]))
  for (let i = 0; i < 50; i++) {
    if ((await cli(`-p ${port} ping`)).includes('PONG')) return
    await kernel.sys.sleep(10)
  }
  throw new Error(`no server: ${(await running.get(port))?.stdout ?? ''}`)
}

async function stop(port: number): Promise<string> {
  await cli(`-p ${port} shutdown`)
  return (await running.get(port))?.stdout ?? ''
}

beforeAll(async () => {
  kernel = await bootTestKernel(redisPrograms)
  await kernel.sys.mkdir('/data')
  await kernel.run(['redis-cli', '--version'], { files: { '/etc/hosts': '127.0.0.1 localhost\n' } })
  await start(6379, '--dir /data')
})
beforeEach(() => cli('flushall'))
afterAll(async () => {
  await stop(6379)
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

/** Commands at one connection and what a terminal shows. */
const ROWS: readonly (readonly [lines: string, shown: string])[] = [
  [
    'acl setuser carol %R~r:* %W~w:* +@string on >x\nacl getuser carol\nacl dryrun carol get r:1\nacl dryrun carol set w:1 v\nacl deluser carol',
    'OK\n 1) "flags"\n 2) 1) "on"\n 3) "passwords"\n 4) 1) "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"\n 5) "commands"\n 6) "-@all +@string"\n 7) "keys"\n 8) "%R~r:* %W~w:*"\n 9) "channels"\n10) ""\n11) "selectors"\n12) (empty array)\nOK\nOK\n(integer) 1\n',
  ],
  [
    'acl setuser dave on nopass (+get ~x:*) (+set ~y:* &c)\nacl getuser dave\nacl dryrun dave get x:1\nacl dryrun dave set y:1 v\nacl setuser dave clearselectors\nacl setuser bad (+get\nacl deluser dave',
    'OK\n 1) "flags"\n 2) 1) "on"\n    2) "nopass"\n 3) "passwords"\n 4) (empty array)\n 5) "commands"\n 6) "-@all"\n 7) "keys"\n 8) ""\n 9) "channels"\n10) ""\n11) "selectors"\n12) 1) 1) "commands"\n       2) "-@all +get"\n       3) "keys"\n       4) "~x:*"\n       5) "channels"\n       6) ""\n    2) 1) "commands"\n       2) "-@all +set"\n       3) "keys"\n       4) "~y:*"\n       5) "channels"\n       6) "&c"\nOK\nOK\nOK\n(error) ERR Unmatched parenthesis in acl selector starting at \'(+get\'.\n(integer) 1\n',
  ],
  [
    'spublish c hi\npubsub shardchannels\npubsub shardnumsub a b',
    '(integer) 0\n(empty array)\n1) "a"\n2) (integer) 0\n3) "b"\n4) (integer) 0\n',
  ],
  [
    'client kill type foo\nclient kill skipme maybe\nclient kill foo bar\nclient no-evict foo\nclient pause abc\nclient kill user nobody',
    "(error) ERR Unknown client type 'foo'\n(error) ERR syntax error\n(error) ERR syntax error\n(error) ERR syntax error\n(error) ERR timeout is not an integer or out of range\n(error) ERR No such user 'nobody'\n",
  ],
  [
    'command list filterby module foo\ncommand list filterby foo bar\nscript flush foo\nfailover abort',
    '(empty array)\n(error) ERR syntax error\n(error) ERR SCRIPT FLUSH only support SYNC|ASYNC option\n(error) ERR No failover in progress.\n',
  ],
  [
    'slowlog help\nmemory help',
    ' 1) SLOWLOG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:\n 2) GET [<count>]\n 3)     Return top <count> entries from the slowlog (default: 10, -1 mean all).\n 4)     Entries are made of:\n 5)     id, timestamp, time in microseconds, arguments array, client IP and port,\n 6)     client name\n 7) LEN\n 8)     Return the length of the slowlog.\n 9) RESET\n10)     Reset the slowlog.\n11) HELP\n12)     Prints this help.\n 1) MEMORY <subcommand> [<arg> [value] [opt] ...]. Subcommands are:\n 2) DOCTOR\n 3)     Return memory problems reports.\n 4) MALLOC-STATS\n 5)     Return internal statistics report from the memory allocator.\n 6) PURGE\n 7)     Attempt to purge dirty pages for reclamation by the allocator.\n 8) STATS\n 9)     Return information about the memory usage of the server.\n10) USAGE <key> [SAMPLES <count>]\n11)     Return memory in bytes used by <key> and its value. Nested values are\n12)     sampled up to <count> times (default: 5, 0 means sample all).\n13) HELP\n14)     Prints this help.\n',
  ],
  [
    "eval 'return {1,2.9,KEYS[1],tostring(10/2)}' 1 k\neval 'return redis.call(\"nope\")' 0\nset k 5\neval 'return redis.call(\"incrby\",KEYS[1],ARGV[1])' 1 k 3\nmulti\neval 'return redis.call(\"get\",\"k\")' 0\nexec\nevalsha ffffffffffffffffffffffffffffffffffffffff 0\neval 'return cjson.encode({1,{a=2}})' 0",
    '1) (integer) 1\n2) (integer) 2\n3) "k"\n4) "5"\n(error) ERR Unknown Redis command called from script script: 8a08f4b52efaa2014867874031e0f420f142f6b5, on @user_script:1.\nOK\n(integer) 8\nOK\nQUEUED\n1) "8"\n(error) NOSCRIPT No matching script. Please use EVAL.\n"[1,{\\"a\\":2}]"\n',
  ],
  [
    'geoadd g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania\ngeodist g Palermo Catania km\ngeohash g Palermo\ngeosearch g fromlonlat 15 37 byradius 200 km asc',
    '(integer) 2\n"166.2742"\n1) "sqc8b49rny0"\n1) "Catania"\n2) "Palermo"\n',
  ],
  [
    'pfadd h a b c d e f g\npfcount h\nsetbit b 7 1\nbitpos b 1\nbitfield b get u8 0 overflow sat incrby u8 0 255\nmset x ohmytext y mynewtext\nlcs x y\nzadd z 1 a 2 b\nzmpop 2 none z max count 5\nzintercard 1 z',
    '(integer) 1\n(integer) 7\n(integer) 0\n(integer) 7\n1) (integer) 1\n2) (integer) 255\nOK\n"mytext"\n(integer) 2\n1) "z"\n2) 1) 1) "b"\n      2) "2"\n   2) 1) "a"\n      2) "1"\n(integer) 0\n',
  ],
  [
    'xadd s 1-1 a 1\nxadd s 1-* b 2\nxadd s 1-1 c 3\nxadd s 0-0 c 3\nxlen s\nxrange s - +\nxrange s (1-1 + count 1',
    '"1-1"\n"1-2"\n(error) ERR The ID specified in XADD is equal or smaller than the target stream top item\n(error) ERR The ID specified in XADD must be greater than 0-0\n(integer) 2\n1) 1) "1-1"\n   2) 1) "a"\n      2) "1"\n2) 1) "1-2"\n   2) 1) "b"\n      2) "2"\n1) 1) "1-2"\n   2) 1) "b"\n      2) "2"\n',
  ],
  [
    'xadd s maxlen 2 1-1 a 1\nxadd s maxlen 2 2-1 a 2\nxadd s maxlen 2 3-1 a 3\nxrevrange s + - count 1\nxread count 1 streams s 2-1\nxread streams s $',
    '"1-1"\n"2-1"\n"3-1"\n1) 1) "3-1"\n   2) 1) "a"\n      2) "3"\n1) 1) "s"\n   2) 1) 1) "3-1"\n         2) 1) "a"\n            2) "3"\n(nil)\n',
  ],
  [
    'xgroup create s g $\nxgroup create s g $ mkstream\nxgroup create s g 0\nxadd s 5-1 k v\nxreadgroup group g c1 count 1 streams s >\nxpending s g\nxack s g 5-1 6-1\nxreadgroup group g c1 streams s >\nxreadgroup group no c1 streams s >',
    '(error) ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.\nOK\n(error) BUSYGROUP Consumer Group name already exists\n"5-1"\n1) 1) "s"\n   2) 1) 1) "5-1"\n         2) 1) "k"\n            2) "v"\n1) (integer) 1\n2) "5-1"\n3) "5-1"\n4) 1) 1) "c1"\n      2) "1"\n(integer) 1\n(nil)\n(error) NOGROUP No such key \'s\' or consumer group \'no\' in XREADGROUP with GROUP option\n',
  ],
  [
    'set a 1\nxadd a * f v\ntype a',
    'OK\n(error) WRONGTYPE Operation against a key holding the wrong kind of value\nstring\n',
  ],
  ['set a 1\nget a\nget b', 'OK\n"1"\n(nil)\n'],
  ['set a 1 nx\nset a 2 nx\nset a 3 xx get', 'OK\n(nil)\n"1"\n'],
  [
    'incr n\nincrby n 41\ndecr n\nset n x\nincr n',
    '(integer) 1\n(integer) 42\n(integer) 41\nOK\n(error) ERR value is not an integer or out of range\n',
  ],
  ['set n 9223372036854775807\nincr n', 'OK\n(error) ERR increment or decrement would overflow\n'],
  ['incrbyfloat f 0.1\nincrbyfloat f 0.2', '"0.1"\n"0.3"\n'],
  [
    'append s ab\nappend s cd\ngetrange s 1 -2\nsetrange s 5 x\nstrlen s\nget s',
    '(integer) 2\n(integer) 4\n"bc"\n(integer) 6\n(integer) 6\n"abcd\\x00x"\n',
  ],
  ['mset a 1 b 2\nmget a b c\nmsetnx b 3 d 4', 'OK\n1) "1"\n2) "2"\n3) (nil)\n(integer) 0\n'],
  ['setbit b 7 1\ngetbit b 7\nbitcount b', '(integer) 0\n(integer) 1\n(integer) 1\n'],
  ['set t 1 ex 100\nttl t\npersist t\nttl t\nttl none', 'OK\n(integer) 100\n(integer) 1\n(integer) -1\n(integer) -2\n'],
  ['set t 1\nexpire t 0\nexists t', 'OK\n(integer) 1\n(integer) 0\n'],
  [
    'rpush l a b c\nlrange l 0 -1\nlpop l\nllen l\nlindex l -1',
    '(integer) 3\n1) "a"\n2) "b"\n3) "c"\n"a"\n(integer) 2\n"c"\n',
  ],
  [
    'rpush l a b a c a\nlrem l -2 a\nlrange l 0 -1\nlinsert l before c x\nltrim l 1 -1\nlrange l 0 -1',
    '(integer) 5\n(integer) 2\n1) "a"\n2) "b"\n3) "c"\n(integer) 4\nOK\n1) "b"\n2) "x"\n3) "c"\n',
  ],
  ['rpush l a\nlmove l m left right\nexists l\nlpop m 5', '(integer) 1\n"a"\n(integer) 0\n1) "a"\n'],
  [
    'hset h f 1 g 2\nhget h f\nhincrby h f 5\nhdel h g\nhgetall h',
    '(integer) 2\n"1"\n(integer) 6\n(integer) 1\n1) "f"\n2) "6"\n',
  ],
  [
    'sadd s 1 2 3\nsadd u 3 4\nsinter s u\nscard s\nsismember s 9\nsdiffstore d s u\nsmembers d',
    '(integer) 3\n(integer) 2\n1) "3"\n(integer) 3\n(integer) 0\n(integer) 2\n1) "1"\n2) "2"\n',
  ],
  [
    'zadd z 1 a 2 b 2.5 c\nzrange z 0 -1 withscores\nzrevrank z a\nzincrby z 10 a\nzrangebyscore z (2 +inf',
    '(integer) 3\n1) "a"\n2) "1"\n3) "b"\n4) "2"\n5) "c"\n6) "2.5"\n(integer) 2\n"11"\n1) "c"\n2) "a"\n',
  ],
  [
    'zadd z 0 a 0 b 0 c\nzrangebylex z [b +\nzlexcount z - +\nzpopmin z',
    '(integer) 3\n1) "b"\n2) "c"\n(integer) 3\n1) "a"\n2) "0"\n',
  ],
  [
    'zadd p 1 a 2 b\nzadd q 10 b\nzunionstore r 2 p q weights 1 2\nzscore r b',
    '(integer) 2\n(integer) 1\n(integer) 2\n"22"\n',
  ],
  ['set a 1\nlpush a x', 'OK\n(error) WRONGTYPE Operation against a key holding the wrong kind of value\n'],
  [
    'multi\nincr a\nlpush a x\nincr a\nexec',
    'OK\nQUEUED\nQUEUED\nQUEUED\n1) (integer) 1\n2) (error) WRONGTYPE Operation against a key holding the wrong kind of value\n3) (integer) 2\n',
  ],
  [
    'multi\nnosuch\nexec',
    "OK\n(error) ERR unknown command 'nosuch', with args beginning with: \n(error) EXECABORT Transaction discarded because of previous errors.\n",
  ],
  ['rename a b\nset a 1\nrename a b\nkeys *\ntype b', '(error) ERR no such key\nOK\nOK\n1) "b"\nstring\n'],
  ['get', "(error) ERR wrong number of arguments for 'get' command\n"],
  [
    'sadd s 1 2\nobject encoding s\nset t hello\nobject encoding t\nset n 12\nobject encoding n',
    '(integer) 2\n"intset"\nOK\n"embstr"\nOK\n"int"\n',
  ],
  ['rpush l 3 1 2\nsort l desc\nsort l limit 0 1', '(integer) 3\n1) "3"\n2) "2"\n3) "1"\n1) "1"\n'],
  [
    'config set maxmemory 1gb\nconfig get maxmemory\nconfig set nosuch 1',
    'OK\n1) "maxmemory"\n2) "1073741824"\n(error) ERR Unknown option or number of arguments for CONFIG SET - \'nosuch\'\n',
  ],
  ['set "a b" \'x"y\'\nget "a b"', 'OK\n"x\\"y"\n'],
]

describe('redis-server', () => {
  it.each(ROWS)('%s', async (lines, shown) => {
    expect(await session(lines)).toBe(shown)
  })

  it('speaks RESP3', async () => {
    expect(await cli('-3 --no-raw hset h a 1 b 2')).toBe('(integer) 2\n')
    expect(await cli('-3 --no-raw hgetall h')).toBe('1# "a" => "1"\n2# "b" => "2"\n')
    expect(await cli('-3 --no-raw zadd z 1.5 a')).toBe('(integer) 1\n')
    expect(await cli('-3 --no-raw zscore z a')).toBe('(double) 1.5\n')
  })

  it('gives up a transaction whose key was touched', async () => {
    const { sys } = kernel
    const [input, feed] = sys.pipe()
    const [output, out] = sys.pipe()
    await sys.spawn('/bin/redis-cli', {
      argv: ['redis-cli', '--no-raw'],
      fds: new Map([
        [0, input],
        [1, out],
        [2, out],
      ]),
    })
    const say = (text: string) => sys.write(feed, new TextEncoder().encode(text))
    const hear = async (wanted: string): Promise<string> => {
      let text = ''
      while (!text.includes(wanted)) text += new TextDecoder().decode(await sys.read(output, 4096))
      return text
    }
    await say('watch k\nmulti\nset k mine\n')
    await hear('QUEUED')
    await cli('set k other')
    await say('exec\n')
    expect(await hear('\n')).toBe('(nil)\n')
    expect(await cli('get k')).toBe('other\n')
    sys.close(feed)
  })

  it('publishes to who listens, and lets clients wait for a list', async () => {
    const listener = kernel.run(['redis-cli', 'subscribe', 'news'])
    const waiter = kernel.run(['redis-cli', 'blpop', 'queue', '5'])
    while ((await cli('publish news hello')) !== '1\n') await kernel.sys.sleep(5)
    await cli('rpush queue job')
    expect((await waiter).stdout).toBe('queue\njob\n')
    expect(await cli('--no-raw blpop nothing 0.05')).toBe('(nil)\n')
    await cli('client kill type pubsub')
    expect((await listener).stdout).toBe('subscribe\nnews\n1\nmessage\nnews\nhello\n')
  })

  it('finds every key by SCAN while keys come and go', async () => {
    await cli('--pipe', Array.from({ length: 500 }, (_, i) => `set key:${i} ${i}\r\n`).join(''))
    const seen = new Set<string>()
    let cursor = '0'
    do {
      const [next = '0', ...keys] = (await cli(`scan ${cursor} count 50 match key:*`)).trim().split('\n')
      for (const key of keys) seen.add(key)
      cursor = next
      await cli(`set other:${seen.size} 1`)
    } while (cursor !== '0')
    expect(seen.size).toBe(500)
    expect((await cli('--scan --pattern key:1*')).split('\n').filter(Boolean)).toHaveLength(111)
  })

  it('drops keys whose time is over', async () => {
    await cli('set gone 1 px 20')
    await cli('config set notify-keyspace-events Ex')
    const listener = kernel.run(['redis-cli', 'psubscribe', '__keyevent@0__:expired'])
    await kernel.sys.sleep(800)
    expect(await cli('exists gone')).toBe('0\n')
    expect(await cli('info stats')).toMatch(/expired_keys:[1-9]/)
    await cli('client kill type pubsub')
    expect((await listener).stdout).toContain('psubscribe')
  })
})

describe('functions', () => {
  const library = `#!lua name=lib\\nredis.register_function('twice', function(keys, args) return args[1] * 2 end)\\nredis.register_function{function_name='read', callback=function(keys) return redis.call('GET', keys[1]) end, flags={'no-writes'}}\\nredis.register_function('write', function(keys, args) return redis.call('SET', keys[1], args[1]) end)`
  const answers: readonly (readonly [line: string, answer: string])[] = [
    [`function load "${library}"`, '"lib"'],
    [`function load "${library}"`, "(error) ERR Library 'lib' already exists"],
    ['fcall twice 0 21', '(integer) 42'],
    ['fcall write 1 fkey value', 'OK'],
    ['fcall_ro read 1 fkey', '"value"'],
    ['fcall_ro write 1 fkey x', '(error) ERR Can not execute a script with write flag using *_ro command.'],
    ['fcall nope 0', '(error) ERR Function not found'],
    ['function load "return 1"', '(error) ERR Missing library metadata'],
    ['function load "#!lua name=e\\nlocal x = 1"', '(error) ERR No functions registered'],
    ['client id x', "(error) ERR wrong number of arguments for 'client|id' command"],
    ['client list type foo', "(error) ERR Unknown client type 'foo'"],
    [
      'config set hz 10 hz 20',
      "(error) ERR CONFIG SET failed (possibly related to argument 'hz') - duplicate parameter",
    ],
    ['copy fkey fkey', '(error) ERR source and destination objects are the same'],
  ]
  it('are loaded, called and refused', async () => {
    const text = await cli('--no-raw', answers.map(([line]) => `${line}\n`).join(''))
    expect(text.trimEnd().split('\n')).toEqual(answers.map(([, answer]) => answer))
  })

  it('outlive the process in dump.rdb and in the append only file', async () => {
    for (const [port, more] of [
      [7011, ''],
      [7012, '--appendonly yes'],
    ] as const) {
      await kernel.sys.mkdir(`/fn${port}`)
      await start(port, `--dir /fn${port} ${more}`)
      await cli(`-p ${port}`, `function load "${library}"\n`)
      await stop(port)
      await start(port, `--dir /fn${port} ${more}`)
      expect(await cli(`-p ${port} fcall twice 0 4`)).toBe('8\n')
      await stop(port)
    }
  })
})

describe('what outlives the process', () => {
  const fill = async (port: number): Promise<void> => {
    await cli(
      `-p ${port}`,
      'set s hello\nset t 1 ex 1000\nrpush l a b c\nhset h f v\nsadd u x y\nzadd z 1 a 2.5 b\nselect 3\nset other db\n',
    )
    await cli(`-p ${port}`, 'multi\nincr n\nincr n\nexec\n')
  }
  const check = async (port: number): Promise<void> => {
    const text = await cli(
      `-p ${port} --no-raw`,
      'get s\nlrange l 0 -1\nhget h f\nscard u\nzscore z b\nget n\nselect 3\nget other\n',
    )
    expect(text).toBe('"hello"\n1) "a"\n2) "b"\n3) "c"\n"v"\n(integer) 2\n"2.5"\n"2"\nOK\n"db"\n')
    expect(Number(await cli(`-p ${port} ttl t`))).toBeGreaterThan(900)
  }

  it('is in dump.rdb', async () => {
    await kernel.sys.mkdir('/rdb')
    await start(7001, '--dir /rdb')
    await fill(7001)
    expect(await stop(7001)).toContain('DB saved on disk')
    await start(7001, '--dir /rdb')
    await check(7001)
    await stop(7001)
  })

  it('is in the append-only file, also after it was rewritten', async () => {
    await kernel.sys.mkdir('/aof')
    await start(7002, "--dir /aof --appendonly yes --save ''")
    await fill(7002)
    await stop(7002)
    await start(7002, "--dir /aof --appendonly yes --save ''")
    await check(7002)
    await cli('-p 7002 bgrewriteaof')
    await cli('-p 7002 set later 1')
    await stop(7002)
    expect(
      kernel.sys
        .readdir('/aof/appendonlydir')
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['appendonly.aof.2.base.rdb', 'appendonly.aof.2.incr.aof', 'appendonly.aof.manifest'])
    await start(7002, "--dir /aof --appendonly yes --save ''")
    await check(7002)
    expect(await cli('-p 7002 get later')).toBe('1\n')
    await stop(7002)
  })

  it('asks for a password, reads a file, and refuses what it does not know', async () => {
    await kernel.run(['redis-cli', '--version'], {
      files: { '/etc/redis.conf': '# mine\nport 7003\nrequirepass "s3cret"\nsave ""\n' },
    })
    running.set(7003, kernel.run(['redis-server', '/etc/redis.conf']))
    while (!(await cli('-p 7003 get a')).includes('NOAUTH')) await kernel.sys.sleep(10)
    expect(await cli('-p 7003 -a wrong --no-auth-warning ping')).toContain('WRONGPASS')
    expect(await cli('-p 7003 -a s3cret --no-auth-warning ping')).toBe('PONG\n')
    await cli('-p 7003 -a s3cret --no-auth-warning shutdown nosave')
    const { stderr, status } = await kernel.run(['redis-server', '--nosuch', '1'])
    expect(stderr).toContain('FATAL CONFIG FILE ERROR')
    expect(status).toBe(1)
  })
})

describe('redis-cli', () => {
  it('has a prompt with a history', async () => {
    const { output } = await kernel.runOnTerminal(['redis-cli'], {
      steps: [
        { expect: '127.0.0.1:6379> ', type: 'set k 1\r' },
        { expect: 'OK', type: 'select 2\r' },
        { expect: '[2]> ', type: 'select 0\r' },
        { expect: '6379> ', type: '\x1b[A\x1b[A\x1b[A\x7f7\r' },
        { expect: 'OK', type: 'get k\r' },
        { expect: '"7"', type: 'exit\r' },
      ],
    })
    expect(output).toContain('"7"')
  })

  it('says when nobody listens', async () => {
    expect(await cli('-p 1 ping')).toBe('Could not connect to Redis at 127.0.0.1:1: Connection refused\n')
  })

  it.each([
    ['--csv lrange l 0 -1', '"a","b"\n'],
    ['--json lrange l 0 -1', '["a","b"]\n'],
    ['lrange l 0 -1', 'a\nb\n'],
    ['-r 2 llen l', '2\n2\n'],
    ['-n 1 llen l', '0\n'],
    ['-u redis://127.0.0.1:6379/0 llen l', '2\n'],
  ])('%s', async (line, shown) => {
    await cli('rpush l a b')
    expect(await cli(line)).toBe(shown)
  })
})

describe('memory', () => {
  afterAll(() => cli('config set maxmemory 0'))

  it('refuses what does not fit, or drops what was used least lately', async () => {
    const used = Number(/used_memory:(\d+)/.exec(await cli('info memory'))?.[1])
    await cli(`config set maxmemory ${used + 400}`)
    const filled = await session('set a 1\nset b 1\nget a\nset c 1\nset d 1\nset e 1\nset f 1\nset g 1\nset h 1')
    expect(filled).toContain("(error) OOM command not allowed when used memory > 'maxmemory'.")
    await cli('config set maxmemory-policy allkeys-lru')
    expect(await session('get a\nset x 1\nset y 1\nexists a y\nexists b')).toBe(
      '"1"\nOK\nOK\n(integer) 2\n(integer) 0\n',
    )
    expect(await cli('info stats')).toMatch(/evicted_keys:[1-9]/)
  })
})

it('keeps streams with their groups over a restart', async () => {
  await start(6391, '--dir /data --dbfilename streams.rdb')
  await cli('-p 6391 xadd s 1-1 a \u00e9')
  await cli('-p 6391 xgroup create s g 0')
  await cli('-p 6391 xreadgroup group g c streams s >')
  await cli('-p 6391 save')
  await stop(6391)
  await start(6391, '--dir /data --dbfilename streams.rdb')
  expect(await cli('-p 6391 --raw xrange s - +')).toBe('1-1\na\n\u00e9\n')
  expect(await cli('-p 6391 --raw xpending s g')).toBe('1\n1-1\n1-1\nc\n1\n')
  await stop(6391)
})

it('hands an entry to who waits for a stream', async () => {
  const waiting = cli('xread block 5000 streams news $')
  await kernel.sys.sleep(20)
  await cli('xadd news 7-1 title hello')
  expect(await waiting).toContain('hello')
})

describe('replication', () => {
  /** Until a command says what is wanted. */
  const eventually = async (line: string, wanted: RegExp): Promise<string> => {
    let said = ''
    for (let i = 0; i < 100; i++) {
      said = await cli(line)
      if (wanted.test(said)) break
      await kernel.sys.sleep(50)
    }
    return said
  }

  it('takes all data, then every change, and refuses writes of others', async () => {
    await cli('set before 1')
    await start(6390, '--replicaof 127.0.0.1 6379')
    expect(await eventually('-p 6390 get before', /1/)).toBe('1\n')
    expect(await cli('-p 6390 set x 1')).toBe("READONLY You can't write against a read only replica.\n")
    await session('select 2\nset other 5\nexpire other 100\nmulti\nincr other\nlpush l a b\nexec')
    expect(await eventually('-p 6390 -n 2 get other', /6/)).toBe('6\n')
    expect(await eventually('wait 1 5000', /1/)).toBe('1\n')
    expect(await cli('-p 6390 -n 2 lrange l 0 -1')).toBe('b\na\n')
    expect(await eventually('info replication', /state=online/)).toMatch(
      /role:master\r?\nconnected_slaves:1\r?\nslave0:ip=127\.0\.0\.1,port=6390,state=online,offset=\d+,lag=\d+\r?\n/,
    )
    expect(await cli('-p 6390 info replication')).toMatch(
      /role:slave\r?\nmaster_host:127\.0\.0\.1\r?\nmaster_port:6379\r?\nmaster_link_status:up\r?\n/,
    )
    expect(await cli('-p 6390 role')).toMatch(/^slave\n127\.0\.0\.1\n6379\nconnected\n\d+\n$/)
    expect(await cli('-p 6390 replicaof no one')).toBe('OK\n')
    expect(await cli('-p 6390 set x 1')).toBe('OK\n')
    expect(await stop(6390)).toMatch(/MASTER <-> REPLICA sync: Finished with success[\s\S]*MASTER MODE enabled/)
  })
})

describe('acl', () => {
  it('lets users do what their rules say, and no more', async () => {
    expect(await cli('acl setuser bob on >pw ~app:* &ch* +@read -get +config|get')).toBe('OK\n')
    expect(await cli('acl list')).toBe(
      'user bob on sanitize-payload #30c952fab122c3f9759f02a6d95c3758b246b4fee239957b2d4fee46e26170c4 ~app:* resetchannels &ch* -@all +@read -get +config|get\nuser default on nopass sanitize-payload ~* &* +@all\n',
    )
    expect(
      await session(
        'auth bob no\nauth bob pw\nget app:1\nexists app:1\nexists other\nset app:1 x\nconfig get maxmemory\nconfig set maxmemory 1',
      ),
    ).toBe(
      "(error) WRONGPASS invalid username-password pair or user is disabled.\nOK\n(error) NOPERM User bob has no permissions to run the 'get' command\n(integer) 0\n(error) NOPERM No permissions to access a key\n(error) NOPERM User bob has no permissions to run the 'set' command\n1) \"maxmemory\"\n2) \"0\"\n(error) NOPERM User bob has no permissions to run the 'config|set' command\n",
    )
    expect(await cli('acl dryrun bob exists zz')).toBe("User bob has no permissions to access the 'zz' key\n")
    expect(await cli('acl setuser bob foo')).toBe("ERR Error in ACL SETUSER modifier 'foo': Syntax error\n")
    expect(await cli('acl setuser bob +nope')).toBe(
      "ERR Error in ACL SETUSER modifier '+nope': Unknown command or category name in ACL\n",
    )
    expect(await cli('acl log 1')).toContain('config|set')
    expect(await cli('acl deluser bob nope')).toBe('1\n')
    expect(await cli('acl whoami')).toBe('default\n')
  })
})
