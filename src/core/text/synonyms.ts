/**
 * Abbreviations of this field, each before what it stands for. Curated by hand: an entry is here because people type one form and
 * catalogues write the other, and because no other common meaning of the short form would bring in the wrong capabilities.
 */
const GROUPS: readonly (readonly string[])[] = [
  ['k8s', 'kubernetes'],
  ['kubernetes', 'k8s'],
  ['ocr', 'optical character recognition'],
  ['rag', 'retrieval augmented generation'],
  ['sso', 'single sign on'],
  ['tts', 'text to speech', 'speech synthesis'],
  ['stt', 'speech to text', 'speech recognition', 'transcription'],
  ['asr', 'automatic speech recognition', 'speech recognition'],
  ['llm', 'large language model'],
  ['nlp', 'natural language processing'],
  ['ner', 'named entity recognition'],
  ['mcp', 'model context protocol'],
  ['sdk', 'software development kit'],
  ['cli', 'command line', 'command line interface'],
  ['gui', 'graphical user interface'],
  ['ide', 'integrated development environment'],
  ['ci', 'continuous integration'],
  ['cd', 'continuous deployment', 'continuous delivery'],
  ['iac', 'infrastructure as code'],
  ['iam', 'identity and access management'],
  ['mfa', 'multi factor authentication'],
  ['2fa', 'two factor authentication'],
  ['otp', 'one time password'],
  ['rbac', 'role based access control'],
  ['orm', 'object relational mapper', 'object relational mapping'],
  ['db', 'database'],
  ['etl', 'extract transform load', 'data pipeline'],
  ['cdc', 'change data capture'],
  ['olap', 'analytical queries'],
  ['vm', 'virtual machine'],
  ['vpc', 'virtual private cloud'],
  ['vpn', 'virtual private network'],
  ['cdn', 'content delivery network'],
  ['dns', 'domain name system'],
  ['tls', 'transport layer security', 'ssl'],
  ['s3', 'object storage'],
  ['faas', 'serverless functions'],
  ['repo', 'repository'],
  ['repos', 'repositories'],
  ['pr', 'pull request'],
  ['prs', 'pull requests'],
  ['env', 'environment'],
  ['config', 'configuration'],
  ['auth', 'authentication'],
  ['js', 'javascript'],
  ['py', 'python'],
  ['postgres', 'postgresql'],
  ['postgresql', 'postgres'],
  ['mongo', 'mongodb'],
  ['gha', 'github actions'],
  ['gcp', 'google cloud platform', 'google cloud'],
  ['aws', 'amazon web services'],
  ['seo', 'search engine optimization'],
  ['crm', 'customer relationship management'],
  ['erp', 'enterprise resource planning'],
  ['kpi', 'key performance indicator'],
  ['xlsx', 'excel spreadsheet'],
  ['docx', 'word document'],
  ['pptx', 'powerpoint presentation'],
  ['slides', 'presentation'],
  ['img', 'image'],
  ['pic', 'picture'],
  ['vid', 'video'],
  ['subtitles', 'captions'],
  ['captions', 'subtitles'],
  ['i18n', 'internationalization', 'translation'],
  ['l10n', 'localization'],
  ['a11y', 'accessibility'],
  ['o11y', 'observability'],
  ['apm', 'application performance monitoring'],
  ['gpu', 'graphics processing unit'],
  ['vlm', 'vision language model'],
  ['t2i', 'text to image', 'image generation'],
  ['t2v', 'text to video', 'video generation'],
  ['lora', 'low rank adaptation'],
  ['sft', 'supervised fine tuning'],
  ['rlhf', 'reinforcement learning from human feedback'],
  ['knn', 'nearest neighbours', 'nearest neighbor search'],
  ['pii', 'personal data', 'personally identifiable information'],
  ['gdpr', 'data protection'],
  ['sbom', 'software bill of materials'],
  ['cve', 'vulnerability'],
  ['sast', 'static code analysis'],
  ['wasm', 'webassembly'],
  ['regex', 'regular expression'],
  ['cron', 'scheduled jobs'],
  ['todo', 'task list'],
  ['fx', 'currency exchange'],
  ['ml', 'machine learning'],
  ['eda', 'exploratory data analysis'],
]

export interface Synonym {
  /** Folded words. */
  words: readonly string[]
  /** The short form of something the text spells out: a word to look for, but nothing that an embedding model would know better. */
  short: boolean
}

/** Folded words, joined by spaces → what stands for them. */
const TABLE = new Map<string, Synonym[]>()
/** First word of such a phrase → words in the longest that begins with it. */
const LONGEST = new Map<string, number>()
const put = (from: string, to: string, short: boolean) => {
  TABLE.set(from, [...(TABLE.get(from) ?? []), { words: to.split(' '), short }])
  const words = from.split(' ')
  LONGEST.set(words[0]!, Math.max(words.length, LONGEST.get(words[0]!) ?? 0))
}
for (const [first, ...others] of GROUPS) {
  for (const other of others) {
    put(first!, other, false)
    // back from phrases only ("image" is not helped by "img"), and never across: two long forms are not always the same thing
    if (other.includes(' ')) put(other, first!, true)
  }
}

/** What stands for a word or phrase of a text, in order of the text; [] when nothing does. */
export function synonymsOf(words: readonly string[]): Synonym[] {
  const found: Synonym[] = []
  for (let from = 0; from < words.length; from++) {
    const longest = Math.min(LONGEST.get(words[from]!) ?? 0, words.length - from)
    for (let length = 1; length <= longest; length++) {
      found.push(...(TABLE.get(words.slice(from, from + length).join(' ')) ?? []))
    }
  }
  return found
}
