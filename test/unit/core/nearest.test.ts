import { expect, test } from 'vitest'
import { nearest } from '../../../src/core/nearest.js'

test.each([
  ['limt', 'limit'],
  ['Q', 'q'],
  ['freeteir', 'freeTier'],
  ['capabilites', 'capabilities'],
  ['desc', 'description'],
  ['works_with', 'worksWith'],
  ['colour', undefined],
  ['', undefined],
  ['zzz', undefined],
])('%s is meant as %s', (word, meant) => {
  expect(nearest(word, ['q', 'limit', 'freeTier', 'capabilities', 'description', 'worksWith'])).toBe(meant)
})

test.each<[why: string, word: string, candidates: string[], meant: string | undefined]>([
  ['one edit for two letters', 'ab', ['axb'], 'axb'],
  ['no two edits for two letters', 'ab', ['axyb'], undefined],
  ['two edits for six', 'abcdef', ['axcdyf'], 'axcdyf'],
  ['no three edits for eight', 'abcdefgh', ['xbcyefgz'], undefined],
  ['three edits for nine', 'abcdefghi', ['xbcyefghz'], 'xbcyefghz'],
  ['the nearest of several', 'limit', ['lxmxt', 'limxt', 'lixxt'], 'limxt'],
  ['the first of equals', 'limit', ['limxt', 'lixit'], 'limxt'],
  ['a word that is begun, before one that is two edits away', 'desc', ['dxxc', 'description'], 'description'],
  ['a word one edit away, before one that is begun', 'desc', ['description', 'dess'], 'dess'],
  ['a word that goes on', 'descriptions-of', ['description'], 'description'],
  ['two letters begin nothing', 'de', ['description'], undefined],
  ['words that share no letter', 'ab', ['cd', 'ba'], 'ba'],
  ['case, spaces, dashes and underscores', 'Free - Tier', ['free_tier'], 'free_tier'],
  ['only punctuation', ' -_', ['-'], undefined],
  ['64 letters', 'a'.repeat(64), [`${'a'.repeat(63)}b`], `${'a'.repeat(63)}b`],
  ['65 letters', 'a'.repeat(65), ['a'.repeat(65)], undefined],
  ['a candidate of 65 letters', 'a'.repeat(64), ['a'.repeat(65), `${'a'.repeat(63)}b`], `${'a'.repeat(63)}b`],
])('%s: %s', (_, word, candidates, meant) => expect(nearest(word, candidates)).toBe(meant))
