import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  cut,
  firstSentence,
  idFrom,
  plainText,
  slugFrom,
  spoken,
  withoutBoilerplate,
} from '../../../indexer/sources/clean.js'

test.each([
  ['<p>Lists <b>all</b> gists.</p><p>Needs a token.</p>', 'Lists all gists.\n\nNeeds a token.'],
  ['Fish &amp; chips &lt;3 &#39;x&#39;', "Fish & chips <3 'x'"],
  ['a < b and List<String> of <path> stay', 'a < b and List<string> of <path> stay'],
  ['<script>alert(1)</script>Safe<style>p{}</style><!-- hidden -->', 'Safe'],
  [
    '![badge](https://x.y/z.svg) See [the guide](https://x.y "t") and [docs](https://d)',
    'See [the guide](https://x.y "t") and docs',
  ],
  ['# Title\nwith **bold** words', 'Title\nwith bold words'],
  ['zero\u200bwidth \u202eback\u{e0041}', 'zerowidth back'],
  ['  many   spaces\t\r\n\r\n\r\n\r\nlines ', 'many spaces\n\nlines'],
  ['', ''],
])('plain text of %j', (foreign, plain) => {
  expect(plainText(foreign)).toBe(plain)
})

test('plain text of plain text is the same, and never holds a script', () => {
  const parts = fc.constantFrom(
    '<b>',
    '</b>',
    '<script>',
    '</script>',
    '<',
    '>',
    '&lt;',
    '&',
    ';',
    'x ',
    '\n',
    '[a](b)',
    '**',
    '#',
    '\u200b',
    '<img src=x onerror=y>',
    '<!--',
    '-->',
  )
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 30 }), (list) => {
      const once = plainText(list.join(''))
      expect(once).not.toMatch(/\u200b/)
      expect(once.trim()).toBe(once)
    }),
    { seed: 5, numRuns: 500 },
  )
})

test('sentences that most capabilities share are dropped, placeholders are empty, and nothing is left without words', () => {
  const shared = 'This endpoint needs a valid API token.'
  expect(
    withoutBoilerplate([`Lists mail. ${shared}`, `Sends mail. ${shared}`, shared, 'TODO', 'Reads one mail.']),
  ).toEqual(['Lists mail.', 'Sends mail.', shared, '', 'Reads one mail.'])
})

test('names, ids and slugs from foreign identifiers', () => {
  expect(spoken('createPullRequest')).toBe('Create pull request')
  expect(spoken('list_HTTPServers-v2')).toBe('List HTTP servers v2')
  expect(slugFrom("GitHub's Öffentliche API + more")).toBe('githubs-offentliche-api-more')
  expect(slugFrom('!!!')).toBeUndefined()
  expect(idFrom('x', 'get pets/{id}')).toBe('x.get-pets/-id')
  expect(idFrom('x', '12')).toBeUndefined()
  expect(cut('one two three', 9)).toBe('one two…')
  expect(firstSentence('Reads v1.2 files. And more.', 40)).toBe('Reads v1.2 files')
  expect(firstSentence('a'.repeat(50), 40)).toBeUndefined()
})
