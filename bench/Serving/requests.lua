-- For wrk: sends the bodies of file BODIES (a JSON document a line) to the path of the URL, each thread from a place of its own, and prints one line of results:
-- requests, seconds, p50, p99 and the longest in milliseconds, answers that were not 200, connections that broke.
local bodies, at = {}, 0
local threads = 0

function setup(thread)
  thread:set("offset", threads * 977)
  threads = threads + 1
end

function init(args)
  for line in io.lines(os.getenv("BODIES")) do bodies[#bodies + 1] = line end
  at = offset
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
end

function request()
  at = at % #bodies + 1
  return wrk.format(nil, nil, nil, bodies[at])
end

function done(summary, latency, requests)
  local broken = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format("RESULT %d %.3f %.3f %.3f %.3f %d %d\n", summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3, summary.errors.status, broken))
end
