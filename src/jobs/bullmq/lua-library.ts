import { leaseExpired } from "../refusals.ts";
import { priorities } from "../job.ts";

/**
 * What all our scripts share. Beside BullMQ's own keys (`prioritized`, `delayed`, `waiting-children`, `active`,
 * `completed`, `failed`, a hash for each job), the queue keeps what BullMQ does not have, under `dgx:`
 *
 * - in a job's hash: state, score, lane, client, group, attempts, most (tries in all), times, lease, failure, `after`;
 * - `pending`, `running`, `ended`: the jobs in the order of a list; `places`: the unfinished ones by score;
 * - `ready:LANE`: the jobs of a lane that may be claimed; `leases` by the time they end;
 * - `unmet:ID` and `dependents:ID`: what a job waits for, and what waits for it; `group:` and `client:` sets; counters;
 * - `changes`: a stream of what changed, for those who watch.
 *
 * A score is BullMQ's: its priority number (1 is first) times 2^32, plus the place among the jobs of that priority. Its
 * scripts count places up from 0; ours begin in the middle, so that there is room on both sides for any number of moves.
 *
 * `put` moves a job from one state to another in all of these, BullMQ's included, and may be run after one of BullMQ's
 * scripts has done its part. Time is the server's: the clocks of a farm's machines differ.
 *
 * `allow-oom`: our part of a transaction must not be refused where BullMQ's was done.
 */
