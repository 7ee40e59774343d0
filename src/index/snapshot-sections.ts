import { AppError } from '../core/errors.js'
import { FIELDS } from '../core/relevance/bm25.js'
import { Forward } from './forward.js'
import { Growable } from './growable.js'
import type { Vocabulary } from './vocabulary.js'

const bytes = (view: ArrayBufferView): Uint8Array =>
  new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset, view.byteLength)

/** The forward data and the word list as named byte arrays, little-endian as the machine is. */
export function forwardSections(
  forward: Forward,
  vocabulary: Vocabulary,
  noise: readonly number[],
): Map<string, Uint8Array> {
  return new Map([
    ['labels', bytes(forward.labels.view())],
    ['wordStart', bytes(forward.wordStart.view())],
    ['words', bytes(forward.words.view())],
    ['fieldLengths', bytes(forward.fieldLengths.view())],
    ['pieceStart', bytes(forward.pieceStart.view())],
    ['pieces', bytes(forward.pieces.view())],
    ['namePieces', bytes(forward.namePieces.view())],
    ['vocabulary', new TextEncoder().encode(vocabulary.words.slice(1).join('\n'))],
    ['noise', bytes(Float64Array.from(noise))],
  ])
}

/** The reverse; `damaged-file` when a section is missing or the sections disagree. */
export function forwardFrom(sections: Map<string, Uint8Array>): { forward: Forward; words: string[]; noise: number[] } {
  const section = (name: string): Uint8Array => {
    const found = sections.get(name)
    if (found === undefined) throw damaged(`the section "${name}" is missing`)
    return found
  }
  const u32 = (name: string) => new Uint32Array(aligned(section(name)))
  const u16 = (name: string) => new Uint16Array(aligned(section(name)))
  const u8 = (name: string) => new Uint8Array(aligned(section(name)))
  const forward = Object.assign(new Forward(), {
    labels: new Growable((n) => new Uint32Array(n), u32('labels')),
    wordStart: new Growable((n) => new Uint32Array(n), u32('wordStart')),
    words: new Growable((n) => new Uint32Array(n), u32('words')),
    fieldLengths: new Growable((n) => new Uint16Array(n), u16('fieldLengths')),
    pieceStart: new Growable((n) => new Uint32Array(n), u32('pieceStart')),
    pieces: new Growable((n) => new Uint32Array(n), u32('pieces')),
    namePieces: new Growable((n) => new Uint8Array(n), u8('namePieces')),
  })
  const text = new TextDecoder().decode(section('vocabulary'))
  const words = text === '' ? [] : text.split('\n')
  const noise = [...new Float64Array(aligned(section('noise')))]
  verify(forward, words.length)
  return { forward, words, noise }
}

/** A copy that starts at offset 0, as typed arrays wider than a byte want. */
const aligned = (section: Uint8Array): ArrayBuffer =>
  section.buffer.slice(section.byteOffset, section.byteOffset + section.byteLength) as ArrayBuffer

function verify(forward: Forward, words: number): void {
  const count = forward.labels.length
  const agrees =
    forward.wordStart.length === count + 1 &&
    forward.pieceStart.length === count + 1 &&
    forward.namePieces.length === count &&
    forward.fieldLengths.length === count * FIELDS.length &&
    forward.wordStart.view()[count] === forward.words.length &&
    forward.pieceStart.view()[count] === forward.pieces.length
  if (!agrees) throw damaged('its sections have lengths that do not belong together')
  for (const word of forward.words.view())
    if (word > words) throw damaged('a text names a word that is not in the list')
}

const damaged = (what: string) =>
  new AppError(
    'damaged-file',
    `The relevance snapshot cannot be used: ${what}. Rebuild it with \`matchgraph index --rebuild\`.`,
  )
