import { expect, test } from 'vitest'
import { categoryWords, count, labelOf, listed, percent, quoted, sentence } from '../../../src/core/compare/words.js'

test('lists, counts, shares and categories in words', () => {
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listed)).toEqual(['', 'a', 'a and b', 'a, b and c'])
  expect([0, 1, 2].map((n) => count(n, 'row'))).toEqual(['0 rows', '1 row', '2 rows'])
  expect([count(1, 'capability', 'capabilities'), count(3, 'capability', 'capabilities')]).toEqual([
    '1 capability',
    '3 capabilities',
  ])
  expect([percent(0), percent(0.804), percent(1), quoted('a'), categoryWords('ci-cd-tool')]).toEqual([
    '0 %',
    '80 %',
    '100 %',
    '“a”',
    'ci cd tool',
  ])
})

test.each([
  ['they share a queue', 'They share a queue.'],
  [' It ends? ', 'It ends?'],
  ['done!', 'Done!'],
  ['done.', 'Done.'],
  ['see a.b for more', 'See a.b for more.'],
])('"%s" as a sentence', (text, whole) => expect(sentence(text)).toBe(whole))

test.each([
  ['deliveryGuarantee', 'Delivery guarantee'],
  ['gpu', 'GPU'],
  ['maxGpuHours', 'Max GPU hours'],
  ['api.rate_limit-day', 'API rate limit day'],
  ['s3Storage', 'S3 storage'],
  ['sdkLanguages', 'SDK languages'],
])('%s is labelled %s', (key, label) => expect(labelOf(key)).toBe(label))
