import { mkdtempSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { canonicalJson } from '../../src/core/canonical.js'
import { importManifest } from '../../src/core/manifest.js'
import { passportBody } from '../../src/core/passport.js'
import { newSigningKey, PassportSigner, verifyPassport } from '../../src/engine/passport.js'
import { signingKey } from '../../src/store/signing-key.js'

const MANIFEST = readFileSync(join(import.meta.dirname, '../fixtures/manifest/unfragile.yml'), 'utf8')
const [record] = importManifest(parse(MANIFEST), {
  asOf: '2026-11-30',
  source: 'https://ledger.example.com/unfragile.yml',
}).records
const signer = new PassportSigner(newSigningKey())
const passport = signer.sign(passportBody({ record: record!, digest: 'd', generation: 3, now: Date.UTC(2026, 10, 30) }))
const copy = () => JSON.parse(JSON.stringify(passport))

test('a passport verifies by anybody, and tells whose key it is not', () => {
  expect(verifyPassport(copy())).toMatchObject({ valid: true, passport: { subject: 'ledger-notes', generation: 3 } })
  expect(verifyPassport(copy(), signer.publicKey).reason).toBe(
    `It is unchanged since it was signed with the key ${signer.keyId}.`,
  )
  expect(verifyPassport(copy(), new PassportSigner(newSigningKey()).publicKey)).toMatchObject({
    valid: false,
    reason: 'It was signed with another key than the expected one.',
  })
  expect(signer.wellKnown().keys[0]!.publicKey).toBe(signer.publicKey)
})

test('the order of keys does not matter, and every change of a value does', () => {
  const reversed = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(reversed)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, one]) => [key, reversed(one)]),
          )
        : value
  expect(verifyPassport(reversed(copy())).valid).toBe(true)
  const paths: (string | number)[][] = []
  const walk = (value: unknown, path: (string | number)[]) => {
    if (typeof value !== 'object' || value === null) paths.push(path)
    else
      for (const [key, inner] of Object.entries(value)) walk(inner, [...path, Array.isArray(value) ? Number(key) : key])
  }
  walk(passport, [])
  expect(paths.length).toBeGreaterThan(60)
  for (const path of paths) {
    const changed = copy()
    const parent = path.slice(0, -1).reduce((at, key) => at[key], changed)
    const key = path.at(-1)!
    parent[key] =
      typeof parent[key] === 'string'
        ? `${parent[key]} `
        : typeof parent[key] === 'number'
          ? parent[key] + 1
          : !parent[key]
    expect(verifyPassport(changed).valid, path.join('.')).toBe(false)
  }
})

test('a foreign signature, a swapped subject, rubbish: never valid, never thrown', () => {
  expect(verifyPassport({ ...copy(), record: { ...record, slug: 'other' } }).valid).toBe(false)
  const swapped = signer.sign({
    ...passportBody({ record: record!, digest: 'd', generation: 3, now: 0 }),
    subject: 'other',
  })
  expect(verifyPassport(swapped).reason).toBe('It speaks of another tool than the one it names.')
  const zero = copy()
  zero.signature.publicKey = 'A'.repeat(43)
  expect(verifyPassport(zero).valid).toBe(false)
  fc.assert(
    fc.property(fc.jsonValue(), (input) => {
      expect(verifyPassport(input).valid).toBe(false)
    }),
    { seed: 2, numRuns: 200 },
  )
})

test('manifest → catalogue → passport keeps every value that the author wrote', () => {
  const written: string[] = []
  const walk = (value: unknown) => {
    if (typeof value === 'object' && value !== null) Object.values(value).forEach(walk)
    else written.push(String(value))
  }
  walk(parse(MANIFEST))
  const { passport: _, signature: __, ...kept } = passport
  const text = JSON.stringify(kept)
  // the version is the format's, not the tool's
  for (const value of written.filter((one) => one !== '1.0'))
    expect(text, value).toContain(JSON.stringify(value).slice(1, -1))
})

test('canonical JSON is the one of RFC 8785 for what we sign', () => {
  expect(canonicalJson({ b: [1, { d: undefined, c: 'é\n' }], a: null, 10: 1, 9: 2.5e21 })).toBe(
    '{"10":1,"9":2.5e+21,"a":null,"b":[1,{"c":"é\\n"}]}',
  )
})

test('the key of a home is made once, and only its owner reads it', () => {
  const home = join(mkdtempSync(join(tmpdir(), 'key-')), 'home')
  const pem = signingKey(home, newSigningKey)
  expect(signingKey(home, newSigningKey)).toBe(pem)
  expect(statSync(join(home, 'signing-key.pem')).mode & 0o777).toBe(0o600)
  expect(new PassportSigner(pem).keyId).toMatch(/^[0-9a-f]{16}$/)
})
