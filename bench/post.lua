-- wrk's script: posts $BENCH_BODY again and again; says how many, in how long, and the latencies in us.
local file = assert(io.open(os.getenv("BENCH_BODY"), "rb"))
wrk.method = "POST"
wrk.body = file:read("*a")
file:close()
wrk.headers["content-type"] = "application/json"
wrk.headers["authorization"] = "Bearer any"
wrk.headers["x-api-key"] = "any"
wrk.headers["anthropic-version"] = "2023-06-01"

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("WRK req=%d us=%d p50=%.1f p99=%.1f err=%d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
