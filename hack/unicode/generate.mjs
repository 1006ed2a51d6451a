// Writes src/Tokenizers/Unicode/UnicodeTables.g.cs: what Hugging Face's own tokenizer (npm package `tokenizers`, version in package.json) does with every
// code point, asked of the package itself, so that the tables hold the Unicode versions it was built with and not the one of this machine.
// Run: npm ci && node hack/unicode/generate.mjs
import { createRequire } from 'node:module'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
const { AddedToken, Tokenizer, WordPiece, bertNormalizer, bertPreTokenizer, lowercase, nfdNormalizer } = require('tokenizers')
const version = require('tokenizers/package.json').version
const target = fileURLToPath(new URL('../../src/Tokenizers/Unicode/UnicodeTables.g.cs', import.meta.url))

const scalars = []
for (let c = 0; c <= 0x10ffff; c++) if (c < 0xd800 || c > 0xdfff) scalars.push(c)
const text = String.fromCodePoint
const where = (predicate) => scalars.filter(predicate)

const only = (option) => {
  const off = { cleanText: false, handleChineseChars: false, stripAccents: false, lowercase: false }
  return bertNormalizer({ ...off, [option]: true })
}
const clean = only('cleanText')
const chinese = only('handleChineseChars')
const strip = only('stripAccents')
const lower = lowercase()
const nfd = nfdNormalizer()
const splitter = bertPreTokenizer()

const removed = where((c) => clean.normalizeString(text(c)) === '')
const whitespace = where((c) => splitter.preTokenizeString(text(c)).length === 0)
const ideographs = where((c) => chinese.normalizeString(text(c)) === ` ${text(c)} `)
const punctuation = where((c) => splitter.preTokenizeString(`a${text(c)}b`).length === 3)

const decompositions = new Map()
for (const c of scalars) {
  const result = nfd.normalizeString(text(c))
  if (result !== text(c) && !(c >= 0xac00 && c <= 0xd7a3)) decompositions.set(c, result)
}
const marks = where((c) => !decompositions.has(c) && strip.normalizeString(text(c)) === '')

const lowercased = new Map()
for (const c of scalars) {
  const result = lower.normalizeString(text(c))
  if (result !== text(c)) lowercased.set(c, result)
}

// A character has a combining class where it trades places with U+0345, whose class (240) is the highest. Sorting by "trades places with" gives the order of
// the classes; their numbers do not matter.
const trades = (a, b) => nfd.normalizeString(text(a, b)) === text(b, a)
const combining = where((c) => !decompositions.has(c) && c !== 0x345 && trades(0x345, c))
combining.push(0x345)
combining.sort((a, b) => (trades(a, b) ? 1 : trades(b, a) ? -1 : a - b))
const ranks = new Map()
combining.forEach((c, i) => {
  const before = combining[i - 1]
  ranks.set(c, i === 0 ? 1 : ranks.get(before) + (trades(c, before) ? 1 : 0))
})

// The classes \w and \s with which added tokens look at their neighbours: a token that must be a single word is found beside a character that is no part of
// a word, and a token that strips to its right takes a space along.
async function besideAddedToken(options, predicate) {
  const tokenizer = new Tokenizer(WordPiece.init({ '[UNK]': 0 }, { unkToken: '[UNK]' }))
  tokenizer.addAddedTokens([new AddedToken('\u2603', false, { normalized: false, ...options })])
  const found = []
  for (let i = 0; i < scalars.length; i += 8192) {
    const some = scalars.slice(i, i + 8192)
    const encodings = await tokenizer.encodeBatch(some.map((c) => `\u2603${text(c)}`), { addSpecialTokens: false })
    some.forEach((c, j) => predicate(encodings[j]) && found.push(c))
  }
  return found
}
const word = await besideAddedToken({ singleWord: true }, (e) => !e.getIds().includes(1))
const stripped = await besideAddedToken({ rightStrip: true }, (e) => e.getOffsets()[0][1] === 2)

// What the C# code takes for granted; a version of the package that breaks it must be looked at by a person.
const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i])
const check = (holds, what) => {
  if (!holds) throw new Error(`tokenizers ${version}: ${what}`)
}
const hangul = (c) => {
  const i = c - 0xac00
  const tail = i % 28
  return text(0x1100 + Math.floor(i / 588), 0x1161 + (Math.floor(i / 28) % 21)) + (tail ? text(0x11a7 + tail) : '')
}
check(same(stripped, whitespace), 'the white space of added tokens is not that of the pre-tokenizer')
for (let c = 0xac00; c <= 0xd7a3; c++) check(nfd.normalizeString(text(c)) === hangul(c), `Hangul syllable ${c.toString(16)} decomposes otherwise`)
const cleanSpaces = where((c) => clean.normalizeString(text(c)) === ' ')
const removedSet = new Set(removed)
check(same(cleanSpaces, whitespace.filter((c) => !removedSet.has(c))), 'cleaning does not turn exactly the kept white space into spaces')
for (const [c, result] of decompositions) check(!result.includes(' ') && nfd.normalizeString(result) === result, `decomposition of ${c.toString(16)}`)

