import type { Process } from '@drydock/abi'
import { Stdio } from '@drydock/libc'
import { describe, expect, it } from 'vitest'
import { complaintsOf } from './check.ts'
import { readClass, writeClass } from './class-file.ts'
import { Thrown } from './evaluate.ts'
import { Interpreter } from './interpret.ts'
import { manifestText, manifestValue } from './jar-file.ts'
import { JavaLibrary } from './library/library.ts'
import { goalsFor } from './maven/lifecycle.ts'
import { bootVersion, mainClassOf, PomError, projectOf, releaseOf } from './maven/pom.ts'
import { parseXml, XmlError } from './maven/xml.ts'
import { parseFile } from './parse.ts'
import { propertiesOf } from './properties.ts'
import { JavaError } from './tokens.ts'

/** As much of a machine as the library asks for; what is written is kept. */
function machine(): { process: Process; io: Stdio; printed: () => string } {
  let out = ''
  const sys = {
    isatty: () => false,
    write: (_fd: number, bytes: Uint8Array) => {
      out += new TextDecoder().decode(bytes)
      return bytes.length
    },
    clock: { now: () => 0 },
  }
  const process = { sys, env: new Map([['HOME', '/root']]), argv: [] } as unknown as Process
  const io = new Stdio(process.sys)
  return { process, io, printed: () => out }
}

async function outputOf(text: string): Promise<string> {
  const { process, io, printed } = machine()
  const file = parseFile('Main.java', text)
  const wrong = complaintsOf([file], process)
  if (wrong.length > 0)
    return wrong.map(({ at, message, notes }) => [`${at.line}:${at.column} ${message}`, ...notes].join('; ')).join('\n')
  const program = new Interpreter(
    [file],
    (of) => new JavaLibrary(of, { process, io, properties: new Map() }),
    () => undefined,
  )
  try {
    await program.main('Main', [])
  } catch (error) {
    if (!(error instanceof Thrown)) throw error
    await io.print(`${await program.textOf(error.value)}\n`)
  }
  await io.out.flush()
  return printed().trimEnd()
}

const main = (body: string, members: string): string =>
  `import java.util.*; import java.util.function.*; import java.util.stream.*;\npublic class Main { ${members}\npublic static void main(String[] args) {\n${body}\n} }`

