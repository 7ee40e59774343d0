import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clausesOf } from '../../../src/core/text/clauses.js'
import { foldAccents, joinedIdentifier, spacedName, stemOf, wordsOf } from '../../../src/core/text/words.js'

describe('wordsOf', () => {
  it.each([
    ['getWeatherForecast', ['get', 'weather', 'forecast']],
    ['parseHTMLPage', ['parse', 'html', 'page']],
    ['math.quadratic_roots', ['math', 'quadratic', 'roots']],
    ['GET /albums/{id}/tracks', ['get', 'albums', 'id', 'tracks']],
    ['Zürich café', ['zurich', 'cafe']],
    ["Don't read Ann's mail", ['don', 'read', 'ann', 'mail']],
    ['查询天气', ['查询', '询天', '天气']],
    ['天気予報を見る weather', ['天気', '気予', '予報', '報を', 'を見', '見る', 'weather']],
    ['ガス', ['ガス']],
    ['날씨 예보', ['날씨', '예보']],
    ['word2vec and s3', ['word2vec', 'and', 's3']],
    ['', []],
  ])('%s', (text, words) => expect(wordsOf(text)).toEqual(words))

  it('gives only lower-cased words without spaces or punctuation, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        for (const word of wordsOf(text)) {
          expect(word).toMatch(/^[\p{L}\p{N}\p{M}ー]+$/u)
          expect(word.length).toBeLessThanOrEqual(40)
        }
      }),
      { seed: 1 },
    )
  })

  it('is not changed by a second folding', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        expect(foldAccents(foldAccents(text))).toBe(foldAccents(text))
      }),
      { seed: 2 },
    )
  })
})

describe('names', () => {
  it('joins an identifier of several parts, and nothing else', () => {
    expect(joinedIdentifier('get_weather')).toBe('getweather')
    expect(joinedIdentifier('getWeather')).toBe('getweather')
    expect(joinedIdentifier('weather')).toBeUndefined()
    expect(joinedIdentifier('get weather')).toBeUndefined()
  })

  it.each([
    ['math.getQuadratic_roots', 'math get Quadratic roots'],
    ['a::b--c', 'a b c'],
    ['/v1/items#list', 'v1 items list'],
  ])('%s is spaced for the embedder', (name, spaced) => expect(spacedName(name)).toBe(spaced))

  it('stems words of letters only', () => {
    expect(stemOf('running')).toBe('run')
    expect(stemOf('mp3s')).toBe('mp3s')
  })
})

describe('clausesOf', () => {
  it.each([
    ['Translate this page and then send the summary to Slack', ['Translate this page', 'send the summary to Slack']],
    ['Resize my photos, compress the result', ['Resize my photos', 'compress the result']],
    ['translate a page', []],
    ['read and write', []],
    // "it" and "to" say nothing of what is wanted: no second need
    ['Resize my photos, and do it to them', []],
    ['the cost is 3.5 dollars per call', []],
  ])('%s', (query, clauses) => expect(clausesOf(query)).toEqual(clauses))

  it('never gives one clause, nor more than eight', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('find', 'maps', 'and', ',', 'then', 'photos', '.', 'the')), (words) => {
        const { length } = clausesOf(words.join(' '))
        expect(length === 0 || (length >= 2 && length <= 8)).toBe(true)
      }),
      { seed: 3 },
    )
  })
})
