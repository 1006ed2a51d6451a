// Sends one request after the other on so many connections until SIGINT, or for at most so many seconds, and prints what came of them: what wrk does, where there is none.
// Usage: node load.mjs URL BODY CONNECTIONS SECONDS
import http from 'node:http';

const [url, body, connections, seconds] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: Number(connections) });
const started = process.hrtime.bigint();
let requests = 0, other = 0, broken = 0, ends = false;

const stop = () => { ends = true; };
process.on('SIGINT', stop);
setTimeout(stop, 1000 * Number(seconds)).unref();

function ask() {
  return new Promise(resolve => {
    const request = http.request(url, { agent, method: 'POST', headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } }, answer => {
      answer.on('error', () => { broken++; resolve(); });
      answer.on('end', () => {
        requests++;
        if (answer.statusCode < 200 || answer.statusCode > 299) other++;
        resolve();
      });
      answer.resume();
    });
    request.on('error', () => { broken++; resolve(); });
    request.end(body);
  });
}

await Promise.all(Array.from({ length: Number(connections) }, async () => { while (!ends) await ask(); }));
agent.destroy();
console.log(`  ${requests} requests in ${(Number(process.hrtime.bigint() - started) / 1e9).toFixed(2)}s`);
console.log(`requests: ${requests}, answers other than 2xx: ${other}, broken connections: ${broken}`);
