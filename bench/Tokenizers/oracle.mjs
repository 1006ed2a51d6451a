// Times Hugging Face's tokenizer on one thread: arguments are tokenizer.json, text file and rounds; each line of the file is a text. Prints a line of JSON:
// tokens of a round and the seconds of each round.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'

process.env.TOKENIZERS_PARALLELISM = 'false'
process.env.RAYON_NUM_THREADS = '1'
const { Tokenizer } = createRequire(import.meta.url)('tokenizers')
const [file, textFile, rounds] = process.argv.slice(2)
const texts = readFileSync(textFile, 'utf8').split('\n')
const tokenizer = Tokenizer.fromFile(file)
tokenizer.disableTruncation()
tokenizer.disablePadding()

const seconds = []
let tokens = 0
for (let round = 0; round <= Number(rounds); round++) {
  const start = process.hrtime.bigint()
  const encodings = await tokenizer.encodeBatch(texts, { addSpecialTokens: true })
  const elapsed = Number(process.hrtime.bigint() - start) / 1e9
  tokens = encodings.reduce((sum, encoding) => sum + encoding.getLength(), 0)
  if (round > 0) seconds.push(elapsed)
}
console.log(JSON.stringify({ tokens, seconds }))
