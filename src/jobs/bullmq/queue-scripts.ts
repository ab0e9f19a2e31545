import { script } from "./lua-library.ts";

/**
 * Our scripts by name. Those that end in "Begin" and "End" stand in one MULTI with a script of BullMQ's between them:
 * the first decides and says so in `dgx:step`, BullMQ does its part (or refuses, and changes nothing), and the last looks
 * at what came of it and brings our side in line. Arguments are listed behind the prefix.
 */
export const queueScripts = {
  /** jobs (JSON), maxQueued: answers "ok", or why not; BullMQ adds them in any case, and addEnd takes them away again. */
  addBegin: script(`
    local jobs, maxQueued = cjson.decode(ARGV[2]), tonumber(ARGV[3])
    local fresh, seen, counts = {}, {}, {}
    local refusal
    for _, job in ipairs(jobs) do
      if not seen[job.id] and not field(job.id, 'state') then
        for _, dependency in ipairs(job.after) do
          if not refusal and not seen[dependency] and not field(dependency, 'state') then
            refusal = { 'unknown-dependency', job.id, dependency }
          end
        end
        table.insert(fresh, job.id)
        counts[job.client] = (counts[job.client] or 0) + 1
      end
      seen[job.id] = true
    end
    if maxQueued and not refusal then
      for client, count in pairs(counts) do
        local queued = (tonumber(call('HGET', D .. 'queuedBy', client)) or 0) + count
        if queued > maxQueued then refusal = { 'quota', client, queued } end
      end
    end
    call('SET', D .. 'step', cjson.encode({ fresh = fresh, isRefused = refusal ~= nil }))
    return refusal or { 'ok' }`),
  /** jobs (JSON): answers whether they were added, and all of them as they stand. */
  addEnd: script(`
    local jobs, step = cjson.decode(ARGV[2]), cjson.decode(call('GET', D .. 'step'))
    call('DEL', D .. 'step')
    local isFresh, isWhole = {}, true
    for _, id in ipairs(step.fresh) do
      isFresh[id] = true
      if call('HEXISTS', P .. id, 'data') == 0 then isWhole = false end
    end
    if step.isRefused or not isWhole then
      for id in pairs(isFresh) do
        call('DEL', P .. id)
        call('ZREM', P .. 'prioritized', id)
        call('ZREM', P .. 'waiting-children', id)
      end
      return { isWhole and 'refused' or 'no-room' }
    end
    local answer = { 'ok' }
    for _, job in ipairs(jobs) do
      local id = job.id
      if isFresh[id] then
        isFresh[id] = nil
        call('ZREM', P .. 'prioritized', id)
        call('ZREM', P .. 'waiting-children', id)
        set(id, 'id', id, 'lane', job.lane, 'client', job.client, 'attempts', 0, 'most', job.maxAttempts, 'added', now,
          'after', job.afterJson, 'score', lastScore(job.priority) + 1)
        call('SADD', D .. 'client:' .. job.client, id)
        if job.group then
          set(id, 'group', job.group)
          call('SADD', D .. 'group:' .. job.group, id)
        end
        local failure
        for _, dependency in ipairs(job.after) do
          if field(dependency, 'state') ~= 'done' then
            call('SADD', D .. 'unmet:' .. id, dependency)
            call('SADD', D .. 'dependents:' .. dependency, id)
            failure = failure or inheritedFailure(dependency)
          end
        end
        if failure then endOne(id, 'failed', failure)
        else enter(id, call('EXISTS', D .. 'unmet:' .. id) == 1 and 'waiting' or 'queued') end
      end
    end
    for _, job in ipairs(jobs) do table.insert(answer, stored(job.id)) end
    return answer`),

  /** lanes (JSON), maxRunning: 1 if a claim would find something to do. Changes nothing, so that it costs no write. */
  peek: script(`
    if #expiredLeases() > 0 or #dueJobs() > 0 then return 1 end
    if call('HEXISTS', P .. 'meta', 'paused') == 1 then return 0 end
    return nextReady(cjson.decode(ARGV[2]), tonumber(ARGV[3])) and 1 or 0`),
  /**
   * lanes (JSON), maxRunning, token: puts the chosen job where BullMQ takes the next one from, or has BullMQ find the
   * queue paused when there is none to choose, or when this token has been given a job before.
   */
  claimBegin: script(`
    call('DEL', D .. 'step')
    local id, given
    for _, running in ipairs(call('ZRANGE', D .. 'running', 0, -1)) do
      if field(running, 'token') == ARGV[4] then given = running end
    end
    if not given then
      recover()
      admitDue()
      if call('HEXISTS', P .. 'meta', 'paused') == 1 then return 0 end
      id = nextReady(cjson.decode(ARGV[2]), tonumber(ARGV[3]))
    end
    if id then
      call('ZREM', P .. 'prioritized', id)
      call('RPUSH', P .. 'wait', id)
    elseif call('HSETNX', P .. 'meta', 'paused', 1) == 1 then
      call('SET', D .. 'isPausedByUs', 1)
    end
    if id or given then call('HSET', D .. 'step', id and 'chosen' or 'given', id or given) end
    return 1`),
  /** token, worker, leaseMs: the job's hash, or nothing. */
  claimEnd: script(`
    if call('DEL', D .. 'isPausedByUs') == 1 then call('HDEL', P .. 'meta', 'paused') end
    local step = call('HMGET', D .. 'step', 'chosen', 'given')
    call('DEL', D .. 'step')
    local id = step[1]
    if step[2] then return stored(step[2]) end
    if not id then return {} end
    if call('GET', P .. id .. ':lock') ~= ARGV[2] then
      call('LREM', P .. 'wait', 0, id)
      call('LREM', P .. 'active', 0, id)
      put(id, 'queued')
      return redis.error_reply('OOM BullMQ could not hand out the job')
    end
    set(id, 'attempts', numberOf(id, 'attempts') + 1, 'worker', ARGV[3], 'token', ARGV[2], 'started', now,
      'leaseEnds', now + tonumber(ARGV[4]))
    call('HSET', P .. id, 'processedOn', now)
    unset(id, 'progress', 'cancelling')
    put(id, 'running')
    return stored(id)`),

  /** id, token: 1 if the claim holds the job, whose lock is then there for BullMQ even if it has run out. */
  holdBegin: script(`
    local id, token = ARGV[2], ARGV[3]
    if not isHeld(id, token) then
      call('DEL', D .. 'step')
      return 0
    end
    if call('EXISTS', P .. id .. ':lock') == 0 then call('SET', P .. id .. ':lock', token, 'PX', 60000) end
    call('SET', D .. 'step', id)
    return 1`),
  /** id, leaseMs, progress (JSON or empty). */
  heartbeatEnd: script(`
    local id = ARGV[2]
    if call('GET', D .. 'step') ~= id then return 'lost' end
    call('DEL', D .. 'step')
    local leaseEnds = now + tonumber(ARGV[3])
    set(id, 'leaseEnds', leaseEnds)
    call('ZADD', D .. 'leases', leaseEnds, id)
    if ARGV[4] ~= '' then
      set(id, 'progress', ARGV[4])
      tell('id', id)
    end
    return field(id, 'cancelling') and 'cancelling' or 'held'`),
  /** id, token, result (JSON): 1 if it is done by this claim. */
  completeEnd: script(`
    local id, token = ARGV[2], ARGV[3]
    if call('GET', D .. 'step') ~= id then
      local known = call('HMGET', P .. id, 'dgx:state', 'dgx:token')
      return known[1] == 'done' and known[2] == token and 1 or 0
    end
    call('DEL', D .. 'step')
    if not call('ZSCORE', P .. 'completed', id) then return redis.error_reply('OOM BullMQ could not complete the job') end
    endDone(id)
    return 1`),
  /**
   * id, what ("fail", "retry", "release", "cancel"), failure (JSON), notBefore in ms from now: 1 if the claim had the
   * job. A job that a person cancelled is not run again.
   */
  leaveEnd: script(`
    local id, what, failure = ARGV[2], ARGV[3], ARGV[4]
    if call('GET', D .. 'step') ~= id then return 0 end
    call('DEL', D .. 'step')
    local attempts = numberOf(id, 'attempts')
    if what == 'cancel' or field(id, 'cancelling') then endBadly(id, 'cancelled')
    elseif what == 'release' then putBack(id, attempts - 1)
    elseif what == 'retry' then
      set(id, 'failure', failure)
      putBack(id, attempts, now + tonumber(ARGV[5]))
    else endBadly(id, 'failed', failure) end
    return 1`),

  /** id: answers the job, or "not-found". */
  cancel: script(`
    local id = ARGV[2]
    local state = field(id, 'state')
    if not state then return { 'not-found' } end
    if isPending[state] then endBadly(id, 'cancelled')
    elseif state == 'running' and not field(id, 'cancelling') then
      set(id, 'cancelling', 1)
      tell('id', id)
    end
    return { 'ok', stored(id) }`),
  retry: script(`
    local id = ARGV[2]
    local state = field(id, 'state')
    if not state then return { 'not-found' } end
    if state ~= 'failed' and state ~= 'cancelled' then return { 'wrong-state', state } end
    for _, dependency in ipairs(cjson.decode(field(id, 'after'))) do
      if call('SISMEMBER', D .. 'unmet:' .. id, dependency) == 1 then
        local known = field(dependency, 'state') or 'removed'
        if known == 'failed' or known == 'cancelled' or known == 'removed' then
          return { 'unmet', state, dependency, known }
        end
      end
    end
    set(id, 'attempts', 0, 'score', lastScore(priorityOf(id)) + 1)
    unset(id, 'failure', 'notBefore', 'started', 'ended', 'worker', 'token')
    call('HDEL', P .. id, 'finishedOn', 'processedOn', 'failedReason')
    put(id, call('EXISTS', D .. 'unmet:' .. id) == 1 and 'waiting' or 'queued')
    return { 'ok', stored(id) }`),
  /** id, where. */
  move: script(`
    local id, where = ARGV[2], ARGV[3]
    local state = field(id, 'state')
    if not state then return { 'not-found' } end
    if not isPending[state] then return { 'wrong-state', state } end
    local function place(which, score)
      set(which, 'score', string.format('%.17g', score))
      put(which, field(which, 'state'))
    end
    local priority, score = priorityOf(id), numberOf(id, 'score')
    if where == 'top' or where == 'bottom' then
      local outermost = where == 'top' and firstScore(priority) or lastScore(priority)
      if outermost ~= score then place(id, where == 'top' and outermost - 1 or outermost + 1) end
      return { 'ok', stored(id) }
    end
    local low, beyond = bandOf(priority), string.format('(%.17g', score)
    local found = where == 'up'
      and call('ZREVRANGEBYSCORE', D .. 'pending', beyond, low, 'WITHSCORES', 'LIMIT', 0, 1)
      or call('ZRANGEBYSCORE', D .. 'pending', beyond, low + band - 1, 'WITHSCORES', 'LIMIT', 0, 1)
    if found[1] then
      place(id, tonumber(found[2]))
      place(found[1], score)
    end
    return { 'ok', stored(id) }`),
  /** id, priority. */
  setPriority: script(`
    local id, priority = ARGV[2], tonumber(ARGV[3])
    local state = field(id, 'state')
    if not state then return { 'not-found' } end
    if not isPending[state] and state ~= 'running' then return { 'wrong-state', state } end
    if priority ~= priorityOf(id) then
      local score = lastScore(priority) + 1
      set(id, 'score', score)
      call('HSET', P .. id, 'priority', bandOf(priority) / band)
      if state == 'running' then
        call('ZADD', D .. 'places', score, id)
        tell('id', id)
      else put(id, state) end
    end
    return { 'ok', stored(id) }`),
  pause: script(`
    local id = ARGV[2]
    local state = field(id, 'state')
    if not state then return { 'not-found' } end
    if not isPending[state] then return { 'wrong-state', state } end
    if state ~= 'paused' then put(id, 'paused') end
    return { 'ok', stored(id) }`),
  resume: script(`
    local id = ARGV[2]
    local state = field(id, 'state')
    if not state then return { 'not-found' } end
    if not isPending[state] then return { 'wrong-state', state } end
    if state == 'paused' then put(id, call('EXISTS', D .. 'unmet:' .. id) == 1 and 'waiting' or 'queued') end
    return { 'ok', stored(id) }`),
  /** "1" or "0"; after BullMQ's own pause. */
  pauseEnd: script(`tell('paused', ARGV[2])`),
  recover: script(`return recover()`),

  /** states (JSON), most: takes away at most that many ended jobs of these states; answers how many. */
  remove: script(`
    local wanted, most, removed = {}, tonumber(ARGV[3]), 0
    for _, state in ipairs(cjson.decode(ARGV[2])) do wanted[state] = true end
    local ids
    if ARGV[4] ~= '' then
      local state = field(ARGV[4], 'state')
      if not state then return { 'ok', 0 } end
      if isPending[state] or state == 'running' then return { 'wrong-state', state } end
      ids = { ARGV[4] }
      wanted = { [state] = true }
    else ids = call('ZRANGE', D .. 'ended', 0, -1) end
    for _, id in ipairs(ids) do
      if removed == most then break end
      if wanted[field(id, 'state')] then
        leave(id)
        for _, dependency in ipairs(call('SMEMBERS', D .. 'unmet:' .. id)) do
          call('SREM', D .. 'dependents:' .. dependency, id)
        end
        call('SREM', D .. 'client:' .. field(id, 'client'), id)
        local group = field(id, 'group')
        if group then call('SREM', D .. 'group:' .. group, id) end
        call('DEL', P .. id, P .. id .. ':logs', D .. 'unmet:' .. id)
        tell('removed', id)
        removed = removed + 1
      end
    end
    return { 'ok', removed }`),

  get: script(`return stored(ARGV[2])`),
  /** states (JSON or empty), group, client, lane (or empty), limit, offset: the total, then the hashes of the page. */
  list: script(`
    local group, client, lane, limit, offset = ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
    local wanted
    if ARGV[2] ~= '' then
      wanted = {}
      for _, state in ipairs(cjson.decode(ARGV[2])) do wanted[state] = true end
    end
    local answer = {}
    local isFiltered = wanted or group ~= '' or client ~= '' or lane ~= ''
    if not isFiltered then
      local total = 0
      for _, part in ipairs({ { 'running', 'ZRANGE' }, { 'pending', 'ZRANGE' }, { 'ended', 'ZREVRANGE' } }) do
        local size = call('ZCARD', D .. part[1])
        local from = math.max(0, offset - total)
        local most = limit - #answer
        if from < size and most > 0 then
          for _, id in ipairs(call(part[2], D .. part[1], from, from + most - 1)) do table.insert(answer, stored(id)) end
        end
        total = total + size
      end
      table.insert(answer, 1, total)
      return answer
    end
    local function isWanted(id)
      local known = call('HMGET', P .. id, 'dgx:state', 'dgx:group', 'dgx:client', 'dgx:lane')
      return (not wanted or wanted[known[1]]) and (group == '' or known[2] == group)
        and (client == '' or known[3] == client) and (lane == '' or known[4] == lane)
    end
    local total = 0
    local function take(id)
      total = total + 1
      if total > offset and #answer < limit then table.insert(answer, stored(id)) end
    end
    if group ~= '' or client ~= '' then
      local found = {}
      for _, id in ipairs(call('SMEMBERS', group ~= '' and D .. 'group:' .. group or D .. 'client:' .. client)) do
        if isWanted(id) then
          local state = field(id, 'state')
          if state == 'running' then table.insert(found, { id, 0, numberOf(id, 'started') })
          elseif isPending[state] then table.insert(found, { id, 1, numberOf(id, 'score') })
          else table.insert(found, { id, 2, -numberOf(id, 'ended') }) end
        end
      end
      table.sort(found, function(left, right)
        if left[2] ~= right[2] then return left[2] < right[2] end
        if left[3] ~= right[3] then return left[3] < right[3] end
        if left[2] == 2 then return left[1] > right[1] end
        return left[1] < right[1]
      end)
      for _, one in ipairs(found) do take(one[1]) end
    else
      local w = wanted
      if not w or w.running then
        for _, id in ipairs(call('ZRANGE', D .. 'running', 0, -1)) do if isWanted(id) then take(id) end end
      end
      if not w or w.queued or w.waiting or w.paused then
        for _, id in ipairs(call('ZRANGE', D .. 'pending', 0, -1)) do if isWanted(id) then take(id) end end
      end
      if not w or w.done or w.failed or w.cancelled then
        for _, id in ipairs(call('ZREVRANGE', D .. 'ended', 0, -1)) do if isWanted(id) then take(id) end end
      end
    end
    table.insert(answer, 1, total)
    return answer`),
  /** group, client, lane (or empty): state, count, state, count... */
  counts: script(`
    local group, client, lane = ARGV[2], ARGV[3], ARGV[4]
    if group == '' and client == '' and lane == '' then return call('HGETALL', D .. 'counts') end
    local ids = {}
    if group ~= '' then ids = call('SMEMBERS', D .. 'group:' .. group)
    elseif client ~= '' then ids = call('SMEMBERS', D .. 'client:' .. client)
    else
      for _, part in ipairs({ 'running', 'pending', 'ended' }) do
        for _, id in ipairs(call('ZRANGE', D .. part, 0, -1)) do table.insert(ids, id) end
      end
    end
    local counts, answer = {}, {}
    for _, id in ipairs(ids) do
      local known = call('HMGET', P .. id, 'dgx:state', 'dgx:client', 'dgx:lane')
      if (client == '' or known[2] == client) and (lane == '' or known[3] == lane) then
        counts[known[1]] = (counts[known[1]] or 0) + 1
      end
    end
    for state, count in pairs(counts) do
      table.insert(answer, state)
      table.insert(answer, count)
    end
    return answer`),
} as const;

export type QueueScript = keyof typeof queueScripts;