/** Statements and what java 17 prints for them. The Java Language Specification, by section. */
const ROWS: readonly (readonly [title: string, body: string, printed: string, members?: string])[] = [
  [
    '15.17 integers divide towards zero',
    'System.out.println(7/2 + " " + -7/2 + " " + -7%3 + " " + 7/2.0);',
    '3 -3 -1 3.5',
  ],
  [
    '4.2.2 integers wrap',
    'int i = Integer.MAX_VALUE; System.out.println(i + 1); long l = i; System.out.println(l + 1);',
    '-2147483648\n2147483648',
  ],
  [
    '5.1.3 narrowing',
    'System.out.println((int) 3.99 + " " + (byte) 200 + " " + (char) 98 + " " + (int) 1e20);',
    '3 -56 b 2147483647',
  ],
  [
    '15.18.1 characters and texts',
    "System.out.println('a' + 1); System.out.println(\"\" + 'a' + 1); char c = 'a'; c += 1; System.out.println(c);",
    '98\na1\nb',
  ],
  [
    'doubles and floats as text',
    'System.out.println(1e10 + " " + 1.0E-5 + " " + 100.0 + " " + 1.1f + " " + 1.0f * 3);',
    '1.0E10 1.0E-5 100.0 1.1 3.0',
  ],
  ['15.26.2 compound assignment casts', 'int x = 5; x += 3.7; System.out.println(x++ + ++x);', '18'],
  [
    '15.28 switch',
    'int d = 3; System.out.println(switch (d) { case 1, 7 -> "end"; case 3 -> { String t = "mid"; yield t + "week"; } default -> "other"; });',
    'midweek',
  ],
  [
    '14.11 falling through',
    'switch (3) { case 3: System.out.print("three "); case 4: System.out.print("four"); break; default: System.out.print("no"); }',
    'three four',
  ],
  [
    '14.16 continue with a label',
    'outer: for (int a = 0; a < 3; a++) for (int b = 0; b < 3; b++) { if (b == 2) continue outer; if (a == 2) break outer; System.out.print(a + "" + b + " "); }',
    '00 01 10 11',
  ],
  [
    '14.20 try',
    'try { Object[] a = new Object[1]; a[1] = 1; } catch (ArrayIndexOutOfBoundsException e) { System.out.println(e.getMessage()); } finally { System.out.println("fin"); }',
    'Index 1 out of bounds for length 1\nfin',
  ],
  ['11.3 nobody catches', 'System.out.println(1 / (args.length));', 'java.lang.ArithmeticException: / by zero'],
  [
    '8.10 records',
    'System.out.println(new P(1, 2) + " " + new P(1, 2).equals(new P(1, 2)) + " " + new P(1, 2).sum()); new P(-1, 0);',
    'P[x=1, y=2] true 3\njava.lang.IllegalArgumentException: neg',
    'record P(int x, int y) { P { if (x < 0) throw new IllegalArgumentException("neg"); } int sum() { return x + y; } }',
  ],
  [
    '8.9 enums with bodies',
    'for (C c : C.values()) System.out.print(c + ":" + c.n() + ":" + c.ordinal() + " "); System.out.println(C.valueOf("A") == C.A);',
    'A:a:0 B:special:1 true',
    'enum C { A, B { String n() { return "special"; } }; String n() { return name().toLowerCase(); } }',
  ],
  [
    '8.4.8 overriding, and the parent’s',
    'System.out.println(new Puppy());',
    'Pup says woof!',
    'static abstract class Animal { String name; Animal(String n) { name = n; } abstract String sound(); public String toString() { return name + " says " + sound(); } } static class Dog extends Animal { Dog(String n) { super(n); } String sound() { return "Woof"; } } static class Puppy extends Dog { Puppy() { super("Pup"); } String sound() { return super.sound().toLowerCase() + "!"; } }',
  ],
  [
    '9.4 default methods',
    'System.out.println(new Sq(2).say());',
    'Sq 4.0',
    'interface Shape { double area(); default String say() { return getClass().getSimpleName() + " " + area(); } } record Sq(double s) implements Shape { public double area() { return s * s; } }',
  ],
  [
    '8.1.3 inner classes',
    'Main m = new Main(); Main.In i = m.new In(); System.out.println(i.get());',
    '63',
    'int base = 21; class In { int v = base * 2; int get() { return v + base; } }',
  ],
  [
    '15.9.5 anonymous classes',
    'List<String> l = new ArrayList<>(List.of("a", "c", "b")); Collections.sort(l, new Comparator<String>() { public int compare(String a, String b) { return b.compareTo(a); } }); System.out.println(l);',
    '[c, b, a]',
  ],
  [
    '15.12.2.4 variable arity',
    'System.out.println(sum() + " " + sum(1, 2, 3));',
    '0 6',
    'static int sum(int... xs) { int s = 0; for (int x : xs) s += x; return s; }',
  ],
  [
    'HashMap’s order is that of the hashes',
    'Map<String, Integer> m = new HashMap<>(); for (String w : "the quick brown fox jumps over the lazy dog".split(" ")) m.merge(w, 1, Integer::sum); System.out.println(m);',
    '{the=2, over=1, quick=1, lazy=1, jumps=1, brown=1, dog=1, fox=1}',
  ],
  [
    'streams',
    'System.out.println(Stream.of("x", "y", "x").collect(Collectors.groupingBy(Function.identity(), Collectors.counting())) + " " + IntStream.range(0, 4).mapToObj(i -> "x" + i).collect(Collectors.joining(",", "[", "]")) + " " + Stream.iterate(1, x -> x * 2).limit(5).toList());',
    '{x=2, y=1} [x0,x1,x2,x3] [1, 2, 4, 8, 16]',
  ],
  [
    'comparators in a row',
    'List<String> l = new ArrayList<>(List.of("carol", "bob", "alice")); l.sort(Comparator.comparing(String::length).thenComparing(Comparator.naturalOrder())); System.out.println(l);',
    '[bob, alice, carol]',
  ],
  [
    'Formatter',
    'System.out.printf("%5d|%-5d|%05d|%.2f|%x|%,d|%10s|%b%%%n", 2, 3, 4, 3.14159, 255, 1234567, "r", true);',
    '    2|3    |00004|3.14|ff|1,234,567|         r|true%',
  ],
  [
    'Random with a seed',
    'Random r = new Random(42); r.nextInt(100); System.out.println(r.nextInt(100) + " " + r.nextDouble());',
    '63 0.6832234717598454',
  ],
  [
    'Objects tell their classes',
    'Object[] os = {1, "two", 3.0, 5L, true}; for (Object o : os) System.out.print(o.getClass().getSimpleName() + " ");',
    'Integer String Double Long Boolean',
  ],
  [
    'an unknown variable, an unknown class',
    'int x = y; Strin s = null;',
    '4:9 cannot find symbol; symbol:   variable y; location: class Main\n4:12 cannot find symbol; symbol:   class Strin; location: class Main',
  ],
  [
    'what the library lacks is refused',
    'Math.fma(1, 2, 3);',
    '4:5 Math.fma is not part of the Java of this playground',
  ],
]