const library = `#!lua flags=allow-oom
local call, P = redis.call, ARGV[1]
local D = P .. 'dgx:'
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local band, middle = 4294967296, 2147483648
local heldScore = 9007199254740991
local isPending = { queued = true, waiting = true, paused = true }

local function field(id, name)
  return call('HGET', P .. id, 'dgx:' .. name) or nil
end
local function numberOf(id, name)
  return tonumber(field(id, name))
end
local function set(id, ...)
  local pairs = { ... }
  for index = 1, #pairs, 2 do call('HSET', P .. id, 'dgx:' .. pairs[index], pairs[index + 1]) end
end
local function unset(id, ...)
  for _, name in ipairs({ ... }) do call('HDEL', P .. id, 'dgx:' .. name) end
end
local function tell(...)
  call('XADD', D .. 'changes', 'MAXLEN', '~', 10000, '*', ...)
end
local function stored(id)
  return call('HGETALL', P .. id)
end

local function leave(id)
  local known = call('HMGET', P .. id, 'dgx:state', 'dgx:lane', 'dgx:client')
  local state, lane, client = known[1], known[2], known[3]
  if not state then return end
  call('HINCRBY', D .. 'counts', state, -1)
  if isPending[state] then
    call('HINCRBY', D .. 'queuedBy', client, -1)
    for _, name in ipairs({ 'dgx:pending', 'dgx:places', 'dgx:ready:' .. lane, 'prioritized', 'delayed', 'waiting-children' }) do
      call('ZREM', P .. name, id)
    end
  elseif state == 'running' then
    call('HINCRBY', D .. 'runningBy', client, -1)
    for _, name in ipairs({ 'running', 'leases', 'places' }) do call('ZREM', D .. name, id) end
    call('LREM', P .. 'active', 0, id)
    call('DEL', P .. id .. ':lock')
    call('SREM', P .. 'stalled', id)
  else
    for _, name in ipairs({ 'dgx:ended', 'completed', 'failed' }) do call('ZREM', P .. name, id) end
  end
end

local function enter(id, state)
  set(id, 'state', state)
  call('HINCRBY', D .. 'counts', state, 1)
  local client = field(id, 'client')
  if isPending[state] then
    local score = field(id, 'score')
    call('HINCRBY', D .. 'queuedBy', client, 1)
    call('ZADD', D .. 'pending', score, id)
    call('ZADD', D .. 'places', score, id)
    if state == 'waiting' then call('ZADD', P .. 'waiting-children', now, id)
    elseif state == 'paused' then call('ZADD', P .. 'delayed', heldScore, id)
    else
      local notBefore = numberOf(id, 'notBefore')
      if notBefore and notBefore > now then call('ZADD', P .. 'delayed', notBefore * 4096, id)
      else
        unset(id, 'notBefore')
        call('ZADD', P .. 'prioritized', score, id)
        call('ZADD', D .. 'ready:' .. field(id, 'lane'), score, id)
      end
    end
  elseif state == 'running' then
    call('HINCRBY', D .. 'runningBy', client, 1)
    call('ZADD', D .. 'running', field(id, 'started'), id)
    call('ZADD', D .. 'leases', field(id, 'leaseEnds'), id)
    call('ZADD', D .. 'places', field(id, 'score'), id)
  else
    call('ZADD', D .. 'ended', field(id, 'ended'), id)
    call('ZADD', P .. (state == 'done' and 'completed' or 'failed'), field(id, 'ended'), id)
  end
  tell('id', id)
end

local function put(id, state)
  leave(id)
  enter(id, state)
end

local function bandOf(priority)
  return (${priorities.most + 1} - priority) * band
end
local function lastScore(priority)
  local low = bandOf(priority)
  local last = call('ZREVRANGEBYSCORE', D .. 'places', low + band - 1, low, 'WITHSCORES', 'LIMIT', 0, 1)
  return tonumber(last[2]) or low + middle
end
local function firstScore(priority)
  local low = bandOf(priority)
  local first = call('ZRANGEBYSCORE', D .. 'places', low, low + band - 1, 'WITHSCORES', 'LIMIT', 0, 1)
  return tonumber(first[2]) or low + middle
end
local function priorityOf(id)
  return ${priorities.most + 1} - tonumber(call('HGET', P .. id, 'priority'))
end

local function putBack(id, attempts, notBefore)
  set(id, 'attempts', attempts)
  unset(id, 'worker', 'token', 'leaseEnds', 'progress', 'cancelling', 'started', 'notBefore')
  if notBefore then set(id, 'notBefore', notBefore) end
  put(id, 'queued')
end

local function fill(words, first, second)
  local values = { ['\\1'] = first, ['\\2'] = second }
  return (string.gsub(words, '[\\1\\2]', values))
end
local function inheritedFailure(id)
  local state, failure = field(id, 'state'), field(id, 'failure')
  if state == 'cancelled' then
    return cjson.encode({ code = 'dependency-cancelled', message = fill('Job \\1, which had to be done first, was cancelled', id) })
  end
  if state ~= 'failed' then return nil end
  local told = cjson.decode(failure)
  if told.code == 'dependency-failed' or told.code == 'dependency-cancelled' then return failure end
  local message = fill('Job \\1, which had to be done first, failed: \\2', id, told.message)
  return cjson.encode({ code = 'dependency-failed', message = message })
end

local function endOne(id, state, failure)
  set(id, 'ended', now)
  call('HSET', P .. id, 'finishedOn', now)
  if failure then
    set(id, 'failure', failure)
    call('HSET', P .. id, 'failedReason', cjson.decode(failure).message)
  elseif state == 'cancelled' then
    call('HSET', P .. id, 'failedReason', 'cancelled')
  end
  unset(id, 'notBefore', 'leaseEnds', 'progress', 'cancelling')
  put(id, state)
end
local function endBadly(id, state, failure)
  endOne(id, state, failure)
  local inherited = inheritedFailure(id)
  local ids = { id }
  while #ids > 0 do
    local next = table.remove(ids)
    for _, dependent in ipairs(call('SMEMBERS', D .. 'dependents:' .. next)) do
      local waiting = field(dependent, 'state')
      if waiting == 'waiting' or waiting == 'paused' then
        endOne(dependent, 'failed', inherited)
        table.insert(ids, dependent)
      end
    end
  end
end
local function endDone(id)
  endOne(id, 'done')
  for _, dependent in ipairs(call('SMEMBERS', D .. 'dependents:' .. id)) do
    call('SREM', D .. 'unmet:' .. dependent, id)
    if field(dependent, 'state') == 'waiting' and call('SCARD', D .. 'unmet:' .. dependent) == 0 then
      put(dependent, 'queued')
    end
  end
  call('DEL', D .. 'dependents:' .. id)
end

local function isHeld(id, token)
  local held = call('HMGET', P .. id, 'dgx:state', 'dgx:token')
  return held[1] == 'running' and held[2] == token
end

local function expiredLeases()
  return call('ZRANGEBYSCORE', D .. 'leases', '-inf', now, 'LIMIT', 0, 1000)
end
local function dueJobs()
  return call('ZRANGEBYSCORE', P .. 'delayed', '-inf', (now + 1) * 4096 - 1, 'LIMIT', 0, 1000)
end
local function recover()
  local expired = expiredLeases()
  for _, id in ipairs(expired) do
    local attempts = numberOf(id, 'attempts')
    local message = fill(${JSON.stringify(leaseExpired("\u0001").message).replaceAll("\\u0001", "\\1")}, field(id, 'worker'))
    local failure = cjson.encode({ code = '${leaseExpired("").code}', message = message })
    if field(id, 'cancelling') then endBadly(id, 'cancelled')
    elseif attempts >= numberOf(id, 'most') then endBadly(id, 'failed', failure)
    else
      set(id, 'failure', failure)
      putBack(id, attempts)
    end
  end
  return #expired
end
local function admitDue()
  for _, id in ipairs(dueJobs()) do
    unset(id, 'notBefore')
    put(id, 'queued')
  end
end

-- The job of these lanes that is next: the lowest score whose client may run another one.
local function nextReady(lanes, maxRunning)
  local best, bestScore
  for _, lane in ipairs(lanes) do
    local from, size = 0, maxRunning and 100 or 1
    repeat
      local found = call('ZRANGE', D .. 'ready:' .. lane, from, from + size - 1, 'WITHSCORES')
      local isSettled = not maxRunning or #found < 2 * size
      for index = 1, #found, 2 do
        local id, score = found[index], tonumber(found[index + 1])
        if best and score >= bestScore then
          isSettled = true
          break
        end
        local running = maxRunning and tonumber(call('HGET', D .. 'runningBy', field(id, 'client'))) or 0
        if not maxRunning or running < maxRunning then
          best, bestScore, isSettled = id, score, true
          break
        end
      end
      from = from + size
    until isSettled
  end
  return best
end
`;

/** A script of ours: the library, then `body`, whose ARGV[1] is the prefix of all keys. */
export function script(body: string): string {
  return `${library}\n${body}`;
}
