// Writes N lines of JSON ({"id", "text"}) made of one to three sentences of the sample tickets each; the same N gives the same bytes.
// Usage: node bench/corpus.mjs N > corpus.jsonl
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const count = Number(process.argv[2]);
if (!Number.isInteger(count) || count < 1) {
  console.error('usage: node bench/corpus.mjs N > corpus.jsonl');
  process.exit(2);
}

const tickets = fileURLToPath(new URL('../config/samples/data/tickets.jsonl', import.meta.url));
const sentences = [];
for await (const line of createInterface({ input: createReadStream(tickets) })) {
  for (const sentence of JSON.parse(line).text.split(/(?<=[.!?])\s+/)) {
    if (sentence.length >= 20 && sentence.length <= 200) sentences.push(sentence);
  }
}

// xorshift32: small, seeded, the same everywhere.
let state = 2463534242;
const next = (limit) => {
  state ^= state << 13; state >>>= 0;
  state ^= state >>> 17;
  state ^= state << 5; state >>>= 0;
  return state % limit;
};

let buffer = '';
for (let row = 0; row < count; row++) {
  const text = Array.from({ length: 1 + next(3) }, () => sentences[next(sentences.length)]).join(' ');
  buffer += JSON.stringify({ id: `r${row}`, text: `${text} Case ${row}.` }) + '\n';
  if (buffer.length > 1 << 20) {
    if (!process.stdout.write(buffer)) await new Promise((resolve) => process.stdout.once('drain', resolve));
    buffer = '';
  }
}
process.stdout.write(buffer);