// Writing
const hex = (c) => `0x${c.toString(16).toUpperCase()}`
function wrapped(items, indent, width = 140) {
  const lines = []
  let line = ''
  for (const item of items) {
    const next = line ? `${line} ${item}` : item
    if (line && indent + next.length > width) {
      lines.push(line)
      line = item
    } else line = next
  }
  if (line) lines.push(line)
  return lines.map((l) => ' '.repeat(indent) + l).join('\n')
}
function ranges(list) {
  const result = []
  for (const c of list) {
    const last = result.at(-1)
    if (last && last[1] === c - 1) last[1] = c
    else result.push([c, c])
  }
  return result
}
const rangeTable = (name, summary, list) => `    /// <summary>${summary}</summary>
    internal static ReadOnlySpan<int> ${name} =>
    [
${wrapped(ranges(list).map(([a, b]) => `${hex(a)}, ${hex(b)},`), 8)}
    ];
`
function rankTable() {
  const runs = []
  for (const c of [...ranks.keys()].sort((a, b) => a - b)) {
    const last = runs.at(-1)
    if (last && last[1] === c - 1 && last[2] === ranks.get(c)) last[1] = c
    else runs.push([c, c, ranks.get(c)])
  }
  return runs.map(([a, b, rank]) => `${hex(a)}, ${hex(b)}, ${rank},`)
}
const escaped = (s) => [...s].map((ch) => {
  const c = ch.codePointAt(0)
  if (c > 0x20 && c < 0x7f && ch !== '"' && ch !== '\\') return ch
  return c > 0xffff ? `\\U${c.toString(16).toUpperCase().padStart(8, '0')}` : `\\u${c.toString(16).toUpperCase().padStart(4, '0')}`
}).join('')
function mapTable(map) {
  // Entries are parted by a space, which no mapping holds: first the character, then what becomes of it.
  const lines = []
  let line = ''
  for (const [c, result] of map) {
    const entry = `${escaped(text(c) + result)} `
    if (line.length + entry.length > 118) {
      lines.push(line)
      line = ''
    }
    line += entry
  }
  lines.push(line.trimEnd())
  return lines.map((l) => `        "${l}"`).join(' +\n')
}

const source = `// <auto-generated>
// By hack/unicode/generate.mjs from the behaviour of npm tokenizers ${version}. Do not edit; run it again.
// </auto-generated>
#nullable enable
namespace TextOps.Tokenizers.Unicode;

/// <summary>What Hugging Face's tokenizer knows about characters. Ranges are pairs of first and last code point, both inclusive.</summary>
internal static class UnicodeTables
{
${rangeTable('Removed', "What <c>clean_text</c> removes.", removed)}
${rangeTable('Whitespace', 'What <c>clean_text</c> turns into a space, pre-tokenizers part words at and added tokens strip.', whitespace)}
${rangeTable('Ideographs', 'What <c>handle_chinese_chars</c> puts spaces around.', ideographs)}
${rangeTable('Marks', 'Non-spacing marks, which <c>strip_accents</c> removes.', marks)}
${rangeTable('Punctuation', 'What the BERT pre-tokenizer makes a word of its own.', punctuation)}
${rangeTable('Word', 'Parts of a word (<c>\\w</c>), for added tokens that must be single words.', word)}
    /// <summary>Triples of first and last code point and the rank (from 1) of their canonical combining class; all others have class 0.</summary>
    internal static ReadOnlySpan<int> CombiningRanks =>
    [
${wrapped(rankTable(), 8)}
    ];

    /// <summary>Full canonical decompositions but Hangul's: entries parted by a space, each the character and what it becomes.</summary>
    internal const string Decompositions =
${mapTable(decompositions)};

    /// <summary>Lower case where it differs: entries parted by a space, each the character and what it becomes.</summary>
    internal const string Lowercase =
${mapTable(lowercased)};
}
`
writeFileSync(target, source)
const counts = { removed, whitespace, ideographs, marks, punctuation, word, combining }
for (const [name, list] of Object.entries(counts)) console.log(`${name}: ${list.length} code points, ${ranges(list).length} ranges`)
console.log(`decompositions: ${decompositions.size}; lower case: ${lowercased.size}; combining classes: ${Math.max(...ranks.values())}`)
