/** Words that carry no content of their own, for comparing sentences. */
const LIGHT = new Set(
  'a an and are as at be by can do does for from has have how i in into is it its me my of on or our so that the their them then this to up us was we what when where which who will with without you your'.split(
    ' ',
  ),
)

/** Lower-case words of a text, punctuation left out. */
export const wordsIn = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

/** Words that carry content, in order. */
export const contentWords = (text: string): string[] => wordsIn(text).filter((word) => !LIGHT.has(word))

/** The words of a text as one line, for comparing texts whatever their punctuation. */
export const folded = (text: string): string => wordsIn(text).join(' ')

export const sentencesIn = (text: string): string[] => text.split(/(?<=[.!?])\s+|\n+/).filter((one) => one !== '')