describe('java', () => {
  it.each(ROWS.map((row) => ({ title: row[0], row })))('$title', async ({ row: [, body, printed, members = ''] }) => {
    expect(await outputOf(main(body, members))).toBe(printed)
  })

  it.each([
    ['class A { void f() { int x = 1 } }', 31, "';' expected"],
    ['class A { void f() { x +; } }', 25, 'illegal start of expression'],
    ['class A {', 9, 'reached end of file while parsing'],
    ['class A { String s = "open; }', 22, 'unclosed string literal'],
  ])('places the mistake in %s', (text, column, message) => {
    const parse = (): unknown => parseFile('A.java', text)
    expect(parse).toThrow(JavaError)
    try {
      parse()
    } catch (error) {
      expect(error).toMatchObject({ message, at: { line: 1, column } })
    }
  })

  it('keeps a source in its class, behind the head of a class file', () => {
    const bytes = writeClass({ file: 'A.java', text: 'class A {}' }, 17)
    expect([...bytes.subarray(0, 8)]).toEqual([0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 61])
    expect(readClass(bytes)).toEqual({ file: 'A.java', text: 'class A {}' })
    expect(readClass(Uint8Array.of(0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 61, 0, 13, 7))).toBeUndefined()
  })

  it('folds long lines of a manifest', () => {
    const value = 'x'.repeat(100)
    const text = manifestText([['Main-Class', value]])
    expect(text.split('\r\n').every((line) => line.length <= 72)).toBe(true)
    expect(manifestValue(text, 'main-class')).toBe(value)
  })

  it('reads settings of both kinds', () => {
    expect(propertiesOf('application.properties', '# c\nserver.port=81\nname: x\n')).toEqual([
      ['server.port', '81'],
      ['name', 'x'],
    ])
    expect(propertiesOf('application.yml', 'server:\n  port: 82\n  error:\n    path: "/e"\nname: y\n')).toEqual([
      ['server.port', '82'],
      ['server.error.path', '/e'],
      ['name', 'y'],
    ])
  })
})

const POM = `<project><modelVersion>4.0.0</modelVersion>
<parent><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-parent</artifactId><version>3.4.3</version></parent>
<groupId>g</groupId><artifactId>a</artifactId><version>\${revision}</version><packaging>jar</packaging>
<properties><revision>1.\${minor}</revision><minor>2</minor><java.version>17</java.version></properties>
<build><finalName>\${project.artifactId}-x</finalName><plugins>
<plugin><groupId>org.springframework.boot</groupId><artifactId>spring-boot-maven-plugin</artifactId><configuration><mainClass>g.Main</mainClass></configuration></plugin>
</plugins></build></project>`

describe('a POM', () => {
  const project = projectOf(parseXml(POM), POM, new Map())

  it('is read with its properties', () => {
    expect(project).toMatchObject({ groupId: 'g', version: '1.2', finalName: 'a-x', packaging: 'jar', name: 'a' })
    expect([bootVersion(project), mainClassOf(project), releaseOf(project, 25)]).toEqual(['3.4.3', 'g.Main', 17])
    expect(projectOf(parseXml(POM), POM, new Map([['minor', '9']])).version).toBe('1.9')
  })

  it('binds goals to phases', () => {
    const named = (words: string[], packaging = 'jar', boot?: string): unknown => {
      const goals = goalsFor(words, packaging, boot)
      return typeof goals === 'string' ? goals : goals.map(({ prefix, goal }) => `${prefix}:${goal}`).join(' ')
    }
    expect(named(['clean', 'package'])).toBe(
      'clean:clean resources:resources compiler:compile resources:testResources compiler:testCompile surefire:test jar:jar',
    )
    expect(named(['package'], 'war')).toMatch(/war:war$/)
    expect(named(['package'], 'jar', '3.4.3')).toMatch(/jar:jar spring-boot:repackage$/)
    expect(named(['install'], 'pom')).toBe('install:install')
    expect(named(['dependency:go-offline'])).toBe('dependency:go-offline')
    expect(named(['nope'])).toBe('nope')
  })

  it('is refused when it lacks what it needs, or is no XML', () => {
    const bare = '<project><modelVersion>4.0.0</modelVersion><groupId>g</groupId></project>'
    expect(() => projectOf(parseXml(bare), bare, new Map())).toThrow(PomError)
    expect(() => parseXml('<project><a></project>')).toThrow(XmlError)
    expect(() => parseXml('<project><a>')).toThrow('no more data available')
  })
})
