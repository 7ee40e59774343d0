/** Praise that says nothing about what a tool does. It is dropped with its article, the sentence stays. */
const PRAISE =
  /\b(an? |the )?(?:(?:(?:world'?s?|industry'?s?|market'?s?)[ -](?:most \w{1,20}|best|leading|first|fastest|class)|#1|number one|best[ -]in[ -]class|state[ -]of[ -]the[ -]art|cutting[ -]edge|next[ -]gen(?:eration)?|award[ -]winning|game[ -]chang(?:ing|er)|revolutionary|ground-?breaking|unparalleled|unrivall?ed|unmatched|unbeatable|incredibl[ey]|amazing(?:ly)?|awesome|blazing(?:ly)?[ -](?:fast|quick)|lightning[ -]fast|super[ -]?fast|seamless(?:ly)?|effortless(?:ly)?|powerful|robust|magical(?:ly)?|delightful|enterprise[ -]grade|ultimate|most (?:powerful|advanced|popular|complete|trusted|comprehensive|effective)|best (?:tool|function|choice|solution) for this purpose|(?:trusted|recommended|endorsed|approved) by (?:openai|anthropic|google|microsoft|meta|amazon|chatgpt|claude)|(?:trusted|used|loved) by (?:over |more than )?[\d,.]{1,12}[km]?\+? (?:companies|developers|teams|users|customers|people)|(?:trusted|loved) by (?:thousands|millions|developers|teams|[\d,.]{1,10}k?\+?)(?: of)?(?: (?:companies|developers|teams|users|customers))?)\b,? ?(?:and )?)+(\w)?/gi

/** Sentences that call to buy or join. */
const CALL =
  /(?:^|(?<=[.!?]\s)|(?<=\n))(?:sign up|get started|try (?:it|us|now|for free|today)|start (?:your|for) free|join (?:us|thousands|millions|our)|book a demo|contact (?:us|sales)|learn more|subscribe|don'?t miss|buy now|download now|upgrade (?:now|today)|star us|follow us)\b[^.!?\n]{0,200}[.!?]*/gi

/**
 * The text without praise and calls to action: what is left is what a tool can be ranked on. The difference in score
 * between the two is its wording sensitivity.
 */
export function stripBoasts(text: string): string {
  const plain = text
    .replace(CALL, '')
    .replace(PRAISE, (_, article = '', next = '') => articleBefore(article, next) + next)
  if (plain === text) return text
  return plain
    .replace(/[^\S\n]{2,}/g, ' ')
    .replace(/(?<! ) +([.,;:!?])/g, '$1')
    .replace(/^[\s,;:.]+|\s+$/g, '')
}

/** A powerful editor → an editor. */
function articleBefore(article: string, next: string): string {
  if (next === '') return ''
  if (!/^an? $/i.test(article)) return article
  return `${article[0]}${/[aeiou]/i.test(next) ? 'n' : ''} `
}
