import type { Sys } from '@drydock/abi'
import { randomBelow } from '../identifiers.ts'

/** Moods and people of computing and science, for containers that nobody named. */
const MOODS =
  'admiring adoring amazing awesome beautiful blissful bold brave busy charming clever compassionate competent confident cool crazy dazzling determined dreamy eager ecstatic elastic elated elegant eloquent epic exciting fervent festive focused friendly funny gallant gifted gracious great happy hopeful hungry inspiring intelligent interesting jolly keen kind laughing loving lucid magical modest musing nice nifty nostalgic objective optimistic peaceful pensive practical quirky relaxed romantic serene sharp silly sleepy stoic strange sweet tender thirsty trusting upbeat vibrant vigilant vigorous wonderful youthful zealous zen'.split(
    ' ',
  )
const PEOPLE =
  'allen archimedes babbage banach bartik bell bohr boyd brattain carson cerf colden cori curie darwin davinci dijkstra dirac easley edison einstein engelbart euclid euler faraday fermat fermi feynman franklin galileo gates gauss goldberg hamilton hawking heisenberg hodgkin hoover hopper hypatia jackson johnson joliot kalam kare keldysh kepler knuth kowalevski lamarr leakey lovelace lumiere maxwell mayer mccarthy mcclintock meitner mendel merkle moore moser napier newton nightingale nobel noether pare pascal pasteur perlman pike planck ptolemy ramanujan rhodes ritchie rosalind sammet shannon shaw sinoussi stallman swartz tesla thompson torvalds turing varahamihira volhard wiles williams wilson wing wozniak wright yonath zhukovsky'.split(
    ' ',
  )

/** `mood_person`, with a digit when plain ones are taken. @param taken whether a name is in use */
export function generateName(sys: Sys, taken: (name: string) => boolean): string {
  for (let attempt = 0; ; attempt++) {
    const plain = `${MOODS[randomBelow(sys, MOODS.length)]}_${PEOPLE[randomBelow(sys, PEOPLE.length)]}`
    const name = attempt < 6 ? plain : `${plain}${randomBelow(sys, 10)}`
    if (!taken(name)) return name
  }
}

export const isValidName = (name: string): boolean => /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)
