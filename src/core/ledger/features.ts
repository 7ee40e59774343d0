import { isFree } from '../catalogue.js'
import { judgeDatabase, judgeDelivery, judgeFormat, judgeGpu, judgeIde, judgeProtocol, judgeSpoken } from './facts.js'
import { judgeUsableFrom, judgeWrittenIn, languageId, USABLE_FROM_PHRASE, WRITTEN_IN_PHRASE } from './languages.js'
import { judgeLicence, judgeOpenSource, judgeOpenWeights, LICENCE_PHRASE } from './licences.js'
import { judgePrice, PRICE_PHRASE } from './money.js'
import { judgeManaged, judgeOffline, judgeRegion, judgeSelfHosted } from './places.js'
import type { RecordView } from './statements.js'
import { byMention, met, notMet, statementAt, UNKNOWN, type Verdict } from './verdict.js'

type Groups = Readonly<Record<string, string | undefined>>

/** A requirement that people phrase in a few ways and that records answer by a fact. */
export interface Feature {
  phrase: RegExp
  judge(record: RecordView, groups: Groups, phrase: string, need: string): Verdict
  /** The words stay in the need as well ("convert PDF to Markdown" is still what is to be done). */
  keeps?: true
}

function judgeFree(record: RecordView): Verdict {
  const statement = statementAt(record, 'pricing')
  const { pricing } = record.tool
  if (!pricing || !statement || pricing.model === 'unknown') return UNKNOWN
  return isFree(pricing) ? met(statement) : notMet(statement)
}

/** No account and no key: stated by `execution.auth`. */
function judgeNoAccount(record: RecordView): Verdict {
  const statement = statementAt(record, 'execution')
  const auth = record.tool.execution?.auth
  if (!statement || !auth) return UNKNOWN
  return auth === 'none' ? met(statement) : notMet(statement)
}

/** A boolean attribute when stated, else a mention. */
const flag =
  (name: string, pattern: RegExp) =>
  (record: RecordView): Verdict => {
    const stated = record.attribute(name)
    if (stated && typeof stated.value === 'boolean') {
      return stated.value ? met(stated.statement) : notMet(stated.statement)
    }
    return byMention(record, pattern)
  }

const mention =
  (pattern: RegExp): Feature['judge'] =>
  (record) =>
    byMention(record, pattern)

function judgeMultilingual(record: RecordView): Verdict {
  const count = record.attribute('languagesSupported')
  if (count && Number(count.value) > 1) return met(count.statement)
  return flag('multilingual', /\bmultilingual\b|\b(?:many|several|\d+) languages\b/i)(record)
}

