// A table row from a finished shard's record. Usage: node bench/shard-rates.mjs MODEL FORMAT _shards/00000.json
import { readFileSync } from 'node:fs';

const [model, format, file] = process.argv.slice(2);
const shard = JSON.parse(readFileSync(file, 'utf8'));
const sum = (field) => shard.parts.reduce((total, part) => total + part[field], 0);
const seconds = (Date.parse(shard.cost.finished) - Date.parse(shard.cost.started)) / 1000;
const whole = (value) => Math.round(value).toLocaleString('en-US');
console.log(`| ${model} | ${format} | ${whole(sum('rows'))} | ${whole(sum('tokens'))} | ${seconds.toFixed(1)} | ${whole(sum('rows') / seconds)} | ${whole(sum('tokens') / seconds)} | ${shard.cost.cpuSeconds.toFixed(1)} | ${whole(shard.cost.peakMemoryBytes / 1e6)} |`);
