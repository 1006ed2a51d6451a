// Turns a text a line on standard input into a request body a line. Usage: node bodies.mjs predict FIELD | embeddings
import { createInterface } from 'node:readline';

const [form, field] = process.argv.slice(2);
const body = { predict: (text) => ({ [field]: text }), embeddings: (text) => ({ input: text }) }[form];
if (!body) {
  console.error('usage: node bodies.mjs predict FIELD | embeddings');
  process.exit(2);
}
for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(body(line)));
