// Hugging Face's own tokenizer behind a line protocol: each line on stdin is {"file", "special", "texts"}, each line on stdout the list of [ids, offsets],
// one for each text; offsets are start, end, start, end … in UTF-16 units. With "pairs" (lists of two texts) and "maxTokens" instead of "texts" each answer is
// [ids, type ids], truncated by longest_first.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

const { Tokenizer } = createRequire(import.meta.url)('tokenizers')
const tokenizers = new Map()

function load(file) {
  if (!tokenizers.has(file)) {
    const tokenizer = Tokenizer.fromFile(file)
    tokenizer.disableTruncation()
    tokenizer.disablePadding()
    tokenizers.set(file, tokenizer)
  }
  return tokenizers.get(file)
}

// The package counts code points.
function toUtf16(text, offsets) {
  const flat = offsets.flat()
  if (!/[\ud800-\udfff]/.test(text)) return flat
  const starts = [0]
  for (const c of text) starts.push(starts.at(-1) + c.length)
  return flat.map((offset) => starts[offset])
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer
  try {
    const { file, special, texts, pairs, maxTokens } = JSON.parse(line)
    if (pairs) {
      const tokenizer = load(file)
      tokenizer.setTruncation(maxTokens, { strategy: 'LongestFirst' })
      const joined = await Promise.all(pairs.map(([first, second]) => tokenizer.encode(first, second, { addSpecialTokens: true })))
      tokenizer.disableTruncation()
      process.stdout.write(JSON.stringify(joined.map((encoding) => [encoding.getIds(), encoding.getTypeIds()])) + '\n')
      continue
    }
    const encodings = await load(file).encodeBatch(texts, { addSpecialTokens: special })
    answer = encodings.map((encoding, i) => [encoding.getIds(), toUtf16(texts[i], encoding.getOffsets())])
  } catch (error) {
    answer = { error: String(error) }
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
}