/** Longest phrases first where one contains another; the first that finds a stretch of the need takes it. */
export const FEATURES: readonly Feature[] = [
  { phrase: PRICE_PHRASE, judge: judgePrice },
  { phrase: LICENCE_PHRASE, judge: (record, { family }) => judgeLicence(record, family!) },
  { phrase: /\bopen[- ]weights?\b/i, judge: judgeOpenWeights },
  { phrase: /\bopen[- ]sourced?\b|\bFOSS\b|\blibre\b/i, judge: judgeOpenSource },
  {
    phrase:
      /\bfree (?:tier|plan|version|to (?:use|start|try))\b|\b(?:for free|at no cost|no[- ]cost|zero[- ]cost|costs nothing|without paying)\b|(?<![-\w])free(?![-\w]| (?:text|form|up|of|from|space|memory)\b)/i,
    judge: judgeFree,
  },
  {
    phrase:
      /\b(?:without|no|needs no|with no) (?:an? )?(?:api[- ]?keys?|accounts?|sign-?ups?|registration|login|credentials)(?: needed| required)?\b/i,
    judge: judgeNoAccount,
  },
  { phrase: WRITTEN_IN_PHRASE, judge: (record, { language }) => judgeWrittenIn(record, languageId(language!)) },
  {
    phrase:
      /\bself[- ]host(?:ed|ing|able)?\b|\bon[- ]prem(?:ises|ise)?\b|\b(?:on|in) (?:our|my|your) own (?:servers?|hardware|infrastructure|cluster|data cent(?:er|re))\b|\bhost (?:it )?(?:our|my|your)sel(?:f|ves)\b/i,
    judge: judgeSelfHosted,
  },
  {
    phrase:
      /\b(?:works? |runs? )?(?:fully |completely )?offline\b|\bair[- ]gapped\b|\blocally\b|\bon (?:my|our|a|your) (?:own )?(?:laptop|machine|computer|desktop)\b|\bwithout (?:an? |the )?(?:internet|network|cloud)(?: connection| access)?\b|\bno (?:internet|network|cloud)\b|\blocal(?=$|,| and\b)/i,
    judge: judgeOffline,
  },
  {
    phrase:
      /\b(?:fully[- ])?managed\b|\bserverless\b|\bsaas\b|\bno (?:servers?|infrastructure) to (?:run|manage|operate)\b|\bwithout (?:running|managing|operating) (?:any |our own )?(?:servers?|infrastructure)\b|(?<!self[- ])\bhosted\b(?: service| version)?/i,
    judge: judgeManaged,
  },
  {
    phrase:
      /\b(?:in|for|with) (?:an? |the )?(?:EU|European?|Europe)\b(?: data)?(?: regions?| hosting| residency| data cent(?:er|re)s?)?|\bEU (?:data )?(?:region|hosting|residency|endpoint)\b/,
    judge: (record) => judgeRegion(record, 'EU'),
  },
  {
    phrase:
      /\b(?:in|for|with) (?:an? |the )?(?:US|USA|United States)\b(?: data)?(?: regions?| hosting)?|\bUS (?:data )?region\b/,
    judge: (record) => judgeRegion(record, 'US'),
  },
  {
    phrase: /\b(?:without|no|needs no|with no) (?:an? )?GPUs?\b(?: needed| required)?|\bCPU[- ]only\b/i,
    judge: (record) => judgeGpu(record, false),
  },
  {
    phrase: /\b(?:on|with|uses?|has|for) (?:an? |the )?(?:serverless )?GPUs?\b|\bGPUs?\b|\bCUDA\b/i,
    judge: (record) => judgeGpu(record, true),
    keeps: true,
  },
  { phrase: /\bSOC ?2(?: type (?:2|II|I|1))?\b/i, judge: mention(/\bSOC ?2?(?=\b)/) },
  { phrase: /\bHIPAA\b(?: (?:compliant|compliance|eligible))?/i, judge: mention(/\bHIPAA\b/) },
  { phrase: /\bGDPR\b(?: (?:compliant|compliance))?/i, judge: mention(/\bGDPR\b/) },
  { phrase: /\bISO ?27001\b(?: certified| certification)?/i, judge: mention(/\bISO ?27001\b|\bISO(?=,|$)/) },
  { phrase: /\bPCI(?:[- ]DSS)?\b/, judge: mention(/\bPCI\b/) },
  { phrase: /\bSSO\b|\bsingle sign-?on\b/i, judge: mention(/\bSSO\b|\bsingle sign-?on\b/i), keeps: true },
  { phrase: /\bSAML\b(?: 2\.0)?/, judge: mention(/\bSAML\b/) },
  { phrase: /\bSCIM\b/, judge: mention(/\bSCIM\b/) },
  {
    phrase: /\b(?:role[- ]based access(?: control)?|RBAC)\b/i,
    judge: mention(/\brole[- ]based\b|\bRBAC\b|\broles\b/i),
  },
  { phrase: /\bscal(?:es?|ing)[- ]to[- ]zero\b/i, judge: flag('scaleToZero', /\bscal\w+ to zero\b/i) },
  {
    phrase: /\bstreaming\b|\bstreams? (?:tokens|output|responses|results)\b/i,
    judge: flag('streaming', /\bstream(?:s|ed|ing)?\b/i),
    keeps: true,
  },
  { phrase: /\bmulti-?lingual\b/i, judge: judgeMultilingual, keeps: true },
  {
    phrase: /\b(?:exactly|at[- ]least|at[- ]most)[- ]once\b(?: delivery)?/i,
    judge: (record, _, phrase) => judgeDelivery(record, phrase),
  },
  {
    phrase:
      /\b(?:an? )?(?:over |via |through |with |by |as an? |speaks? )?(?<protocol>MCP|gRPC|WebSockets?|GraphQL|REST|HTTP|stdio|OpenAPI|MQTT(?: [\d.]+)?|AMQP)(?: (?:APIs?|servers?|endpoints?|access|interface|protocol|clients?|support))?(?![\w+-])/,
    judge: (record, { protocol }) => judgeProtocol(record, protocol!),
  },
  {
    phrase:
      /\b(?:in |for |inside )?(?<ide>VS ?Code|Visual Studio Code|JetBrains|IntelliJ|Neovim|Vim|Emacs|Xcode|Eclipse)\b(?: IDEs?| extension| plug-?in)?/i,
    judge: (record, { ide }) => judgeIde(record, ide!),
  },
  {
    phrase:
      /\b(?<format>PDF|DOCX|PPTX|XLSX|EPUB|HTML|Markdown|CSV|Parquet|Avro|XML|YAML|SRT|VTT|MP3|WAV|PNG|JPEG|TIFF|SVG)s?\b(?: (?<noun>files?|input|output|exports?|documents?))?/i,
    judge: (record, { format, noun }, phrase, need) => judgeFormat(record, format!, noun, phrase, need),
    keeps: true,
  },
  {
    phrase:
      /\b(?:in|into|from|for|to|with)? ?\b(?<language>English|French|German|Spanish|Italian|Portuguese|Dutch|Polish|Russian|Ukrainian|Turkish|Arabic|Hebrew|Hindi|Chinese|Japanese|Korean|Vietnamese|Swedish|Finnish|Danish|Norwegian|Greek|Czech)\b/,
    judge: (record, { language }) => judgeSpoken(record, language!),
    keeps: true,
  },
  {
    phrase:
      /\b(?:in|on|with|from|to|into|an?)? ?\b(?<database>PostgreSQL|Postgres|MySQL|MariaDB|MongoDB|SQLite|Oracle|Cassandra|SQL Server|DynamoDB|Redis)\b(?: databases?)?/i,
    judge: (record, { database }) => judgeDatabase(record, database!),
    keeps: true,
  },
  {
    phrase: /\b(?:in|inside) (?:the |a )?browsers?\b/i,
    judge: mention(/\bin(?:side)? (?:the |a )?browsers?\b|\bbrowser execution\b|\bWebAssembly\b/i),
    keeps: true,
  },
  {
    phrase: /\bon (?<system>Windows|macOS|Mac|Linux|iOS|Android)\b/i,
    judge: (record, { system }) =>
      byMention(record, new RegExp(`\\b${system!.replace(/^mac(?:os)?$/i, '(?:macOS|Mac|Apple)')}\\b`, 'i')),
    keeps: true,
  },
  { phrase: USABLE_FROM_PHRASE, judge: (record, { language }) => judgeUsableFrom(record, languageId(language!)) },
]
